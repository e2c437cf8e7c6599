"""Exports of sales tools, filled with a known truth: leads, companies, deals and what was won equal it to the cent."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pyarrow.compute as pc
import pytest
from vendor_workspace import Loaded, load_exports, masked, truth_of

from tradewind.simulate.exports.hubspot import write_hubspot
from tradewind.simulate.exports.salesforce import write_salesforce
from tradewind.simulate.sales import simulate_sales
from tradewind.simulate.world import SalesSettings, Simulated, World
from tradewind.sources.layouts import columns_in
from tradewind.sources.profile import profile_table
from tradewind.sources.propose import propose


@pytest.fixture(scope="module")
def sales() -> Simulated:
    return simulate_sales(World(days=400, sales=SalesSettings(leads=600, accounts=200)), 7)


def _assert_deals_are_true(loaded: Loaded, sales: Simulated) -> None:
    truth, deals, leads = truth_of(sales), loaded.table("deals"), loaded.table("leads")
    assert loaded.rejected() == 0
    assert leads.num_rows == truth["leads"]
    assert len(pc.drop_null(leads["converted_at"])) == truth["converted"]
    assert deals.num_rows == truth["deals"]
    won = deals.filter(deals["won"])
    assert won.num_rows == truth["won"]
    assert pc.sum(won["amount"]).as_py() == truth["won_amount"]
    assert pc.sum(pc.invert(deals["won"])).as_py() == truth["lost"]
    assert pc.all(pc.equal(pc.is_null(deals["closed_at"]), pc.is_null(deals["won"]))).as_py()


def test_hubspot_contacts_companies_and_deals(sales: Simulated, tmp_path: Path) -> None:
    write_hubspot(sales, tmp_path / "data")
    loaded = load_exports(tmp_path, sales)
    _assert_deals_are_true(loaded, sales)
    accounts = set(loaded.table("accounts")["account_id"].to_pylist())
    assert len(accounts) == sales.tables["accounts"].num_rows
    assert set(loaded.table("deals")["account_id"].to_pylist()) <= accounts
    assert set(loaded.table("leads")["account_id"].to_pylist()) <= accounts


def test_deals_are_closed_by_their_stage_where_the_export_says_no_more(sales: Simulated, tmp_path: Path) -> None:
    *_, path = write_hubspot(sales, tmp_path / "data")
    path.write_text(path.read_text(encoding="utf-8").replace("Is Closed Won", "x").replace("Is closed lost", "y"))
    _assert_deals_are_true(load_exports(tmp_path, sales), sales)


def test_salesforce_reports_with_groups_totals_and_footers(sales: Simulated, tmp_path: Path) -> None:
    write_salesforce(sales, tmp_path / "data")
    loaded = load_exports(tmp_path, sales)
    _assert_deals_are_true(loaded, sales)
    stages, ours = loaded.table("deal_stages"), sales.tables["deal_stages"]
    assert Counter(stages["stage"].to_pylist()) == Counter(ours["stage"].to_pylist())
    minutes = [at.replace(second=0) for at in ours["entered_at"].to_pylist()]
    assert sorted(stages["entered_at"].to_pylist()) == sorted(minutes)
    sources = Counter(sales.tables["leads"]["source"].to_pylist())
    assert Counter(loaded.table("leads")["source"].to_pylist()) == sources
    names = Counter(sales.tables["deals"]["stage"].to_pylist())
    assert Counter(loaded.table("deals")["stage"].to_pylist()) == names


def test_hubspots_keys_and_times_are_right_without_headers(sales: Simulated, tmp_path: Path) -> None:
    tables = {path.stem: masked(path) for path in write_hubspot(sales, tmp_path)}
    profiles = [profile_table(f"s.t{place}", data) for place, (data, _) in enumerate(tables.values())]
    proposed = {table.from_: table for table in propose(profiles).tables}
    for place, (table, columns) in enumerate(
        {
            "leads": {"lead_id": {"Record ID"}, "created_at": {"Create Date", "Became a Lead Date"}},
            "accounts": {"account_id": {"Record ID", "Company name"}},  # deals name companies by both
            "deals": {"deal_id": {"Record ID"}, "created_at": {"Create Date"}},
        }.items()
    ):
        names = list(tables.values())[place][1]
        assert proposed[f"s.t{place}"].table == table
        for column, headers in columns.items():
            guess = proposed[f"s.t{place}"].guess(column)
            assert guess is not None
            assert {names[name] for name in columns_in(guess.expression)} <= headers, (table, column)
