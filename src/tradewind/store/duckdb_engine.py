"""DuckDB: reads the workspace's Parquet files in place, out of core, within a memory limit."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import duckdb
import pyarrow as pa
from sqlglot import exp

from tradewind.core.errors import Problem, StoreError, UnsafeExpression
from tradewind.core.time import system_clock
from tradewind.store.engines import canonical_sql, divide_safely, result_types, select_used
from tradewind.store.live import MADE_OF
from tradewind.store.manifest import Manifest, TableEntry, cannot_write, inside

SCRATCH = ".scratch"
_ABANDONED_SECONDS = 3 * 86400  # a killed process leaves its scratch folder behind


class DuckDBEngine:
    """DuckDB in this process.

    Args:
        root: the workspace folder; its table files are read, nothing else.
        memory_limit: what it may take before it spills to the workspace's scratch folder.
        threads: processors to use; all when None.
    """

    name = "DuckDB"
    dialect = "duckdb"

    def __init__(self, root: Path, memory_limit: str = "2GB", threads: int | None = None) -> None:
        self._root = root
        self._scratch = _new_scratch(root)
        self._connection = open_connection([root / "tables", self._scratch], self._scratch, memory_limit, threads)

    def load_table(self, name: str, data: TableEntry | pa.Table) -> None:
        """Make a table readable under a name: a workspace's table as a view on its files, an Arrow table as a copy."""
        self.drop(name)
        if isinstance(data, TableEntry):
            self._run(f"CREATE VIEW {_quoted(name)} AS {scan(self._root, data)}")
            return
        self._connection.register("arrow_rows", data)
        try:
            self._run(f"CREATE TABLE {_quoted(name)} AS SELECT * FROM arrow_rows")
        finally:
            self._connection.unregister("arrow_rows")

    def create(self, name: str, select: exp.Expression, parameters: Mapping[str, object] | None = None) -> None:
        """Run a SELECT and leave its result as a named table."""
        sql, used = self._canonical(select, parameters)
        temporary = f"{name}__new"
        self._run(f"CREATE OR REPLACE TABLE {_quoted(temporary)} AS {sql}", used)
        self.drop(name)  # only now: the SELECT may read the table it replaces
        self._run(f"ALTER TABLE {_quoted(temporary)} RENAME TO {_quoted(name)}")

    def fetch(self, select: exp.Expression, parameters: Mapping[str, object] | None = None) -> pa.Table:
        """Run a SELECT and return its rows with canonical Arrow types."""
        return self.fetch_each(select, [parameters or {}])[0]

    def fetch_each(self, select: exp.Expression, parameters: Sequence[Mapping[str, object]]) -> list[pa.Table]:
        """Run one SELECT once for each set of parameters."""
        if not parameters:
            return []
        sql, _ = self._canonical(select, parameters[0])
        try:
            return [self._connection.sql(sql, params=select_used(select, each)).to_arrow_table() for each in parameters]
        except (duckdb.Error, MemoryError) as error:
            raise engine_refused(error) from error

    def tables(self) -> tuple[str, ...]:
        """Return the names of the tables that can be read."""
        rows = self._run("SELECT table_name FROM information_schema.tables ORDER BY table_name").fetchall()
        return tuple(str(row[0]) for row in rows)

    def drop(self, name: str) -> None:
        """Remove a table if it is there."""
        kinds = self._run(
            "SELECT table_type FROM information_schema.tables WHERE table_name = $name", {"name": name}
        ).fetchall()
        if kinds:
            self._run(f"DROP {'VIEW' if kinds[0][0] == 'VIEW' else 'TABLE'} {_quoted(name)}")

    def close(self) -> None:
        """Release memory, files and the scratch folder."""
        self._connection.close()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _canonical(
        self, select: exp.Expression, parameters: Mapping[str, object] | None
    ) -> tuple[str, dict[str, object]]:
        used = select_used(select, parameters)
        # Written out once: of many cutoffs the text is long, and writing it takes longer than planning it.
        sql = divide_safely(select).sql("duckdb")
        try:
            types = result_types(self._connection, sql, used)
        except duckdb.Error as error:
            raise engine_refused(error) from error
        return canonical_sql(sql, types), used

    def _run(self, sql: str, parameters: Mapping[str, object] | None = None) -> Any:
        try:
            return self._connection.execute(sql, dict(parameters or {}))
        except (duckdb.Error, MemoryError) as error:
            raise engine_refused(error) from error


def open_connection(
    folders: Iterable[Path], scratch: Path | None, memory_limit: str, threads: int | None
) -> duckdb.DuckDBPyConnection:
    """Return a DuckDB that can touch these folders and nothing else, and whose settings can no longer be changed."""
    connection = duckdb.connect(":memory:")
    settings: dict[str, object] = {
        "memory_limit": memory_limit,
        "temp_directory": str(scratch or ""),
        "TimeZone": "UTC",
        "preserve_insertion_order": True,
        "python_enable_replacements": False,
        "autoload_known_extensions": False,
        "autoinstall_known_extensions": False,
        "enable_progress_bar": False,
        "ieee_floating_point_ops": False,  # a user's division by zero is an error, never infinity
        "allowed_directories": [str(folder.resolve()) for folder in folders],
    }
    if threads is not None:
        settings["threads"] = threads
    for key, value in settings.items():
        connection.execute(f"SET {key} = {_literal(value)}")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def scan(root: Path, entry: TableEntry) -> str:
    """Return the SELECT that reads a table's files, in row order."""
    files = [str(inside(root, file.path)) for file in entry.files]
    if MADE_OF not in entry.meta:
        return f"SELECT * FROM read_parquet({_literal(files)})"
    columns = ", ".join(_quoted(name) for name, _ in entry.columns)
    return f"SELECT {columns} FROM read_parquet({_literal(files)}, union_by_name = true)"


def engine_refused(error: Exception) -> StoreError:
    """Word an engine's error; the first line says what it is."""
    text = str(error).strip().splitlines()
    return StoreError(Problem("the SQL step", "the engine cannot run it", text[0] if text else type(error).__name__))


def safe_connection(
    root: Path, manifest: Manifest, memory_limit: str = "2GB", threads: int | None = None, scratch: Path | None = None
) -> duckdb.DuckDBPyConnection:
    """Return a connection for a user's own SQL: it sees the workspace's tables and no other file, setting or host.

    Args:
        root: the workspace folder.
        manifest: the snapshot whose tables are seen.
        memory_limit: what it may take.
        threads: processors to use; all when None.
        scratch: an empty folder of its own to spill to; without one it must do with its memory.
    Raises:
        StoreError: the manifest names files outside the workspace.
    """
    connection = open_connection([root / "tables"], scratch, memory_limit, threads)
    for name, entry in manifest.tables.items():
        connection.execute(f"CREATE VIEW {_quoted(name)} AS {scan(root, entry)}")
    return connection


def run_user_sql(connection: duckdb.DuckDBPyConnection, query: str) -> pa.Table:
    """Run one SELECT that a person typed.

    Raises:
        UnsafeExpression: it is not one SELECT.
        StoreError: DuckDB refuses it.
    """
    try:
        statements = connection.extract_statements(query)
        if [statement.type for statement in statements] != [duckdb.StatementType.SELECT]:
            raise UnsafeExpression(
                Problem("sql", "only one SELECT may run here", query.strip()[:80], "SELECT ... FROM one of the tables")
            )
        rows = connection.sql(query).to_arrow_table()
    except duckdb.Error as error:
        raise engine_refused(error) from error
    return rows.rename_columns(_told_apart(rows.column_names))


def _told_apart(names: Sequence[str]) -> list[str]:
    """Give the second `amount` of a join the name `amount_2`, so that no reader drops one of them."""
    told: list[str] = []
    for name in names:
        new, count = name, 2
        while new in told or (new != name and new in names):
            new, count = f"{name}_{count}", count + 1
        told.append(new)
    return told


def _new_scratch(root: Path) -> Path:
    folder = inside(root, f"{SCRATCH}/{os.getpid()}-{uuid.uuid4().hex[:8]}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for left in folder.parent.iterdir():
            if system_clock().timestamp() - left.stat().st_mtime > _ABANDONED_SECONDS:
                shutil.rmtree(left, ignore_errors=True)
    except OSError as error:
        raise cannot_write(folder, error) from error
    return folder


def _quoted(name: str) -> str:
    return exp.to_identifier(name, quoted=True).sql("duckdb")


def _literal(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "[" + ", ".join(_literal(item) for item in value) + "]"
    return "'" + str(value).replace("'", "''") + "'"
