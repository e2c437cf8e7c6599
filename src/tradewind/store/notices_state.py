"""Who is told what: hooks of other programs, subscribers of the weekly mail, and everything sent or still to send."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from tradewind.store.state import State
from tradewind.store.state_connection import from_micros, reading, to_micros, writing
from tradewind.store.state_schema import DELIVERIES, HOOKS, MAIL_SUBSCRIPTIONS

DeliveryStatus = Literal["waiting", "sent", "failed"]


@dataclass(frozen=True)
class Hook:
    """Another program that is told when a run ends."""

    hook_id: str
    url: str
    added_by: str
    added_at: datetime


@dataclass(frozen=True)
class Subscription:
    """Somebody who gets the weekly mail.

    Args:
        user_id: whose; address, role and records of his own are looked up when it goes.
        weekday: 0 is Monday.
        at_time: local time, `07:30`.
        next_at: when it is due, naive UTC.
    """

    user_id: str
    weekday: int
    at_time: str
    next_at: datetime


@dataclass(frozen=True)
class Delivery:
    """One mail or call of another program.

    Args:
        delivery_id: the same for the same thing told, so that it is told once.
        kind: mail or hook.
        target: user id, or hook id.
        subject: what it is about; never whom.
        body: of a hook; a mail is written when it goes.
        made_at: when it was decided.
        status: waiting, sent or failed.
        attempts: how often it was tried.
        next_at: when it is tried next.
        said: what came of the last try, in plain words.
    """

    delivery_id: str
    kind: str
    target: str
    subject: str
    body: str
    made_at: datetime
    status: DeliveryStatus
    attempts: int
    next_at: datetime
    said: str


def add_hook(state: State, hook: Hook) -> None:
    """Keep another program's address."""
    row = {"hook_id": hook.hook_id, "url": hook.url, "added_by": hook.added_by, "added_at": to_micros(hook.added_at)}
    with writing(state.engine) as connection:
        connection.execute(HOOKS.insert().values(row))


def remove_hook(state: State, hook_id: str) -> bool:
    """Forget another program; what is still to be sent to it is not sent."""
    with writing(state.engine) as connection:
        waiting = (DELIVERIES.c.target == hook_id) & (DELIVERIES.c.status == "waiting")
        connection.execute(DELIVERIES.update().where(waiting).values(status="failed", said="It was removed."))
        return connection.execute(HOOKS.delete().where(HOOKS.c.hook_id == hook_id)).rowcount == 1


def list_hooks(state: State) -> list[Hook]:
    """Return the other programs, in the order in which they were added."""
    rows = _read(state, HOOKS.select().order_by(HOOKS.c.added_at, HOOKS.c.hook_id))
    return [Hook(row.hook_id, row.url, row.added_by, from_micros(row.added_at)) for row in rows]


def subscribe(state: State, one: Subscription) -> None:
    """Keep who gets the weekly mail, and when; the same user again replaces it."""
    table = MAIL_SUBSCRIPTIONS
    row = {"user_id": one.user_id, "weekday": one.weekday, "at_time": one.at_time, "next_at": to_micros(one.next_at)}
    with writing(state.engine) as connection:
        connection.execute(table.delete().where(table.c.user_id == one.user_id))
        connection.execute(table.insert().values(row))


def unsubscribe(state: State, user_id: str) -> None:
    """Send a user no weekly mail any more."""
    with writing(state.engine) as connection:
        connection.execute(MAIL_SUBSCRIPTIONS.delete().where(MAIL_SUBSCRIPTIONS.c.user_id == user_id))


def subscriptions(state: State, user_id: str = "", due: datetime | None = None) -> list[Subscription]:
    """Return who gets the weekly mail: all, one user, or those whose mail is due."""
    table = MAIL_SUBSCRIPTIONS
    query = table.select().order_by(table.c.next_at, table.c.user_id)
    if user_id:
        query = query.where(table.c.user_id == user_id)
    if due is not None:
        query = query.where(table.c.next_at <= to_micros(due))
    return [
        Subscription(row.user_id, int(row.weekday), row.at_time, from_micros(row.next_at))
        for row in _read(state, query)
    ]


def move_subscription(state: State, user_id: str, seen: datetime, following: datetime) -> bool:
    """Set when a subscription is due next; True for the one of many servers that did."""
    table = MAIL_SUBSCRIPTIONS
    same = (table.c.user_id == user_id) & (table.c.next_at == to_micros(seen))
    with writing(state.engine) as connection:
        return connection.execute(table.update().where(same).values(next_at=to_micros(following))).rowcount == 1


def add_delivery(state: State, delivery_id: str, kind: str, target: str, subject: str, body: str, at: datetime) -> bool:
    """Decide to tell somebody something; False where it was decided already."""
    row = {
        "delivery_id": delivery_id, "kind": kind, "target": target, "subject": subject, "body": body,
        "made_at": to_micros(at), "status": "waiting", "attempts": 0, "next_at": to_micros(at), "said": "",
    }  # fmt: skip
    same = sa.select(DELIVERIES.c.delivery_id).where(DELIVERIES.c.delivery_id == delivery_id)
    with writing(state.engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(hashtext(:id))"), {"id": delivery_id})
        if connection.execute(same).first() is not None:
            return False
        connection.execute(DELIVERIES.insert().values(row))
    return True


def due_deliveries(state: State, now: datetime, limit: int = 20) -> list[Delivery]:
    """Return what waits to be sent, oldest first."""
    ripe = (DELIVERIES.c.status == "waiting") & (DELIVERIES.c.next_at <= to_micros(now))
    return _deliveries(state, DELIVERIES.select().where(ripe).order_by(DELIVERIES.c.next_at).limit(limit))


def claim_delivery(state: State, one: Delivery, until: datetime) -> bool:
    """Take a delivery for so long; True for the one of many servers that has it."""
    same = (DELIVERIES.c.delivery_id == one.delivery_id) & (DELIVERIES.c.status == "waiting")
    same &= DELIVERIES.c.next_at == to_micros(one.next_at)
    values = {"next_at": to_micros(until), "attempts": one.attempts + 1}
    with writing(state.engine) as connection:
        return connection.execute(DELIVERIES.update().where(same).values(values)).rowcount == 1


def end_delivery(state: State, delivery_id: str, status: DeliveryStatus, said: str, next_at: datetime) -> None:
    """Note what came of a try."""
    values = {"status": status, "said": said[:500], "next_at": to_micros(next_at)}
    with writing(state.engine) as connection:
        connection.execute(DELIVERIES.update().where(DELIVERIES.c.delivery_id == delivery_id).values(values))


def deliveries(state: State, targets: Sequence[str] = (), limit: int = 50) -> list[Delivery]:
    """Return what was sent and is to be sent, newest first; to some targets only where they are named."""
    query = DELIVERIES.select().order_by(DELIVERIES.c.made_at.desc(), DELIVERIES.c.delivery_id).limit(limit)
    return _deliveries(state, query.where(DELIVERIES.c.target.in_(targets)) if targets else query)


def _deliveries(state: State, query: sa.Select[Any]) -> list[Delivery]:
    return [
        Delivery(
            row.delivery_id, row.kind, row.target, row.subject, row.body, from_micros(row.made_at), row.status,
            int(row.attempts), from_micros(row.next_at), row.said,
        )
        for row in _read(state, query)
    ]  # fmt: skip


def _read(state: State, query: sa.Select[Any]) -> list[Any]:
    with reading(state.engine) as connection:
        return list(connection.execute(query).fetchall())
