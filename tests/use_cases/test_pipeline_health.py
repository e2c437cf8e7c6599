"""Deals that stand still: who is late by hand, what to do about each, and what a snapshot cannot tell."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import tradewind as tw
from contract.analysis_contract import AnalysisContract
from small_worlds import write_workspace
from tradewind.core.errors import NotAnswerable
from tradewind.core.terms import statistical_terms
from tradewind.flow.answers.analyse import Analysed
from tradewind.flow.data import open_data
from tradewind.flow.pipeline.health import answer
from tradewind.flow.questions.asked import find_question
from tradewind.sources.load import load_tables
from tradewind.store.workspace import Workspace

START = datetime(2024, 1, 1, 12)
NOW = START + timedelta(days=200)
Rows = Sequence[tuple[str, int]]


class TestPipelineHealth(AnalysisContract):
    name = "pipeline_health"
    list_role = "list"

    def test_what_it_finds_can_be_read_out_loud(self, small: Workspace) -> None:
        found = self.analyse(small)
        told = [
            *found.finding.found,
            *found.tables["list"]["task"].to_pylist(),
            *found.tables["list"]["reason"].to_pylist(),
        ]
        for sentence in told:
            assert sentence[0].isupper() or sentence[0].isdigit()
            assert sentence.endswith(".")
            assert not {"{", "}", "_"} & set(sentence), sentence
            assert not statistical_terms(sentence), sentence


@pytest.fixture
def team(tmp_path: Path) -> Callable[..., Workspace]:
    """A workspace of deals given as (stage, day of entering), with a few activities by hand."""

    def make(
        deals: Mapping[str, Rows],
        activities: Sequence[tuple[str, str, int, str]] = (),
        owners: Mapping[str, str] | None = None,
        history: bool = True,
    ) -> Workspace:
        owners = owners or {}
        ended = {name: path[-1] for name, path in deals.items() if path[-1][0] in ("Won", "Lost")}
        tables: dict[str, pa.Table] = {
            "deals": pa.table(
                {
                    "deal_id": list(deals),
                    "created_at": [START + timedelta(days=path[0][1]) for path in deals.values()],
                    "stage": [path[-1][0] for path in deals.values()],
                    "amount": [1000.0 + place for place in range(len(deals))],
                    "owner": [owners.get(name, "Ann") for name in deals],
                    "closed_at": pa.array([_at(ended[name][1]) if name in ended else None for name in deals],
                                          pa.timestamp("us")),
                    "won": [ended[name][0] == "Won" if name in ended else None for name in deals],
                }
            )
        }  # fmt: skip
        if history:
            rows = [(name, stage, _at(day)) for name, path in deals.items() for stage, day in path]
            tables["deal_stages"] = _table(("deal_id", "stage", "entered_at"), rows)
        if activities:
            rows_of = [(f"A{place}", deal, _at(day), kind, who)
                       for place, (deal, who, day, kind) in enumerate(activities)]  # fmt: skip
            tables["activities"] = _table(("activity_id", "deal_id", "happened_at", "kind", "owner"), rows_of)
        workspace = tw.open(write_workspace(tmp_path / "team", "Team", tables, zone="UTC"), clock=lambda: NOW)
        load_tables(workspace)
        return workspace

    return make


def _at(day: int) -> datetime:
    return START + timedelta(days=day)


def _table(names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> pa.Table:
    return pa.table({name: [row[place] for row in rows] for place, name in enumerate(names)})


def analyse(workspace: Workspace) -> Analysed:
    with open_data(workspace) as data:
        return answer(data, find_question(workspace.config, "pipeline_health"))


PAST: Mapping[str, Rows] = {
    f"P{place:02d}": [("New", place), ("Offer", place + 1 + place % 10), ("Won" if place % 2 else "Lost", place + 20)]
    for place in range(40)
}
"""Forty deals that stayed in New for 1, 2 … 10 days, four of each: nine in ten had moved on within 9."""


def test_late_is_longer_than_nine_in_ten_that_moved_on(team: Callable[..., Workspace]) -> None:
    deals = {**PAST, "late": [("New", 100)], "on time": [("New", 199)], "last": [("Offer", 199)]}
    found = analyse(team(deals))
    (row,) = found.tables["list"].to_pylist()
    assert (row["deal_id"], row["stage"], row["days_in_stage"]) == ("late", "New", 100)
    assert (row["usual_days"], row["late_after_days"], row["days_over"]) == (5, 9, 91)
    assert row["surely_late"]
    assert row["amount"] == 1040
    assert found.finding.numbers["late_deals"].value == 1
    assert "1 of 3 open deals, worth €1,040," in found.finding.found[0]
    waiting = {each["deal_id"]: each["late"] for each in found.tables["waiting"].to_pylist()}
    assert waiting == {"late": True, "on time": False, "last": False}


def test_each_deal_says_what_to_do(team: Callable[..., Workspace]) -> None:
    deals = {
        **PAST, "slow": [("New", 0), ("Offer", 60), ("Won", 70)], "quiet": [("New", 180)], "busy": [("New", 180)],
        "silent": [("New", 180)], "orphan": [("New", 100)], "hopeless": [("New", 100)], "clock": [("Offer", 199)],
    }  # fmt: skip
    did = [("quiet", "Ann", 181, "call"), ("busy", "Ann", 198, "meeting"), ("clock", "Ann", 199, "call"),
           ("orphan", "Bob", 20, "call"), ("hopeless", "Ann", 199, "call")]  # fmt: skip
    found = analyse(team(deals, did, owners={"orphan": "Bob"}))
    do = {row["deal_id"]: row["task"] for row in found.tables["list"].to_pylist()}
    assert set(do) == {"quiet", "busy", "silent", "orphan", "hopeless"}
    assert "nothing has happened since the last call, 19 days ago" in do["quiet"]
    assert "decision or a date: the last meeting was 2 days ago" in do["busy"]
    assert "nothing that was done about this deal is on record" in do["silent"]
    assert do["orphan"].startswith("Hand it over: Bob has given no sign for")
    assert do["hopeless"].startswith("Win it back or close it: no deal that stood in New this long has ever moved on")


def test_a_snapshot_says_that_it_knows_ages_only(team: Callable[..., Workspace]) -> None:
    deals = {**PAST, "old": [("Offer", 100)], "new": [("Offer", 199)]}
    found = analyse(team(deals, history=False))
    assert found.finding.found[0].startswith("1 of 2 open deals, worth €1,040, has been open longer than 9 in 10 deals")
    assert any("Nobody recorded when deals entered their stages" in each for each in found.finding.found)
    (row,) = found.tables["list"].to_pylist()
    assert (row["deal_id"], row["stage"], row["days_in_stage"]) == ("old", "Offer", 100)
    assert [row["stage"] for row in found.tables["stages"].to_pylist()] == ["open"]


def test_without_a_closed_deal_nobody_knows_what_is_usual(team: Callable[..., Workspace]) -> None:
    with pytest.raises(NotAnswerable, match="no deal has been won or lost yet"):
        analyse(team({f"D{place}": [("New", place)] for place in range(20)}))


def test_owners_need_ten_closed_deals_to_be_shown(team: Callable[..., Workspace]) -> None:
    owners = {name: "Ann" if place < 30 else "Bob" for place, name in enumerate(PAST)}
    found = analyse(
        team({**PAST, "x": [("New", 199)], "y": [("New", 150), ("Lost", 151)]}, owners={**owners, "y": "Cy"})
    )
    assert found.tables["owners"]["owner"].to_pylist() in (["Ann", "Bob"], ["Bob", "Ann"])
    assert any("differ no more than chance explains" in each for each in found.finding.found)


def test_everything_is_as_of_the_day_of_the_newest_data(team: Callable[..., Workspace]) -> None:
    found = analyse(team({**PAST, "x": [("New", 100)], "y": [("New", 150)]}))
    assert set(found.tables["list"]["cutoff"].to_pylist()) == {date(2024, 5, 31)}


def test_a_deal_that_is_won_without_a_date_of_closing_is_not_called_open(team: Callable[..., Workspace]) -> None:
    deals = {**PAST, "old": [("Offer", 100)], "paid": [("Closed won", 100)], "new": [("Offer", 199)]}
    found = analyse(team(deals, history=False))
    assert [row["deal_id"] for row in found.tables["list"].to_pylist()] == ["old"]
    assert "without a date of closing: 1." in found.finding.found[-1]
