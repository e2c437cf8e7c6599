"""The report of a run: one offline page, the findings as JSON, and the frame around them."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tradewind import __version__
from tradewind.core.finding import Check, Finding, Number
from tradewind.core.score import ModelCard
from tradewind.core.trouble import Trouble
from tradewind.flow.answers.margin import Margin
from tradewind.flow.answers.saved_charts import save_charts
from tradewind.flow.answers.versions import version_in_use
from tradewind.flow.learning.tell import assumptions
from tradewind.flow.questions.asked import Question
from tradewind.models.files import read_card
from tradewind.report.charts import ROLES
from tradewind.report.context import ReportContext
from tradewind.report.html import render_html, report_charts
from tradewind.report.json import findings_json
from tradewind.store.brand import read_brand
from tradewind.store.manifest import Manifest, replace_file
from tradewind.store.workspace import Workspace

if TYPE_CHECKING:
    import pyarrow as pa

CHARTED = (*ROLES, "slices", "scores")
"""Roles of the tables that a report reads."""


@dataclass(frozen=True)
class Written:
    """Where a report lies.

    Args:
        html: the page of this run; `latest.html` beside it is the same.
        json: `latest.json`.
        context: the frame around the findings.
    """

    html: Path
    json: Path
    context: ReportContext


def publish_report(
    workspace: Workspace, findings: Sequence[Finding], checks: Sequence[Check], questions: Sequence[Question],
    margin: Margin, troubles: Sequence[Trouble] = (),
) -> Written:  # fmt: skip
    """Write `reports/<day>-<snapshot>.html` and `.json`, and `latest.html` and `latest.json`, which are the same.

    Args:
        workspace: whose report.
        findings: one per question.
        checks: checks of the data.
        questions: what was asked, for the assumptions.
        margin: what share of revenue is gross margin.
        troubles: what is wrong in the data, worst first.
    Raises:
        StoreError: the disk is full or the folder cannot be written.
    """
    manifest = workspace.manifest()
    context = report_context(workspace, manifest, findings, checks, questions, margin, troubles)
    tables = {finding.name: finding_tables(workspace, finding) for finding in findings}
    charts = report_charts(findings, tables, context)
    page = render_html(findings, tables, context, charts=charts).encode()
    folder = workspace.path("reports")
    name, told = f"{context.as_of.isoformat()}-{manifest.snapshot_id[:8]}", findings_json(findings, context).encode()
    html = folder / f"{name}.html"
    replace_file(html, page)
    replace_file(folder / "latest.html", page)
    replace_file(folder / f"{name}.json", told)  # what changed since is told beside it
    save_charts(workspace, manifest.snapshot_id, charts)
    replace_file(folder / "latest.json", told)
    return Written(html, folder / "latest.json", context)


def finding_tables(workspace: Workspace, finding: Finding) -> dict[str, pa.Table]:
    """Return the tables behind a finding's charts, by role."""
    manifest = workspace.manifest()
    tables = {}
    for role, name in finding.tables.items():
        if role in CHARTED and name in manifest.tables:
            table = workspace.table(name)
            tables[role] = table.rename_columns(["entity_id", *table.column_names[1:]]) if role == "scores" else table
    return tables


def report_context(
    workspace: Workspace, manifest: Manifest, findings: Sequence[Finding], checks: Sequence[Check],
    questions: Sequence[Question], margin: Margin, troubles: Sequence[Trouble] = (),
) -> ReportContext:  # fmt: skip
    """Return the frame around a run's findings."""
    currency, brand = workspace.config.workspace.currency, read_brand(workspace.root)
    period = _period(workspace, manifest)
    cards = {finding.name: card for finding in findings if (card := card_of(workspace, finding)) is not None}
    return ReportContext(
        company=brand.name or workspace.name,
        currency=currency,
        amounts_are="revenue" if margin.share is None else "profit",
        as_of=newest_day(workspace, findings) or (period[1] if period else workspace.clock().date()),
        snapshot_id=manifest.snapshot_id,
        generated_at=workspace.clock(),
        period=period,
        assumptions=assumptions(questions, margin, currency),
        rejected=workspace.table("rejected") if "rejected" in manifest.tables else None,
        checks=tuple(checks),
        troubles=tuple(troubles),
        versions={"tradewind": __version__, "python": platform.python_version(), "duckdb": version("duckdb"),
                  "lightgbm": version("lightgbm")},
        rules={finding.name: rule for question, finding in zip(questions, findings, strict=True)
               if (rule := finding.rule or _rule(question))},
        cards=cards,
        simulated=workspace.config.workspace.simulated,
        people=_people(findings),
        brand=brand,
    )  # fmt: skip


def _rule(question: Question) -> str:
    return question.use_case.baselines[0].name if question.use_case.baselines else ""


def _people(findings: Sequence[Finding]) -> str:
    """What those asked about are called, as one phrase: "customers, leads and deals"."""
    names = list(dict.fromkeys(finding.people for finding in findings)) or ["customers"]
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


_DATED = {"orders": "happened_on", "events": "happened_on", "activities": "happened_on", "leads": "created_at",
          "deals": "created_at", "subscriptions": "started_at"}  # fmt: skip
"""Tables whose days are the period of the data, the most telling first."""


def _period(workspace: Workspace, manifest: Manifest) -> tuple[date, date] | None:
    for table, time in _DATED.items():
        entry = manifest.tables.get(table)
        if entry is not None and entry.rows and time in dict(entry.columns):
            days = f"CAST(MIN({time}) AS DATE) AS first, CAST(MAX({time}) AS DATE) AS last"
            row = workspace.sql(f"SELECT {days} FROM {table}").to_pylist()[0]
            return None if row["first"] is None else (row["first"], row["last"])
    return None


def newest_day(workspace: Workspace, findings: Sequence[Finding]) -> date | None:
    """Return the newest day as of which any of these was answered; None where none gave scores."""
    days = []
    for table in filter(None, (finding.tables.get("scores") for finding in findings)):
        days += [row["cutoff"] for row in workspace.sql(f'SELECT MAX(cutoff) AS cutoff FROM "{table}"').to_pylist()]
    return max((day for day in days if day is not None), default=None)


def card_of(workspace: Workspace, finding: Finding) -> ModelCard | None:
    """Return the card of the model behind a finding; None where there is none or it is a lifetime model's."""
    newest = version_in_use(workspace, finding.name)
    if newest is None or finding.status not in ("answered", "not distinguishable"):
        return None
    folder = workspace.path(newest.path)
    if not (folder / "design.json").exists():
        return None
    return model_card(read_card(folder))


def model_card(data: Mapping[str, Any]) -> ModelCard:
    """Return the card that a saved model carries as JSON."""
    names = ModelCard.__dataclass_fields__
    known = {name: value for name, value in data.items() if name in names}
    known |= {name: date.fromisoformat(str(known[name])) for name in ("trained_through", "test_cutoff")}
    known["features"] = tuple(known["features"])
    known["metrics"] = {name: Number(**number) for name, number in known["metrics"].items()}
    return ModelCard(**known)
