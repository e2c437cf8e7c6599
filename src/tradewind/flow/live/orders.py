"""Which of the orders that came in live count beside those that were loaded: no order is ever counted twice.

Where no orders are loaded, each order counts once, as it was first told. Where they are, the source is believed up to
its newest order; after it, live orders count until they are loaded themselves: until then they are all that is known.
After a longer silence than `LONGEST_GAP` they wait: nobody knows what was bought in between, and all would look lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

LONGEST_GAP = timedelta(days=31)
SAME_ORDER = timedelta(hours=1)
"""Two orders of one customer and amount, one loaded and one live, this near each other, are one under two numbers."""


@dataclass(frozen=True)
class Counted:
    """What became of the live orders.

    Args:
        rows: those that count.
        loaded: how many were loaded too, or lie before the newest that was.
        waiting: how many wait until the source is loaded anew.
    """

    rows: pa.Table
    loaded: int = 0
    waiting: int = 0

    def notes(self) -> dict[str, int]:
        """Return the counts."""
        return {"counted": self.rows.num_rows, "loaded": self.loaded, "waiting": self.waiting}


def counted_orders(live: pa.Table, loaded: pa.Table | None) -> Counted:
    """Return the live orders that count.

    Args:
        live: every live order, in the order in which they came.
        loaded: order versions as the sources gave them, or None.
    """
    rows = _first_told(live)
    if loaded is None or not loaded.num_rows:
        return Counted(_take(live, [place for place, _ in rows]))
    ids = set(loaded["order_id"].to_pylist())
    times = [at for at in loaded["happened_at"].to_pylist() if at is not None]
    newest = max(times)
    near = _just_before(loaded, newest)
    after = [(place, row) for place, row in rows if row["happened_at"] > newest and row["order_id"] not in ids
             and not _is_near(row, near)]  # fmt: skip
    # Live orders from before the newest loaded one show that the door was open then: they bridge no gap themselves.
    last, counted = newest, []
    for place, row in sorted(after, key=lambda each: each[1]["happened_at"]):
        if row["happened_at"] - last > LONGEST_GAP:
            break
        last = row["happened_at"]
        counted.append(place)
    return Counted(_take(live, sorted(counted)), len(rows) - len(after), len(after) - len(counted))


def lines_of(lines: pa.Table, orders: pa.Table) -> pa.Table:
    """Return the live lines of the orders that count, each as it came with the first word of its order."""
    import pyarrow as pa

    told = dict(zip(orders["order_id"].to_pylist(), orders["known_at"].to_pylist(), strict=True))
    wanted = [
        told.get(order) == known
        for order, known in zip(lines["order_id"].to_pylist(), lines["known_at"].to_pylist(), strict=True)
    ]
    rows = lines.filter(pa.array(wanted, pa.bool_()))
    seen: set[tuple[object, ...]] = set()
    key = list(zip(*(rows[name].to_pylist() for name in ("order_id", "product_id", "line")), strict=True))
    first = [not (each in seen or seen.add(each)) for each in key]  # type: ignore[func-returns-value]
    return rows.filter(pa.array(first, pa.bool_()))


def _first_told(live: pa.Table) -> list[tuple[int, dict[str, Any]]]:
    names = [name for name in ("order_id", "customer_id", "amount", "happened_at") if name in live.column_names]
    found: dict[str, tuple[int, dict[str, Any]]] = {}
    for place, row in enumerate(live.select(names).to_pylist()):
        found.setdefault(row["order_id"], (place, row))
    return list(found.values())


def _just_before(loaded: pa.Table, newest: datetime) -> set[tuple[object, object]]:
    """Customer and amount of the last orders that were loaded."""
    import pyarrow.compute as pc

    if not {"customer_id", "amount"} <= set(loaded.column_names):
        return set()
    late = loaded.filter(pc.greater(loaded["happened_at"], newest - SAME_ORDER))
    return set(zip(late["customer_id"].to_pylist(), late["amount"].to_pylist(), strict=True))


def _is_near(row: dict[str, Any], near: set[tuple[object, object]]) -> bool:
    return (row.get("customer_id"), row["amount"]) in near


def _take(live: pa.Table, places: list[int]) -> pa.Table:
    import pyarrow as pa

    return live.take(pa.array(places, pa.int64()))
