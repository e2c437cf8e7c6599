"""What shall happen again and again: who moves the next time on may start what is due, so that one server does."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from tradewind.store.state import State
from tradewind.store.state_connection import from_micros, reading, to_micros, writing
from tradewind.store.state_schema import SCHEDULES

Every = Literal["day", "week"]


@dataclass(frozen=True)
class Schedule:
    """One thing that happens again and again.

    Args:
        name: what is started: `run`.
        every: day or week.
        weekday: 0 is Monday; of a weekly one.
        at_time: local time in the workspace's zone, `06:30`.
        arguments: of what is started.
        next_at: when it is due, naive UTC.
        last_at: when it was started last.
        missed: what became of times at which no server was there; empty where none was missed.
        changed_by: who set it.
    """

    name: str
    every: Every
    weekday: int
    at_time: str
    arguments: Mapping[str, Any]
    next_at: datetime
    last_at: datetime | None = None
    missed: str = ""
    changed_by: str = ""


def put_schedule(state: State, one: Schedule) -> None:
    """Keep a schedule; one of the same name is replaced."""
    row = {
        "name": one.name, "every": one.every, "weekday": one.weekday, "at_time": one.at_time,
        "details": json.dumps(dict(one.arguments), sort_keys=True), "next_at": to_micros(one.next_at),
        "last_at": None if one.last_at is None else to_micros(one.last_at), "missed": one.missed,
        "changed_by": one.changed_by,
    }  # fmt: skip
    with writing(state.engine) as connection:
        connection.execute(SCHEDULES.delete().where(SCHEDULES.c.name == one.name))
        connection.execute(SCHEDULES.insert().values(row))


def remove_schedule(state: State, name: str) -> None:
    """Let nothing of this name happen any more."""
    with writing(state.engine) as connection:
        connection.execute(SCHEDULES.delete().where(SCHEDULES.c.name == name))


def schedules(state: State, due: datetime | None = None) -> list[Schedule]:
    """Return all schedules, or those that are due."""
    query = SCHEDULES.select().order_by(SCHEDULES.c.name)
    if due is not None:
        query = query.where(SCHEDULES.c.next_at <= to_micros(due))
    with reading(state.engine) as connection:
        rows = connection.execute(query).fetchall()
    return [
        Schedule(
            row.name, row.every, int(row.weekday), row.at_time, json.loads(row.details), from_micros(row.next_at),
            None if row.last_at is None else from_micros(row.last_at), row.missed, row.changed_by,
        )
        for row in rows
    ]  # fmt: skip


def move_schedule(state: State, one: Schedule, now: datetime, following: datetime, missed: str) -> bool:
    """Set when a schedule is due next; True for the one of many servers that did."""
    same = (SCHEDULES.c.name == one.name) & (SCHEDULES.c.next_at == to_micros(one.next_at))
    values = {"next_at": to_micros(following), "last_at": to_micros(now), "missed": missed}
    with writing(state.engine) as connection:
        return connection.execute(SCHEDULES.update().where(same).values(values)).rowcount == 1
