"""Leads, deals and subscriptions as files: their columns are mapped, and questions in time take the place of labels."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc_
import pyarrow.csv as pc
import pytest

from tradewind.flow.start.init import Initiated, init
from tradewind.simulate.sales import simulate_sales
from tradewind.simulate.subscriptions import simulate_subscriptions
from tradewind.simulate.world import SalesSettings, Simulated, SubscriptionSettings, World
from tradewind.store.config import load_config

WORLD = World(
    days=420, sales=SalesSettings(leads=400, accounts=80), subscriptions=SubscriptionSettings(accounts=60, logins=1.0)
)


def initiated(root: Path, simulated: Simulated, *names: str) -> Initiated:
    (root / "exports").mkdir()
    for name in names:
        pc.write_csv(simulated.tables[name], root / "exports" / f"{name}.csv")
    return init(root / "my", [str(root / "exports")], environ={})


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Initiated:
    names = ("accounts", "leads", "deals", "deal_stages", "activities")
    return initiated(tmp_path_factory.mktemp("team"), simulate_sales(WORLD, 1), *names)


def test_leads_and_deals_are_mapped_with_what_links_them(team: Initiated) -> None:
    tables = load_config(team.directory, {}).tables
    assert set(tables) == {"accounts", "leads", "deals", "deal_stages", "activities"}
    assert {"lead_id", "account_id", "closed_at", "won"} <= set(tables["deals"].columns)
    assert {"converted_at", "account_id"} <= set(tables["leads"].columns)
    assert {"lead_id", "deal_id", "owner", "outcome"} <= set(tables["activities"].columns)


def test_questions_in_time_take_the_place_of_labels(team: Initiated) -> None:
    config = load_config(team.directory, {})
    assert {"lead_conversion", "pipeline_health", "pipeline_forecast"} <= set(config.use_cases)
    assert "converted" not in config.labels
    assert "converted" not in config.tables["leads"].columns
    assert ("won" in config.labels) == ("deal_win" not in config.use_cases)
    begin = team.tried.ranked.first[0]
    assert begin.name in ("lead_conversion", "deal_win")
    assert begin.outcomes > 30
    text = team.config.read_text(encoding="utf-8")
    assert "customers" not in " ".join(begin.why), "a question about leads or deals speaks of those"
    assert "until then they count as leads that have not" not in text


def test_where_people_subscribe_it_begins_with_who_will_leave(tmp_path: Path) -> None:
    names = ("accounts", "customers", "subscriptions", "orders", "events")
    done = initiated(tmp_path, simulate_subscriptions(WORLD, 2), *names)
    tables = load_config(done.directory, {}).tables
    assert "account_id" in tables["customers"].columns
    assert "account_id" in tables["events"].columns
    assert {"trial_ends_at", "renews_at", "payment_failed_at", "ended_at"} <= set(tables["subscriptions"].columns)
    assert done.tried.ranked.first[0].name in ("churn", "account_churn"), "payments of a subscription are no shopping"


def test_stages_without_won_and_lost_among_them_are_a_history_all_the_same(tmp_path: Path) -> None:
    simulated = simulate_sales(WORLD, 1)
    history = simulated.tables["deal_stages"].select(["deal_id", "stage", "entered_at"])
    ended = pc_.is_in(history["stage"], pa.array(["Closed Won", "Closed Lost"]))
    (tmp_path / "exports").mkdir()
    pc.write_csv(history.filter(pc_.invert(ended)), tmp_path / "exports" / "deal_stages.csv")
    pc.write_csv(simulated.tables["deals"], tmp_path / "exports" / "deals.csv")
    done = init(tmp_path / "my", [str(tmp_path / "exports")], environ={})
    assert set(load_config(done.directory, {}).tables["deal_stages"].columns) >= {"deal_id", "stage", "entered_at"}
