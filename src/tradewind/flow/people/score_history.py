"""What earlier runs said of one entity: its scores in the snapshots that are still kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

from tradewind.core.errors import TradewindError
from tradewind.flow.kept import keep
from tradewind.flow.people.facts import open_facts
from tradewind.flow.people.index_sql import quoted
from tradewind.store.duckdb_engine import scan
from tradewind.store.manifest import SNAPSHOTS, TableEntry, read_snapshot
from tradewind.store.tables import missing_file
from tradewind.store.workspace import Workspace

MOST_ROWS = 2_000_000
"""Rows of earlier tables of scores that are looked through for one page."""

MOST_DATES, MOST_SNAPSHOTS = 12, 150
"""Dates that are shown, and newest snapshots that are looked through for them."""


@dataclass(frozen=True)
class PastScore:
    """One score of an earlier run.

    Args:
        cutoff: as of which local day.
        mean: chance or amount.
        model_version: which model said so.
    """

    cutoff: date
    mean: float
    model_version: str


def score_history(
    workspace: Workspace, entity: str, key: str, question: str, present: Mapping[str, Any]
) -> tuple[PastScore, ...]:
    """Return what runs that are still kept said of an entity, newest first; of each date the newest run's word.

    Args:
        workspace: an open workspace.
        entity: key column.
        key: which one.
        question: name of a question with scores.
        present: its row of the present snapshot.
    """
    table = f"scores_{question}"
    now = keep(workspace, "manifest", workspace.manifest).tables[table].fingerprint
    entries = [each for each in _entries(workspace, table) if _holds(each, entity) and each.fingerprint != now]
    wanted, rows = [], 0
    for entry in entries[:MOST_DATES]:
        rows += entry.rows
        if rows <= MOST_ROWS and missing_file(workspace.root, entry) is None:
            wanted.append(entry)
    by_day: dict[date, PastScore] = {}
    for row in (present, *_past(workspace, entity, key, wanted)):
        if row.get("mean") is not None and isinstance(row.get("cutoff"), date):
            past = PastScore(row["cutoff"], float(row["mean"]), str(row.get("model_version") or ""))
            by_day.setdefault(past.cutoff, past)
    return tuple(sorted(by_day.values(), key=lambda each: each.cutoff, reverse=True))


def _past(workspace: Workspace, entity: str, key: str, wanted: Sequence[TableEntry]) -> list[dict[str, Any]]:
    if not wanted:
        return []
    parts = [
        f"SELECT {place} AS place, cutoff, mean, model_version FROM ({scan(workspace.root, entry)}) "
        f"WHERE {quoted(entity)} = ?"
        for place, entry in enumerate(wanted)
    ]
    return open_facts(workspace).rows(f"{' UNION ALL '.join(parts)} ORDER BY place", [key] * len(parts))


def _holds(entry: TableEntry, entity: str) -> bool:
    return {entity, "cutoff", "mean", "model_version"} <= {column for column, _ in entry.columns}


def _entries(workspace: Workspace, table: str) -> tuple[TableEntry, ...]:
    """The different contents that a table has had, newest first."""
    return keep(workspace, f"entries of {table}", lambda: _all_entries(workspace).get(table, ()))


def _all_entries(workspace: Workspace) -> dict[str, tuple[TableEntry, ...]]:
    return keep(workspace, "entries of scores", lambda: _read_entries(workspace))


def _read_entries(workspace: Workspace) -> dict[str, tuple[TableEntry, ...]]:
    files = sorted((workspace.root / SNAPSHOTS).glob("*.json"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    found: dict[str, dict[str, TableEntry]] = {}
    for path in files[:MOST_SNAPSHOTS]:
        with suppress(TradewindError, OSError):  # a damaged or removed old snapshot has nothing to say
            for name, entry in read_snapshot(workspace.root, path).tables.items():
                if name.startswith("scores_"):
                    found.setdefault(name, {}).setdefault(entry.fingerprint, entry)
    return {name: tuple(each.values()) for name, each in found.items()}
