"""Vendors' exports are known by their values where headers say nothing: keys and times right, guesses marked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from vendor_workspace import masked

from tradewind.simulate.exports.klaviyo import write_klaviyo_profiles
from tradewind.simulate.exports.shopify import write_shopify_orders
from tradewind.simulate.exports.stripe import write_stripe_charges, write_stripe_subscriptions
from tradewind.simulate.exports.zendesk import write_zendesk_tickets
from tradewind.simulate.shop import simulate_shop
from tradewind.simulate.subscriptions import simulate_subscriptions
from tradewind.simulate.world import ShopSettings, Simulated, SubscriptionSettings, World
from tradewind.sources.layout_values import recognise_values
from tradewind.sources.layouts import columns_in

WORLD = World(
    days=500, shop=ShopSettings(customers=300, ticket_share=0.2), subscriptions=SubscriptionSettings(accounts=150)
)


def _first(write: Callable[[Simulated, Path], object], simulated: Simulated, folder: Path, stem: str) -> Path:
    write(simulated, folder)
    return folder / f"{stem}.csv"


@pytest.fixture(scope="module")
def shop() -> Simulated:
    return simulate_shop(WORLD, 5)


@pytest.mark.parametrize(
    ("write", "stem", "expected"),
    [
        (write_shopify_orders, "orders_export_1", {"orders": {"order_id": "Name", "happened_at": "Created at"}}),
        (write_stripe_charges, "payments", {"orders": {"order_id": "id", "happened_at": "Created (UTC)"}}),
        (write_zendesk_tickets, "tickets", {"texts": {"text_id": "Id", "happened_at": "Created at"}}),
        (write_klaviyo_profiles, "klaviyo_profiles", {"customers": {"customer_id": "Email"}}),
    ],
)
def test_keys_and_times_are_right_without_headers(
    shop: Simulated, tmp_path: Path, write: Callable[..., object], stem: str, expected: dict[str, dict[str, str]]
) -> None:
    data, names = masked(_first(write, shop, tmp_path, stem))
    proposed = {table.table: table for table in recognise_values({"s.t": data})}
    for table, columns in expected.items():
        for column, header in columns.items():
            guess = proposed[table].guess(column)
            assert guess is not None
            assert [names[name] for name in columns_in(guess.expression)] == [header]
            assert guess.confidence < 0.75, "what values tell is marked as a guess"


def test_subscriptions_end_when_they_end_without_headers(tmp_path: Path) -> None:
    write = write_stripe_subscriptions
    business = simulate_subscriptions(WORLD, 3)
    data, names = masked(_first(write, business, tmp_path, "subscriptions"))
    (table,) = (each for each in recognise_values({"s.t": data}) if each.table == "subscriptions")
    found = {g.column: {names[name] for name in columns_in(g.expression)} for g in table.guesses}
    assert found["customer_id"] == {"Customer ID"}
    assert found["started_at"] <= {"Start (UTC)", "Created (UTC)", "Trial Start (UTC)"}
    assert found["ended_at"] <= {"Ended At (UTC)", "Canceled At (UTC)"}


def test_nobody_elses_table_looks_like_a_vendors() -> None:
    plain = pa.table({"a": ["#1", "#2"], "b": ["paid", "refunded"], "c": ["2024-01-01", None], "d": [1, 2]})
    assert recognise_values({"s.t": plain, "s.empty": pa.table({})}) == ()


def test_headers_that_name_each_others_columns_are_not_mixed_up() -> None:
    rows = 20
    data = pa.table(
        {
            "Customer ID": [f"ch_{n}" for n in range(rows)],  # the charge's id stands under the customer's header
            "id": [f"cus_{n % 7}" for n in range(rows)],
            'odd "name"': ["2024-01-02 10:11"] * rows,
            "s": ["Paid"] * rows,
            "c": ["true"] * rows,
            "cur": ["eur"] * rows,
            "mail": ["a@b.example"] * rows,
            "sum": ["12.50"] * rows,
        }
    )
    orders = next(table for table in recognise_values({"s.t": data}) if table.table == "orders")
    found = {guess.column: columns_in(guess.expression) for guess in orders.guesses}
    assert found["order_id"] == ("Customer ID",)
    assert found["customer_id"] == ("id",)
    assert found["happened_at"] == ('odd "name"',)
