"""The tables behind a finding: some of their rows as JSON values, or a whole one as a Parquet file."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from tradewind.core.entities import ENTITIES
from tradewind.core.errors import NotFound, Problem
from tradewind.core.finding import Finding
from tradewind.flow.answers.table_rights import is_personal
from tradewind.flow.lists.owner import SeesRow, with_owner
from tradewind.flow.people.aliases import Aliases
from tradewind.flow.snapshot_rows import Ask, snapshot_rows
from tradewind.store.manifest import Manifest, TableEntry
from tradewind.store.workspace import Workspace

MOST_ROWS = 2_000_000
"""Of a table that is given out as one file."""


@dataclass(frozen=True)
class TablePage:
    """Some rows of a table.

    Args:
        table: its name.
        columns: (name, type in SQL) of those shown.
        rows: column to value, in the order they were written; JSON values.
        after: rows before the next page; None on the last.
        total: rows that the visitor may see; None where they were not counted.
    """

    table: str
    columns: tuple[tuple[str, str], ...]
    rows: tuple[dict[str, Any], ...]
    after: int | None
    total: int | None


def table_of(manifest: Manifest, finding: Finding, role: str) -> TableEntry:
    """Return the table that a finding names for a role.

    Raises:
        NotFound: it names none, or this snapshot has none of that name.
    """
    name = finding.tables.get(role, "")
    if name not in manifest.tables:
        roles = ", ".join(role for role, name in finding.tables.items() if name in manifest.tables)
        raise NotFound(Problem(finding.name, "there is no such table behind it", role[:80], f"one of: {roles}"))
    return manifest.tables[name]


def shown_columns(entry: TableEntry, personal: bool) -> tuple[tuple[str, str], ...]:
    """Return the columns of a table that are shown; personal ones only where they may be seen."""
    return tuple((name, kind) for name, kind in entry.columns if personal or not is_personal(entry, name))


@dataclass(frozen=True)
class Sight:
    """What a visitor sees of tables.

    Args:
        personal: whether personal columns are shown.
        known: keys as the visitor knows them.
        sees: whose rows; None for all. Tables that name nobody are shown whole.
        key: of which kind those are whom the question is about.
    """

    personal: bool
    known: Aliases
    sees: SeesRow | None
    key: str


def table_page(
    workspace: Workspace, manifest: Manifest, entry: TableEntry, sight: Sight, after: int, limit: int
) -> TablePage:
    """Return some rows of a table.

    Args:
        workspace: an open workspace.
        manifest: the snapshot.
        entry: of the table.
        sight: what of it the visitor sees.
        after: rows to pass over.
        limit: at most so many.
    """
    columns = shown_columns(entry, sight.personal)
    with snapshot_rows(workspace, manifest, [entry.name, *_owner_tables(entry, sight)]) as ask:
        select, bound = _select(ask, manifest, entry, columns, sight)
        found = ask(f"{select} LIMIT $limit OFFSET $after", limit=limit + 1, after=after, **bound)
    rows = tuple(
        json_row({name: sight.known.cell(name, value) for name, value in row.items()}) for row in found[:limit]
    )
    after_these = after + limit if len(found) > limit else None
    return TablePage(entry.name, columns, rows, after_these, entry.rows if sight.sees is None else None)


def table_parquet(workspace: Workspace, manifest: Manifest, entry: TableEntry, sight: Sight) -> bytes:
    """Return a table as one Parquet file, with the rows and columns that the visitor sees, without hidden keys."""
    import pyarrow.parquet as pq

    kept = sight.known.without_keys(name for name, _ in entry.columns)
    columns = tuple(each for each in shown_columns(entry, sight.personal) if each[0] in kept)
    with snapshot_rows(workspace, manifest, [entry.name, *_owner_tables(entry, sight)]) as ask:
        select, bound = _select(ask, manifest, entry, columns, sight)
        rows = ask.arrow(f"{select} LIMIT $limit", limit=MOST_ROWS, **bound)
    sink = io.BytesIO()
    pq.write_table(rows, sink, compression="zstd")
    return sink.getvalue()


def _column_of(entry: TableEntry, key: str) -> tuple[str, str]:
    """The column that names whom a row is about, and of which kind: the question's own, or that of another kind."""
    names = dict(entry.columns)
    if key in names or "entity_id" in names:
        return (key if key in names else "entity_id"), key
    other = next((one for one in ENTITIES if one in names), "")
    return other, other


def _owner_tables(entry: TableEntry, sight: Sight) -> list[str]:
    _, key = _column_of(entry, sight.key)
    return [ENTITIES[key].table] if key in ENTITIES else []


def _select(
    ask: Ask, manifest: Manifest, entry: TableEntry, columns: tuple[tuple[str, str], ...], sight: Sight
) -> tuple[str, dict[str, object]]:
    """The SELECT of what the visitor sees, and what is bound in it."""
    column, key = _column_of(entry, sight.key)
    source, owner = with_owner(manifest, entry, column, key)
    names = ", ".join(f'l."{name}"' for name, _ in columns)
    if sight.sees is None or not (column or owner):
        return f'SELECT {names} FROM "{entry.name}" l', {}
    select = f"SELECT {names} FROM {source}"
    if not owner:
        return f"{select} WHERE FALSE", {}
    rows = ask(f"SELECT DISTINCT {owner} AS owner FROM {source}")
    owners = [str(row["owner"]) for row in rows if row["owner"] and sight.sees(str(row["owner"]))]
    return f"{select} WHERE {owner} IN (SELECT unnest($owners::VARCHAR[])) ORDER BY l.place", {"owners": owners}


def json_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row as JSON values: times and days as text, amounts as numbers, what is not finite as null."""
    return {name: _json(value) for name, value in row.items()}


def _json(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
