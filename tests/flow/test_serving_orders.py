"""Orders that arrive one by one count as a run counts all of them together."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from tradewind.flow.live.orders import counted_orders, lines_of
from tradewind.flow.serving.inbox import Arrived
from tradewind.flow.serving.live_orders import LiveOrders
from tradewind.store.manifest import EMPTY

START = datetime(2024, 1, 1)

arrivals = st.lists(
    st.tuples(st.integers(0, 12), st.integers(0, 4), st.integers(-3, 90), st.integers(1, 3), st.booleans()), max_size=20
)


def order(number: int, who: int, day: int, amount: int) -> dict[str, Any]:
    return {
        "order_id": f"o{number}", "customer_id": f"c{who}", "happened_at": START + timedelta(days=day),
        "amount": Decimal(amount).quantize(Decimal("0.0001")),
    }  # fmt: skip


def door(loaded: pa.Table | None) -> LiveOrders:
    made = LiveOrders(None, EMPTY)  # type: ignore[arg-type]
    made._ready = True
    if loaded is not None and loaded.num_rows:
        made._loaded = loaded["order_id"].combine_chunks()
        made._newest = made._reach = max(loaded["happened_at"].to_pylist())
        late = [row for row in loaded.to_pylist() if row["happened_at"] > made._newest - timedelta(hours=1)]
        made._near = {(row["customer_id"], row["amount"]) for row in late}
    return made


@settings(max_examples=60, deadline=None)
@given(sent=arrivals, before=st.lists(st.tuples(st.integers(0, 12), st.integers(0, 4), st.integers(1, 3)), max_size=4))
def test_one_by_one_the_same_count(sent: list[Any], before: list[Any]) -> None:
    stood = [order(number, who, -5 * place, amount) for place, (number, who, amount) in enumerate(before)]
    loaded = pa.Table.from_pylist(stood) if stood else None
    orders, lines = [], []
    for place, (number, who, day, amount, with_lines) in enumerate(sent):
        known = {"known_at": START + timedelta(days=200, minutes=place)}
        orders.append({**order(number, who, day, amount), **known})
        for line in range(2 if with_lines else 0):
            lines.append({"order_id": f"o{number}", "product_id": f"p{amount}", "line": str(line), **known})
    opened = door(loaded)
    counted: list[Arrived] = []
    for row in orders:
        counted += opened.admit(Arrived("orders", row, row["known_at"]))
        for line in lines:
            if line["known_at"] == row["known_at"]:
                counted += opened.admit(Arrived("order_lines", line, line["known_at"]))
    told = [(row.table, row.row["order_id"], row.row.get("line", ""), row.known_at) for row in counted]
    found = {table: sorted(each[1:] for each in told if each[0] == table) for table in ("orders", "order_lines")}
    if not orders:
        assert not counted
        return
    wanted = counted_orders(pa.Table.from_pylist(orders), loaded).rows
    assert found["orders"] == sorted((row["order_id"], "", row["known_at"]) for row in wanted.to_pylist())
    if lines:
        kept = lines_of(pa.Table.from_pylist(lines), wanted).to_pylist()
        assert found["order_lines"] == sorted((row["order_id"], row["line"], row["known_at"]) for row in kept)
