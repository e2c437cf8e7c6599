"""The live door: what web SDKs send is put into the inbox, each event on its own feet, and answered when it is on disk.

A batch is never refused for one of its events. What cannot be taken is told with its place and the reason.
"""

from __future__ import annotations

import hashlib
import json
import uuid
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from tradewind.core.errors import ContractError, Problem
from tradewind.flow.live.rows import KINDS, LONGEST_ID, Message, read_message
from tradewind.flow.live.values import CONTROL
from tradewind.store.inbox_state import ENTITY_COLUMNS, Inbox, Incoming, Stored, events_since
from tradewind.store.state_connection import from_micros, to_micros
from tradewind.store.workspace import Workspace

MOST_BYTES = 500_000
"""Bytes that a request may have."""
MOST_EVENTS = 500
"""Events that a request may have."""
MOST_EVENT_BYTES = 32_000
"""Bytes that one event may have, as it is kept."""
REMEMBERED = timedelta(days=31)
"""How long an event that is sent again is known to be the same."""

_MONEY = frozenset({"amount", "discount", "quantity", "value"})
_PACK = json.JSONEncoder(separators=(",", ":")).encode
_FACTS = frozenset({"events", "orders", "order_lines"})


@dataclass(frozen=True)
class Refused:
    """One event that was not taken.

    Args:
        place: in the batch, from 0.
        message_id: as sent; empty where none was.
        reason: in words for its sender.
    """

    place: int
    message_id: str
    reason: str


@dataclass(frozen=True)
class Taken:
    """What became of a request's events, once it is on disk.

    Args:
        accepted: new events.
        duplicates: events that had been there already.
        refused: those that cannot be taken, each with its reason.
    """

    accepted: int
    duplicates: int
    refused: tuple[Refused, ...] = ()


@dataclass(frozen=True)
class InboxRow:
    """One contract row of an event that came in.

    Args:
        sequence: of the event; see `store.inbox_state`.
        table: contract table.
        row: column to value; `happened_at` and `known_at` (when it was received) are naive UTC, amounts decimals.
    """

    sequence: int
    table: str
    row: Mapping[str, Any] = field(default_factory=dict)


def read_body(content: bytes, packed: bool = False) -> object:
    """Return what a request holds, out of JSON; bytes that are no UTF-8 become the sign for an unknown character.

    Args:
        content: as it was sent.
        packed: whether it is packed by gzip; unpacked it may be no larger than otherwise.
    Raises:
        ContractError: it is too large, or no JSON.
    """
    content = _unpacked(content) if packed else content
    if len(content) > MOST_BYTES:
        raise ContractError(
            Problem("the request", "this is too large", "", f"{MOST_BYTES:,} bytes at most",
                    "send it as several requests")
        )  # fmt: skip
    text = content.decode("utf-8", "replace").removeprefix("\ufeff")
    try:
        return json.loads(text, parse_constant=lambda _: None, parse_int=_whole, parse_float=_broken)
    except (ValueError, RecursionError) as error:
        found = "nesting without end" if isinstance(error, RecursionError) else str(error)
        raise ContractError(
            Problem("the request", "this is no JSON", found, 'an event, a list of events or {"batch": [...]}')
        ) from error


def key_in(body: object) -> str:
    """Return the write key that a request names in itself, as beacons of web pages do; empty where it names none."""
    found = body.get("writeKey") if isinstance(body, dict) else None
    return CONTROL.sub("", found) if isinstance(found, str) else ""


def take_events(inbox: Inbox, body: object, source: str, received_at: datetime, kind: str = "") -> Taken:
    """Put a request's events on disk; return only then.

    Args:
        inbox: of the workspace's state database.
        body: one event, a list of events, or an object with `batch`.
        source: whose message ids these are: the name of the key that it came with.
        received_at: naive UTC.
        kind: what the path says that they are; empty where each says so itself.
    Raises:
        ContractError: the request as a whole cannot be taken; nothing of it was.
        StoreError: the state database cannot be written; nothing of it was, and the sender should try again.
    """
    messages, sent_at = _messages(body)
    taken: list[Incoming] = []
    refused: list[Refused] = []
    for place, sent in enumerate(messages):
        try:
            taken.append(_incoming(sent, source, received_at, read_message(sent, kind, received_at, sent_at)))
        except ContractError as error:
            named = sent.get("messageId") if isinstance(sent, dict) else ""
            refused.append(Refused(place, CONTROL.sub("\ufffd", str(named or "")[:LONGEST_ID]), error.problems[0].what))
    added = inbox.add(taken)
    return Taken(added, len(taken) - added, tuple(refused))


def rows_of(stored: Stored) -> Iterator[InboxRow]:
    """Yield the contract rows of one event of the inbox."""
    event = stored.event
    times = {"happened_at": from_micros(event.happened_at), "known_at": stored.received_at}
    for table, row in json.loads(event.body):
        amounts = _MONEY if table in _FACTS else frozenset()  # of a customer or company an attribute may be called so
        values = {name: Decimal(value) if name in amounts else value for name, value in row.items()}
        yield InboxRow(stored.sequence, table, {**values, **times})


def inbox_rows(
    workspace: Workspace, after: int, about: tuple[str, Sequence[str]] | None = None, through: int | None = None
) -> Iterator[InboxRow]:
    """Yield the contract rows of events that came in after a number, in the order in which they came.

    Args:
        workspace: an open workspace.
        after: see `flow.live.tables.published_through`.
        about: an entity column and the ids wanted of it; everybody's when None.
        through: the last number wanted; the newest when None.
    """
    for stored in events_since(workspace.state().engine, after, through, about):
        yield from rows_of(stored)


def _unpacked(content: bytes) -> bytes:
    try:
        return zlib.decompressobj(wbits=31).decompress(content, MOST_BYTES + 1)
    except zlib.error as error:
        raise ContractError(Problem("the request", "this is not packed by gzip as it says", str(error))) from error


def _messages(body: object) -> tuple[Sequence[object], object]:
    """The events of a request, and when its sender says that it was sent."""
    sent_at: object = None
    if isinstance(body, dict) and "batch" in body:
        sent_at, body = body.get("sentAt"), body["batch"]
    found = body if isinstance(body, list) else [body]
    if len(found) > MOST_EVENTS:
        raise ContractError(
            Problem("the request", "these are too many events", f"{len(found):,}", f"{MOST_EVENTS} at most",
                    "send them as several requests")
        )  # fmt: skip
    return found, sent_at


def _incoming(sent: object, source: str, received_at: datetime, message: Message) -> Incoming:
    body = _PACK(message.rows)
    if len(body) > MOST_EVENT_BYTES:
        raise ContractError(Problem("event", f"it is larger than {MOST_EVENT_BYTES:,} bytes"))
    name = message.message_id or _name_of(sent)
    if len(name) > LONGEST_ID:
        name = hashlib.sha256(name.encode("utf-8", "backslashreplace")).hexdigest()
    ids = {column: message.ids.get(column) for column in ENTITY_COLUMNS}
    return Incoming(source, name, message.kind, to_micros(received_at), to_micros(message.happened_at), body, **ids)


def _name_of(sent: object) -> str:
    """A name for an event without one: of its contents where they say when it happened, else a new one.

    Without a time, a page seen twice is sent twice with equal contents, and both count.
    """
    timed = isinstance(sent, dict) and any(sent.get(each) for each in ("timestamp", "originalTimestamp", "happened_at"))
    if not timed:
        return f"none:{uuid.uuid4().hex}"
    return f"contents:{hashlib.sha256(json.dumps(sent, sort_keys=True).encode()).hexdigest()}"


def _whole(digits: str) -> int | float | None:
    return int(digits) if len(digits) <= 18 else _broken(digits)


def _broken(digits: str) -> float | None:
    number = float(digits)
    return number if abs(number) < 1e300 else None


__all__ = [
    "KINDS", "Inbox", "InboxRow", "Refused", "Taken", "inbox_rows", "key_in", "read_body", "rows_of", "take_events",
]  # fmt: skip
