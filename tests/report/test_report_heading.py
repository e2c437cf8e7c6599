"""The heading says whom the report is about, and from when to when its data are, whatever the business is."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import tradewind as tw
from small_worlds import NOW, write_small_sales
from tradewind.core.finding import Finding
from tradewind.flow.answers.margin import Margin
from tradewind.flow.answers.reporting import publish_report
from tradewind.flow.questions.asked import find_question
from tradewind.sources.load import load_tables


def a_finding(people: str) -> Finding:
    return Finding(
        "asked", "Title", "Question?", "answered", "association", "How.", ("Found.",), "", "Next.", people=people
    )


def test_a_sales_team_reads_of_its_leads_and_deals(tmp_path: Path) -> None:
    workspace = tw.open(write_small_sales(tmp_path), clock=lambda: NOW)
    load_tables(workspace)
    findings = [a_finding("leads"), a_finding("deals"), a_finding("leads")]
    question = find_question(workspace.config, "lapse")
    written = publish_report(workspace, findings, (), [question] * 3, Margin(None, "No margin is known.", False))
    assert "What your leads and deals are about to do" in written.html.read_text(encoding="utf-8")
    first, last = written.context.period or (date.min, date.min)
    assert first.year == 2023
    assert last <= NOW.date()
