"""Activities that go with winning: what is held equal, what is told, what was known late, and bad input."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from sources_of_leads import leads_workspace, moment, write_rows

from contract.analysis_contract import AnalysisContract
from tradewind.core.errors import ConfigError, NotAnswerable
from tradewind.flow.answers.analyse import Analysed
from tradewind.flow.data import open_data
from tradewind.flow.leads.activity_effect import answer
from tradewind.flow.questions.asked import find_question
from tradewind.store.workspace import Workspace

TABLES = """
[tables.deals]
from = "files.deals"
deal_id = "deal"
created_at = "created"
stage = "'open'"
owner = "owner"
size = "size"
closed_at = "closed"
won = "won"
stable = ["owner", "size"]
[tables.activities]
from = "files.activities"
activity_id = "id"
happened_at = "at"
kind = "kind"
deal_id = "deal"
lead_id = "lead"
known_at = "known"
"""
SETTINGS = '[use_cases.activity_effect]\nhorizon = "60 days"\nfirst = "14 days"\n'
CAUSAL = re.compile(r"\b(cause[sd]?|leads? to|because of|makes? (?:you|deals)|helps?|increases?|effect of)\b")


class TestActivityEffect(AnalysisContract):
    name = "activity_effect"


def analysed(workspace: Workspace) -> Analysed:
    with open_data(workspace) as data:
        return answer(data, find_question(workspace.config, "activity_effect"))


def deals(
    folder: Path,
    known: Callable[[float], float] = float,
    everywhere: bool = False,
    of: str = "deal",
    settings: str = SETTINGS,
    count: int = 900,
) -> Workspace:
    """Deals: large ones get a demo more often and are won more often, and the demo does nothing; a visit does."""
    rng = np.random.default_rng(5)
    rows, done, leads = [], [], []
    for number in range(count):
        created = rng.uniform(0, 320)
        large = rng.random() < 0.5
        demo, visit = rng.random() < (0.7 if large else 0.25) or everywhere, rng.random() < 0.4 or everywhere
        won = rng.random() < 0.15 + 0.35 * large + 0.25 * visit
        closed = created + 15 + rng.uniform(0, 50)
        for kind, there in (("demo", demo), ("visit", visit)):
            if there:
                at = created + rng.uniform(0.1, 13.9)
                about = (f"D{number}", "") if of == "deal" else ("", f"L{number}")
                done.append((f"A{len(done)}", moment(at), kind, *about, moment(known(at))))
        name, size = f"rep {number % 5}", "large" if large else "small"
        rows.append((f"D{number}", moment(created), name, size, moment(closed), str(won).lower()))
        leads.append((f"L{number}", moment(created), "web", moment(closed) if won else ""))
    (folder / "data").mkdir(parents=True)
    header = ("deal", "created", "owner", "size", "closed", "won")
    write_rows(folder / "data" / "deals.csv", header, rows)
    write_rows(folder / "data" / "activities.csv", ("id", "at", "kind", "deal", "lead", "known"), done)
    return leads_workspace(folder, leads, more=TABLES, settings=settings)


def by_kind(found: Analysed) -> dict[str, dict[str, object]]:
    return {row["activity"]: row for row in found.tables["activities"].to_pylist()}


def test_what_only_goes_along_with_size_is_not_told_as_clear(tmp_path: Path) -> None:
    found = analysed(deals(tmp_path))
    rows = by_kind(found)
    demo, visit = rows["demo"], rows["visit"]
    assert demo["plain_low"] > 0.02, "as it is, the demo looks splendid"
    assert demo["low"] < 0 < demo["high"]
    assert not demo["clear"]
    assert visit["clear"]
    assert visit["low"] < 0.25 < visit["high"]
    assert 1 < visit["unseen_edge"] < visit["unseen"]
    finding = found.finding
    assert finding.evidence == "adjusted"
    assert finding.found[0].startswith("Deals with a visit in the first 14 days were won more often: ")
    assert "held out at random would settle it" in finding.next
    assert "owner" in finding.approach
    assert "size" in finding.approach
    for said in (*finding.found, finding.next, finding.money, finding.approach):
        assert not CAUSAL.search(said.replace("leads", "")), said


def test_an_activity_entered_late_does_not_count(tmp_path: Path) -> None:
    with pytest.raises(NotAnswerable, match="had an activity in time"):
        analysed(deals(tmp_path, known=lambda at: at + 60, count=120))


def test_an_activity_that_all_deals_have_splits_nothing(tmp_path: Path) -> None:
    with pytest.raises(NotAnswerable, match=r"all .* had: demo, visit"):
        analysed(deals(tmp_path, everywhere=True, count=120))


def test_leads_may_be_asked_about_instead(tmp_path: Path) -> None:
    found = analysed(deals(tmp_path, of="lead", settings=f'{SETTINGS}of = "leads"\n'))
    assert by_kind(found)["visit"]["clear"]
    assert "Leads with a visit in the first 14 days were converted more often" in found.finding.found[0]


def test_what_cannot_be_asked_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match='"deals" or "leads"'):
        analysed(deals(tmp_path / "of", settings=f'{SETTINGS}of = "orders"\n', count=30))
    with pytest.raises(NotAnswerable, match="the history is too short"):
        analysed(deals(tmp_path / "short", settings='[use_cases.activity_effect]\nhorizon = "900 days"\n', count=30))
