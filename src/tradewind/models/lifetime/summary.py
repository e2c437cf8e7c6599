"""Frequency, recency and age of each customer: all that lifetime models know of a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tradewind.core.errors import ContractError, Problem

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class LifetimeSummary:
    """What lifetime models know of n customers; one purchase is one day with at least one order.

    Args:
        entity_id: (n,) who.
        frequency: (n,) repeat purchases: purchases after the first one.
        recency_days: (n,) days from the first to the last purchase; 0 without repeat purchase.
        age_days: (n,) days from the first purchase to the end of the observation.
        mean_amount: (n,) mean amount of the repeat purchases whose amount is known, returns deducted; NaN where there
            is none. Compare `amount_count`.
        amount_count: (n,) repeat purchases whose amount is known.
        unit_days: the unit, in days, in which fitted parameters are told (7: weeks). Answers do not depend on it.
        left_out: reason to number of customers that are not in the summary.
    """

    entity_id: NDArray[Any]
    frequency: Ints
    recency_days: Floats
    age_days: Floats
    mean_amount: Floats
    amount_count: Ints
    unit_days: float = 7.0
    left_out: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        problems = list(_problems(self))
        if problems:
            raise ContractError(problems)

    def __len__(self) -> int:
        return len(self.frequency)

    def rows(self, chosen: NDArray[np.bool_] | NDArray[np.intp]) -> LifetimeSummary:
        """Return the chosen customers as a summary of their own."""
        return LifetimeSummary(
            self.entity_id[chosen],
            self.frequency[chosen],
            self.recency_days[chosen],
            self.age_days[chosen],
            self.mean_amount[chosen],
            self.amount_count[chosen],
            self.unit_days,
            self.left_out,
        )


def summary_from_arrays(
    frequency: ArrayLike,
    recency: ArrayLike,
    age: ArrayLike,
    mean_amount: ArrayLike | None = None,
    *,
    unit_days: float = 7.0,
    entity_id: NDArray[Any] | None = None,
) -> LifetimeSummary:
    """Make a summary of numbers computed elsewhere.

    Args:
        frequency: (n,) repeat purchases.
        recency: (n,) first to last purchase, in units of `unit_days`.
        age: (n,) first purchase to the end of the observation, in the same unit.
        mean_amount: (n,) mean amount of the repeat purchases; NaN or absent where unknown.
        unit_days: the unit in days: 1 for days, 7 for weeks.
        entity_id: (n,) who; numbered when absent.

    Raises:
        ContractError: the arrays cannot be frequency, recency and age of customers.
    """
    if not (np.isfinite(unit_days) and unit_days > 0):
        raise ContractError(Problem("unit_days", "a unit of time must be positive", repr(unit_days), "7 for weeks"))
    x = np.asarray(frequency)
    if not np.issubdtype(x.dtype, np.number):
        raise ContractError(Problem("frequency", "repeat purchases must be numbers", str(x.dtype), "whole numbers"))
    if not np.issubdtype(x.dtype, np.integer):
        if not np.all(np.isfinite(x)) or np.any(np.rint(x) != x):
            raise ContractError(Problem("frequency", "repeat purchases must be whole numbers", expected="0, 1, 2 …"))
        x = x.astype(np.int64)
    whole = unit_days == 1.0
    recency_days = np.asarray(recency, dtype=np.float64)
    age_days = np.asarray(age, dtype=np.float64)
    if mean_amount is None:
        amounts, counts = np.full(len(x), np.nan), np.zeros(len(x), dtype=np.int64)
    else:
        amounts = np.asarray(mean_amount, dtype=np.float64)
        counts = np.where(np.isnan(amounts), 0, x).astype(np.int64)
        amounts = np.where(counts > 0, amounts, np.nan)
    return LifetimeSummary(
        np.arange(len(x)) if entity_id is None else entity_id,
        np.asarray(x, dtype=np.int64),
        recency_days if whole else _to_days(recency_days, unit_days),
        age_days if whole else _to_days(age_days, unit_days),
        amounts,
        counts,
        unit_days,
    )


def new_customers(count: int = 1, unit_days: float = 7.0) -> LifetimeSummary:
    """Return the summary of customers who place their first order now: what a typical new customer is worth."""
    return summary_from_arrays(np.zeros(count, dtype=np.int64), np.zeros(count), np.zeros(count), unit_days=unit_days)


def weeks_observed(summary: LifetimeSummary) -> int:
    """Weeks from the oldest first purchase to the end of the observation, counted back from the end; at least 1."""
    return max(1, int(np.ceil(float(summary.age_days.max(initial=0.0)) / 7.0)))


def _to_days(times: Floats, unit_days: float) -> Floats:
    """Bring times to days; what is a whole day but for rounding becomes one, so that it groups as days do."""
    in_days = times * unit_days
    whole = np.rint(in_days)
    with np.errstate(invalid="ignore"):  # infinities are told as problems of the summary
        near = np.abs(in_days - whole) <= 1e-9 * np.maximum(whole, 1.0)
    return np.where(near, whole, in_days)


def _problems(summary: LifetimeSummary) -> list[Problem]:
    """Everything that is wrong with the arrays of a summary, told together."""
    n = len(summary.frequency)
    arrays = (summary.entity_id, summary.recency_days, summary.age_days, summary.mean_amount, summary.amount_count)
    if any(len(array) != n for array in arrays):
        sizes = ", ".join(str(len(array)) for array in arrays)
        return [Problem("summary", "its columns differ in length", sizes, f"{n} rows in each")]
    if n == 0:
        return []
    x, tx, t = summary.frequency, summary.recency_days, summary.age_days
    bad = {
        "frequency is negative": x.min() < 0,
        "recency or age is missing or infinite": not (np.isfinite(tx.sum()) and np.isfinite(t.sum())),
        "recency is negative": tx.min() < 0,
        "recency is longer than age": np.any(tx > t * (1 + 1e-12)),
        "a customer without repeat purchase has a recency, or one with repeat purchases has none": np.any(
            (x == 0) != (tx == 0)
        ),
        "an amount is infinite": np.any(np.isinf(summary.mean_amount)),
    }
    return [Problem("summary", what, expected="0 ≤ recency ≤ age, in days") for what, wrong in bad.items() if wrong]
