"""What a section tells: figures in the right units, the groups that are worse, the statistics with their meaning."""

from __future__ import annotations

import json
from dataclasses import replace

import pyarrow as pa
import pytest

from tradewind.core.finding import Finding, Number, missing
from tradewind.core.terms import TERMS
from tradewind.report.charts import build_charts
from tradewind.report.story import headline_figure, in_order, rejected_rows, tell
from tradewind.report.time_charts import actual_predicted_chart, say_weekly

LAPSE = Finding("lapse", "About to stop buying", "Who?", "answered", "association", "", ("One.", "Two."), "$1", "Call.")


def with_numbers(**numbers: Number) -> Finding:
    return replace(LAPSE, numbers=numbers)


def slices(**more: list[object]) -> pa.Table:
    columns: dict[str, list[object]] = {
        "attribute": ["age", "age", "home_owner", "home_owner"], "value": ["19-24", "25-34", "Renter", "Renter"],
        "n": [60, 300, 90, 90], "metric": ["auc", "auc", "auc", "calibration_gap"],
        "metric_value": [0.71, 0.93, 0.80, -0.12], "low": [0.6, 0.9, 0.7, -0.2], "high": [0.8, 0.96, 0.9, -0.04],
        "different": [True, True, None, True],
    }  # fmt: skip
    return pa.table(columns | more)


def test_large_figures_say_their_unit_once() -> None:
    section = tell(
        with_numbers(
            customers=Number(2303.0, unit="customers"),
            expected_customers=Number(213.6, 188.2, 240.9, "customers"),
            money_at_stake=Number(9840.4, 8930, 10720, "USD"),
            break_even_share=Number(0.05, 0.04, 0.09),
            contacts_break_even_share=Number(0.0714),
            top_tenth_share=Number(0.36),
            contacts=missing("no margin is known"),
            auc=Number(0.86),
        ),
        {},
    )
    told = {figure.label: (figure.value, figure.between) for figure in section.figures}
    assert told == {
        "customers asked about": ("2,303", ""),
        "of them expected to stop buying": ("214", "between 188 and 241"),
        "at stake": ("$9,800", "between $8,900 and $10,700"),
        "is what a contact must change to pay for itself": ("1 in 14", ""),
        "of the total is in the top tenth": ("36 in 100", ""),
    }
    labels = [one.label for one in section.statistics]
    assert labels == ["Break-even share", "customers worth contacting", "AUC"]
    assert section.statistics[1].value == "not known: no margin is known"


def test_groups_that_are_worse_are_shown_and_better_ones_are_not() -> None:
    section = tell(with_numbers(auc=Number(0.86)), {"slices": slices()})
    assert [row[:3] for row in section.reliable[1:]] == [("home owner", "Renter", "90"), ("age", "19-24", "60")]
    assert section.reliable[2][3:] == ("Pairs put in the right order, of 100", "71", "60 to 80", "86")
    assert section.reliable[1][3:6] == ("Said too much (+) or too little (−), of 100", "−12", "−20 to −4")


def test_no_worse_group_is_said_and_no_groups_at_all_are_not_mentioned() -> None:
    calm = slices(different=[False, False, False, None])
    assert len(tell(LAPSE, {"slices": calm}).reliable) == 1
    assert tell(LAPSE, {}).reliable == ()
    assert tell(LAPSE, {"slices": calm.slice(0, 0)}).reliable == ()


def test_where_less_is_better_a_larger_miss_is_worse() -> None:
    table = slices(metric=["relative_mae"] * 4, metric_value=[0.9, 0.4, 0.5, 0.8], different=[True] * 4)
    finding = with_numbers(mae=Number(60.0, unit="USD"), mean_actual=Number(100.0, unit="USD"))
    assert {row[1] for row in tell(finding, {"slices": table}).reliable[1:]} == {"19-24", "Renter"}


def test_what_can_be_acted_on_comes_in_order_of_money_an_action_moves() -> None:
    total = replace(LAPSE, name="total", numbers={"expected_total": Number(1e6, unit="USD")})
    small = replace(LAPSE, name="small", numbers={"money_at_stake": Number(10.0, unit="USD")})
    large = replace(LAPSE, name="large", numbers={"expected_profit": Number(500.0, unit="USD")})
    closed = replace(LAPSE, name="closed", status="not answerable")
    even = replace(large, name="even", status="not distinguishable")
    ordered = [one.name for one in in_order([even, total, small, closed, large, LAPSE])]
    assert ordered == ["large", "small", "total", "lapse", "even"]
    figure = headline_figure(large)
    assert figure is not None
    assert (figure.value, figure.label) == ("$500", "if the assumption holds")
    assert headline_figure(LAPSE) is None


@pytest.mark.parametrize("name", sorted(TERMS))
def test_every_term_says_what_it_means(name: str) -> None:
    assert TERMS[name].label
    assert TERMS[name].meaning.endswith((".", "÷ β.", "÷ α."))


def test_rejected_rows_are_counted_most_first() -> None:
    counts = pa.table({"table": ["a", "b", "a"], "reason": ["x", "y", "x"], "rows": [1, 5, 2]})
    assert rejected_rows(counts) == [("b", "y", "5"), ("a", "x", "3")]
    assert rejected_rows(None) == []


def test_sums_since_the_beginning_are_judged_on_the_weeks_that_were_unseen() -> None:
    table = pa.table(
        {
            "week": [1, 2, 3, 4], "actual": [100, 200, 290, 380], "predicted": [90.0, 210.0, 300.0, 400.0],
            "low": [80.0, 190.0, 280.0, 370.0], "high": [100.0, 230.0, 320.0, 430.0],
            "holdout": [False, False, True, True],
        }
    )  # fmt: skip
    assert say_weekly(table) == "We expected 200 purchases and 180 came: 10 in 100 fewer than expected"
    text = json.dumps(actual_predicted_chart(table).to_dict())
    assert "from here on unseen" in text
    assert "Repeat purchases since the beginning" in text


def test_of_amounts_the_tenths_are_drawn_and_not_the_curve() -> None:
    gain = pa.table({"share_contacted": [0.0, 0.1, 1.0], "share_found": [0.0, 0.4, 1.0]})
    tenths = pa.table({"decile": [1, 2], "predicted": [2.0, 1.0], "actual": [2.0, 1.0]})
    assert [chart.role for chart in build_charts(LAPSE, {"gain": gain, "deciles": tenths}, "USD")] == ["deciles"]


def test_the_direction_of_a_driver_is_an_arrow_that_the_caption_explains() -> None:
    table = pa.table(
        {
            "sentence": ["a", "b", "c"], "importance": [0.5, 0.3, 0.2],
            "direction": ["more raises it", "more lowers it", "no clear direction"],
        }
    )  # fmt: skip
    (chart,) = build_charts(LAPSE, {"drivers": table}, "USD")
    texts = [row["text"] for rows in chart.altair.to_dict()["datasets"].values() for row in rows if "sentence" in row]
    assert texts[:3] == [["○ a\u00a0↑"], ["○ b\u00a0↓"], ["○ c"]]
    assert "↑" in chart.caption
    assert "↓" in chart.caption


def test_a_long_name_of_a_driver_is_folded_and_every_row_keeps_its_place() -> None:
    table = pa.table(
        {"sentence": ["short", "a very long name of something that customers do " * 2], "importance": [0.6, 0.4]}
    )
    (chart,) = build_charts(LAPSE, {"drivers": table}, "USD")
    texts = [row["text"] for rows in chart.altair.to_dict()["datasets"].values() for row in rows if "sentence" in row]
    assert {len(text) for text in texts} == {2}
    assert all(len(line) <= 42 for text in texts for line in text)


def test_a_title_uses_the_rate_that_was_measured() -> None:
    gain = pa.table({"share_contacted": [0.0, 0.1, 1.0], "share_found": [0.0, 0.4, 1.0]})
    finding = with_numbers(base_rate=Number(0.14), rate_10=Number(0.53))
    (chart,) = build_charts(finding, {"gain": gain}, "USD")
    assert chart.title == "Of our first 100, 53 stop buying; at random, 14"
