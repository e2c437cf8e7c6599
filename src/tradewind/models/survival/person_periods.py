"""One row for each period that somebody was still there: what a hazard is learned from (Allison 1982; Cox 1972, §6).

Rows begin at landmarks (van Houwelingen 2007): everybody there at a past cutoff is followed from it, period after
period, and every row keeps what was known at the cutoff. The hazard of the period three ahead is thus learned from
what is known three periods before, as it will be used; nothing is pretended about how usage goes on meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradewind.core.errors import ModelError, Problem

Array = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class PersonPeriods:
    """Periods lived through; arrays are (m,).

    Args:
        row: position of the landmark row that each follows.
        ahead: number of the period after the landmark, from 1.
        left: whether that one left within it.
        share: share of all such periods that these are, where they were thinned at random.
    """

    row: Ints
    ahead: Ints
    left: NDArray[np.bool_]
    share: float = 1.0

    def __len__(self) -> int:
        return len(self.row)


def periods_lived(until_left: Array, seen: Array, period: int, most: int) -> tuple[Ints, NDArray[np.bool_]]:
    """Return (n,) how many periods each was at risk and wholly seen, and whether the last of them was left in.

    A period that is not over yet counts for nobody, not even for those who have left in it already: to count only them
    would make leaving look more likely than it is.

    Args:
        until_left: (n,) days from the landmark to the end; NaN where no end is known yet.
        seen: (n,) days from the landmark to the day of learning.
        period: days of a period.
        most: periods followed at most.
    Raises:
        ModelError: an end lies before its landmark, or the period is no length.
    """
    if period < 1:
        raise ModelError(Problem("", "a period must be a day or more", str(period)))
    if (until_left < 0).any():
        raise ModelError(Problem("", "somebody had ended before being asked about", f"{np.nanmin(until_left):g} days"))
    whole = np.clip(np.floor(seen / period), 0, most).astype(np.int64)
    in_period = np.floor(np.where(np.isnan(until_left), np.inf, until_left) / period) + 1
    left = in_period <= whole
    return np.where(left, in_period, whole).astype(np.int64), left


def expand(
    until_left: Array, seen: Array, period: int, most: int, rng: np.random.Generator, most_rows: int
) -> PersonPeriods:
    """Lay out the periods of everybody; thinned at random where there are very many.

    Args:
        until_left, seen, period, most: as in `periods_lived`.
        rng: for the thinning.
        most_rows: about so many periods are kept.
    """
    lived, left = periods_lived(until_left, seen, period, most)
    total = int(lived.sum())
    share = min(1.0, most_rows / max(total, 1))
    ends = np.cumsum(lived)
    place = np.arange(total) if share == 1.0 else np.flatnonzero(rng.random(total) < share)
    row = np.searchsorted(ends, place, side="right")
    ahead = place - (ends[row] - lived[row]) + 1
    return PersonPeriods(row, ahead, left[row] & (ahead == lived[row]), share)
