"""The simulated shop: one seed gives the same shop, its tables fit the contract, and the hidden truth is in them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from same_bytes import assert_fits_contract, assert_same_bytes

from tradewind.models.lifetime import LifetimeSummary, fit_bg_nbd, fit_pareto_nbd, summary_from_arrays
from tradewind.simulate.columns import moments
from tradewind.simulate.shop import simulate_shop
from tradewind.simulate.world import Channel, ShopSettings, Simulated, World

SMALL = World(days=400, shop=ShopSettings(customers=300))
PLAIN = replace(
    ShopSettings(), season=0.0, weekend=0.0, guest_share=0.0, effect=0.0, cancelled_share=0.0, failed_share=0.0,
    channels=(Channel("all", 1.0),), refund_share=0.0,
)  # fmt: skip


@pytest.fixture(scope="module")
def shop() -> Simulated:
    return simulate_shop(SMALL, 1)


def test_one_seed_gives_the_same_bytes_and_another_seed_others(shop: Simulated) -> None:
    assert_same_bytes(shop, simulate_shop(SMALL, 1))
    assert shop.tables["orders"] != simulate_shop(SMALL, 2).tables["orders"]


def test_every_table_fits_the_contract_and_no_row_is_rejected(shop: Simulated) -> None:
    assert_fits_contract(shop)


def test_amounts_are_exact_and_lines_add_up_to_orders(shop: Simulated) -> None:
    orders, lines = shop.tables["orders"], shop.tables["order_lines"]
    assert orders.schema.field("amount").type == pa.decimal128(18, 4)
    of_lines = pc.sum(lines["amount"]).as_py()
    shipping = sum(
        (row["shipping"] if row["refunded"] != row["total"] else Decimal(0))
        for row in shop.truth["orders"].to_pylist()
        if row["status"] == "paid"
    )
    revenue = {row["what"]: row["value"] for row in shop.truth["totals"].to_pylist()}["revenue"]
    assert pc.sum(orders["amount"]).as_py() == revenue == of_lines + shipping


def test_every_reference_is_held(shop: Simulated) -> None:
    tables = shop.tables
    for child, parent, column in (
        ("orders", "customers", "customer_id"),
        ("order_lines", "orders", "order_id"),
        ("order_lines", "products", "product_id"),
        ("touches", "customers", "customer_id"),
        ("touches", "campaigns", "campaign_id"),
        ("events", "customers", "customer_id"),
        ("texts", "customers", "customer_id"),
        ("consents", "customers", "customer_id"),
    ):
        wanted = pc.drop_null(tables[child][column].combine_chunks())
        assert len(wanted) > 0
        assert pc.all(pc.is_in(wanted, tables[parent][column].combine_chunks())).as_py(), (child, column)


def test_local_times_become_utc_on_both_sides_of_the_change_of_clocks() -> None:
    world = World(start=date(2023, 3, 25), days=3)
    noon = np.array([0, 1, 2]) * 86_400_000_000 + 12 * 3_600_000_000
    assert [at.hour for at in moments(world, noon).to_pylist()] == [11, 10, 10]


def _lives(world: World, seed: int) -> LifetimeSummary:
    shop = simulate_shop(world, seed)
    people = shop.truth["people"]
    day = np.array(shop.tables["orders"]["happened_at"].cast(pa.timestamp("us")).to_numpy().astype("M8[D]").astype(int))
    codes = shop.tables["orders"]["customer_id"].combine_chunks().dictionary_encode().indices.to_numpy()
    count = np.bincount(codes, minlength=people.num_rows)
    first, last = np.full(people.num_rows, 10**9), np.zeros(people.num_rows, dtype=int)
    np.minimum.at(first, codes, day)
    np.maximum.at(last, codes, day)
    end = (world.start - date(1970, 1, 1)).days + world.days
    return summary_from_arrays(count - 1, (last - first).astype(float), (end - first).astype(float), unit_days=1.0)


def test_rates_and_lifetimes_are_found_again_by_pareto_nbd() -> None:
    settings = replace(PLAIN, customers=6000)
    summary = _lives(World(days=900, shop=settings), 3)
    numbers = {name: n.value for name, n in fit_pareto_nbd(summary).estimate.numbers().items()}
    mean_rate = numbers["r"] / numbers["alpha"]
    assert mean_rate == pytest.approx(settings.rate_shape / settings.rate_days, rel=0.1)
    assert numbers["s"] / numbers["beta"] == pytest.approx(settings.life_shape / settings.life_days, rel=0.25)


def test_the_chance_to_leave_is_found_again_by_bg_nbd() -> None:
    settings = replace(PLAIN, customers=6000, leaves="after an order")
    summary = _lives(World(days=900, shop=settings), 4)
    numbers = {name: n.value for name, n in fit_bg_nbd(summary).estimate.numbers().items()}
    leave = settings.leave_a / (settings.leave_a + settings.leave_b)
    assert numbers["a"] / (numbers["a"] + numbers["b"]) == pytest.approx(leave, rel=0.12)
    assert numbers["r"] / numbers["alpha"] == pytest.approx(settings.rate_shape / settings.rate_days, rel=0.1)


def test_the_season_and_the_week_are_in_the_orders() -> None:
    world = World(start=date(2022, 1, 1), days=730, shop=replace(PLAIN, customers=20_000, season=0.5, weekend=0.4))
    shop = simulate_shop(world, 5)
    orders = shop.truth["orders"].filter(pc.invert(shop.truth["orders"]["first"]))
    day = orders["happened_at"].to_numpy().astype("M8[D]").astype(int) - (world.start - date(1970, 1, 1)).days
    factor = shop.truth["season"]["factor"].to_numpy()
    per_day = np.bincount(np.clip(day, 0, world.days - 1), minlength=world.days)
    weekday = (np.arange(world.days) + world.start.weekday()) % 7
    ratio = per_day[weekday >= 5].mean() / per_day[weekday < 5].mean()
    assert ratio == pytest.approx(1.4 / (1 - 0.4 * 2 / 5), rel=0.06)
    december = per_day[700:720].sum() / factor[700:720].sum()
    october = per_day[640:660].sum() / factor[640:660].sum()
    assert december / october == pytest.approx(1.0, abs=0.1)


def test_a_mailing_causes_what_its_truth_says() -> None:
    world = World(days=500, shop=replace(PLAIN, customers=30_000, effect=0.1, consent_share=1.0, rate_days=300.0))
    shop = simulate_shop(world, 6)
    mailings = shop.truth["mailings"].filter(shop.truth["mailings"]["alive"])
    starts = dict(zip(*(shop.tables["campaigns"][c].to_pylist() for c in ("campaign_id", "started_at")), strict=True))
    began = np.array([starts[name] for name in mailings["campaign_id"].to_pylist()], dtype="M8[us]")
    buys: dict[str, list[np.datetime64]] = {}
    orders = shop.tables["orders"]
    for who, at in zip(orders["customer_id"].to_pylist(), orders["happened_at"].to_numpy(), strict=True):
        buys.setdefault(who, []).append(at)
    window = np.timedelta64(world.shop.effect_days, "D")
    within = np.array(
        [
            sum(begin <= at < begin + window for at in buys[who])
            for who, begin in zip(mailings["customer_id"].to_pylist(), began, strict=True)
        ]
    )
    sent = np.array(mailings["arm"].to_pylist()) == "sent"
    share_held = 1 - sent.mean()
    assert share_held == pytest.approx(world.shop.held_out, abs=0.01)
    effect = within[sent].mean() - within[~sent].mean()
    noise = np.sqrt(within[sent].var() / sent.sum() + within[~sent].var() / (~sent).sum())
    assert abs(effect - world.shop.effect) < 4 * noise + 0.005
    assert effect > 5 * noise
