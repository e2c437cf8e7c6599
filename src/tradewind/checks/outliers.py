"""Numbers far from all others, on the scale of their logarithms, and second heaps a fixed factor away: mixed units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tradewind.checks.looked import Looked, Shape
from tradewind.core.trouble import Trouble, clean_lines

if TYPE_CHECKING:
    from numpy.typing import NDArray

BINS = 10
"""Bins for each power of ten."""

FACTORS = {100.0: "a hundred", 1000.0: "a thousand"}
"""Factors between units that get mixed: cents, grams, metres, thousands."""

_FAR = 6.0
"""Robust distances from the middle beyond which a value is far (Iglewicz and Hoaglin 1993 take 3.5 for a normal)."""

_LEAST_ROWS = 30


@dataclass(frozen=True)
class _Heap:
    """Values of one sign by their logarithm.

    Args:
        counts: rows in each bin.
        first: log10 of the lower end of the first bin.
    """

    counts: NDArray[np.int64]
    first: float

    @property
    def total(self) -> int:
        return int(self.counts.sum())

    def quantile(self, share: float) -> float:
        """log10 of a quantile, within a bin."""
        below = np.cumsum(self.counts)
        place = int(np.searchsorted(below, share * below[-1]))
        before = below[place - 1] if place else 0
        inside = (share * below[-1] - before) / max(int(self.counts[place]), 1)
        return float(self.first + (place + inside) / BINS)


def find_outliers(looked: Looked) -> list[Trouble]:
    """Find numbers far from all others, and columns in which two units are mixed."""
    found = []
    for shape in looked.of_kind("number"):
        if shape.identity or shape.distinct < 8 or shape.filled < _LEAST_ROWS:
            continue
        heap = _heap(looked, shape)
        if heap is None:
            continue
        trouble = _two_units(looked, shape, heap) or _far(looked, shape, heap)
        if trouble is not None:
            found.append(trouble)
    return found


def _heap(looked: Looked, shape: Shape) -> _Heap | None:
    name = f'CAST("{shape.name}" AS DOUBLE)'
    rows = looked.ask(
        f'SELECT CAST(floor(log10({name}) * {BINS}) AS INTEGER) AS bin, count(*) FROM "{looked.name}" '
        f"WHERE {name} > 0 GROUP BY 1 ORDER BY 1"
    )
    if sum(count for _, count in rows) < max(_LEAST_ROWS, 0.3 * shape.filled):
        return None
    counts = np.zeros(rows[-1][0] - rows[0][0] + 1, dtype=np.int64)
    for place, count in rows:
        counts[place - rows[0][0]] = count
    return _Heap(counts, rows[0][0] / BINS)


def _two_units(looked: Looked, shape: Shape, heap: _Heap) -> Trouble | None:
    """A smaller heap, a factor between units away from the main one, with a valley between them."""
    for cut, upper in _valleys(heap):
        big, small = (heap.counts[:cut], heap.counts[cut:]) if upper else (heap.counts[cut:], heap.counts[:cut])
        if small.sum() < 3 or small.sum() > 0.45 * heap.total:
            continue
        main = _Heap(big, heap.first if upper else heap.first + cut / BINS)
        side = _Heap(small, heap.first + cut / BINS if upper else heap.first)
        shift = side.quantile(0.5) - main.quantile(0.5)
        factor = min(FACTORS, key=lambda each: abs(np.log10(each) - abs(shift)))
        spread = main.quantile(0.84) - main.quantile(0.16)
        doubt = 0.12 + 1.5 * spread / np.sqrt(small.sum())
        wide = side.quantile(0.84) - side.quantile(0.16)
        if abs(abs(shift) - np.log10(factor)) > min(doubt, 0.35) or wide > 1.6 * spread + 0.2:
            continue
        return _tell_units(looked, shape, 10 ** (heap.first + cut / BINS), upper, factor)
    return None


def _valleys(heap: _Heap) -> list[tuple[int, bool]]:
    """Where a second heap may begin: the deepest bin between the main heap's top and a later rise, on either side."""
    smooth = np.convolve(heap.counts, np.ones(3), "same")
    top = int(np.argmax(smooth))
    found = []
    for upper in (True, False):
        side = smooth[top:] if upper else smooth[top::-1]
        lowest = np.minimum.accumulate(side)
        rise = side - lowest
        for peak in np.argsort(-rise)[:3]:
            deep = float(lowest[peak])
            if rise[peak] <= 0 or (rise[peak] < 4 * np.sqrt(side[peak] + deep) and not (deep == 0 and rise[peak] >= 3)):
                continue
            places = np.flatnonzero(side[: peak + 1] == deep)
            place = int(places[len(places) // 2])
            found.append((top + place if upper else top - place + 1, upper))
            break
    return found


def _tell_units(looked: Looked, shape: Shape, edge: float, upper: bool, factor: float) -> Trouble | None:
    name = f'CAST("{shape.name}" AS DOUBLE)'
    edge = float(f"{edge:.3g}")
    where = f"{name} >= {edge!r}" if upper else f"{name} > 0 AND {name} < {edge!r}"
    written = f"{shape.name} >= {edge:g}" if upper else f"{shape.name} > 0 AND {shape.name} < {edge:g}"
    parse = {"factor": 1 / factor if upper else factor, "where": written}
    side = "above" if upper else "below"
    return looked.trouble(
        shape.name, "mixed units", "breaks",
        f"{{rows}} values ({{share}}) lie about {FACTORS[factor]} times {side} all others: two units in one column",
        where, treat=clean_lines(looked.name, shape.name, {"parse": parse}),
        do="look at the examples: if they are right, say so with `keep`",
    )  # fmt: skip


def _far(looked: Looked, shape: Shape, heap: _Heap) -> Trouble | None:
    """Values far above the others and apart from them."""
    if heap.total < 0.6 * shape.filled:
        return None
    middle = heap.quantile(0.5)
    spread = max(heap.quantile(0.75) - middle, 0.5 / BINS) / 0.6745
    limit = middle + _FAR * spread
    gap = _gap_above(heap, middle)
    if gap is not None and gap > middle + 3 * spread:
        limit = min(limit, gap)
    # Between the limit and the next smaller value there is a hole: a long tail is no outlier.
    edge = float(f"{10**limit:.3g}")
    name = f'CAST("{shape.name}" AS DOUBLE)'
    below, above, rows = looked.one(
        f"SELECT max({name}) FILTER (WHERE {name} < {edge!r}), min({name}) FILTER (WHERE {name} >= {edge!r}), "
        f'count(*) FILTER (WHERE {name} >= {edge!r}) FROM "{looked.name}"'
    )
    if not rows or below is None or rows > 0.25 * shape.filled or above < 1.5 * below:
        return None
    usual = float(f"{10 ** heap.quantile(0.5):.3g}")
    return looked.trouble(
        shape.name, "outliers", "misleads",
        f"{{rows}} values ({{share}}) of {above:,.6g} and more, where most are near {usual:,.6g} and none else is "
        f"above {below:,.6g}",
        f"{name} >= {edge!r}", treat=clean_lines(looked.name, shape.name, {"cap": [_lowest(looked, shape), below]}),
        do="if they are real, keep them; if a test account, leave them out",
    )  # fmt: skip


def _gap_above(heap: _Heap, middle: float) -> float | None:
    """log10 of where the first empty stretch of half a power of ten above the middle ends."""
    start = int((middle - heap.first) * BINS)
    empty = 0
    for place in range(start, len(heap.counts)):
        if heap.counts[place]:
            if empty >= BINS // 2:
                return heap.first + place / BINS
            empty = 0
        else:
            empty += 1
    return None


def _lowest(looked: Looked, shape: Shape) -> float:
    return float(looked.one(f'SELECT min(CAST("{shape.name}" AS DOUBLE)) FROM "{looked.name}"')[0])
