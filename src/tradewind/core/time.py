"""Spans, cutoffs, windows and the clock: the only way time enters Tradewind.

Instants are naive `datetime`s that mean UTC; days are calendar days in the workspace's zone.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from tradewind.core.errors import ConfigError, Problem

Clock = Callable[[], datetime]
"""Returns the present instant as a naive UTC datetime."""

_LONGEST = 36_525  # days; the calendar begins in the year 1
_SPAN = re.compile(r"^\s*(\d{1,9})\s*(day|days|week|weeks)\s*$", re.IGNORECASE)


def system_clock() -> datetime:
    """Return the computer's present instant as naive UTC."""
    return datetime.now(UTC).replace(tzinfo=None)


@dataclass(frozen=True, order=True)
class Days:
    """A span of whole calendar days.

    Args:
        count: the number of days, zero or more.
    Raises:
        ConfigError: the count is negative or not a whole number.
    """

    count: int

    def __post_init__(self) -> None:
        if not isinstance(self.count, int) or isinstance(self.count, bool) or self.count < 0:
            raise ConfigError(
                Problem("", "a span of days must be a whole number, zero or more", repr(self.count), "days(30)")
            )

    def __str__(self) -> str:
        return f"{self.count} day{'' if self.count == 1 else 's'}"


def days(count: int) -> Days:
    """Return a span of `count` calendar days."""
    return Days(count)


def weeks(count: int) -> Days:
    """Return a span of `count` calendar weeks."""
    return Days(7 * count)


def parse_days(text: str, where: str = "") -> Days:
    """Read a span as people write it in config: `"30 days"`, `"1 day"`, `"2 weeks"`.

    Raises:
        ConfigError: the text is not a span.
    """
    match = _SPAN.match(text)
    if match is None:
        raise ConfigError(
            Problem(where, "this is not a span of time", repr(text), 'a text such as "30 days" or "2 weeks"')
        )
    count = int(match.group(1)) * (7 if match.group(2).lower().startswith("week") else 1)
    if count > _LONGEST:
        raise ConfigError(Problem(where, "this span is too long to count back from today", text, "100 years at most"))
    return Days(count)


@dataclass(frozen=True)
class Horizon:
    """How far ahead a question looks: `[cutoff, cutoff + length)`.

    Args:
        length: the span ahead.
        lag: how long after its end the outcome may still arrive; labels wait for it.
    """

    length: Days
    lag: Days = Days(0)

    def __str__(self) -> str:
        return str(self.length)


@dataclass(frozen=True, order=True)
class Cutoff:
    """A local midnight: what happened and was known strictly before it may be used, nothing else.

    Args:
        day: the calendar day that begins at the cutoff.
        zone: IANA name of the workspace's time zone.
    """

    day: date
    zone: str = "UTC"

    @property
    def at(self) -> datetime:
        """The cutoff as a naive UTC instant."""
        return local_midnight(self.day, self.zone)

    def back(self, span: Days) -> Cutoff:
        """Return the cutoff this many calendar days earlier."""
        return Cutoff(self.day - timedelta(days=span.count), self.zone)

    def ahead(self, span: Days) -> Cutoff:
        """Return the cutoff this many calendar days later."""
        return Cutoff(self.day + timedelta(days=span.count), self.zone)

    def __str__(self) -> str:
        return self.day.isoformat()


@dataclass(frozen=True)
class Window:
    """A stretch of calendar days `[start, end)`."""

    start: Cutoff
    end: Cutoff

    @classmethod
    def before(cls, cutoff: Cutoff, span: Days) -> Window:
        """Return the window that ends at the cutoff."""
        return cls(cutoff.back(span), cutoff)

    @classmethod
    def after(cls, cutoff: Cutoff, span: Days) -> Window:
        """Return the window that begins at the cutoff."""
        return cls(cutoff, cutoff.ahead(span))


def local_midnight(day: date, zone: str) -> datetime:
    """Return the first instant of a local calendar day as naive UTC.

    Where the clock change skips midnight, the first instant that exists is returned.
    """
    local = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
    instant = local.astimezone(UTC)
    # A midnight that the clock skips maps back to another wall time: step to the first one that exists.
    if instant.astimezone(ZoneInfo(zone)).date() != day:
        instant = _first_instant_of(day, zone, instant)
    return instant.replace(tzinfo=None)


def _first_instant_of(day: date, zone: str, near: datetime) -> datetime:
    step = near - timedelta(hours=3)
    while step.astimezone(ZoneInfo(zone)).date() < day:
        step += timedelta(minutes=15)
    return step


def local_day(instant: datetime, zone: str) -> date:
    """Return the calendar day on which a naive UTC instant falls in a zone."""
    return instant.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).date()
