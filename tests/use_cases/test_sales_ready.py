"""What leads do before they buy: a planted order is told and listed; what is known late tells nothing; bad input."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from sources_of_leads import leads_workspace, moment, write_rows

from contract.analysis_contract import AnalysisContract
from tradewind.core.errors import NotAnswerable
from tradewind.flow.answers.analyse import Analysed
from tradewind.flow.data import open_data
from tradewind.flow.leads.sales_ready import answer
from tradewind.flow.questions.asked import find_question
from tradewind.store.workspace import Workspace

EVENTS = """
[tables.events]
from = "files.events"
lead_id = "lead"
happened_at = "at"
name = "name"
url = "url"
known_at = "known"
"""
HEADER = ("lead", "at", "name", "url", "known")


class TestSalesReady(AnalysisContract):
    name = "sales_ready"


def analysed(workspace: Workspace) -> Analysed:
    with open_data(workspace) as data:
        return answer(data, find_question(workspace.config, "sales_ready"))


def team(folder: Path, planted: bool = True, known: Callable[[float], float] = float) -> Workspace:
    """500 leads; those who convert look at prices and then download something in the days before, if planted.

    Args:
        planted: whether they do.
        known: when what happened on a day became known.
    """
    rng = np.random.default_rng(8)
    leads, events = [], []
    for number in range(500):
        created = rng.uniform(0, 400)
        converts = rng.random() < 0.25
        converted = created + rng.uniform(8, 40) if converts else 9999.0
        leads.append((f"L{number:04d}", moment(created), "web", moment(converted) if converted < 400 else ""))
        for day in rng.uniform(created, created + 60, rng.poisson(4)):
            page = rng.choice(["/pricing", "/blog/x", "/"])
            events.append((number, day, "page_view", page))
        if planted and converts:
            events += [(number, converted - 8, "page_view", "/pricing?plan=1"), (number, converted - 6, "Download", "")]
        events = [each for each in events if each[0] != number or each[1] < converted]
    told = [(f"L{number:04d}", moment(day), name, url, moment(known(day))) for number, day, name, url in events
            if known(day) < 400]  # fmt: skip
    (folder / "data").mkdir(parents=True)
    write_rows(folder / "data" / "events.csv", HEADER, told)
    return leads_workspace(folder, leads, more=EVENTS, settings="[use_cases.sales_ready]\ncutoffs = 40\n")


def test_a_planted_order_is_told_and_who_shows_it_today_is_listed(tmp_path: Path) -> None:
    found = analysed(team(tmp_path))
    told = [row for row in found.tables["patterns"].to_pylist() if row["confirmed"]]
    assert "download" in told[0]["pattern"]
    assert told[0]["low"] > told[0]["others"]
    assert f"“{told[0]['pattern']}”" in found.finding.found[0]
    rows = found.tables["list"].to_pylist()
    assert rows
    assert all("download" in row["lately"] and "ago" in row["lately"] for row in rows if "download" in row["reason"])
    assert found.finding.status == "answered"


def test_what_was_entered_after_the_sale_precedes_nothing(tmp_path: Path) -> None:
    # All is entered ten days late, when the lead has converted: at no cutoff was the download known.
    found = analysed(team(tmp_path, known=lambda day: day + 10))
    assert not any("download" in row["pattern"] for row in found.tables["patterns"].to_pylist() if row["confirmed"])


def test_nothing_is_told_where_nothing_precedes(tmp_path: Path) -> None:
    found = analysed(team(tmp_path, planted=False))
    assert found.finding.status == "not distinguishable"
    assert found.finding.found[0].startswith("Nothing that leads do was ")
    assert found.tables["list"].num_rows == 0


def test_without_actions_or_with_few_conversions_it_says_so(tmp_path: Path) -> None:
    leads = [(f"L{number}", moment(number % 390), "web", moment(number % 390 + 9) if number % 9 == 0 else "")
             for number in range(300)]  # fmt: skip
    with pytest.raises(NotAnswerable, match="nothing says what a lead did"):
        analysed(leads_workspace(tmp_path / "none", leads))
    folder = tmp_path / "few"
    (folder / "data").mkdir(parents=True)
    write_rows(folder / "data" / "events.csv", HEADER, [("L1", moment(3), "login", "", moment(3))])
    with pytest.raises(NotAnswerable, match="too few open leads converted"):
        analysed(leads_workspace(folder, leads, more=EVENTS))
