"""The simulated demos say that they are simulated, load without a rejected row, and leave other workspaces alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.compute as pc
import pytest
from typer.testing import CliRunner

import tradewind as tw
from tradewind.cli.main import app
from tradewind.flow.questions.asked import asked_questions
from tradewind.flow.start import demo_simulated
from tradewind.flow.start.demo_simulated import DEMOS, WORLD, set_up_simulated
from tradewind.simulate.world import SalesSettings, SubscriptionSettings
from tradewind.sources.load import load_tables

SMALL = replace(
    WORLD, sales=SalesSettings(leads=300, accounts=80), subscriptions=SubscriptionSettings(accounts=80, logins=1.0)
)


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo_simulated, "WORLD", SMALL)


def _load(kind: str, folder: Path) -> tw.Workspace:
    workspace = tw.open(set_up_simulated(kind, folder))
    assert sum(result.counts.rejected for result in load_tables(workspace)) == 0
    assert workspace.config.workspace.simulated
    assert "(simulated)" in workspace.name
    return workspace


def test_a_sales_team_loads_with_its_answers(tmp_path: Path) -> None:
    workspace = _load("sales", tmp_path)
    leads, deals = workspace.table("leads"), workspace.table("deals")
    assert leads.num_rows == 300
    assert pc.all(pc.equal(pc.is_null(deals["won"]), pc.is_null(deals["closed_at"]))).as_py()
    stages = workspace.table("deal_stages")
    assert set(stages["deal_id"].to_pylist()) == set(deals["deal_id"].to_pylist())
    activities = workspace.table("activities")
    assert set(activities["lead_id"].drop_null().to_pylist()) <= set(leads["lead_id"].to_pylist())
    assert set(deals["lead_id"].to_pylist()) <= set(leads["lead_id"].to_pylist())
    assert set(workspace.table("spend")["channel"].to_pylist()) <= set(leads["source"].to_pylist())
    asked = {question.name for question in asked_questions(workspace.config)}
    assert {"pipeline_health", "deal_win", "pipeline_forecast", "lead_conversion", "lead_source_quality"} <= asked


def test_a_subscription_business_loads_with_logins_of_those_who_pay(tmp_path: Path) -> None:
    workspace = _load("subscription", tmp_path)
    customers = set(workspace.table("customers")["customer_id"].to_pylist())
    assert len(customers) == workspace.table("subscriptions").num_rows == 80
    for name in ("orders", "events", "texts"):
        mine = set(workspace.table(name)["customer_id"].to_pylist())
        assert mine, name
        assert mine <= customers, name


def test_what_is_there_already_is_left_alone(tmp_path: Path) -> None:
    set_up_simulated("sales", tmp_path)
    config = tmp_path / "tradewind.toml"
    config.write_text(config.read_text(encoding="utf-8") + "# mine\n", encoding="utf-8")
    set_up_simulated("sales", tmp_path)
    assert config.read_text(encoding="utf-8").endswith("# mine\n")
    with pytest.raises(tw.TradewindError, match="another workspace"):
        set_up_simulated("subscription", tmp_path)


def test_an_unknown_demo_is_refused_in_words() -> None:
    result = CliRunner().invoke(app, ["demo", "bakery", "folder"])
    assert "there is no such demo" in str(result.exception)


def test_the_day_pretended_as_today_is_the_day_after_the_simulation() -> None:
    end = datetime(2025, 1, 1, tzinfo=UTC).date()
    assert (end - WORLD.start).days == WORLD.days
    for demo in DEMOS.values():
        text = (Path(demo_simulated.__file__).parent / demo.config).read_text(encoding="utf-8")
        assert "as_of = 2025-01-01" in text
        assert demo.title in text
        assert [name for name in demo.lists if f"[use_cases.{name}]" not in text] == []
