"""Postgres: copies the workspace's tables in and runs the same steps there, with DuckDB's types."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Self

import duckdb
import psycopg
import pyarrow as pa
import pyarrow.csv as pa_csv
from sqlglot import exp

from tradewind.core.errors import Problem, StoreError
from tradewind.store.duckdb_engine import engine_refused, open_connection
from tradewind.store.engines import canonical_select, canonical_type, divide_safely, result_types, select_used
from tradewind.store.manifest import TableEntry
from tradewind.store.postgres_dialect import column_type, to_postgres
from tradewind.store.tables import read_files, sql_type

_SETTINGS = ("TIME ZONE 'UTC'", "datestyle = 'ISO'", "work_mem = '64MB'", "temp_buffers = '64MB'", "jit = off")

_ARROW = {
    "BIGINT": pa.int64(),
    "DOUBLE": pa.float64(),
    "TIMESTAMP": pa.timestamp("us"),
    "DATE": pa.date32(),
    "BOOLEAN": pa.bool_(),
    "VARCHAR": pa.string(),
    "DECIMAL(38,4)": pa.decimal128(38, 4),
}


class PostgresEngine:
    """One session of a Postgres; all tables it makes are temporary and vanish with it.

    An empty DuckDB beside it holds the same tables without rows: it says which type each column of a result has.

    Args:
        root: the workspace folder.
        url: address of the database.
    Raises:
        StoreError: it cannot be reached.
    """

    name = "Postgres"
    dialect = "postgres"

    def __init__(self, root: Path, url: str) -> None:
        self._root = root
        self._tables: set[str] = set()
        self._shadow = open_connection([], None, "256MB", 1)
        try:
            self._connection = psycopg.connect(url, autocommit=True, cursor_factory=psycopg.ClientCursor)
            for setting in _SETTINGS:
                self._connection.execute(f"SET {setting}".encode())
        except psycopg.Error as error:
            raise StoreError(
                Problem("workspace.engine", "this Postgres cannot be used", _first_line(error), "a server that answers")
            ) from error

    def load_table(self, name: str, data: TableEntry | pa.Table) -> None:
        """Copy a table's rows in; a table of that name is replaced."""
        if isinstance(data, TableEntry):
            columns, parts = list(data.columns), read_files(self._root, data)
        else:
            columns, parts = [(field.name, sql_type(name, field)) for field in data.schema], iter((data,))
        self.drop(name)
        table = _quoted(name)
        self._run(f"CREATE TEMP TABLE {table} ({', '.join(f'{_quoted(c)} {column_type(t)}' for c, t in columns)})")
        self._copy_in(table, parts)
        self._run(f"ANALYZE {table}")
        self._shadow.execute(f"CREATE TABLE {table} ({', '.join(f'{_quoted(c)} {t}' for c, t in columns)})")
        self._tables.add(name)

    def create(self, name: str, select: exp.Expression, parameters: Mapping[str, object] | None = None) -> None:
        """Run a SELECT and leave its result as a named table."""
        cast, _, used = self._canonical(select, parameters)
        temporary = f"{name}__new"
        self._run(f"CREATE TEMP TABLE {_quoted(temporary)} AS {to_postgres(cast)}", used)
        self._shadow.execute(f"CREATE TABLE {_quoted(temporary)} AS {cast.sql('duckdb')}", used)
        self.drop(name)  # only now: the SELECT may read the table it replaces
        for run in (self._run, self._shadow.execute):
            run(f"ALTER TABLE {_quoted(temporary)} RENAME TO {_quoted(name)}")
        self._run(f"ANALYZE {_quoted(name)}")
        self._tables.add(name)

    def fetch(self, select: exp.Expression, parameters: Mapping[str, object] | None = None) -> pa.Table:
        """Run a SELECT and return its rows with canonical Arrow types."""
        cast, types, used = self._canonical(select, parameters)
        statement = f"COPY ({to_postgres(cast)}) TO STDOUT (FORMAT csv, FORCE_QUOTE *)"
        buffer = io.BytesIO()
        try:
            cursor = psycopg.ClientCursor(self._connection)
            with cursor.copy(cursor.mogrify(statement.encode(), used).encode()) as rows:
                for block in rows:
                    buffer.write(block)
        except psycopg.Error as error:
            raise _refused(error) from error
        return _read_csv(buffer.getbuffer(), [(column, canonical_type(column, t)) for column, t in types])

    def fetch_each(self, select: exp.Expression, parameters: Sequence[Mapping[str, object]]) -> list[pa.Table]:
        """Run one SELECT once for each set of parameters."""
        return [self.fetch(select, each) for each in parameters]

    def tables(self) -> tuple[str, ...]:
        """Return the names of the tables that can be read."""
        return tuple(sorted(self._tables))

    def drop(self, name: str) -> None:
        """Remove a table if it is there."""
        for run in (self._run, self._shadow.execute):
            run(f"DROP TABLE IF EXISTS {'pg_temp.' if run == self._run else ''}{_quoted(name)}")
        self._tables.discard(name)

    def close(self) -> None:
        """End the session; its tables vanish."""
        self._connection.close()
        self._shadow.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _canonical(
        self, select: exp.Expression, parameters: Mapping[str, object] | None
    ) -> tuple[exp.Expression, list[tuple[str, str]], dict[str, object]]:
        used = select_used(select, parameters)
        select = divide_safely(select)
        try:
            types = result_types(self._shadow, select.sql("duckdb"), used)
        except duckdb.Error as error:
            raise engine_refused(error) from error
        return canonical_select(select, types, every=True), types, used

    def _copy_in(self, table: str, parts: Iterable[pa.Table]) -> None:
        try:
            with self._connection.cursor().copy(f"COPY {table} FROM STDIN (FORMAT csv)".encode()) as rows:
                for part in parts:
                    for batch in part.to_batches(max_chunksize=1 << 16):
                        rows.write(_csv_of(batch))
        except psycopg.Error as error:
            raise _refused(error) from error

    def _run(self, sql: str, parameters: Mapping[str, object] | None = None) -> None:
        try:
            self._connection.execute(sql.encode(), parameters)
        except psycopg.Error as error:
            raise _refused(error) from error


def _csv_of(batch: pa.RecordBatch) -> bytes:
    """Write rows so that Postgres tells an empty text (quoted) from NULL (not quoted)."""
    columns = [column.cast(pa.string()) if pa.types.is_decimal(column.type) else column for column in batch.columns]
    buffer = io.BytesIO()
    rows = pa.RecordBatch.from_arrays(columns, names=batch.schema.names)
    pa_csv.write_csv(rows, buffer, pa_csv.WriteOptions(include_header=False, quoting_style="needed"))
    return buffer.getvalue()


def _read_csv(text: memoryview, types: list[tuple[str, str]]) -> pa.Table:
    wanted = pa.schema([(f"c{index}", _ARROW[name]) for index, (_, name) in enumerate(types)])
    if len(text) == 0:
        table = wanted.empty_table()
    else:
        table = pa_csv.read_csv(
            pa.py_buffer(text),
            read_options=pa_csv.ReadOptions(column_names=wanted.names),
            parse_options=pa_csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
            convert_options=pa_csv.ConvertOptions(
                column_types=wanted,
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
                true_values=["t"],
                false_values=["f"],
            ),
        )
    return table.rename_columns([column for column, _ in types])


def _quoted(name: str) -> str:
    return exp.to_identifier(name, quoted=True).sql("postgres")


def _refused(error: psycopg.Error) -> StoreError:
    return StoreError(Problem("the SQL step", "Postgres cannot run it", _first_line(error)))


def _first_line(error: psycopg.Error) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
