"""Charts state the finding of their table, draw it, and say so in words when there is nothing to draw."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from tradewind.core.finding import Finding, Number, missing
from tradewind.report.charts import ROLES, Chart, build_charts
from tradewind.report.drawing import VARIABLES, NotDrawable, rows_of
from tradewind.report.images import chart_png, chart_svg, write_image
from tradewind.report.money_charts import best_stop, profit_chart, say_profit
from tradewind.report.ranking_charts import calibration_chart, gain_chart, say_gain, say_honest
from tradewind.report.time_charts import backtest_chart, cohorts_chart, say_cohorts, say_past, say_weekly

Tables = dict[str, pa.Table]

EMPTY = Finding("lapse", "t", "q", "answered", "association", "", ("a",), "", "")

COLUMNS: dict[str, dict[str, list[Any]]] = {
    "gain": {"share_contacted": [0.1], "share_found": [0.4]},
    "profit": {"share_contacted": [0.1], "profit": [10.0]},
    "deciles": {"decile": [1], "predicted": [2.0], "actual": [3.0]},
    "weekly": {"week": [1], "actual": [2.0], "predicted": [3.0]},
    "cohorts": {"cohort_month": ["2011-01"], "months_since": [0], "share_active": [1.0]},
    "calibration": {"predicted": [0.3], "observed": [0.2]},
    "drivers": {"sentence": ["days since the last order"], "importance": [1.0]},
    "backtest": {"cutoff": [date(2017, 11, 1)], "metric": ["auc"], "value": [0.8]},
    "patterns": {
        "pattern": ["a demo"], "rate": [0.3], "low": [0.2], "high": [0.4], "confirmed": [True],
        "leads": [40], "others": [0.1],
    },
    "sources": {
        "source": ["fair"], "leads": [100], "share_so_far": [0.1], "share_low": [0.1], "share_high": [0.2],
        "share": [0.15],
    },
    "activities": {
        "activity": ["a demo"], "times": [1], "clear": [True], "low": [0.01], "high": [0.2], "adjusted": [0.1],
        "grade": ["adjusted"], "plain": [0.12],
    },
    "waiting": {
        "stage": ["Offer"], "half_days": [9.0], "late_after_days": [30.0], "late": [True], "days_in_stage": [41.0],
    },
    "stages": {"stage": ["Offer"], "lost": [0.2], "won": [0.1], "moves_on": [0.7]},
    "fan": {"day": [date(2025, 3, 31)], "won": [1.0], "low": [2.0], "high": [4.0], "mean": [3.0]},
    "forecast": {
        "period": ["Jan–Mar 2025"], "who": ["Ada Berg"], "kind": ["owner"], "won_already": [1.0], "open_deals": [1.0],
        "new_deals": [1.0], "low": [2.0], "high": [4.0], "mean": [3.0],
    },
    "past_quarters": {
        "period": ["Jan–Mar 2024"], "low": [2.0], "high": [4.0], "actual": [3.5], "stage_weights": [2.0], "mean": [3.0],
    },
    "lights": {"light": ["red"], "left": [0.2]},
    "driver_groups": {"driver_group": ["usage"], "share": [0.7]},
    "survival": {"group": ["all"], "days": [30.0], "share": [0.9]},
}  # fmt: skip


def only(charts: list[Chart]) -> Chart:
    assert len(charts) == 1
    return charts[0]


def test_titles_state_the_findings(findings: list[Finding], tables: dict[str, Tables]) -> None:
    lapse = next(finding for finding in findings if finding.name == "lapse")
    titles = {chart.role: chart.title for chart in build_charts(lapse, tables["lapse"], "USD")}
    assert titles["gain"] == "Of our first 100, 50 stop buying; at random, 14"
    assert titles["profit"].startswith("Pays if contact changes 1 in 14")
    assert titles["calibration"].startswith("When we say 35 in 100, is it 35?")
    assert titles["drivers"] == "What goes with it: above all days since the last order"
    assert titles["backtest"] == "It was not luck: better than the rule of thumb at 4 of 4 dates"


def test_charts_come_in_reading_order_and_only_for_tables_that_are_drawn(tables: dict[str, Tables]) -> None:
    roles = [chart.role for chart in build_charts(EMPTY, tables["lapse"], "USD")]
    assert roles == [role for role in ROLES if role in tables["lapse"]]
    assert "scores" not in roles


@pytest.mark.parametrize("role", ROLES)
def test_one_row_is_drawn(role: str) -> None:
    chart = only(build_charts(EMPTY, {role: pa.table(COLUMNS[role])}, "USD"))
    assert chart_svg(chart.altair).startswith("<svg")
    assert len(chart.table) == 2


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("how", ["no rows", "a column is missing", "nothing but null and NaN"])
def test_nothing_to_draw_becomes_a_sentence(role: str, how: str) -> None:
    table = pa.table(COLUMNS[role])
    if how == "no rows":
        table = table.slice(0, 0)
    elif how == "a column is missing":
        table = table.drop_columns([table.column_names[-1]])
    else:
        last = table.column_names[-1]
        table = table.set_column(table.num_columns - 1, last, pa.array([float("nan")]))
    chart = only(build_charts(EMPTY, {role: table}, "USD"))
    assert chart.altair is None
    assert chart.spec() == {}
    assert chart.caption.startswith("There is nothing to draw here")
    assert chart.title


def test_not_a_number_and_infinity_never_reach_a_chart() -> None:
    table = pa.table({"share_contacted": [0.0, 0.1, 0.5, 1.0], "share_found": [0.0, 0.4, float("inf"), 1.0]})
    assert [row["share_found"] for row in rows_of(table, ("share_found",))] == [0.0, 0.4, 1.0]
    spec = json.dumps(gain_chart(table).to_dict(), allow_nan=False)
    assert "Infinity" not in spec


def test_first_hundred_is_read_from_the_curve() -> None:
    table = pa.table({"share_contacted": [0.0, 0.2, 1.0], "share_found": [0.0, 0.8, 1.0]})
    assert say_gain(table, "buy again", 0.1) == "Of our first 100, 40 buy again; at random, 10"
    assert say_gain(table, "buy again") == "The first 10 in 100 on our list hold 40 of 100 who buy again; at random, 10"


@pytest.mark.parametrize(
    ("observed", "low", "high", "verdict"),
    [
        ([0.1, 0.29], [0.05, 0.25], [0.15, 0.35], "Yes: it was 29"),
        ([0.1, 0.18], [0.05, 0.25], [0.15, 0.35], "No: it was 18"),
        ([0.1, 0.18], [0.05, 0.1], [0.15, 0.5], "It was 18, but of so few that chance explains it"),
        ([0.2, 0.29], [0.05, 0.25], [0.15, 0.35], "Here it is, but in 1 of 2 groups not"),
    ],
)
def test_honest_chances_are_judged_by_the_band(
    observed: list[float], low: list[float], high: list[float], verdict: str
) -> None:
    table = pa.table({"n": [90, 10], "predicted": [0.1, 0.3], "observed": observed, "low": low, "high": high})
    assert say_honest(table) == f"When we say 30 in 100, is it 30? {verdict}"
    drawn = calibration_chart(table).to_dict()["datasets"].values()
    places = {row["place"] for rows in drawn for row in rows if "place" in row}
    assert ("outside the band" in places) == ("No" in verdict or "not" in verdict)


def test_profit_states_break_even_and_where_to_stop() -> None:
    table = pa.table({"share_contacted": [0.0, 0.3, 0.6, 1.0], "profit": [0.0, 340.0, 0.0, -200.0]})
    assert best_stop(table) == (0.3, 340.0)
    assert (
        say_profit(table, "USD", "1 in 14") == "Pays if contact changes 1 in 14; best to stop after the first 30 in 100"
    )
    text = json.dumps(profit_chart(table, "USD").to_dict())
    assert "breaks even" in text
    assert "most: $340" in text


def test_revenue_shows_no_break_even() -> None:
    table = pa.table({"share_contacted": [0.0, 0.3, 1.0], "profit": [0.0, 340.0, -200.0]})
    finding = Finding(
        "lapse", "t", "q", "answered", "assumed", "", ("a",), "", "", numbers={"break_even_share": missing("no margin")}
    )
    chart = only(build_charts(finding, {"profit": table}, "USD", revenue=True))
    assert "breaks even" not in json.dumps(chart.spec())
    assert "Revenue less the cost of contact (USD)" in json.dumps(chart.spec())
    assert "1 in" not in chart.title


def test_a_list_that_never_pays_says_so() -> None:
    table = pa.table({"share_contacted": [0.0, 0.5, 1.0], "profit": [0.0, -40.0, -200.0]})
    assert "does not" in say_profit(table, "USD", "1 in 14")
    assert "does not pay" in say_profit(table, "USD")


def test_a_contact_dearer_than_what_it_can_win_cannot_pay() -> None:
    finding = Finding(
        "lapse", "t", "q", "answered", "assumed", "", ("a",), "", "", numbers={"break_even_share": Number(1.7)}
    )
    table = pa.table({"share_contacted": [0.0, 1.0], "profit": [0.0, -200.0]})
    assert only(build_charts(finding, {"profit": table}, "USD")).title.startswith("Cannot pay")


def test_time_charts_state_what_came() -> None:
    weeks = pa.table({"week": [date(2017, 1, 2), date(2017, 1, 9)], "actual": [90, 90], "predicted": [100.0, 100.0]})
    assert say_weekly(weeks) == "We expected 200 purchases and 180 came: 10 in 100 fewer than expected"
    cohorts = pa.table({"cohort_month": ["1997-01"] * 2, "months_since": [0, 6], "share_active": [1.0, 0.12]})
    assert say_cohorts(cohorts) == "Of customers who first bought in January 1997, 12 in 100 still buy 6 months later"
    assert '"of_100": 100' not in json.dumps(cohorts_chart(cohorts).to_dict())


def test_a_metric_where_less_is_better_is_judged_the_right_way_round() -> None:
    table = pa.table(
        {"cutoff": ["2017-10-01", "2017-11-01"], "metric": ["mae"] * 2, "value": [70, 71], "baseline": [72, 70]}
    )
    assert say_past(table) == "Ahead of the rule of thumb at 1 of 2 dates"
    assert "Typical miss per customer (USD)" in json.dumps(backtest_chart(table, unit="USD").to_dict())


def test_past_dates_claim_nothing_where_the_rule_does_as_well(tables: dict[str, Tables]) -> None:
    even = Finding("lapse", "t", "q", "not distinguishable", "association", "", ("a",), "", "")
    (chart,) = build_charts(even, {"backtest": tables["lapse"]["backtest"]}, "USD")
    assert chart.title == "Ahead of the rule of thumb at 4 of 4 dates: no more than chance could do"


def test_of_chances_the_tenths_are_not_drawn_as_money(tables: dict[str, Tables]) -> None:
    mixed = {"calibration": tables["lapse"]["calibration"], "deciles": tables["lifetime_value"]["deciles"]}
    assert [chart.role for chart in build_charts(EMPTY, mixed, "USD")] == ["calibration"]


def test_the_same_chart_in_a_page_has_the_pages_colours_and_no_address(tables: dict[str, Tables]) -> None:
    for chart in build_charts(EMPTY, tables["lapse"], "USD"):
        text = json.dumps(chart.spec())
        assert not [colour for colour in VARIABLES if colour in text]
        assert "http" not in text
        assert "title" not in chart.spec()


def test_a_chart_is_a_picture_without_a_browser(tables: dict[str, Tables], tmp_path: Any) -> None:
    chart = gain_chart(tables["lapse"]["gain"])
    assert chart_png(chart)[:8] == b"\x89PNG\r\n\x1a\n"
    assert write_image(chart, tmp_path / "gain.svg").read_text().startswith("<svg")
    assert write_image(chart, tmp_path / "gain.png").stat().st_size > 5_000


def test_a_chart_shows_itself_in_a_notebook(tables: dict[str, Tables]) -> None:
    drawn, empty = build_charts(EMPTY, {"gain": tables["lapse"]["gain"], "drivers": pa.table({"a": [1]})}, "USD")
    assert drawn._repr_mimebundle_(include=None)["image/svg+xml"].startswith("<svg")
    assert empty._repr_mimebundle_()["text/plain"].startswith("What goes with it")


def test_drawing_changes_no_setting_of_altair(tables: dict[str, Tables]) -> None:
    import altair as alt
    from altair.utils import schemapi

    before = (alt.theme.active, alt.renderers.active, alt.data_transformers.active, schemapi.DEBUG_MODE)
    build_charts(EMPTY, tables["lapse"], "USD")
    assert (alt.theme.active, alt.renderers.active, alt.data_transformers.active, schemapi.DEBUG_MODE) == before


def test_a_chart_function_alone_says_what_is_missing() -> None:
    with pytest.raises(NotDrawable, match="lacks share found"):
        gain_chart(pa.table({"share_contacted": [0.1]}))


def test_the_base_share_comes_from_the_finding_first(tables: dict[str, Tables]) -> None:
    finding = Finding(
        "lapse",
        "t",
        "q",
        "answered",
        "association",
        "",
        ("a",),
        "",
        "",
        numbers={"base_rate": Number(0.1, unit="share")},
    )
    chart = build_charts(finding, {"gain": tables["lapse"]["gain"]}, "USD")[0]
    assert chart.title.endswith("at random, 10")
