"""About to leave: a switch to another plan is not leaving, and neither is the end of one of two subscriptions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import tradewind as tw
from contract.use_case_contract import TinyWorld, UseCaseContract, answers
from tradewind.core.time import days
from tradewind.flow.questions.asked import find_question
from tradewind.sources.load import load_tables
from tradewind.store.workspace import Workspace

# Who, began, ended, amount, end of the trial; asked on 15 March 2021, so that the horizon ends on 14 May.
ROWS = (
    ("stays", "2020-06-01", "", 10),
    ("leaves at the first instant", "2020-06-01", "2021-03-15 00:00:00", 10),
    ("leaves at the last instant", "2020-06-01", "2021-05-13 23:59:59", 20),
    ("leaves too late", "2020-06-01", "2021-05-14 00:00:00", 10),
    ("ends one of two", "2020-06-01", "2021-04-01", 10),
    ("ends one of two", "2020-07-01", "", 5),
    ("ends both", "2020-06-01", "2021-04-01", 10),
    ("ends both", "2020-07-01", "2021-04-01", 5),
    ("switches within a week", "2020-06-01", "2021-04-01", 10),
    ("switches within a week", "2021-04-08", "", 30),
    ("comes back after eight days", "2020-06-01", "2021-04-01", 10),
    ("comes back after eight days", "2021-04-09", "", 10),
    ("switches and leaves", "2020-06-01", "2021-04-01", 10),
    ("switches and leaves", "2021-04-02", "2021-05-01", 10),
    ("switches after the horizon", "2020-06-01", "2021-05-13", 10),
    ("switches after the horizon", "2021-05-16", "", 10),
    ("trial ends at the cutoff", "2021-03-01", "", 10, "2021-03-15"),
    # Not asked about:
    ("begins at the cutoff", "2021-03-15", "", 10),
    ("ended before", "2020-06-01", "2021-03-14 23:59:59", 10),
    ("in the trial", "2021-03-01", "2021-04-01", 10, "2021-03-15 00:00:01"),
)

LEAVES = {
    "stays": 0.0,
    "leaves at the first instant": 1.0,
    "leaves at the last instant": 1.0,
    "leaves too late": 0.0,
    "ends one of two": 0.0,
    "ends both": 1.0,
    "switches within a week": 0.0,
    "comes back after eight days": 1.0,
    "switches and leaves": 1.0,
    "switches after the horizon": 0.0,
    "trial ends at the cutoff": 0.0,
}


NAMES = ("customer_id", "started_at", "ended_at", "monthly_amount", "trial_ends_at")

TINY = TinyWorld(
    answers={who: (outcome, None) for who, outcome in LEAVES.items()},
    tables={
        "subscriptions": {
            name: [row[at] or None if at < len(row) else None for row in ROWS] for at, name in enumerate(NAMES)
        },
        "events": {"customer_id": ["stays"], "happened_at": ["2020-06-02"], "name": ["login"]},
    },
)


class TestChurn(UseCaseContract):
    name = "churn"
    world = "subscriptions"
    tiny = TINY
    as_of_today: Mapping[str, Sequence[str]] = {"customers": ("role",)}


def _load(folder: Path, tiny: TinyWorld = TINY) -> Workspace:
    workspace = tw.open(tiny.write(folder), clock=lambda: datetime(2023, 1, 1))
    load_tables(workspace)
    return workspace


def test_amounts_that_never_change_are_what_was_at_stake(tmp_path: Path) -> None:
    workspace = _load(tmp_path, replace(TINY, stable={"subscriptions": ("monthly_amount",)}))
    told = answers(workspace, "churn", TINY.day, TINY.known_by)
    assert told["ends both"] == (1.0, 180.0)
    assert told["switches within a week"] == (0.0, 120.0)


def test_people_in_their_trial_are_asked_about_where_config_says_so(tmp_path: Path) -> None:
    workspace = _load(tmp_path, replace(TINY, config="[use_cases.churn]\nwith_trials = true\n"))
    told = answers(workspace, "churn", TINY.day, TINY.known_by)
    assert {who: outcome for who, (outcome, _) in told.items()} == {**LEAVES, "in the trial": 1.0}


def test_labels_wait_until_a_switch_would_be_known(tmp_path: Path) -> None:
    workspace = _load(tmp_path)
    assert find_question(workspace.config, "churn").use_case.horizon.lag == days(7)
    file = workspace.root / "tradewind.toml"
    file.write_text(file.read_text() + '[use_cases.churn]\nswitch_within = "2 weeks"\nhorizon = "30 days"\n')
    case = find_question(tw.open(workspace.root).config, "churn").use_case
    assert (case.horizon.length, case.horizon.lag) == (days(30), days(14))


def test_without_ends_it_says_what_is_missing(tmp_path: Path) -> None:
    workspace = _load(tmp_path)
    file = workspace.root / "tradewind.toml"
    file.write_text(file.read_text().replace("ended_at = ", "# "))
    finding = tw.run(tw.open(workspace.root, clock=lambda: datetime(2023, 1, 1)), only=["churn"]).findings[0]
    assert finding.status == "not answerable"
    assert "subscriptions.ended_at" in finding.next
