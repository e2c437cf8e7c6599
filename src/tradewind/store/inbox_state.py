"""The inbox: events as they came in, once each, on disk before anybody is told so.

Requests that arrive together are committed together: one write to disk serves them all.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from tradewind.core.errors import StoreError
from tradewind.store.state_connection import from_micros, reading, to_micros, writing
from tradewind.store.state_schema import INBOX, META

ENTITY_COLUMNS = ("customer_id", "anonymous_id", "account_id", "lead_id", "deal_id")
_NAME = "inbox"
_WRITERS = 7250101  # the advisory lock of Postgres under which rows are added


@dataclass(frozen=True, slots=True)
class Incoming:
    """One event on its way into the inbox.

    Args:
        source: whose message ids these are: the name of the key it came with.
        message_id: names it; a second one of the same source is the same event sent again.
        kind: track, identify, page, screen, group or alias.
        received_at: microseconds since 1970, UTC.
        happened_at: microseconds since 1970, UTC.
        body: JSON text: the contract rows it makes.
        customer_id: whom it is about; None where it names no customer. The same holds for those below.
    """

    source: str
    message_id: str
    kind: str
    received_at: int
    happened_at: int
    body: str
    customer_id: str | None = None
    anonymous_id: str | None = None
    account_id: str | None = None
    lead_id: str | None = None
    deal_id: str | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """One event of the inbox.

    Args:
        sequence: its place in the order of commits; it only grows, and is never given twice.
        event: what was sent.
    """

    sequence: int
    event: Incoming

    @property
    def received_at(self) -> datetime:
        """When it came in, naive UTC."""
        return from_micros(self.event.received_at)


@dataclass
class _Waiting:
    """One request's events, until they are on disk."""

    events: Sequence[Incoming]
    added: int | None = None
    error: StoreError | None = None


@dataclass
class Inbox:
    """The inbox of one state database; any number of threads may add to it.

    Args:
        engine: of the state database.
    """

    engine: sa.Engine
    _waiting: list[_Waiting] = field(default_factory=list)
    _guard: threading.Lock = field(default_factory=threading.Lock)
    _writer: threading.Lock = field(default_factory=threading.Lock)

    def add(self, events: Sequence[Incoming]) -> int:
        """Put events on disk and return how many were new; the others had been there already.

        Whoever comes while another's events are being written waits, and is written together with all who wait.

        Raises:
            StoreError: the state database cannot be written; none of these events counts as received.
        """
        mine = _Waiting(events)
        with self._guard:
            self._waiting.append(mine)
        with self._writer:
            if mine.added is None and mine.error is None:
                with self._guard:
                    together, self._waiting = self._waiting, []
                self._commit(together)
        if mine.error is not None:
            raise mine.error
        assert mine.added is not None
        return mine.added

    def _commit(self, together: Sequence[_Waiting]) -> None:
        try:
            for request, added in zip(
                together, add_events(self.engine, [each.events for each in together]), strict=True
            ):
                request.added = added
        except StoreError as error:
            for request in together:
                request.error = error
            if len(together) > 1:  # one request's trouble is not the others'
                self._each_alone(together)

    def _each_alone(self, together: Sequence[_Waiting]) -> None:
        for request in together:
            with suppress(StoreError):
                (request.added,) = add_events(self.engine, [request.events])
                request.error = None


def add_events(engine: sa.Engine, requests: Sequence[Sequence[Incoming]]) -> list[int]:
    """Add the events of several requests in one transaction; return how many of each were new.

    Raises:
        StoreError: the state database cannot be written; nothing was added.
    """
    insert = postgresql.insert if engine.dialect.name == "postgresql" else sqlite.insert
    statement = insert(INBOX).on_conflict_do_nothing(index_elements=["source", "message_id"])
    with writing(engine) as connection:
        connection = connection.execution_options(preserve_rowcount=True)
        if engine.dialect.name == "postgresql":
            # Numbers are given in the order of commits: who reads up to one has seen all below it.
            connection.execute(sa.text(f"SELECT pg_advisory_xact_lock({_WRITERS})"))
        return [
            connection.execute(statement, [_row(event) for event in events]).rowcount if events else 0
            for events in requests
        ]


def inbox_id(engine: sa.Engine) -> str:
    """Return the name of this inbox; another state database has another one, and counts from the beginning."""
    query = sa.select(META.c.value).where(META.c.name == _NAME)
    with reading(engine) as connection:
        known = connection.execute(query).scalar()
    if known is not None:
        return str(known)
    insert = postgresql.insert if engine.dialect.name == "postgresql" else sqlite.insert
    with writing(engine) as connection:
        row = {"name": _NAME, "value": uuid.uuid4().hex}
        connection.execute(insert(META).on_conflict_do_nothing(index_elements=["name"]), row)
        return str(connection.execute(query).scalar())


def newest_sequence(engine: sa.Engine) -> int:
    """Return the number of the newest event, 0 where there is none."""
    with reading(engine) as connection:
        return int(connection.execute(sa.select(sa.func.max(INBOX.c.sequence))).scalar() or 0)


def events_since(
    engine: sa.Engine, after: int, through: int | None = None, about: tuple[str, Sequence[str]] | None = None,
    page: int = 10_000,
) -> Iterator[Stored]:  # fmt: skip
    """Yield events in the order in which they were committed.

    Args:
        engine: of the state database.
        after: the number after which to begin.
        through: the last number wanted; the newest when None.
        about: an entity column and the ids wanted of it; everybody's when None.
        page: how many are read at a time.
    """
    query = INBOX.select().order_by(INBOX.c.sequence).limit(page)
    if through is not None:
        query = query.where(INBOX.c.sequence <= through)
    if about is not None:
        query = query.where(INBOX.c[about[0]].in_(list(about[1])))
    while True:
        with reading(engine) as connection:
            rows = connection.execute(query.where(INBOX.c.sequence > after)).mappings().all()
        yield from map(_stored, rows)
        if len(rows) < page:
            return
        after = int(rows[-1]["sequence"])


def count_since(engine: sa.Engine, after: int) -> dict[str, tuple[int, int, int]]:
    """Return of each kind how many events came after a number, and when the first and last came (microseconds)."""
    at = INBOX.c.received_at
    query = (
        sa.select(INBOX.c.kind, sa.func.count(), sa.func.min(at), sa.func.max(at))
        .where(INBOX.c.sequence > after)
        .group_by(INBOX.c.kind)
    )
    with reading(engine) as connection:
        return {str(kind): (int(n), int(first), int(last)) for kind, n, first, last in connection.execute(query)}


def forget_events(engine: sa.Engine, through: int, before: datetime) -> int:
    """Remove events that are published and older than an instant; return how many.

    Args:
        engine: of the state database.
        through: the number up to which events are published in a snapshot.
        before: events received since are kept, so that they are known when they are sent again; naive UTC.
    """
    old = (INBOX.c.sequence <= through) & (INBOX.c.received_at < to_micros(before))
    with writing(engine) as connection:
        return int(connection.execute(INBOX.delete().where(old)).rowcount)


_COLUMNS = tuple(each.name for each in fields(Incoming))


def _row(event: Incoming) -> dict[str, Any]:
    return {name: getattr(event, name) for name in _COLUMNS}


def _stored(row: sa.RowMapping) -> Stored:
    known: dict[str, Any] = dict(row)
    return Stored(int(known.pop("sequence")), Incoming(**known))
