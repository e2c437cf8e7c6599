"""Who of each month's first buyers still buys, month by month."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from tradewind.flow.ask import ask_known
from tradewind.flow.data import Data

if TYPE_CHECKING:
    import pyarrow as pa


def cohort_table(data: Data) -> pa.Table:
    """Return cohort_month, months_since, customers, share_active: who of each month's first buyers still buys."""
    import pyarrow as pa

    query = """
        SELECT firsts.first_month, orders.order_month, COUNT(DISTINCT orders.customer_id) AS customers
        FROM (SELECT customer_id, EXTRACT(YEAR FROM happened_on) * 12 + EXTRACT(MONTH FROM happened_on) AS order_month
              FROM orders WHERE amount >= 0 AND customer_id IS NOT NULL) AS orders
        INNER JOIN (SELECT customer_id,
                    MIN(EXTRACT(YEAR FROM happened_on) * 12 + EXTRACT(MONTH FROM happened_on)) AS first_month
                    FROM orders WHERE amount >= 0 GROUP BY customer_id) AS firsts
          ON firsts.customer_id = orders.customer_id
        GROUP BY firsts.first_month, orders.order_month
    """
    # The month of the newest cutoff has hardly begun: it would look as if everybody had left.
    last = data.score_at.day.year * 12 + data.score_at.day.month - (data.score_at.day.day < 28)
    found = [[int(row[name]) for name in ("first_month", "order_month", "customers")]
             for row in ask_known(data.engine, data.catalog, query, data.score_at).to_pylist()]  # fmt: skip
    rows = sorted(row for row in found if row[1] <= last)
    size = {first: count for first, month, count in rows if first == month}
    return pa.table(
        {
            "cohort_month": pa.array([_month(first) for first, _, _ in rows], pa.date32()),
            "months_since": pa.array([month - first for first, month, _ in rows], pa.int64()),
            "customers": pa.array([count for _, _, count in rows], pa.int64()),
            "share_active": pa.array([count / size[first] for first, _, count in rows], pa.float64()),
        }
    )


def _month(number: int) -> date:
    return date((number - 1) // 12, (number - 1) % 12 + 1, 1)
