"""Is the forecast right? Purchases predicted from before a day against those that followed, and a naive rule beside."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tradewind.core.errors import ContractError, Problem
from tradewind.core.finding import Number, missing
from tradewind.core.time import Horizon
from tradewind.models.lifetime.expect import PurchaseModel
from tradewind.models.lifetime.spread import SAMPLE, Z95, future_variance, parameter_variance
from tradewind.models.lifetime.summary import Floats, Ints, LifetimeSummary

_MANY = 20_000


@dataclass(frozen=True)
class HoldoutComparison:
    """How a purchase model did on a stretch it had not seen, beside each customer's own past rate carried on.

    Intervals are 95 %, by bootstrap over customers, for the fitted model as it stands; that of `predicted` is the
    model's own: uncertainty of the parameters (delta method) and of the customers' futures (drawn) together.

    Args:
        predicted: purchases predicted for all customers.
        actual: purchases that followed.
        bias: predicted / actual − 1.
        naive_bias: the same of the rule.
        error: mean absolute error per customer.
        naive_error: the same of the rule.
        error_gap: naive_error − error, paired; above 0 the model is better.
    """

    predicted: Number
    actual: float
    bias: Number
    naive_bias: Number
    error: Number
    naive_error: Number
    error_gap: Number


def naive_purchases(summary: LifetimeSummary, horizon: Horizon) -> Floats:
    """Purchases if each customer went on at the own past rate: frequency / age × horizon; 0 for an age of 0."""
    age = summary.age_days
    rate = np.divide(summary.frequency, age, out=np.zeros(len(age)), where=age > 0)
    return np.asarray(rate * horizon.length.count)


def compare_holdout(
    model: PurchaseModel,
    summary: LifetimeSummary,
    later: Ints,
    horizon: Horizon,
    rng: np.random.Generator,
    *,
    replicates: int = 1000,
) -> HoldoutComparison:
    """Compare predicted with actual purchases in the hold-out.

    Args:
        model: fitted on what was known before the hold-out.
        summary: customers as known then.
        later: (n,) purchases of each in the hold-out (`count_purchases`).
        horizon: length of the hold-out.
        replicates: bootstrap samples of customers.

    Raises:
        ContractError: one count per customer is missing.
    """
    if len(later) != len(summary) or len(summary) == 0:
        raise ContractError(Problem("later", "one count per customer", f"{len(later)}", f"{len(summary)}, at least 1"))
    predicted, naive = model.expected_purchases(summary, horizon), naive_purchases(summary, horizon)
    actual = later.astype(np.float64)
    error, naive_error = np.abs(predicted - actual), np.abs(naive - actual)
    columns = np.column_stack([predicted, naive, actual, error, naive_error])
    sums = _bootstrap_sums(columns, rng, replicates)
    n = len(summary)
    spread = _total_spread(model, summary, horizon, rng)
    total = columns.sum(axis=0)
    return HoldoutComparison(
        Number(float(total[0]), max(float(total[0]) - spread, 0.0), float(total[0]) + spread, "purchases"),
        float(total[2]),
        _bias(total[0], total[2], sums[:, 0], sums[:, 2]),
        _bias(total[1], total[2], sums[:, 1], sums[:, 2]),
        _mean(total[3] / n, sums[:, 3] / n),
        _mean(total[4] / n, sums[:, 4] / n),
        _mean((total[4] - total[3]) / n, (sums[:, 4] - sums[:, 3]) / n),
    )


def _total_spread(model: PurchaseModel, summary: LifetimeSummary, horizon: Horizon, rng: np.random.Generator) -> float:
    """Half the width of the 95 % interval of all purchases in the horizon."""
    some = summary.rows(rng.integers(0, len(summary), SAMPLE))
    exposure, alive = np.array([[float(horizon.length.count)]]), model.probability_alive(some)
    futures = future_variance(model, some.frequency, some.age_days, alive, exposure, len(summary), rng)
    totals = parameter_variance(model, lambda moved: moved.expected_purchases(summary, horizon).sum(keepdims=True))
    return float(Z95 * np.sqrt(futures + totals)[0])


def _bootstrap_sums(columns: Floats, rng: np.random.Generator, replicates: int) -> Floats:
    """Column sums of customers drawn with replacement, once per replicate.

    Of many customers the sums are drawn from the normal distribution that theirs has by then reached.
    """
    n = len(columns)
    if n > _MANY:
        return np.asarray(rng.multivariate_normal(columns.sum(axis=0), n * np.cov(columns.T), replicates))
    return np.array([columns[rng.integers(0, n, n)].sum(axis=0) for _ in range(replicates)])


def _bias(predicted: float, actual: float, predicted_sums: Floats, actual_sums: Floats) -> Number:
    if actual <= 0 or np.any(actual_sums <= 0):
        return missing("too few purchases in the hold-out to tell a bias")
    low, high = np.quantile(predicted_sums / actual_sums - 1, [0.025, 0.975])
    return Number(float(predicted / actual - 1), float(low), float(high))


def _mean(value: float, sums: Floats) -> Number:
    low, high = np.quantile(sums, [0.025, 0.975])
    return Number(float(value), float(low), float(high))
