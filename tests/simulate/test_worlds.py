"""Small, empty and impossible worlds: the first two are simulated, the last are refused in words."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from same_bytes import assert_fits_contract

from tradewind.core.errors import ConfigError
from tradewind.simulate.sales import simulate_sales
from tradewind.simulate.shop import simulate_shop
from tradewind.simulate.subscriptions import simulate_subscriptions
from tradewind.simulate.world import SalesSettings, ShopSettings, Simulated, Stage, SubscriptionSettings, World

Make = Callable[[World, int], Simulated]


@pytest.mark.parametrize(
    ("make", "world"),
    [
        (simulate_shop, World(days=3, shop=ShopSettings(customers=1))),
        (simulate_shop, World(days=90, shop=ShopSettings(customers=30, campaigns=0, visits=0.0, ticket_share=0.0))),
        (simulate_shop, World(days=90, timezone="America/New_York", shop=ShopSettings(customers=30, guest_share=0.5))),
        (simulate_sales, World(days=2, sales=SalesSettings(leads=5, accounts=1, sellers=1))),
        (simulate_sales, World(days=90, sales=SalesSettings(leads=50, stages=(Stage("Only", 0.5, 1.0),)))),
        (simulate_subscriptions, World(days=5, subscriptions=SubscriptionSettings(accounts=4))),
    ],
)
def test_small_worlds_fit_the_contract(make: Make, world: World) -> None:
    assert_fits_contract(make(world, 1))


@pytest.mark.parametrize(
    ("make", "world"),
    [
        (simulate_shop, World(days=9, shop=ShopSettings(customers=0))),
        (simulate_sales, World(days=9, sales=SalesSettings(leads=0))),
        (simulate_subscriptions, World(days=9, subscriptions=SubscriptionSettings(accounts=0))),
    ],
)
def test_a_world_without_anybody_has_empty_tables_and_zero_totals(make: Make, world: World) -> None:
    simulated = make(world, 1)
    assert {row["value"] for row in simulated.truth["totals"].to_pylist()} == {0}
    assert set(simulated.tables) == set(make(World(days=90), 1).tables)


def test_impossible_worlds_are_refused_with_every_problem() -> None:
    with pytest.raises(ConfigError) as caught:
        World(
            days=0, timezone="Europe/Atlantis", shop=ShopSettings(customers=-1, held_out=1.5),
            sales=SalesSettings(stages=()),
        )  # fmt: skip
    places = {problem.where for problem in caught.value.problems}
    assert places == {"days", "timezone", "shop.customers", "shop.held_out", "sales.stages"}
