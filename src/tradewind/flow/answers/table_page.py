"""The tables behind a finding: some of their rows as JSON values, or a whole one as a Parquet file."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tradewind.core.errors import NotFound, Problem
from tradewind.core.finding import Finding
from tradewind.core.visitor import Visitor
from tradewind.flow.answers.published import Published
from tradewind.flow.answers.table_rights import columns_for, kind_in, may_open, rows_for
from tradewind.flow.people.aliases import Aliases, aliases_for
from tradewind.flow.snapshot_rows import snapshot_rows
from tradewind.store.manifest import Manifest, TableEntry
from tradewind.store.workspace import Workspace

if TYPE_CHECKING:
    import pyarrow as pa

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
        total: rows that the visitor may see.
    """

    table: str
    columns: tuple[tuple[str, str], ...]
    rows: tuple[dict[str, Any], ...]
    after: int | None
    total: int


def table_of(manifest: Manifest, finding: Finding, role: str, visitor: Visitor, published: Published) -> TableEntry:
    """Return the table that a finding names for a role.

    Raises:
        NotFound: it names none, this snapshot has none of that name, or the visitor may not open it.
    """
    name = finding.tables.get(role, "")
    if name not in manifest.tables or not may_open(visitor, manifest.tables[name], published):
        roles = ", ".join(role for role, name in finding.tables.items() if name in manifest.tables)
        raise NotFound(Problem(finding.name, "there is no such table behind it", role[:80], f"one of: {roles}"))
    return manifest.tables[name]


@dataclass(frozen=True)
class Seen:
    """A table as one visitor sees it.

    Args:
        workspace: an open workspace.
        manifest: the snapshot.
        entry: of the table.
        visitor: who looks.
        known: keys as he knows them.
        columns: (name, type in SQL) of those that he sees.
        kind: key column of those whom `entity_id` names.
    """

    workspace: Workspace
    manifest: Manifest
    entry: TableEntry
    visitor: Visitor
    known: Aliases
    columns: tuple[tuple[str, str], ...]
    kind: str

    def rows(self, after: int, limit: int) -> list[dict[str, Any]]:
        """Return some of the rows that he sees, in the order they were written."""
        found = self._arrow(self.columns, "LIMIT $limit OFFSET $after", limit=limit, after=after).to_pylist()
        return [{name: self.known.cell(name, value) for name, value in row.items()} for row in found]

    def count(self) -> int:
        """Return how many rows he sees."""
        own = rows_for(self.workspace, self.visitor, self.entry, self.kind)
        if own is None:
            return self.entry.rows
        with snapshot_rows(self.workspace, self.manifest, [self.entry.name]) as ask:
            return int(ask(f'SELECT count(*) AS n FROM "{self.entry.name}" l WHERE {own.where}', **own.bound)[0]["n"])

    def whole(self) -> pa.Table:
        """Return the rows that he sees, at most `MOST_ROWS`, as they stand in files: without keys hidden from him."""
        kept = self.known.without_keys(name for name, _ in self.columns)
        return self._arrow(tuple(each for each in self.columns if each[0] in kept), "LIMIT $limit", limit=MOST_ROWS)

    def _arrow(self, columns: tuple[tuple[str, str], ...], end: str, **bound: object) -> pa.Table:
        names = ", ".join(f'l."{name}"' for name, _ in columns)
        own = rows_for(self.workspace, self.visitor, self.entry, self.kind)
        select = f'SELECT {names} FROM "{self.entry.name}" l'
        if own is not None:
            select, bound = f"{select} WHERE {own.where} ORDER BY l.place", {**bound, **own.bound}
        with snapshot_rows(self.workspace, self.manifest, [self.entry.name]) as ask:
            return ask.arrow(f"{select} {end}", **bound)


def seen_table(
    workspace: Workspace, manifest: Manifest, entry: TableEntry, visitor: Visitor, published: Published | None
) -> Seen:
    """Return a table as a visitor sees it; that he may open it is for `may_open` to say."""
    shown = columns_for(visitor, entry)
    columns = tuple(each for each in entry.columns if each[0] in shown)
    known = aliases_for(workspace, visitor.sees_personal)
    return Seen(workspace, manifest, entry, visitor, known, columns, kind_in(workspace, entry, published))


def table_page(seen: Seen, after: int, limit: int) -> TablePage:
    """Return some rows of a table.

    Args:
        seen: the table as the visitor sees it.
        after: rows to pass over.
        limit: at most so many.
    """
    found = seen.rows(after, limit + 1)
    rows = tuple(json_row(row) for row in found[:limit])
    return TablePage(seen.entry.name, seen.columns, rows, after + limit if len(found) > limit else None, seen.count())


def table_parquet(seen: Seen) -> bytes:
    """Return a table as one Parquet file, with the rows and columns that the visitor sees, without hidden keys."""
    import pyarrow.parquet as pq

    sink = io.BytesIO()
    pq.write_table(seen.whole(), sink, compression="zstd")
    return sink.getvalue()


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
