"""The simulated sales team: chances and durations of its stages, leads by source and skill are in its tables."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from same_bytes import assert_fits_contract, assert_same_bytes

from tradewind.simulate.sales import simulate_sales
from tradewind.simulate.world import SalesSettings, Simulated, World

WORLD = World(days=900, sales=SalesSettings(leads=12_000, accounts=2000))


@pytest.fixture(scope="module")
def sales() -> Simulated:
    return simulate_sales(WORLD, 1)


def test_one_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    small = World(days=300, sales=SalesSettings(leads=300))
    assert_same_bytes(simulate_sales(small, 1), simulate_sales(small, 1))
    assert simulate_sales(small, 1).tables["leads"] != simulate_sales(small, 2).tables["leads"]


def test_every_table_fits_the_contract_and_no_row_is_rejected(sales: Simulated) -> None:
    assert_fits_contract(sales)


def test_every_reference_is_held(sales: Simulated) -> None:
    for child, parent, column in (
        ("leads", "accounts", "account_id"),
        ("deals", "accounts", "account_id"),
        ("deals", "leads", "lead_id"),
        ("deal_stages", "deals", "deal_id"),
        ("activities", "deals", "deal_id"),
        ("activities", "leads", "lead_id"),
    ):
        wanted = pc.drop_null(sales.tables[child][column].combine_chunks())
        assert len(wanted) > 0
        assert pc.all(pc.is_in(wanted, sales.tables[parent][column].combine_chunks())).as_py(), (child, column)


def test_deals_move_on_as_often_as_their_true_chances_say(sales: Simulated) -> None:
    """Only deals opened early enough to have ended are counted: the others could still move."""
    old = sales.truth["deals"].filter(pc.less(sales.truth["deals"]["closes_at"], pa.scalar(_end())))
    stages = sales.tables["deal_stages"].to_pylist()
    reached: dict[str, set[str]] = {}
    for row in stages:
        reached.setdefault(row["stage"], set()).add(row["deal_id"])
    names = [*(stage.name for stage in WORLD.sales.stages), "Closed Won"]
    for place, (name, following) in enumerate(pairwise(names)):
        rows = [row for row in old.to_pylist() if row["deal_id"] in reached[name]]
        chance = np.array([row[f"chance_{place + 1}"] for row in rows])
        moved = np.array([row["deal_id"] in reached[following] for row in rows])
        noise = np.sqrt((chance * (1 - chance)).sum()) / len(rows)
        assert abs(moved.mean() - chance.mean()) < 3.5 * noise, name


def _end() -> datetime:
    return datetime(2025, 6, 1)


def test_stages_last_as_long_as_they_should(sales: Simulated) -> None:
    entered: dict[str, dict[str, datetime]] = {}
    for row in sales.tables["deal_stages"].to_pylist():
        entered.setdefault(row["deal_id"], {})[row["stage"]] = row["entered_at"]
    names = [stage.name for stage in WORLD.sales.stages]
    for stage, following in zip(WORLD.sales.stages, [*names[1:], "Closed Won"], strict=True):
        lasted = [
            (times[following].date() - times[stage.name].date()).days
            for times in entered.values()
            if following in times
        ]
        assert np.mean(lasted) == pytest.approx(stage.days, rel=0.1), stage.name


def test_leads_convert_as_often_as_their_sources_say(sales: Simulated) -> None:
    leads, truth = sales.tables["leads"], sales.truth["leads"]
    source = np.array(leads["source"].to_pylist())
    chance, converts = truth["chance"].to_numpy(), truth["converts"].to_numpy(zero_copy_only=False)
    for channel in WORLD.sales.sources:
        mine = source == channel.name
        noise = np.sqrt((chance[mine] * (1 - chance[mine])).sum()) / mine.sum()
        assert abs(converts[mine].mean() - chance[mine].mean()) < 3.5 * noise
    rates = {channel.name: converts[source == channel.name].mean() for channel in WORLD.sales.sources}
    by_quality = [rates[c.name] for c in sorted(WORLD.sales.sources, key=lambda c: c.quality)]
    assert by_quality == sorted(by_quality)


def test_skilled_colleagues_win_more(sales: Simulated) -> None:
    skill = {row["owner"]: row["skill"] for row in sales.truth["sellers"].to_pylist()}
    closed = [row for row in sales.tables["deals"].to_pylist() if row["won"] is not None]
    share = {owner: np.mean([row["won"] for row in closed if row["owner"] == owner]) for owner in skill}
    assert np.corrcoef([skill[o] for o in skill], [share[o] for o in skill])[0, 1] > 0.8


def test_totals_are_what_the_tables_say(sales: Simulated) -> None:
    totals = {row["what"]: row["value"] for row in sales.truth["totals"].to_pylist()}
    deals = sales.tables["deals"].to_pylist()
    assert totals["won"] == sum(row["won"] is True for row in deals)
    assert totals["won_amount"] == sum(row["amount"] for row in deals if row["won"])
    assert totals["converted"] == sum(at is not None for at in sales.tables["leads"]["converted_at"].to_pylist())
