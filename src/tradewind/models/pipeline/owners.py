"""Win rates of colleagues, drawn towards the average of all by as much as their few deals ask for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_GRID = 41
"""Points at which the average and the spread of the owners' rates are tried."""


@dataclass(frozen=True)
class OwnerRates:
    """Win rates by owner; (k,) each.

    Args:
        rate: share won, drawn towards the average.
        low: lower end of the 95 % interval.
        high: upper end.
        average: share won of all.
        differ: whether the owners differ by more than chance explains.
    """

    rate: Array
    low: Array
    high: Array
    average: float
    differ: bool


def owner_rates(won: NDArray[np.int64], closed: NDArray[np.int64]) -> OwnerRates:
    """Return the owners' win rates under a beta distribution of rates that is itself learned from them.

    The beta-binomial model with everything that is not known averaged over: the mean, and the variance of the rates
    around it, both flat, whose intervals hold as stated with few owners too (Morris and Tang 2011,
    Statistical Science 26, 271-287). Each interval is that of the beta distribution of the mean and variance so found.

    Args:
        won: (k,) deals won by each owner.
        closed: (k,) deals closed by each.
    """
    from scipy.special import betaln
    from scipy.stats import beta, chi2

    average = float((won.sum() + 0.5) / (closed.sum() + 1.0))
    error = np.sqrt(average * (1 - average) / closed.sum())
    drawn = (np.arange(_GRID) + 0.5) / _GRID
    spread = (float(closed.mean()) * drawn / (1 - drawn))[:, None, None]
    wide = error + np.sqrt(average * (1 - average) / len(closed)) / 2
    means = np.clip(average + np.linspace(-3, 3, _GRID) * wide, 1e-3, 1 - 1e-3)[None, :, None]
    a, b = means * spread, (1 - means) * spread
    likelihood = (betaln(a + won, b + closed - won) - betaln(a, b)).sum(axis=2, keepdims=True)
    flat = drawn[:, None, None] ** -2.0  # a flat variance, per step of the share drawn
    weight = np.exp(likelihood - likelihood.max()) * flat
    weight /= weight.sum()
    size = spread + closed
    mean = (a + won) / size
    rate = (weight * mean).sum(axis=(0, 1))
    variance = (weight * (mean * (1 - mean) / (size + 1) + (mean - rate) ** 2)).sum(axis=(0, 1))
    worth = rate * (1 - rate) / variance - 1
    low, high = (beta.ppf(level, rate * worth, (1 - rate) * worth) for level in (0.025, 0.975))
    expected = average * closed
    apart = ((won - expected) ** 2 / (expected * (1 - average))).sum()
    differ = len(won) > 1 and float(chi2.sf(apart, len(won) - 1)) < 0.05
    return OwnerRates(rate, np.minimum(low, rate), np.maximum(high, rate), average, differ)
