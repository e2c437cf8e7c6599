"""Updates that begin by themselves, at a local time of the workspace's zone, once, however many servers there are."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tradewind.core.errors import ConfigError, Problem
from tradewind.core.time import local_day
from tradewind.flow.jobs.queue import start_run
from tradewind.store.jobs_state import list_jobs
from tradewind.store.schedules_state import (
    Every,
    Schedule,
    move_schedule,
    put_schedule,
    remove_schedule,
    schedules,
)
from tradewind.store.state import State

__all__ = ["WEEKDAYS", "Schedule", "next_time", "remove_schedule", "schedules", "set_schedule", "start_due"]

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
LATE = timedelta(minutes=10)
"""A start later than this was missed: no server was there."""
BY_SCHEDULE = "the schedule"


def next_time(every: Every, weekday: int, at_time: str, zone: str, after: datetime) -> datetime:
    """Return the first such local time after an instant, as naive UTC.

    A time that the change to summer time skips is taken as the same span after midnight, later by the clock; one
    that comes twice in autumn is taken at its first.

    Raises:
        ConfigError: this is no time of day or no weekday.
    """
    wanted = _time(at_time)
    if every not in ("day", "week") or not 0 <= weekday <= 6:
        raise ConfigError(Problem("schedule", "this is no day to begin at", f"{every} {weekday}", "day, or a weekday"))
    day = local_day(after, zone)
    while True:
        instant = datetime.combine(day, wanted, ZoneInfo(zone)).astimezone(UTC).replace(tzinfo=None)
        if instant > after and (every == "day" or day.weekday() == weekday):
            return instant
        day += timedelta(days=1)


def set_schedule(state: State, every: Every, weekday: int, at_time: str, zone: str, by: str, now: datetime) -> Schedule:
    """Let an update begin every day or week.

    Raises:
        ConfigError: this is no time of day or no weekday.
    """
    following = next_time(every, weekday, at_time, zone, now)
    schedule = Schedule("run", every, weekday, _time(at_time).strftime("%H:%M"), {}, following, changed_by=by)
    put_schedule(state, schedule)
    return schedule


def start_due(state: State, zone: Callable[[], str], now: datetime) -> list[str]:
    """Start what is due and was not started by another server; return the ids of the runs.

    Args:
        state: the state database.
        zone: tells the workspace's time zone; asked only when something is due.
        now: the present instant.
    """
    started = []
    for one in schedules(state, due=now):
        following = next_time(one.every, one.weekday, one.at_time, zone(), now)
        missed = _missed(one, zone(), now)
        waiting = [job for job in list_jobs(state, 20, statuses=("queued",)) if job.asked_by == BY_SCHEDULE]
        if waiting:
            missed = "The one before had not begun when the next was due; it was not put into the queue twice."
        if move_schedule(state, one, now, following, missed) and not waiting:
            started.append(start_run(state, one.name, one.arguments, BY_SCHEDULE, lambda: now))
    return started


def _missed(one: Schedule, zone: str, now: datetime) -> str:
    if now - one.next_at <= LATE:
        return ""
    due = one.next_at.replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
    return f"No server was there on {due:%Y-%m-%d} at {due:%H:%M}; the update began as soon as one was."


def _time(text: str) -> time:
    found = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", text.strip())
    if found is None:
        raise ConfigError(Problem("schedule", "this is no time of day", text[:20], "hours and minutes: 06:30"))
    return time(int(found[1]), int(found[2]))
