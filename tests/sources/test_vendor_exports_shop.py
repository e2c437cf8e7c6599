"""Shops' exports, filled with a known truth: what is loaded equals it to the cent."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path

import pyarrow.compute as pc
import pytest
from vendor_workspace import load_exports, truth_of

from tradewind.simulate.exports.ga4 import write_ga4_events
from tradewind.simulate.exports.klaviyo import write_klaviyo_campaigns, write_klaviyo_profiles
from tradewind.simulate.exports.mailchimp import write_mailchimp_audience, write_mailchimp_report
from tradewind.simulate.exports.shopify import write_shopify_orders
from tradewind.simulate.exports.stripe import write_stripe_charges
from tradewind.simulate.exports.woocommerce import write_woocommerce_orders
from tradewind.simulate.exports.zendesk import write_zendesk_tickets
from tradewind.simulate.shop import simulate_shop
from tradewind.simulate.world import ShopSettings, Simulated, World

SMALL = World(days=500, shop=ShopSettings(customers=300, ticket_share=0.2))


@pytest.fixture(scope="module")
def shop() -> Simulated:
    return simulate_shop(SMALL, 5)


def _paid_lines(shop: Simulated) -> list[dict[str, Decimal]]:
    status = dict(zip(*(shop.truth["orders"][name].to_pylist() for name in ("order_id", "status")), strict=True))
    return [row for row in shop.truth["lines"].to_pylist() if status[row["order_id"]] == "paid"]


def _paid_guests(shop: Simulated) -> int:
    orders = shop.truth["orders"]
    return int(pc.sum(pc.and_(orders["guest"], pc.equal(orders["status"], "paid"))).as_py())


def test_shopify_orders(shop: Simulated, tmp_path: Path) -> None:
    write_shopify_orders(shop, tmp_path / "data")
    loaded, truth = load_exports(tmp_path, shop), truth_of(shop)
    assert loaded.rejected() == 0
    assert loaded.table("customers").num_rows == truth["customers"]
    assert loaded.table("orders").num_rows == truth["orders"]
    assert loaded.total("orders", "amount") == truth["revenue"]
    assert loaded.table("products").num_rows == len(set(shop.tables["order_lines"]["product_id"].to_pylist()))
    assert loaded.results["products"].rows == loaded.table("products").num_rows, "a price that stays makes no version"
    lines = _paid_lines(shop)
    assert loaded.table("order_lines").num_rows == len(lines)
    assert loaded.total("order_lines", "amount") == sum(row["quantity"] * row["price"] for row in lines)
    assert loaded.table("orders")["customer_id"].null_count == _paid_guests(shop) > 0
    said = loaded.table("consents")
    assert set(said["customer_id"].to_pylist()) == set(loaded.table("customers")["customer_id"].to_pylist())
    assert set(said["granted"].to_pylist()) == {True, False}


def test_woocommerce_orders(shop: Simulated, tmp_path: Path) -> None:
    write_woocommerce_orders(shop, tmp_path / "data")
    loaded, truth = load_exports(tmp_path, shop), truth_of(shop)
    assert loaded.rejected() == 0
    assert loaded.table("customers").num_rows == truth["customers"]
    assert loaded.table("orders").num_rows == truth["orders"]
    assert loaded.total("orders", "amount") == truth["revenue"]
    lines = _paid_lines(shop)
    assert loaded.table("order_lines").num_rows == len(lines)
    paid = sum(row["quantity"] * row["price"] - row["discount"] for row in lines)
    assert loaded.total("order_lines", "amount") == paid
    assert loaded.table("orders")["customer_id"].null_count == _paid_guests(shop)


def test_stripe_payments(shop: Simulated, tmp_path: Path) -> None:
    write_stripe_charges(shop, tmp_path / "data")
    loaded, truth = load_exports(tmp_path, shop), truth_of(shop)
    assert loaded.rejected() == 0
    assert loaded.table("customers").num_rows == truth["customers"]
    assert loaded.table("orders").num_rows == truth["orders"]
    assert loaded.total("orders", "amount") == truth["revenue"]
    first = min(shop.tables["orders"]["happened_at"].to_pylist())
    assert min(loaded.table("orders")["happened_at"].to_pylist()) == first


def test_stripes_newer_header_is_known_too(shop: Simulated, tmp_path: Path) -> None:
    path = write_stripe_charges(shop, tmp_path / "data")
    path.write_text(path.read_text().replace("Created (UTC)", "Created date (UTC)", 1))
    assert load_exports(tmp_path, shop).total("orders", "amount") == truth_of(shop)["revenue"]


def test_google_analytics_events(shop: Simulated, tmp_path: Path) -> None:
    write_ga4_events(shop, tmp_path / "data")
    loaded, truth = load_exports(tmp_path, shop), truth_of(shop)
    assert loaded.rejected() == 0
    refunds = sum(1 for amount in shop.truth["orders"]["refunded"].to_pylist() if amount)
    assert loaded.table("orders").num_rows == truth["orders"] + refunds
    assert loaded.total("orders", "amount") == truth["revenue"]
    assert loaded.table("events").num_rows == shop.tables["events"].num_rows + refunds
    ours, theirs = (Counter(t["session_id"].to_pylist()) for t in (shop.tables["events"], loaded.table("events")))
    assert {f"S{name}": count for name, count in theirs.items() if name} == ours
    assert min(loaded.table("events")["happened_at"].to_pylist()) == min(
        shop.tables["events"]["happened_at"].to_pylist()
    )


def test_klaviyo_profiles_and_campaigns(shop: Simulated, tmp_path: Path) -> None:
    write_klaviyo_profiles(shop, tmp_path / "data")
    write_klaviyo_campaigns(shop, tmp_path / "data")
    loaded = load_exports(tmp_path, shop)
    assert loaded.rejected() == 0
    _assert_same_people_and_mailings(shop, loaded.table("customers"), loaded.table("campaigns"))
    last = {row["customer_id"]: row["granted"] for row in shop.tables["consents"].to_pylist()}
    assert sum(loaded.table("consents")["granted"].to_pylist()) == sum(last.values())


def test_mailchimp_audience_and_report(shop: Simulated, tmp_path: Path) -> None:
    write_mailchimp_audience(shop, tmp_path / "data")
    write_mailchimp_report(shop, tmp_path / "data")
    loaded = load_exports(tmp_path, shop)
    assert loaded.rejected() == 0
    _assert_same_people_and_mailings(shop, loaded.table("customers"), loaded.table("campaigns"))
    last = {row["customer_id"]: row["granted"] for row in shop.tables["consents"].to_pylist()}
    assert sum(loaded.table("consents")["granted"].to_pylist()) == sum(last.values())


def _assert_same_people_and_mailings(shop: Simulated, customers: object, campaigns: object) -> None:
    ours = shop.tables["customers"]
    assert customers.num_rows == ours.num_rows  # type: ignore[attr-defined]
    assert sorted(customers["email"].to_pylist()) == sorted(ours["email"].to_pylist())  # type: ignore[index]
    assert set(customers["created_at"].to_pylist()) == set(ours["created_at"].to_pylist())  # type: ignore[index]
    assert campaigns["started_at"].to_pylist() == shop.tables["campaigns"]["started_at"].to_pylist()  # type: ignore[index]
    sent = sum(1 for kind in shop.tables["touches"]["kind"].to_pylist() if kind == "sent")
    assert sum(campaigns["recipients"].to_pylist()) == sent  # type: ignore[index]


def test_zendesk_tickets(shop: Simulated, tmp_path: Path) -> None:
    write_zendesk_tickets(shop, tmp_path / "data")
    loaded = load_exports(tmp_path, shop)
    ours, texts = shop.tables["texts"], loaded.table("texts")
    assert loaded.rejected() == 0
    assert texts["happened_at"].to_pylist() == ours["happened_at"].to_pylist()
    assert texts["customer_id"].null_count == ours["customer_id"].null_count > 0


def test_a_shop_of_several_vendors_takes_each_table_once(shop: Simulated, tmp_path: Path) -> None:
    for write in (write_shopify_orders, write_ga4_events, write_klaviyo_profiles, write_zendesk_tickets):
        write(shop, tmp_path / "data")
    loaded, truth = load_exports(tmp_path, shop), truth_of(shop)
    assert "orders_export" in loaded.results["orders"].source
    assert "klaviyo_profiles" in loaded.results["customers"].source
    assert loaded.total("orders", "amount") == truth["revenue"]
    known = set(loaded.table("customers")["customer_id"].to_pylist())
    assert set(loaded.table("orders")["customer_id"].to_pylist()) - {None} <= known
