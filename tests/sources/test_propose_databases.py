"""A database that numbers its rows 1, 2, 3 … and counts money in cents: names say which number points where."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from tradewind.sources.meaning.relations import names_key
from tradewind.sources.profile import profile_table
from tradewind.sources.propose import propose


def test_numbered_rows_are_linked_by_name_and_cents_are_hundredths() -> None:
    rng = np.random.default_rng(3)
    buyers, orders, lines = 150, 600, 1_500
    people = pa.table({"id": np.arange(1, buyers + 1), "email": [f"a{n}@example.com" for n in range(buyers)]})
    days = np.datetime64("2023-01-01T08:00:00") + rng.integers(0, 500 * 86_400, orders).astype("m8[s]")
    sales = pa.table(
        {"id": np.arange(1, orders + 1), "customer_id": rng.integers(1, buyers + 1, orders), "placed_at": days,
         "total_cents": rng.integers(500, 50_000, orders)}
    )  # fmt: skip
    items = pa.table(
        {"id": np.arange(1, lines + 1), "order_id": np.sort(rng.integers(1, orders + 1, lines)),
         "sku": [f"S-{n}" for n in rng.integers(0, 300, lines)], "qty": rng.integers(1, 4, lines),
         "unit_price": np.round(rng.uniform(1, 90, lines), 2)}
    )  # fmt: skip
    proposal = propose(
        [profile_table(f"shop.{name}", data) for name, data in
         (("customer", people), ("order", sales), ("order_item", items))]
    )  # fmt: skip
    tables = {table.table: table for table in proposal.tables}
    assert set(tables) == {"customers", "orders", "order_lines"}
    amount, order = tables["orders"].guess("amount"), tables["order_lines"].guess("order_id")
    assert amount is not None
    assert order is not None
    assert amount.expression == "total_cents / 100"
    assert order.expression == "order_id"


@pytest.mark.parametrize(
    ("header", "table", "key", "named"),
    [
        ("order_id", "order", "id", True),
        ("order_id", "orders", "id", True),
        ("OrderId", "Orders", "Id", True),
        ("order_id", "sales", "order_id", True),
        ("quantity", "orders", "id", False),
        ("id", "orders", "id", False),
        ("customer_id", "orders", "id", False),
    ],
)
def test_which_header_names_which_key(header: str, table: str, key: str, named: bool) -> None:
    assert names_key(header, table, key) is named
