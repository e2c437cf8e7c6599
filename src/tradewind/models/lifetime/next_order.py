"""The day of the next order: how likely there is one at all, and when, if there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tradewind.models.lifetime.expect import PurchaseModel, distinct_pairs
from tradewind.models.lifetime.summary import Floats, LifetimeSummary

if TYPE_CHECKING:
    import pyarrow as pa

_LONGEST_DAYS = 3652.5
"""Waiting times beyond ten years are not told as a number."""


def expected_next_order_days(model: PurchaseModel, summary: LifetimeSummary) -> pa.Table:
    """Tell when each customer orders next, in days from the end of the observation.

    The mean waiting time is infinite for customers with few orders (r + x ≤ 1), so the median is told.

    Returns:
        A table with one row per customer: entity_id; p_order_again, the probability of any further order;
        median_days, low_days and high_days, the middle and the 80 % range of the waiting time if there is one, NULL
        where it is more than ten years; reason, why median_days is NULL.
    """
    import pyarrow as pa

    frequency, age, index = distinct_pairs(summary)
    ever = model.order_again_within(frequency, age, np.full(len(age), np.inf))
    again = model.probability_alive(summary) * ever[index]
    columns: dict[str, object] = {"entity_id": pa.array(summary.entity_id), "p_order_again": again}
    late = np.zeros(len(summary), dtype=np.bool_)
    for name, share in (("median_days", 0.5), ("low_days", 0.1), ("high_days", 0.9)):
        waited = _quantile(model, frequency, age, share * ever)[index]
        beyond = waited > _LONGEST_DAYS
        columns[name] = pa.array(waited, mask=beyond)
        late = late | beyond if name == "median_days" else late
    said = "the next order, if any, is more than ten years away as often as not"
    columns["reason"] = pa.array(np.where(late, said, ""), mask=~late)
    return pa.table(columns)


def _quantile(model: PurchaseModel, frequency: Floats, age: Floats, share: Floats) -> Floats:
    """Days within which the given share of customers who are alive has ordered, by bisection on the log scale."""
    low, high = np.full(len(age), np.log(1e-6)), np.full(len(age), np.log(_LONGEST_DAYS * 2))
    for _ in range(36):
        middle = (low + high) / 2
        early = model.order_again_within(frequency, age, np.exp(middle)) < share
        low, high = np.where(early, middle, low), np.where(early, high, middle)
    return np.asarray(np.exp((low + high) / 2))
