"""The forecast of a pipeline: on the small sales team, and on teams whose records are not in order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

import tradewind as tw
from contract.analysis_contract import AnalysisContract
from small_worlds import NOW, SALES, write_workspace
from tradewind.core.errors import ConfigError, NotAnswerable
from tradewind.flow.answers.analyse import Analysed
from tradewind.flow.data import open_data
from tradewind.flow.pipeline.forecast import answer
from tradewind.flow.questions.asked import find_question
from tradewind.report.charts import build_charts
from tradewind.simulate.sales import simulate_sales
from tradewind.sources.load import load_tables
from tradewind.store.workspace import Workspace

QUICK = "\n[use_cases.pipeline_forecast]\npast_quarters = 1\n"

Tables = Mapping[str, pa.Table]


class TestPipelineForecast(AnalysisContract):
    name = "pipeline_forecast"

    def test_parts_add_up_and_charts_state_what_was_found(self, small: Workspace) -> None:
        analysed = self.analyse(small)
        rows = analysed.tables["forecast"].to_pylist()
        for period in {row["period"] for row in rows}:
            here = [row for row in rows if row["period"] == period]
            whole = next(row for row in here if row["kind"] == "all")
            for part in ("won_already", "open_deals", "new_deals", "mean"):
                of_sellers = sum(row[part] for row in here if row["kind"] == "owner")
                assert of_sellers == pytest.approx(whole[part], rel=1e-9)
            for row in here:
                assert row["mean"] == pytest.approx(row["won_already"] + row["open_deals"] + row["new_deals"])
                assert row["won_already"] <= row["downside"] <= row["commit"] <= row["best"]
                assert (row["low"], row["high"]) == (row["commit"], row["best"])
        charts = {chart.role: chart for chart in build_charts(analysed.finding, analysed.tables, "EUR")}
        assert list(charts)[:3] == ["fan", "forecast", "past_quarters"]
        for chart in charts.values():
            assert chart.altair is not None, chart.caption
            assert chart.altair.to_dict()
            assert chart.table
            assert "{" not in chart.title + chart.caption
        assert "commit to €" in charts["fan"].title


def test_both_engines_say_the_same(sales: Workspace, sales_on_postgres: Workspace) -> None:
    found = []
    for workspace in (sales, sales_on_postgres):
        with open_data(workspace) as data:
            found.append(answer(data, find_question(workspace.config, "pipeline_forecast")))
    assert found[0].tables["forecast"].equals(found[1].tables["forecast"])


@pytest.fixture(scope="module")
def team() -> Tables:
    """Deals and stages of the small team."""
    tables = simulate_sales(SALES, 5).tables
    return {name: tables[name] for name in ("deals", "deal_stages")}


@pytest.fixture
def ask(tmp_path: Path) -> Callable[..., Analysed]:
    """Ask the question of a team's tables."""

    def asked(tables: Tables, settings: str = "", now: datetime = NOW) -> Analysed:
        config = f"{QUICK}{settings}\n"
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        workspace = tw.open(write_workspace(folder, "Team", tables, config), clock=lambda: now)
        load_tables(workspace)
        with open_data(workspace) as data:
            return answer(data, find_question(workspace.config, "pipeline_forecast"))

    return asked


def test_messy_records_are_forecast_and_what_is_amiss_is_said(team: Tables, ask: Callable[..., Analysed]) -> None:
    deals, count = team["deals"], team["deals"].num_rows
    place = np.arange(count)
    amount = np.array(deals["amount"].to_pylist(), dtype=object)
    amount[place % 7 == 0] = None
    amount[place % 11 == 3] = -amount[3]
    amount[[won is False for won in deals["won"].to_pylist()]] = 0
    owner = pc.if_else(pa.array(place % 5 == 0), None, deals["owner"])
    closed = pc.if_else(pa.array(place % 13 == 0), None, deals["closed_at"])
    deals = (
        deals.set_column(deals.column_names.index("amount"), "amount", pa.array(amount, pa.decimal128(18, 4)))
        .set_column(deals.column_names.index("owner"), "owner", owner)
        .set_column(deals.column_names.index("closed_at"), "closed_at", closed)
        .append_column("team", pa.array(np.where(place % 2 == 0, "North", "South")))
    )
    analysed = ask({"deals": deals}, "target = 100000.0\nfiscal_year_starts = 2")
    rows = analysed.tables["forecast"].to_pylist()
    assert {row["who"] for row in rows if row["kind"] == "team"} == {"North", "South"}
    assert any(row["kind"] == "owner" and row["who"] == "" for row in rows)
    assert rows[0]["period"] == "Feb–Apr 2024"
    assert 0 < rows[0]["p_target"] < 1
    assert min(rows[0]["open_deals"], rows[0]["new_deals"]) > 0
    told = " ".join(analysed.finding.found)
    for said in ("By team: ", "target of €100,000", "have no date of closing", "won without an amount", "below zero",
                 "belong to nobody", "no amount in", "Nobody recorded when deals entered"):  # fmt: skip
        assert said in told, said


def test_what_is_known_later_does_not_move_it(team: Tables, tmp_path: Path) -> None:
    """The same team with half a year of records more, looked at as of the same day."""
    cut = pa.scalar(datetime(2024, 2, 1), pa.timestamp("us"))
    deals, stages = team["deals"], team["deal_stages"]
    cut_deals = deals.filter(pc.less(deals["created_at"], cut))
    later = pc.greater_equal(cut_deals["closed_at"], cut)
    for name in ("closed_at", "won"):
        hidden = pc.if_else(pc.fill_null(later, False), None, cut_deals[name])
        cut_deals = cut_deals.set_column(cut_deals.column_names.index(name), name, hidden)
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    found = []
    for folder, tables in (
        ("one", team),
        ("two", {"deals": cut_deals, "deal_stages": stages.filter(pc.less(stages["entered_at"], cut))}),
    ):
        path = write_workspace(tmp_path / folder, "Team", tables, QUICK, "as_of = 2024-02-01", "UTC")
        workspace = tw.open(path, clock=lambda: NOW)
        load_tables(workspace)
        with open_data(workspace) as data:
            assert data.score_at.day.isoformat() == "2024-02-01"
            found.append(answer(data, find_question(workspace.config, "pipeline_forecast")))
    assert found[0].tables["forecast"].equals(found[1].tables["forecast"])


def test_without_amounts_or_with_hardly_a_deal_it_says_what_is_missing(
    team: Tables, ask: Callable[..., Analysed]
) -> None:
    deals = team["deals"]
    with pytest.raises(NotAnswerable, match="too few deals have been won"):
        ask({"deals": deals.slice(0, 1)}, now=datetime(2024, 4, 1))
    with pytest.raises(ConfigError, match="nobody recorded when deals were in which stage"):
        ask({"deals": deals}, "stage_weights = { Demo = 0.5 }")
    with pytest.raises(NotAnswerable, match="no amount of a deal that was won"):
        ask({"deals": deals.drop_columns(["amount"])})


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ("fiscal_year_starts = 13", "no such month"),
        ("stage_weights = { Nowhere = 0.5 }", "no such stage"),
        ("stage_weights = { Demo = 1.5 }", "no share"),
        ('target = "much"', "cannot be read"),
    ],
)
def test_settings_that_cannot_be_are_told(sales: Workspace, settings: str, told: str, tmp_path: Path) -> None:
    config = (sales.root / "tradewind.toml").read_text(encoding="utf-8")
    copy = tmp_path / "copy"
    copy.mkdir()
    (copy / "tradewind.toml").write_text(config + f"\n[use_cases.pipeline_forecast]\n{settings}\n", encoding="utf-8")
    asked = tw.open(copy, clock=lambda: NOW)
    with open_data(sales) as data, pytest.raises(ConfigError, match=told):
        answer(data, find_question(asked.config, "pipeline_forecast"))
