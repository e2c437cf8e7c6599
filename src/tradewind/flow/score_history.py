"""What earlier runs said of one entity: its scores in the snapshots that are still kept."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from tradewind.core.errors import TradewindError
from tradewind.flow.facts import open_facts
from tradewind.flow.kept import keep
from tradewind.flow.people_sql import quoted
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


def score_history(workspace: Workspace, entity: str, key: str, question: str) -> tuple[PastScore, ...]:
    """Return what runs that are still kept said of an entity, newest first; of each date the newest run's word.

    Args:
        workspace: an open workspace.
        entity: key column.
        key: which one.
        question: name of a question with scores.
    """
    entries = [each for each in _entries(workspace, f"scores_{question}") if _holds(each, entity)]
    wanted, rows = [], 0
    for entry in entries[:MOST_DATES]:
        rows += entry.rows
        if rows <= MOST_ROWS and missing_file(workspace.root, entry) is None:
            wanted.append(entry)
    if not wanted:
        return ()
    parts = [
        f"SELECT {place} AS place, cutoff, mean, model_version FROM ({scan(workspace.root, entry)}) "
        f"WHERE {quoted(entity)} = ?"
        for place, entry in enumerate(wanted)
    ]
    found = open_facts(workspace).rows(f"{' UNION ALL '.join(parts)} ORDER BY place", [key] * len(parts))
    by_day: dict[date, PastScore] = {}
    for row in found:
        if row["mean"] is not None:
            by_day.setdefault(row["cutoff"], PastScore(row["cutoff"], float(row["mean"]), str(row["model_version"])))
    return tuple(sorted(by_day.values(), key=lambda each: each.cutoff, reverse=True))


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
