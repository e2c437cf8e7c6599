"""Week by week: repeat purchases so far, as they were and as the model would have had them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tradewind.core.errors import ContractError, Problem
from tradewind.models.lifetime.expect import PurchaseModel, distinct_pairs, expected_between, expected_since_first
from tradewind.models.lifetime.spread import SAMPLE, Z95, future_variance, parameter_variance
from tradewind.models.lifetime.summary import Floats, Ints, LifetimeSummary, weeks_observed

if TYPE_CHECKING:
    import pyarrow as pa


_PAIRS = 50_000
"""Forecasts made at a time, to bound memory."""


def track_weeks(model: PurchaseModel, summary: LifetimeSummary, actual: Ints, rng: np.random.Generator) -> pa.Table:
    """Cumulative repeat purchases by week: actual, predicted, and the 95 % range of the prediction.

    Up to the end of the observation the prediction is what the model expects of such customers from their first
    purchase on. After it, it is the purchases so far plus what the model expects of each customer given the past.
    Ranges: uncertainty of the parameters (delta method) and of the customers' futures (drawn), together.

    Args:
        model: fitted on `summary`.
        summary: customers as of the end of the observation.
        actual: (w,) cumulative repeat purchases at the end of each week, as `count_weeks` returns them: the weeks are
            counted from the oldest first purchase, so that one ends with the observation; any further ones are ahead.

    Returns:
        A table: week (1 …), actual, predicted, low, high, holdout (whether the model had not seen the week).

    Raises:
        ContractError: fewer weeks than the observation has, or no customer.
    """
    import pyarrow as pa

    past = weeks_observed(summary)
    if len(summary) == 0 or len(actual) < past:
        raise ContractError(Problem("actual", "one figure per week observed", f"{len(actual)}", f"{past} or more"))
    back: Floats = 7.0 * np.arange(past - 1, -1, -1, dtype=np.float64)
    ahead = len(actual) - past
    predicted = _curve(model, summary, back, ahead)
    from_parameters = parameter_variance(model, lambda moved: _curve(moved, summary, back, ahead))
    spread = Z95 * np.sqrt(from_parameters + _scatter(model, summary, back, ahead, rng))
    columns = {"actual": np.asarray(actual, dtype=np.int64), "predicted": predicted}
    columns |= {"low": np.maximum(predicted - spread, 0.0), "high": predicted + spread}
    weeks = np.arange(1, len(actual) + 1)
    return pa.table({"week": weeks, **columns, "holdout": weeks > past})


def _curve(model: PurchaseModel, summary: LifetimeSummary, back: Floats, ahead_weeks: int) -> Floats:
    past = _past_curve(model, summary, back)
    return np.concatenate([past, float(summary.frequency.sum()) + _ahead_curve(model, summary, ahead_weeks)])


def _past_curve(model: PurchaseModel, summary: LifetimeSummary, back: Floats) -> Floats:
    """Expected repeat purchases of all customers by each moment `back` days before the end; ages to whole days."""
    customers = np.bincount(np.rint(summary.age_days).astype(np.int64))
    by_age = expected_since_first(model, np.arange(len(customers), dtype=np.float64))
    ages = np.arange(len(customers))
    then = np.maximum(ages[None, :] - back[:, None].astype(np.int64), 0)
    return np.asarray(by_age[then] @ customers)


def _ahead_curve(model: PurchaseModel, summary: LifetimeSummary, weeks: int) -> Floats:
    """Expected further purchases of all customers by the end of each week ahead, given their past."""
    frequency, age, index = distinct_pairs(summary)
    alive = np.bincount(index, weights=model.probability_alive(summary), minlength=len(age))
    at_once, per_week = max(1, _PAIRS // len(age)), [np.zeros(0)]
    for first in range(0, weeks, at_once):
        week = np.arange(first, min(first + at_once, weeks), dtype=np.float64)
        start = np.repeat(7.0 * week, len(age))
        pairs = np.tile(frequency, len(week)), np.tile(age, len(week))
        each = expected_between(model, *pairs, start, start + 7.0, nodes=4)
        per_week.append(each.reshape(len(week), -1) @ alive)
    return np.cumsum(np.concatenate(per_week))


def _scatter(
    model: PurchaseModel, summary: LifetimeSummary, back: Floats, ahead_weeks: int, rng: np.random.Generator
) -> Floats:
    """Variance of the cumulative purchases of all customers with the parameters known, from pairs of drawn futures."""
    n = len(summary)
    some = summary.rows(rng.integers(0, n, SAMPLE))
    zero, none = np.zeros(SAMPLE, dtype=np.int64), np.zeros(SAMPLE)
    lived = np.diff(np.maximum(some.age_days[:, None] - back, 0.0), axis=1, prepend=0.0)
    variance = [future_variance(model, zero, none, none + 1.0, lived, n, rng)]
    if ahead_weeks:
        exposure, alive = np.full((1, ahead_weeks), 7.0), model.probability_alive(some)
        variance.append(future_variance(model, some.frequency, some.age_days, alive, exposure, n, rng))
    return np.concatenate(variance)
