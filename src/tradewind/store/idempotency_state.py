"""Writes that were asked for under a key: each is done once, and a repeated one gets the answer of the first.

The first to note a key does the work; whoever comes with it at the same time, on whichever server, is told to wait.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import sqlalchemy as sa

from tradewind.store.state import State
from tradewind.store.state_connection import to_micros, writing
from tradewind.store.state_schema import IDEMPOTENT_WRITES

KEPT = timedelta(hours=24)
"""How long an answer is kept."""

GIVEN_UP = timedelta(minutes=2)
"""After so long without an answer whoever began is taken to be dead, and the next may do the work."""


@dataclass(frozen=True)
class Answered:
    """The answer of the first one.

    Args:
        status: of HTTP.
        body: as it was sent.
    """

    status: int
    body: str


Begun = Literal["mine", "running", "other"] | Answered
"""`mine`: do the work; `running`: another is doing it; `other`: the key was used for something else; or its answer."""


def write_key(who: str, route: str, key: str) -> str:
    """Return the digest under which a write is noted: keys of others never meet."""
    parts = (f"{len(part)}:{part}" for part in (who, route, key))
    return hashlib.sha256("".join(parts).encode()).hexdigest()


def begin_write(state: State, key: str, fingerprint: str, now: datetime) -> Begun:
    """Note that a write is being done, or say what became of it.

    Args:
        state: the state database.
        key: see `write_key`.
        fingerprint: of what is asked for.
        now: naive UTC.
    """
    table, micros = IDEMPOTENT_WRITES, to_micros(now)
    old = table.c.begun_at < to_micros(now - KEPT)
    dead = table.c.status.is_(None) & (table.c.begun_at < to_micros(now - GIVEN_UP))
    row = {"key": key, "fingerprint": fingerprint, "begun_at": micros, "status": None, "answer": None}
    with writing(state.engine) as connection:
        connection.execute(table.delete().where((table.c.key == key) & (old | dead)))
        added = _insert(state.engine.dialect.name).values(row).returning(table.c.key)
        if connection.execute(added).first() is not None:
            return "mine"
        found = connection.execute(table.select().where(table.c.key == key)).one_or_none()
    if found is None:  # released between the two statements: the caller's next try begins it
        return "running"
    if found.fingerprint != fingerprint:
        return "other"
    return "running" if found.status is None else Answered(int(found.status), str(found.answer))


def finish_write(state: State, key: str, answer: Answered) -> None:
    """Keep the answer of a write that was done."""
    values = {"status": answer.status, "answer": answer.body}
    with writing(state.engine) as connection:
        connection.execute(IDEMPOTENT_WRITES.update().where(IDEMPOTENT_WRITES.c.key == key).values(values))


def release_write(state: State, key: str) -> None:
    """Forget a write that failed and left nothing, so that it may be tried again."""
    same = (IDEMPOTENT_WRITES.c.key == key) & IDEMPOTENT_WRITES.c.status.is_(None)
    with writing(state.engine) as connection:
        connection.execute(IDEMPOTENT_WRITES.delete().where(same))


def forget_writes(state: State, now: datetime) -> int:
    """Remove what is kept longer than a day; return how many."""
    old = IDEMPOTENT_WRITES.c.begun_at < to_micros(now - KEPT)
    with writing(state.engine) as connection:
        return connection.execute(IDEMPOTENT_WRITES.delete().where(old)).rowcount


def _insert(dialect: str) -> sa.Insert:
    """An insert that leaves a row that is there: under Postgres it waits for a concurrent one to be decided."""
    from sqlalchemy.dialects import postgresql, sqlite

    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(IDEMPOTENT_WRITES).on_conflict_do_nothing()
