"""About to leave: a switch to another plan is not leaving, and neither is the end of one of two subscriptions."""

from __future__ import annotations

import csv
from datetime import date, datetime
from pathlib import Path

import tradewind as tw
from contract.use_case_contract import answers
from tradewind.core.time import days
from tradewind.flow.questions import find_question
from tradewind.sources.load import load_tables
from tradewind.store.workspace import Workspace

CONFIG = """
[workspace]
currency = "USD"
timezone = "America/New_York"
threads = 1
[sources.tiny]
path = "*.csv"
timezone = "America/New_York"
[tables.subscriptions]
from = "tiny.subscriptions"
customer_id = "who"
started_at = "began"
ended_at = "nullif(ended, '')"
monthly_amount = "amount"
trial_ends_at = "nullif(trial, '')"
{stable}
[tables.events]
from = "tiny.events"
customer_id = "who"
happened_at = "at"
name = "'login'"
"""

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


def _load(folder: Path, stable: str = "") -> Workspace:
    rows = {"subscriptions": (("who", "began", "ended", "amount", "trial"), ROWS),
            "events": (("who", "at"), (("stays", "2020-06-02"),))}  # fmt: skip
    for name, (header, body) in rows.items():
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([header, *([*row, *[""] * (len(header) - len(row))] for row in body)])
    (folder / "tradewind.toml").write_text(CONFIG.format(stable=stable), encoding="utf-8")
    workspace = tw.open(folder, clock=lambda: datetime(2023, 1, 1))
    load_tables(workspace)
    return workspace


def test_who_leaves_is_answered_as_by_hand(tmp_path: Path) -> None:
    told = answers(_load(tmp_path), "churn", date(2021, 3, 15), date(2022, 1, 1))
    assert {who: outcome for who, (outcome, _) in told.items()} == LEAVES
    assert {value for _, value in told.values()} == {None}, "today's amounts say nothing of the past"


def test_amounts_that_never_change_are_what_was_at_stake(tmp_path: Path) -> None:
    told = answers(_load(tmp_path, 'stable = ["monthly_amount"]'), "churn", date(2021, 3, 15), date(2022, 1, 1))
    assert told["ends both"] == (1.0, 180.0)
    assert told["switches within a week"] == (0.0, 120.0)


def test_people_in_their_trial_are_asked_about_where_config_says_so(tmp_path: Path) -> None:
    workspace = _load(tmp_path)
    file = workspace.root / "tradewind.toml"
    file.write_text(file.read_text() + "[use_cases.churn]\nwith_trials = true\n")
    told = answers(tw.open(workspace.root), "churn", date(2021, 3, 15), date(2022, 1, 1))
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
