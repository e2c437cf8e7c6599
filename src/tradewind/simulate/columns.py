"""Numbers into columns as the contract stores them: cents as exact decimals, local times as UTC, codes as words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from tradewind.simulate.world import World

Ints = np.ndarray[tuple[int], np.dtype[np.int64]]
Floats = np.ndarray[tuple[int], np.dtype[np.float64]]
Flags = np.ndarray[tuple[int], np.dtype[np.bool_]]

DAY = 86_400_000_000
"""Microseconds of a day."""
_EARLIEST, _LATEST = 5 * 3_600_000_000, 24 * 3_600_000_000 - 1_000_000
"""Nobody acts in the hours in which clocks are changed, so that every local time is one instant."""


def money(cents: NDArray[np.int64], absent: Flags | None = None) -> pa.Array:
    """Return whole cents as DECIMAL(18,4)."""
    return decimals(np.asarray(cents, dtype=np.int64) * 100, absent)


def quantities(whole: NDArray[np.int64]) -> pa.Array:
    """Return whole numbers as DECIMAL(18,4)."""
    return decimals(np.asarray(whole, dtype=np.int64) * 10_000)


def decimals(units: NDArray[np.int64], absent: Flags | None = None) -> pa.Array:
    """Return ten-thousandths as DECIMAL(18,4): two 64-bit halves each, the upper one the sign."""
    import pyarrow as pa

    halves = np.empty((len(units), 2), dtype=np.int64)
    halves[:, 0], halves[:, 1] = units, units >> 63
    mask = None if absent is None else pa.array(~absent).buffers()[1]
    return pa.Array.from_buffers(pa.decimal128(18, 4), len(units), [mask, pa.py_buffer(halves)])


def moments(world: World, local: NDArray[np.int64], absent: Flags | None = None) -> pa.Array:
    """Return local wall-clock times (microseconds since the world's first midnight) as UTC timestamps."""
    import pyarrow as pa

    days = local // DAY
    first, last = (int(days.min()), int(days.max())) if len(days) else (0, 0)
    zone = ZoneInfo(world.timezone)
    noons = [datetime.combine(world.start, datetime.min.time(), UTC) + timedelta(days=d, hours=12)
             for d in range(first, last + 1)]  # fmt: skip
    offsets = [noon.replace(tzinfo=zone).utcoffset() or timedelta() for noon in noons]
    shift = np.array([offset // timedelta(microseconds=1) for offset in offsets], dtype=np.int64)
    utc = local + start_micros(world.start) - shift[days - first]
    return pa.array(utc, pa.int64(), mask=absent).cast(pa.timestamp("us"))


def start_micros(start: date) -> int:
    """Return a day's midnight in microseconds since 1970, as if it were UTC."""
    return (start - date(1970, 1, 1)).days * DAY


def at_some_hour(days: NDArray[np.int64], rng: np.random.Generator) -> Ints:
    """Return a local time on each day, to the second; afternoons and evenings are busiest, nights are quiet."""
    share = rng.beta(2.4, 1.9, len(days))
    seconds = (_EARLIEST + share * (_LATEST - _EARLIEST)) // 1_000_000
    return np.asarray(days, dtype=np.int64) * DAY + seconds.astype(np.int64) * 1_000_000


def ids(prefix: str, numbers: NDArray[np.int64], width: int = 0, absent: Flags | None = None) -> pa.Array:
    """Return names such as `C000017`."""
    import pyarrow as pa
    import pyarrow.compute as pc

    digits = pa.array(np.asarray(numbers, dtype=np.int64), mask=absent).cast(pa.string())
    if width:
        digits = pc.utf8_lpad(digits, width, "0")
    return pc.binary_join_element_wise(prefix, digits, "")


def words(choices: Sequence[str], codes: NDArray[np.int64], absent: Flags | None = None) -> pa.Array:
    """Return the word that each code stands for."""
    import pyarrow as pa

    return pa.array(list(choices), pa.string()).take(pa.array(np.asarray(codes, dtype=np.int64), mask=absent))


def flags(values: Flags, absent: Flags | None = None) -> pa.Array:
    """Return yes or no."""
    import pyarrow as pa

    return pa.array(values, pa.bool_(), mask=absent)


def draw(shares: Sequence[float], count: int, rng: np.random.Generator) -> Ints:
    """Return codes drawn with these shares, which need not add up to one."""
    upto = np.cumsum(np.asarray(shares, dtype=float))
    return np.searchsorted(upto / upto[-1], rng.random(count), side="right").clip(0, len(upto) - 1)
