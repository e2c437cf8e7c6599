"""Wall-clock times to UTC and back, as arrays: the zone's rules come from Python's zone data, never from an engine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = 1_000_000
_FIRST_YEAR, _LAST_YEAR = 1900, 2100


@dataclass(frozen=True)
class Converted:
    """UTC microseconds, and which of the wall-clock times were troubled by a clock change.

    Args:
        micros: microseconds since 1970 UTC.
        doubled: the wall clock showed this time twice; the first of the two was taken.
        skipped: the wall clock never showed this time; the offset before the change was taken.
    """

    micros: NDArray[np.int64]
    doubled: NDArray[np.bool_]
    skipped: NDArray[np.bool_]


def to_utc(wall: NDArray[np.int64], zone: str) -> Converted:
    """Read wall-clock times of a zone (microseconds, as if UTC) as instants; PEP 495 with fold=0.

    Args:
        wall: microseconds since 1970 as the clock on the wall shows them.
        zone: IANA name.
    """
    changes, offsets = _changes(zone)
    before, after = offsets[:-1], offsets[1:]
    bounds = changes + np.maximum(before, after)
    place = np.searchsorted(bounds, wall, side="right")
    ahead = np.minimum(place, len(bounds) - 1) if len(bounds) else place
    troubled = np.zeros(len(wall), dtype=bool)
    falls = np.zeros(len(wall), dtype=bool)
    if len(bounds):
        troubled = (place < len(bounds)) & (wall >= (changes + np.minimum(before, after))[ahead])
        falls = (after < before)[ahead]
    return Converted(wall - offsets[place], troubled & falls, troubled & ~falls)


def to_wall(micros: NDArray[np.int64], zone: str) -> NDArray[np.int64]:
    """Return what the clock on the wall shows at these instants, in microseconds."""
    changes, offsets = _changes(zone)
    return micros + offsets[np.searchsorted(changes, micros, side="right")]


@lru_cache(maxsize=32)
def _changes(zone: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The instants at which a zone's offset changes, and the offsets between them (one more), in microseconds."""
    info = ZoneInfo(zone)

    def offset(at: datetime) -> timedelta:
        return at.astimezone(info).utcoffset() or timedelta(0)

    changes: list[int] = []
    at, offsets = datetime(_FIRST_YEAR, 1, 1, tzinfo=UTC), []
    offsets.append(offset(at))
    while at.year < _LAST_YEAR:
        later = at + timedelta(days=7)
        if offset(later) != offsets[-1]:
            later = _bisect(at, later, info)
            changes.append(_micros(later - _EPOCH))
            offsets.append(offset(later))
        at = later
    return np.array(changes, dtype=np.int64), np.array([_micros(o) for o in offsets], dtype=np.int64)


def _bisect(low: datetime, high: datetime, info: ZoneInfo) -> datetime:
    start = low.astimezone(info).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=int((high - low).total_seconds()) // 2)
        low, high = (middle, high) if middle.astimezone(info).utcoffset() == start else (low, middle)
    return high


def _micros(span: timedelta) -> int:
    return round(span.total_seconds()) * _SECOND
