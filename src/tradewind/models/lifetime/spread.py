"""How far a sum of forecasts may be off: what the parameters leave open, and what customers' futures leave open."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tradewind.models.lifetime.expect import PurchaseModel
from tradewind.models.lifetime.summary import Floats, Ints

Z95 = 1.959963984540054
SAMPLE = 8_000
"""Customers drawn to learn how widely one customer's purchases scatter."""
_NUDGE = 1e-4


def parameter_variance(model: PurchaseModel, forecast: Callable[[PurchaseModel], Floats]) -> Floats:
    """Variance of forecasts that comes from not knowing the parameters: delta method in log-parameters.

    Args:
        forecast: model to (k,) figures.

    Returns:
        (k,) variances.
    """
    at, slopes = forecast(model), []
    for i, value in enumerate(model.estimate.values):
        moved = list(model.estimate.values)
        moved[i] = value * float(np.exp(_NUDGE))
        slopes.append((forecast(model.with_parameters(tuple(moved))) - at) / _NUDGE)
    slope = np.array(slopes)
    return np.asarray(np.einsum("ik,ij,jk->k", slope, np.asarray(model.estimate.covariance), slope))


def future_variance(
    model: PurchaseModel,
    frequency: Ints,
    age_days: Floats,
    p_alive: Floats,
    exposure_days: Floats,
    customers: int,
    rng: np.random.Generator,
) -> Floats:
    """Variance of the cumulative purchases of all customers although the parameters are known.

    Half the squared difference of two futures of one customer is that customer's variance; sums over customers add.

    Args:
        frequency, age_days, p_alive: (m,) customers drawn from all, with replacement.
        exposure_days: (m, k) or (1, k) stretches of time ahead.
        customers: how many customers there are in all.

    Returns:
        (k,) variances at the ends of the stretches.
    """
    one, two = (model.draw_counts(frequency, age_days, p_alive, exposure_days, rng) for _ in range(2))
    return np.asarray(np.mean((one - two) ** 2, axis=0) / 2 * customers)
