"""The findings that stand: those of the newest report, and those of the one before it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

from tradewind.core.errors import Problem, StoreError
from tradewind.core.finding import Finding
from tradewind.store.workspace import Workspace

LATEST = "reports/latest.json"
LOOKED_BACK = 200
"""Runs among which the one before the newest report is sought."""

_OWN = frozenset(each.name for each in fields(Finding))


@dataclass(frozen=True)
class Published:
    """The findings of one report.

    Args:
        findings: one per question, in the order asked.
        currency: ISO code of all amounts.
        amounts_are: whether amounts are gross margin or only revenue.
        as_of: the local day at whose midnight everything was known.
        snapshot_id: which state of the data.
        generated_at: naive UTC.
        simulated: whether the data are made up.
    """

    findings: tuple[Finding, ...]
    currency: str
    amounts_are: Literal["profit", "revenue"]
    as_of: date
    snapshot_id: str
    generated_at: datetime
    simulated: bool

    def find(self, name: str) -> Finding | None:
        """Return the finding of a question, or None."""
        return next((finding for finding in self.findings if finding.name == name), None)


def read_published(workspace: Workspace) -> Published | None:
    """Return the findings of the newest report; None before the first run.

    Raises:
        StoreError: the file is damaged.
    """
    return _read(workspace.path(LATEST))


def read_previous(workspace: Workspace, published: Published) -> Published | None:
    """Return the findings of the newest run before a report that stood on other data; None where there is none."""
    for run in workspace.state().runs(LOOKED_BACK):
        snapshot = run.snapshot_id or ""
        if run.command == "run" and run.status == "done" and snapshot and snapshot != published.snapshot_id:
            before = run.finished_at is not None and run.finished_at <= published.generated_at
            found = sorted(workspace.path("reports").glob(f"*-{snapshot[:8]}.json")) if before else []
            if found:
                return _read(found[-1])
    return None


def _read(path: Path) -> Published | None:
    if not path.is_file():
        return None
    try:
        rows: list[Mapping[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
        if not rows:
            return None
        findings = tuple(Finding.from_json({name: row[name] for name in row if name in _OWN}) for row in rows)
        first = rows[0]
        return Published(
            findings=findings,
            currency=str(first["currency"]),
            amounts_are="revenue" if first["amounts_are"] == "revenue" else "profit",
            as_of=date.fromisoformat(first["as_of"]),
            snapshot_id=str(first["snapshot_id"]),
            generated_at=datetime.fromisoformat(str(first["generated_at"]).removesuffix("Z")),
            simulated=bool(first["simulated"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        what = Problem(path.name, "the findings of this report cannot be read", type(error).__name__, "JSON as written")
        raise StoreError(what) from error
