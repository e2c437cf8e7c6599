"""What a new customer of each channel brings, and so the most that winning one may cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tradewind.flow.ask import ask_known
from tradewind.flow.data import Data
from tradewind.flow.learning.lesson import Lesson
from tradewind.stats.bootstrap import bootstrap_by_entity
from tradewind.stats.probability import weighted_mean

if TYPE_CHECKING:
    import pyarrow as pa

LEAST_CUSTOMERS = 30
"""Channels with fewer new customers are listed without an amount."""

_FIRST_CHANNEL = """
SELECT orders.customer_id, MIN(orders.channel) AS channel
FROM orders
INNER JOIN (
    SELECT customer_id, MIN(happened_at) AS happened_at FROM orders
    WHERE amount >= 0 GROUP BY customer_id
) AS firsts ON firsts.customer_id = orders.customer_id AND firsts.happened_at = orders.happened_at

GROUP BY orders.customer_id
"""


def channel_values(data: Data, lesson: Lesson) -> pa.Table:
    """Return channel, customers, mean, low, high, reason; all channels together first, then the largest.

    The worth of a new customer is the margin of everything bought from the first order to the end of the horizon, seen
    at cutoffs whose horizon is over; its interval is the 95 % bootstrap interval of the mean over customers. Its lower
    end is the most that winning such a customer may cost for the careful.
    """
    import pyarrow as pa

    table = lesson.table
    known = ~np.isnan(table.label)
    worth = (table.label + table.features.column("spend_all").astype(np.float64))[known] * data.margin.factor
    ids = table.features.entity_id[known]
    channel_of = _channel_of(data)
    channels = np.array([channel_of.get(entity) for entity in ids], dtype=object)
    rows = [_row(worth, ids, "")]
    names, counts = np.unique([name for name in channels if name is not None], return_counts=True)
    for name in names[np.argsort(-counts, kind="stable")]:
        here = channels == name
        rows.append(_row(worth[here], ids[here], str(name)))
    kinds = {"channel": pa.string(), "customers": pa.int64(), "mean": pa.float64(), "low": pa.float64(),
             "high": pa.float64(), "reason": pa.string()}  # fmt: skip
    return pa.Table.from_pylist(rows, schema=pa.schema(kinds))


def _channel_of(data: Data) -> dict[str, str]:
    if not data.catalog.has("orders", "channel"):
        return {}
    rows = ask_known(data.engine, data.catalog, _FIRST_CHANNEL, data.score_at).to_pylist()
    return {row["customer_id"]: row["channel"] for row in rows if row["channel"] is not None}


def _row(worth: np.ndarray, ids: np.ndarray, channel: str) -> dict[str, object]:
    customers = len(set(ids))
    row: dict[str, object] = {"channel": channel, "customers": customers, "mean": None, "low": None, "high": None}
    if customers < LEAST_CUSTOMERS:
        return row | {"reason": f"only {customers} new customers, {LEAST_CUSTOMERS} are needed"}
    rng = np.random.default_rng([len(worth), customers])
    draws = bootstrap_by_entity(
        lambda weight: {"mean": weighted_mean(worth, weight)}, ids, np.ones(len(worth)), rng, None
    )
    mean = draws.number("mean")
    return row | {"mean": mean.value, "low": mean.low, "high": mean.high, "reason": ""}
