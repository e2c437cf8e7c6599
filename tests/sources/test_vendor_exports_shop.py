"""Shops' exports, filled with a known truth: what is loaded equals it to the cent."""

from __future__ import annotations

from pathlib import Path

import pyarrow.compute as pc
import pytest
from vendor_workspace import load_exports, truth_of

from tradewind.simulate.exports.shopify import write_shopify_orders
from tradewind.simulate.shop import simulate_shop
from tradewind.simulate.world import ShopSettings, Simulated, World

SMALL = World(days=500, shop=ShopSettings(customers=300))


@pytest.fixture(scope="module")
def shop() -> Simulated:
    return simulate_shop(SMALL, 5)


def test_shopify_orders(shop: Simulated, tmp_path: Path) -> None:
    write_shopify_orders(shop, tmp_path / "data")
    loaded, truth = load_exports(tmp_path, shop), truth_of(shop)
    assert loaded.rejected() == 0
    assert loaded.table("customers").num_rows == truth["customers"]
    assert loaded.table("orders").num_rows == truth["orders"]
    assert loaded.total("orders", "amount") == truth["revenue"]
    assert loaded.table("products").num_rows == len(set(shop.tables["order_lines"]["product_id"].to_pylist()))
    status = dict(zip(*(shop.truth["orders"][name].to_pylist() for name in ("order_id", "status")), strict=True))
    lines = [row for row in shop.truth["lines"].to_pylist() if status[row["order_id"]] == "paid"]
    assert loaded.table("order_lines").num_rows == len(lines)
    assert loaded.total("order_lines", "amount") == sum(row["quantity"] * row["price"] for row in lines)
    guests = pc.sum(pc.and_(shop.truth["orders"]["guest"], pc.equal(shop.truth["orders"]["status"], "paid"))).as_py()
    assert loaded.table("orders")["customer_id"].null_count == guests > 0
