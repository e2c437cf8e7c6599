"""When people leave: which stays there are, what is said of today's list, and what is said where nothing is known."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

import tradewind as tw
from small_worlds import write_workspace
from tradewind.core.terms import statistical_terms
from tradewind.core.time import Cutoff
from tradewind.features.training import fit_features
from tradewind.flow.data import open_data
from tradewind.flow.questions.asked import find_question
from tradewind.flow.run import run
from tradewind.flow.subscriptions.contracts import NEVER, billing_period, day_number, day_of, read_contracts
from tradewind.flow.subscriptions.stay_curves import curve_rows
from tradewind.flow.subscriptions.tell_leave import when_words
from tradewind.flow.subscriptions.time_to_leave import fit, prepare, remaining_days, switch_days
from tradewind.models.survival.files import hazard_text, read_hazard
from tradewind.report.survival_charts import say_curve, say_span, survival_chart
from tradewind.sources.load import load_tables
from tradewind.store.workspace import Workspace

NAMES = ("customer_id", "started_at", "ended_at", "trial_ends_at", "term_months")
ROWS = (
    ("two with a gap", "2023-01-01", "2023-03-01", None, 1.0),
    ("two with a gap", "2023-05-01", None, None, 12.0),
    ("switched", "2023-01-01", "2023-03-01", None, 1.0),
    ("switched", "2023-03-05", "2023-06-01", None, 1.0),
    ("overlaps", "2023-01-01", None, None, 1.0),
    ("overlaps", "2023-02-01", "2023-03-01", None, 1.0),
    ("never paid", "2023-01-01", "2023-01-15", "2023-01-15", 1.0),
    ("after a trial", "2023-01-01", None, "2023-01-15", 1.0),
    ("backwards", "2023-03-01", "2023-01-01", None, 1.0),
    ("too late", "2024-01-01", None, None, 1.0),
)
LAST = datetime(2023, 12, 1)


def _workspace(folder: Path, rows: tuple[tuple[object, ...], ...]) -> Workspace:
    columns = dict(zip(NAMES, zip(*rows, strict=True), strict=True))
    times = {
        name: pa.array([None if each is None else datetime.fromisoformat(str(each)) for each in columns[name]],
                       pa.timestamp("us"))
        for name in NAMES[1:4]
    }  # fmt: skip
    table = pa.table(
        {"customer_id": list(columns["customer_id"]), **times, "term_months": list(columns["term_months"])}
    )
    folder = write_workspace(folder, "Tiny", {"subscriptions": table}, zone="UTC")
    workspace = tw.open(folder, clock=lambda: LAST)
    load_tables(workspace)
    return workspace


def test_stays_are_subscriptions_without_a_gap(tmp_path: Path) -> None:
    with open_data(_workspace(tmp_path, ROWS)) as data:
        found = read_contracts(data, "customer_id", Cutoff(LAST.date(), "UTC"), 7)
        early = read_contracts(data, "customer_id", Cutoff(datetime(2023, 2, 1).date(), "UTC"), 7)
    stays = {
        (found.ids[found.who[np.flatnonzero(found.stay == stay)[0]]], str(day_of(found.stay_start[stay])),
         "" if found.stay_end[stay] == NEVER else str(day_of(found.stay_end[stay])))
        for stay in range(len(found.stay_start))
    }  # fmt: skip
    assert stays == {
        ("two with a gap", "2023-01-01", "2023-03-01"),
        ("two with a gap", "2023-05-01", ""),
        ("switched", "2023-01-01", "2023-06-01"),
        ("overlaps", "2023-01-01", ""),
        ("after a trial", "2023-01-15", ""),
    }
    assert (found.in_trial, found.backwards) == (1, 1)
    assert (early.stay_end == NEVER).all()  # what came later was not known


def test_who_was_there_on_a_day_and_by_which_contract(tmp_path: Path) -> None:
    with open_data(_workspace(tmp_path, ROWS)) as data:
        found = read_contracts(data, "customer_id", Cutoff(LAST.date(), "UTC"), 7)
    who = np.array(["two with a gap"] * 4 + ["switched", "nobody", "after a trial"], dtype=object)
    days = ["2023-02-01", "2023-03-01", "2023-04-01", "2023-06-01", "2023-03-03", "2023-02-01", "2023-01-10"]
    row, going = found.at(who, np.array([day_number(datetime.fromisoformat(day).date()) for day in days]))
    assert going.tolist() == [True, True, False, True, True, False, False]
    assert found.term_months[row[[0, 3]]].tolist() == [1.0, 12.0]


def test_a_month_is_what_is_billed_in() -> None:
    assert billing_period([28, 30, 31], [20, 20, 40]) == 30
    assert billing_period([7], [100]) == 28
    assert billing_period([90, 91, 92], [20, 40, 20]) == 90
    assert billing_period(range(5, 100), [2] * 95) == 30
    assert billing_period([], []) == 30


@pytest.mark.parametrize("left", ["nobody", "everybody"])
def test_nobody_left_yet_and_everybody_left_are_told(left: str, tmp_path: Path) -> None:
    end = None if left == "nobody" else "2023-06-01"
    rows = tuple((f"C{number:03d}", f"2023-01-{1 + number % 28:02d}", end, None, 1.0) for number in range(60))
    workspace = _workspace(tmp_path, rows)
    (finding,) = run(workspace, ["churn"]).findings
    assert finding.status == "not answerable"
    assert finding.found
    with open_data(workspace) as data:
        contracts = read_contracts(data, "customer_id", Cutoff(LAST.date(), "UTC"), 7)
    said = say_curve(curve_rows(contracts, day_number(LAST.date())))
    expected = (
        "Nobody has left yet in the 11 months that can be seen" if left == "nobody" else "Half of those who start"
    )
    assert said.startswith(expected)


def test_each_of_today_has_days_in_order_and_the_model_reads_back_the_same(subscriptions: Workspace) -> None:
    question = find_question(subscriptions.config, "churn")
    with open_data(subscriptions) as data:
        first = data.first_day_of("subscriptions").ahead(question.use_case.minimum_history)
        features = fit_features(data.engine, data.catalog, "customer_id", first)
        today = read_contracts(data, "customer_id", data.score_at, switch_days(question))
        study = prepare(data, question, features, today)
        hazard = fit(data, study, data.score_at, "linear", today)
        asked = study.features.rows(study.features.cutoff == study.features.cutoff.max())
        again = read_hazard(hazard_text(hazard))
        days, known = remaining_days(hazard, asked, today)
        assert np.array_equal(remaining_days(again, asked, today)[0], days, equal_nan=True)
        said = say_curve(curve_rows(today, day_number(data.score_at.day)))
    assert known.all()
    assert np.isfinite(days[:, 1]).mean() > 0.5
    for middle, low, high in days:
        assert np.isnan(high) or low <= middle <= high
        assert np.isnan(middle) or low <= middle
    assert said.startswith("Half of those who start to pay are gone after")
    assert not statistical_terms(said)


def test_what_lies_beyond_sight_is_said_and_never_a_number() -> None:
    nan = float("nan")
    days = np.array([[90.0, 10.0, 400.0], [90.0, 10.0, nan], [nan, 10.0, nan], [nan, nan, nan], [nan, nan, nan]])
    said = when_words(days, np.array([True, True, True, True, False]), 720)
    assert said == [
        "in about 3 months; eight in ten like this one leave between 10 days and 13 months",
        "in about 3 months, hardly before 10 days; how late it may be is not known beyond 2 years",
        "hardly before 10 days; more than that is not known: the data let us see 2 years ahead",
        "later than the 2 years that the data let us see",
        "not known",
    ]
    assert say_span(1) == "1 day"


def test_the_curve_is_drawn_with_its_finding_and_how_many_are_followed() -> None:
    rng = np.random.default_rng(2)
    days = np.sort(rng.integers(1, 700, 60)).astype(float)
    share = 1 - np.arange(1, 61) / 100
    table = pa.table(
        {"group": ["all"] * 60, "days": days, "share": share, "low": share - 0.05, "high": share + 0.05,
         "at_risk": 100 - np.arange(60), "left": np.ones(60, dtype=int)}
    )  # fmt: skip
    spec = survival_chart(table).to_dict()
    assert say_curve(table) == " ".join(spec["title"]["text"])
    assert "Half of those who start to pay are gone after" in say_curve(table)
    marks = {layer["mark"]["type"] for layer in spec["layer"]}
    assert marks == {"area", "line", "text"}
    open_end = table.set_column(2, "share", pa.array(np.linspace(1, 0.7, 60)))
    assert "70 of those" not in say_curve(open_end)
    assert "70 in 100" in say_curve(open_end)
