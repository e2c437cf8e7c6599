"""What a load brought is said for each table that was read again, and not for a first load."""

from __future__ import annotations

from tradewind.flow.load import _brought
from tradewind.sources.load_result import LoadResult


def test_what_a_load_brought_is_said_by_table() -> None:
    first = LoadResult("orders", "s.orders", new=5)
    again = LoadResult("orders", "s.orders", new=1_200, changed=3, gone=40, before=5)
    same = LoadResult("customers", "s.customers", new=7, before=5, skipped=True)
    assert _brought([first]) == []
    assert _brought([same]) == ["the same as last time"]
    assert _brought([again, same]) == ["orders: 1,200 new, 3 changed, 40 no longer there"]
