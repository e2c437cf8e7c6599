"""The tables of the present snapshot as pages show them: some rows at a time, and whole as a file."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import IO, TYPE_CHECKING, Any

from tradewind.core.contract import CONTRACT
from tradewind.core.errors import NotFound, Problem
from tradewind.core.visitor import Visitor
from tradewind.flow.answers.table_page import Seen, seen_table
from tradewind.flow.answers.table_rights import columns_for, is_of_people, may_open
from tradewind.flow.lists.morning_list import FORMULA
from tradewind.flow.people.aliases import aliases_for
from tradewind.flow.today.make import standing
from tradewind.store.manifest import TableEntry
from tradewind.store.tables import read_batches, read_slice
from tradewind.store.workspace import Workspace

if TYPE_CHECKING:
    import pyarrow as pa

PAGE = 50
LONGEST_CELL = 200


@dataclass(frozen=True)
class TableCard:
    """One table at a glance.

    Args:
        name: its name.
        rows: how many rows it has.
        columns: how many columns.
        doc: what a row is; empty where nobody wrote that down.
        behind: title of the answer that it is behind; empty where there is none.
    """

    name: str
    rows: int
    columns: int
    doc: str
    behind: str


@dataclass(frozen=True)
class TableView:
    """Some rows of a table.

    Args:
        name: its name.
        doc: what a row is; empty where nobody wrote that down.
        total: how many rows it has.
        start: place of the first row shown, 0 is the first.
        columns: name, type and meaning of each column shown.
        rows: the rows as text.
        left_out: how many personal columns are not shown.
        aliased: whether keys that are addresses stand there by another name.
        of_people: whether its rows are of single people.
        behind: (name, title) of the answers that it is behind.
    """

    name: str
    doc: str
    total: int
    start: int
    columns: tuple[tuple[str, str, str], ...]
    rows: tuple[tuple[str, ...], ...]
    left_out: int
    aliased: bool
    of_people: bool
    behind: tuple[tuple[str, str], ...]


def list_tables(workspace: Workspace, visitor: Visitor) -> tuple[TableCard, ...]:
    """Return every table that a visitor may open, those behind answers first."""
    published = standing(workspace)
    behind = {table: finding.title for finding in (published.findings if published else ())
              for table in finding.tables.values()}  # fmt: skip
    cards = [
        TableCard(name, entry.rows, len(entry.columns), _doc(name), behind.get(name, ""))
        for name, entry in workspace.manifest().tables.items()
        if may_open(visitor, entry, published)
    ]
    return tuple(sorted(cards, key=lambda card: (not card.behind, card.behind, card.name)))


def find_table(workspace: Workspace, name: str, visitor: Visitor) -> tuple[TableEntry, tuple[str, ...]]:
    """Return a table and the columns of it that a visitor sees.

    Raises:
        NotFound: there is no such table, or none that he may open.
    """
    entry = workspace.manifest().tables.get(name)
    if entry is None or not may_open(visitor, entry, standing(workspace)):
        raise NotFound(Problem(name[:80], "there is no such table, or you may not open it", "", "one of your tables"))
    return entry, columns_for(visitor, entry)


@dataclass(frozen=True)
class TableFile:
    """A table as it stands in a visitor's files: only rows that he sees, without keys that are addresses.

    Args:
        rows: how many.
        columns: of the file.
        parts: its rows, a part at a time.
    """

    rows: int
    columns: tuple[str, ...]
    parts: Iterable[pa.Table]


def table_file(workspace: Workspace, name: str, visitor: Visitor) -> TableFile:
    """Return a table for a visitor's files.

    Raises:
        NotFound: there is no such table, or none that he may open.
    """
    entry, columns = find_table(workspace, name, visitor)
    if visitor.own_only:
        rows = seen_table(workspace, workspace.manifest(), entry, visitor, standing(workspace)).whole()
        return TableFile(rows.num_rows, tuple(rows.column_names), (rows,))
    kept = aliases_for(workspace, visitor.sees_personal).without_keys(columns)
    empty = read_slice(workspace.root, entry, 0, 0, kept)
    return TableFile(entry.rows, kept, read_batches(workspace.root, entry, kept) if entry.rows else (empty,))


def table_view(workspace: Workspace, name: str, visitor: Visitor, start: int = 0) -> TableView:
    """Return some rows of a table.

    Raises:
        NotFound: there is no such table, or none that he may open.
        StoreError: its files are damaged.
    """
    entry, columns = find_table(workspace, name, visitor)
    published = standing(workspace)
    seen = seen_table(workspace, workspace.manifest(), entry, visitor, published)
    total, names = seen.count(), seen.known
    start = max(0, min(start, max(total - 1, 0)))
    rows = seen.rows(start, PAGE) if visitor.own_only else _slice(workspace, entry, start, seen)
    contract, types = CONTRACT.get(name), dict(entry.columns)
    described = []
    for column in columns:
        known = contract.column(column) if contract is not None else None
        described.append((column, types[column], known.doc if known is not None else ""))
    behind = tuple((finding.name, finding.title) for finding in (published.findings if published else ())
                   if name in finding.tables.values())  # fmt: skip
    return TableView(
        name=name,
        doc=_doc(name),
        total=total,
        start=start,
        columns=tuple(described),
        rows=tuple(tuple(say_cell(row[column]) for column in columns) for row in rows),
        left_out=len(entry.columns) - len(columns),
        aliased=any(names.hides(column) for column in columns),
        of_people=is_of_people(entry),
        behind=behind,
    )


def _slice(workspace: Workspace, entry: TableEntry, start: int, seen: Seen) -> list[dict[str, Any]]:
    """Some rows of a table that is seen whole, found by their place in the files."""
    names = tuple(name for name, _ in seen.columns)
    rows = read_slice(workspace.root, entry, start, PAGE, names).to_pylist()
    return [{name: seen.known.cell(name, value) for name, value in row.items()} for row in rows]


def _doc(name: str) -> str:
    contract = CONTRACT.get(name)
    return contract.doc if contract is not None else ""


def say_cell(value: Any) -> str:
    """Return a stored value as text: as it stands, floats with six leading digits, times without a zone are UTC."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    if isinstance(value, date):
        return value.isoformat()
    text = str(value)
    return text if len(text) <= LONGEST_CELL else f"{text[:LONGEST_CELL]}…"


def table_csv(file: TableFile) -> Iterator[bytes]:
    """Return a table as CSV, a part at a time; no spreadsheet runs anything in it."""
    import pyarrow.csv as pv

    head = True
    for part in file.parts:
        sink = io.BytesIO()
        pv.write_csv(_neutral(part), sink, pv.WriteOptions(include_header=head))
        head = False
        yield sink.getvalue()


def _neutral(part: pa.Table) -> pa.Table:
    """Texts that a spreadsheet would take for a formula get a leading apostrophe."""
    import pyarrow as pa
    import pyarrow.compute as pc

    pattern = "^[" + "".join(f"\\x{ord(sign):02x}" for sign in FORMULA) + "]"
    for place, field in enumerate(part.schema):
        if pa.types.is_string(field.type) or pa.types.is_large_string(field.type):
            column = part.column(place).cast(pa.string())
            risky = pc.fill_null(pc.match_substring_regex(column, pattern), False)
            safe = pc.if_else(risky, pc.binary_join_element_wise("'", column, ""), column)
            part = part.set_column(place, field.name, safe)
    return part


def write_parquet(file: TableFile, sink: IO[bytes]) -> None:
    """Write a table as one Parquet file."""
    import pyarrow.parquet as pq

    writer: Any = None
    for part in file.parts:
        writer = writer or pq.ParquetWriter(sink, part.schema, compression="zstd")
        writer.write_table(part.cast(writer.schema))
    writer.close()
