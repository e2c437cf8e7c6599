"""How the state database is reached: transactions on SQLite and Postgres alike, its errors as ours, its instants."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from tradewind.core.errors import Problem, StateAway, StoreError

STATE_FILE = "state.db"
PATIENCE_MS = 30_000
CONNECT_SECONDS = 5

_EPOCH = datetime(1970, 1, 1)


def connect(url: str, patience_ms: int = PATIENCE_MS) -> sa.Engine:
    """Return the way to a state database; nothing is opened yet.

    Args:
        url: `sqlite:///...` or `postgresql://...`.
        patience_ms: how long SQLite waits for another writer.
    Raises:
        StoreError: it is no address of a database.
    """
    more: dict[str, Any] = {}
    for prefix in ("postgresql://", "postgres://"):
        if url.startswith(prefix):
            url = "postgresql+psycopg://" + url.removeprefix(prefix)
            # A connection that broke while it lay idle is replaced in silence; a host that is gone is noticed soon.
            more = {"pool_pre_ping": True, "connect_args": {"connect_timeout": CONNECT_SECONDS}}
    try:
        engine = sa.create_engine(url, hide_parameters=True, **more)
    except (sa.exc.ArgumentError, ImportError) as error:
        raise StoreError(
            Problem("workspace.state", "this is no address of a database", type(error).__name__, "a Postgres URL")
        ) from error
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", lambda connection, _: _prepare_sqlite(connection, patience_ms))
        sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _begin_sqlite(connection: sa.Connection) -> None:
    """Writers queue up from the start, so that none fails half-way; readers never wait."""
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _prepare_sqlite(connection: Any, patience_ms: int) -> None:
    connection.isolation_level = None  # transactions begin where SQLAlchemy says so
    for pragma in ("journal_mode=WAL", "synchronous=FULL", f"busy_timeout={patience_ms}", "trusted_schema=OFF"):
        connection.execute(f"PRAGMA {pragma}").close()


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Open a transaction that writes; it is committed at the end, and undone after an error."""
    with told(engine), engine.begin() as connection:
        yield connection


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Open a transaction that only reads; it waits for no writer."""
    with told(engine), engine.connect().execution_options(reading=True) as connection:
        yield connection


@contextmanager
def told(engine: sa.Engine) -> Iterator[None]:
    """Turn a database's errors into ours, without the address's password."""
    try:
        yield
    except sa.exc.SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or type(error).__name__).strip().splitlines()[0]
        place = engine.url.render_as_string(hide_password=True)
        raise StateAway(
            Problem(place, "the state database cannot be used", reason, "a database that can be read and written")
        ) from error


def to_micros(instant: datetime) -> int:
    """Return a naive UTC instant as microseconds since 1970."""
    return (instant - _EPOCH) // timedelta(microseconds=1)


def from_micros(micros: int) -> datetime:
    """Return microseconds since 1970 as a naive UTC instant."""
    return _EPOCH + timedelta(microseconds=micros)
