"""Databases into tables, by URL and read-only: SQLite, DuckDB, Postgres, MySQL."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tradewind.core.errors import Problem, SourceError
from tradewind.sources.raw import Raw

if TYPE_CHECKING:
    import pyarrow as pa
    from sqlalchemy import URL, Connection

_DRIVERS = {
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mysql+pymysql",
    "sqlite": "sqlite",
    "duckdb": "duckdb",
}
_EXTRAS = {"postgresql+psycopg": "postgres", "mysql+pymysql": "mysql"}
_READ_ONLY = {
    "postgresql": ("SET TRANSACTION READ ONLY", "SET LOCAL TIME ZONE 'UTC'"),
    "mysql": ("SET SESSION TRANSACTION READ ONLY", "SET SESSION time_zone = '+00:00'", "START TRANSACTION READ ONLY"),
    "sqlite": ("PRAGMA query_only = ON",),
}
_CHUNK = 50_000
_PATIENCE = {"postgresql": {"connect_timeout": 10}, "mysql": {"connect_timeout": 10, "read_timeout": 600}}
"""Seconds to wait for a server that does not answer."""


def read_database(url: str, table: str | None = None, query: str | None = None, where: str = "") -> Raw:
    """Read one table, or what one SELECT gives; nothing in the database is changed.

    Args:
        url: `sqlite:///file`, `duckdb:///file`, `postgresql://…` or `mysql://…`.
        table: a table or view, `schema.table` where needed.
        query: a SELECT in the database's own SQL, instead of a table.
        where: the source's place in the config, for messages.
    Raises:
        SourceError: the database cannot be reached, or has no such table, or the query is not one SELECT.
    """
    address = _address(url, where)
    if (table is None) == (query is None):
        raise SourceError(
            Problem(where, "a database source needs a table or a query", "", 'table = "…" or query = "…"')
        )
    if query is not None:
        _check_select(query, address.get_backend_name(), where)
    if address.get_backend_name() == "duckdb":
        return _read_duckdb(Path(address.database or ""), table, query, where)
    with _connection(address, where) as connection:
        statement = query if query is not None else f"SELECT * FROM {_quoted(connection, table or '', where)}"
        # Rows come as they are asked for, and a % in the query is only a %.
        connection = connection.execution_options(stream_results=True, no_parameters=True)
        result = connection.exec_driver_sql(statement.rstrip().rstrip(";"))
        names = [str(name) for name in result.keys()]  # noqa: SIM118 - a result is no dict
        parts = [_columns(rows, len(names)) for rows in result.partitions(_CHUNK)]
    return Raw(_assemble(names, parts), tuple(names))


def list_tables(url: str, where: str = "") -> list[str]:
    """Return the tables and views of a database, sorted."""
    from sqlalchemy import inspect

    address = _address(url, where)
    if address.get_backend_name() == "duckdb":
        with _duckdb(Path(address.database or ""), where) as con:
            found = con.execute("SELECT table_name FROM information_schema.tables ORDER BY 1").fetchall()
            return [str(name) for (name,) in found]
    with _connection(address, where) as connection:
        inspector = inspect(connection)
        return sorted([*inspector.get_table_names(), *inspector.get_view_names()])


def shown_address(url: str) -> str:
    """Return a database's address as it may be shown: without user, password and settings.

    Raises:
        SourceError: it is no address, or of a kind that is not supported.
    """
    address = _address(url, "--from")
    place = f"{address.host or ''}{f':{address.port}' if address.port else ''}"
    return f"{address.get_backend_name()}://{place}/{address.database or ''}"


def database_file(url: str) -> str | None:
    """Return the file of a database that is one (SQLite, DuckDB), or None for a server."""
    address = _address(url, "")
    return address.database or "" if address.get_backend_name() in ("sqlite", "duckdb") else None


def _address(url: str, where: str) -> URL:
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        address = make_url(url)
    except (ArgumentError, ValueError):
        raise SourceError(
            Problem(where, "this is no database address", "", "such as postgresql://user@host/name, in the environment")
        ) from None
    scheme = address.drivername.split("+")[0]
    if scheme not in _DRIVERS:
        raise SourceError(
            Problem(where, "this kind of database is not supported", scheme, "sqlite, duckdb, postgresql or mysql")
        )
    address = address.set(drivername=_DRIVERS[scheme])
    if scheme in ("sqlite", "duckdb") and not (address.database and Path(address.database).is_file()):
        raise SourceError(
            Problem(where, "this database file does not exist", address.database or "no file named", "a file")
        )
    return address


@contextmanager
def _connection(address: URL, where: str) -> Iterator[Connection]:
    """A connection that cannot write; its errors never show the password."""
    from sqlalchemy import create_engine
    from sqlalchemy.exc import SQLAlchemyError
    from sqlalchemy.pool import NullPool

    name = address.get_backend_name()
    shown = address.render_as_string(hide_password=True)
    if name == "sqlite":
        # The same file through SQLite's own read-only mode.
        target = Path(address.database or "").resolve().as_uri() + "?mode=ro&uri=true"
        address = address.set(database=target.split("?")[0], query={"mode": "ro", "uri": "true"})
    try:
        engine = create_engine(address, poolclass=NullPool, connect_args=_PATIENCE.get(name, {}))
    except ImportError:
        extra = _EXTRAS.get(address.drivername, name)
        raise SourceError(
            Problem(where, f"the driver for {name} is not installed", "", "", f'pip install "tradewind[{extra}]"')
        ) from None
    try:
        with engine.connect() as connection:
            for statement in _READ_ONLY[name]:
                connection.exec_driver_sql(statement)
            yield connection
            connection.rollback()
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        if address.password:
            reason = reason.replace(str(address.password), "…")
        raise SourceError(
            Problem(
                where, "the database cannot be read", f"{shown}: {reason}", "a database that answers", "check the url"
            )
        ) from None
    finally:
        engine.dispose()


def _quoted(connection: Connection, table: str, where: str) -> str:
    from sqlalchemy import inspect

    schema, _, name = table.rpartition(".")
    inspector = inspect(connection)
    names = [*inspector.get_table_names(schema or None), *inspector.get_view_names(schema or None)]
    if name not in names:
        raise SourceError(
            Problem(where, f"the database has no table {table!r}", "", f"one of: {', '.join(sorted(names)) or 'none'}")
        )
    quote = connection.dialect.identifier_preparer.quote_identifier
    return ".".join(quote(part) for part in (schema, name) if part)


def _check_select(query: str, backend: str, where: str) -> None:
    """Refuse what is not one SELECT; that nothing is written is also seen to by the connection itself."""
    from sqlglot import exp, parse
    from sqlglot.errors import SqlglotError

    dialect = {"postgresql": "postgres", "mariadb": "mysql"}.get(backend, backend)
    try:
        statements = [statement for statement in parse(query, read=dialect) if statement is not None]
    except SqlglotError as error:
        raise SourceError(
            Problem(where, "this query cannot be read", str(error).splitlines()[0], "one SELECT")
        ) from None
    if (
        len(statements) != 1
        or not isinstance(statements[0], exp.Query)
        or statements[0].find(exp.Into, exp.DML, exp.DDL)
    ):
        found = ", ".join(type(statement).__name__.upper() for statement in statements) or "nothing"
        raise SourceError(Problem(where, "a source's query may only read", found, "one SELECT"))


@contextmanager
def _duckdb(path: Path, where: str, in_order: bool = False) -> Iterator[Any]:
    import duckdb

    try:
        # A foreign file's views must not reach other files or hosts.
        with duckdb.connect(str(path), read_only=True, config={"enable_external_access": "false"}) as con:
            con.execute("SET TimeZone = 'UTC'")
            if in_order:
                # Several threads give the rows of a join or a group in another order each time.
                con.execute("SET threads = 1")
            con.execute("SET lock_configuration = true")
            yield con
    except duckdb.Error as error:
        raise SourceError(
            Problem(where, "the database cannot be read", f"{path}: {str(error).splitlines()[0]}", "a DuckDB file")
        ) from None


def _read_duckdb(path: Path, table: str | None, query: str | None, where: str) -> Raw:
    with _duckdb(path, where, in_order=query is not None) as con:
        if query is None:
            names = [name for (name,) in con.execute("SELECT table_name FROM information_schema.tables").fetchall()]
            schema, _, name = (table or "").rpartition(".")
            if name not in names:
                raise SourceError(
                    Problem(
                        where,
                        f"the database has no table {table!r}",
                        "",
                        f"one of: {', '.join(sorted(names)) or 'none'}",
                    )
                )
            quoted = ".".join('"' + part.replace('"', '""') + '"' for part in (schema, name) if part)
            query = f"SELECT * FROM {quoted}"
        data = con.sql(query.rstrip().rstrip(";")).to_arrow_table()
    return Raw(data, tuple(data.column_names))


def _columns(rows: Sequence[Any], width: int) -> list[list[Any]]:
    return [[_plain(row[place]) for row in rows] for place in range(width)]


def _plain(value: object) -> object:
    """Values that Arrow has no plain type for become text; bytes are text or hexadecimal."""
    if value is None or isinstance(value, bool | int | float | str | Decimal | datetime | date):
        return value
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, timedelta | time):
        return str(value)
    if isinstance(value, bytes | bytearray | memoryview):
        raw = bytes(value)
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            return raw.hex()
    return str(value)


def _assemble(names: list[str], parts: list[list[list[Any]]]) -> pa.Table:
    """One Arrow column per result column: of the narrowest type that holds all its values, text where they differ."""
    import pyarrow as pa

    arrays = [_array(value for part in parts for value in part[place]) for place in range(len(names))]
    return pa.Table.from_arrays(arrays, names=names)


def _array(values: Iterable[object]) -> pa.Array:
    import pyarrow as pa

    kept = list(values)
    kinds = {type(value) for value in kept if value is not None}
    if not kinds:
        return pa.nulls(len(kept), pa.string())
    if kinds == {datetime}:
        aware = {value.tzinfo is not None for value in kept if isinstance(value, datetime)}
        if aware == {True}:
            utc = [value.astimezone(UTC) if isinstance(value, datetime) else None for value in kept]
            return pa.array(utc, pa.timestamp("us", "UTC"))
        if aware == {False}:
            return pa.array(kept, pa.timestamp("us"))
    elif len(kinds) == 1 and kinds <= {bool, str, date, float}:
        return pa.array(kept)
    elif kinds == {int} and all(value is None or abs(int(str(value))) < 1 << 63 for value in kept):
        return pa.array(kept, pa.int64())
    elif kinds == {Decimal}:
        try:
            return pa.array(kept)  # exact, with the scale that the values have
        except pa.ArrowInvalid:
            pass
    elif kinds <= {int, float, Decimal} and float in kinds:
        return pa.array([None if value is None else float(str(value)) for value in kept], pa.float64())
    return pa.array([None if value is None else str(value) for value in kept], pa.string())
