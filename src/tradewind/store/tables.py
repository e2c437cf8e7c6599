"""Tables as immutable Parquet files that are named by their content."""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tradewind.core.errors import Problem, StoreError
from tradewind.store.live import MADE_OF
from tradewind.store.lock import sync_folder
from tradewind.store.manifest import TABLE_NAME, FileEntry, TableEntry, cannot_write, inside

WHOLE = "all"
WRITERS = 2
"""Files written at a time: packing them is most of the work, and takes a processor each."""


def write_table(
    root: Path, name: str, data: pa.Table, month_column: str | None = None, meta: Mapping[str, Any] | None = None
) -> TableEntry:
    """Write a table's rows as Parquet; rows that were written before give the same files and cost no space.

    The table becomes visible only when its entry is published.

    Args:
        root: the workspace folder.
        name: table name: small letters, digits, underscores.
        data: the rows; times are naive UTC.
        month_column: a date or time column whose month divides the rows into files; None keeps one file.
        meta: JSON values to keep beside the table.
    Returns:
        The entry to publish.
    Raises:
        StoreError: the name or a column's type cannot be stored, or the disk is full.
    """
    if not TABLE_NAME.fullmatch(name):
        raise StoreError(Problem(name, "this cannot be a table's name", "", "small letters, digits, underscores"))
    columns = tuple((field.name, sql_type(name, field)) for field in data.schema)
    if len({column.lower() for column, _ in columns}) < len(columns):
        raise StoreError(Problem(name, "two columns of this table have one name", ", ".join(data.column_names)))
    with ThreadPoolExecutor(WRITERS) as writers:
        written = writers.map(lambda part: _write_file(root, name, part[0], part[1]()), _by_month(data, month_column))
        files = tuple(written)
    return TableEntry(name, files, columns, data.num_rows, dict(meta or {}))


def read_table(root: Path, entry: TableEntry) -> pa.Table:
    """Read a table's rows in the order they were written.

    Raises:
        StoreError: a file is missing, damaged or outside the workspace.
    """
    return pa.concat_tables(read_files(root, entry))


def read_columns(root: Path, entry: TableEntry, columns: Sequence[str]) -> pa.Table:
    """Read some of a table's columns, in their order there; those that it lacks are left out; see `read_table`."""
    wanted = [name for name, _ in entry.columns if name in columns]
    return pa.concat_tables(read_files(root, entry, wanted))


def read_slice(root: Path, entry: TableEntry, start: int, count: int, columns: Sequence[str]) -> pa.Table:
    """Read some rows of some columns, without reading more row groups than they stand in.

    Args:
        root: the workspace folder.
        entry: the table.
        start: place of the first row, 0 is the first.
        count: how many rows at most.
        columns: which columns, each once and stored.

    Raises:
        StoreError: a file is missing or damaged.
    """
    parts, place = [], 0
    for file in entry.files:
        if place + file.rows > start and place < start + count:
            try:
                stored = pq.ParquetFile(inside(root, file.path))
                for group in range(stored.num_row_groups):
                    rows = stored.metadata.row_group(group).num_rows
                    first, last = max(start - place, 0), min(start + count - place, rows)
                    if first < last:
                        part = stored.read_row_group(group, list(columns))
                        parts.append(part.slice(first, last - first))
                    place += rows
            except (OSError, pa.ArrowException) as error:
                raise _unreadable(file, type(error).__name__) from error
        else:
            place += file.rows
    return pa.concat_tables(parts, promote_options="permissive") if parts else pa.table({name: [] for name in columns})


def read_batches(root: Path, entry: TableEntry, columns: Sequence[str], rows: int = 65_536) -> Iterator[pa.Table]:
    """Read a table of any size a part at a time; see `read_slice`."""
    for file in entry.files:
        try:
            stored = pq.ParquetFile(inside(root, file.path))
            for batch in stored.iter_batches(rows, columns=list(columns)):
                yield pa.Table.from_batches([batch])
        except (OSError, pa.ArrowException) as error:
            raise _unreadable(file, type(error).__name__) from error


def read_files(root: Path, entry: TableEntry, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
    """Read a table file by file, of all columns or of some; see `read_table`."""
    for file in entry.files:
        path = inside(root, file.path)
        try:
            part = pq.ParquetFile(path).read(None if columns is None else list(columns))
        except (OSError, pa.ArrowException) as error:
            raise _unreadable(file, type(error).__name__) from error
        if part.num_rows != file.rows:
            raise _unreadable(file, f"{part.num_rows} rows instead of {file.rows}")
        yield _with_all_columns(part, entry) if MADE_OF in entry.meta else part


def _with_all_columns(part: pa.Table, entry: TableEntry) -> pa.Table:
    """Give a file's rows the columns that only other files of its table have."""
    absent = {name: pa.nulls(part.num_rows, _arrow_type(kind)) for name, kind in entry.columns}
    return pa.table({name: part[name] if name in part.column_names else absent[name] for name, _ in entry.columns})


def _arrow_type(kind: str) -> pa.DataType:
    if kind.startswith("DECIMAL"):
        precision, scale = kind.removeprefix("DECIMAL(").removesuffix(")").split(",")
        return pa.decimal128(int(precision), int(scale))
    return _ARROW_TYPES[kind]


_ARROW_TYPES = {
    "VARCHAR": pa.string(), "TINYINT": pa.int8(), "SMALLINT": pa.int16(), "INTEGER": pa.int32(), "BIGINT": pa.int64(),
    "DOUBLE": pa.float64(), "FLOAT": pa.float32(), "BOOLEAN": pa.bool_(), "DATE": pa.date32(),
    "TIMESTAMP": pa.timestamp("us"),
}  # fmt: skip


def missing_file(root: Path, entry: TableEntry) -> FileEntry | None:
    """Return the first of a table's files that is not there, or None when all stand."""
    return next((file for file in entry.files if not inside(root, file.path).is_file()), None)


def sql_type(table: str, field: pa.Field) -> str:
    """Return the DuckDB type of an Arrow column that a stored table may have.

    Raises:
        StoreError: a stored table cannot have such a column.
    """
    kind = field.type
    if pa.types.is_decimal128(kind):
        return f"DECIMAL({kind.precision},{kind.scale})"
    if pa.types.is_timestamp(kind) and kind.tz is not None:
        raise StoreError(
            Problem(f"{table}.{field.name}", "a stored time has no zone: it means UTC", str(kind), "timestamp[us]")
        )
    for test, name in _SQL_TYPES.items():
        if test(kind):
            return name
    raise StoreError(Problem(f"{table}.{field.name}", "this type cannot be stored", str(kind), "a plain column"))


_SQL_TYPES = {
    pa.types.is_string: "VARCHAR",
    pa.types.is_large_string: "VARCHAR",
    pa.types.is_null: "INTEGER",
    pa.types.is_int8: "TINYINT",
    pa.types.is_int16: "SMALLINT",
    pa.types.is_int32: "INTEGER",
    pa.types.is_int64: "BIGINT",
    pa.types.is_uint8: "UTINYINT",
    pa.types.is_uint16: "USMALLINT",
    pa.types.is_uint32: "UINTEGER",
    pa.types.is_float32: "FLOAT",
    pa.types.is_float64: "DOUBLE",
    pa.types.is_boolean: "BOOLEAN",
    pa.types.is_date32: "DATE",
    pa.types.is_timestamp: "TIMESTAMP",
}


def _by_month(data: pa.Table, month_column: str | None) -> Iterator[tuple[str, Callable[[], pa.Table]]]:
    """The name of each month, and what gives its rows: only those being written are held a second time."""
    if month_column is None or data.num_rows == 0:
        yield WHOLE, lambda: data
        return
    times = data[month_column]
    months = pc.add(pc.multiply(pc.year(times), 12), pc.subtract(pc.month(times), 1)).combine_chunks()
    months = pc.fill_null(months, -1)
    for month in sorted(pc.unique(months).to_pylist(), key=lambda number: (number < 0, number)):  # without a time: last
        name = "none" if month < 0 else f"{month // 12:04d}-{month % 12 + 1:02d}"
        yield name, partial(_rows_of, data, months, month)


def _rows_of(data: pa.Table, months: pa.Array, month: int) -> pa.Table:
    return data.filter(pc.equal(months, month))


def _write_file(root: Path, name: str, month: str, data: pa.Table) -> FileEntry:
    folder = inside(root, f"tables/{name}/{month}")
    temporary = folder / f".{uuid.uuid4().hex}.tmp"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        pq.write_table(data.combine_chunks(), temporary, compression="zstd", row_group_size=1 << 17)
        with open(temporary, "rb+") as file:
            os.fsync(file.fileno())
            digest = hashlib.file_digest(file, "sha256").hexdigest()[:32]
        path = folder / f"{digest}.parquet"
        os.replace(temporary, path)
        sync_folder(folder)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise cannot_write(folder, error) from error
    return FileEntry(f"tables/{name}/{month}/{digest}.parquet", data.num_rows, month)


def _unreadable(file: FileEntry, found: str) -> StoreError:
    return StoreError(
        Problem(file.path, "this table file cannot be read", found, "a complete Parquet file", "tradewind run")
    )
