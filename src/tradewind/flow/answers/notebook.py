"""Charts of a question for a notebook: the same that the report shows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tradewind.core.errors import NotAnswerable, Problem
from tradewind.core.finding import Finding
from tradewind.flow.answers.reporting import finding_tables
from tradewind.report.charts import build_charts
from tradewind.store.workspace import Workspace

if TYPE_CHECKING:
    from tradewind.report.charts import Chart


def read_findings(workspace: Workspace) -> tuple[Finding, ...]:
    """Return the findings of the newest report.

    Raises:
        NotAnswerable: no report has been written yet.
    """
    path = workspace.root / "reports" / "latest.json"
    if not path.exists():
        raise NotAnswerable(Problem(str(path), "no report has been written yet", "", "", "tradewind run"))
    names = Finding.__dataclass_fields__
    return tuple(
        Finding.from_json({key: value for key, value in each.items() if key in names})
        for each in json.loads(path.read_text(encoding="utf-8"))
    )


def charts(workspace: Workspace, name: str) -> list[Chart]:
    """Return the charts of one question; `.chart` of each is an Altair chart.

    Args:
        workspace: an open workspace.
        name: of the question.
    Raises:
        NotAnswerable: the newest report has no such answer.
    """
    for finding in read_findings(workspace):
        if finding.name == name:
            return build_charts(finding, finding_tables(workspace, finding), workspace.config.workspace.currency)
    raise NotAnswerable(Problem(name, "the newest report has no such answer", "", "", f"tradewind run --only {name}"))
