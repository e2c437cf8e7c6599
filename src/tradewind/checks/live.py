"""What came in live beside the sources: how much of it, and whether its orders count."""

from __future__ import annotations

from collections.abc import Mapping

from tradewind.core.finding import Check

NAME = "What came in live"


def check_live(events: int, orders: Mapping[str, int], unknown: int | None) -> Check:
    """Say how many events came in live, and what became of the orders among them.

    Args:
        events: rows of `events` that came in live.
        orders: `counted`, `loaded` (known from a source too) and `waiting`; empty where none came in live.
        unknown: live events that name a customer who is not in `customers`; None where that table is not there.
    """
    said = [f"events: {events:,}"]
    if orders:
        said.append(f"orders that count beside the loaded ones: {orders.get('counted', 0):,}")
        if orders.get("loaded"):
            said.append(f"orders not counted again, because the source reaches as far: {orders['loaded']:,}")
    if unknown:
        said.append(f"events of customers who are not in the table customers: {unknown:,}")
    waiting = orders.get("waiting", 0)
    if not waiting:
        return Check(NAME, "pass", "; ".join(said))
    said.append(f"orders that wait: {waiting:,}; of the more than 31 days before them nothing is known")
    return Check(NAME, "warn", "; ".join(said), "load the orders up to now; then these count, too")
