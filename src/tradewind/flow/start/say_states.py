"""Orders that may not count as bought, in one plain sentence with their number and money."""

from __future__ import annotations

from tradewind.report.numbers import say_money
from tradewind.sources.proposal import OrderState

_ARE = {
    "cancelled": ("was cancelled or failed", "were cancelled or failed"),
    "test": ("is a test or a draft", "are tests or drafts"),
    "refunded": ("was refunded or sent back", "were refunded or sent back"),
    "unpaid": ("is not paid yet", "are not paid yet"),
}


def say_state(state: OrderState, currency: str) -> str:
    """Return "84 orders were cancelled or failed, €3,210 in all. They do not count."."""
    one, many = _ARE[state.state]
    orders = f"1 order {one}" if state.orders == 1 else f"{state.orders:,} orders {many}"
    single = ("It counts as bought", "It does not count")
    decided = (single if state.orders == 1 else ("They count as bought", "They do not count"))[not state.counts]
    return f"{orders}, {say_money(state.money, currency)} in all. {decided}."


def say_why(state: OrderState) -> str:
    """Return from what it is told."""
    said = ", ".join(f"“{value}”" for value in state.values) or "filled in"
    return f"“{state.column}” is {said}"
