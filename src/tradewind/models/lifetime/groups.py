"""Customers of equal frequency, recency and age counted once: all that a likelihood needs of millions of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradewind.models.lifetime.summary import Floats, LifetimeSummary

_PACKABLE = 2**62
"""Three whole numbers are packed into one 64-bit key as long as the largest possible key is below this."""


@dataclass(frozen=True)
class Groups:
    """Customers of equal frequency, recency and age counted once, with the levels that their terms share.

    Args:
        x, tx, t: (g,) frequency, recency and age of each group, times in units of `scale_days`.
        count: (g,) customers in the group.
        x_levels, x_index: the distinct frequencies, and each group's.
        t_levels, tx_index, t_index: the distinct times, and where each group's recency and age stand among them.
        scale_days: the inner unit of time: the mean age. It makes every fit alike, whatever the unit of the data.
    """

    x: Floats
    tx: Floats
    t: Floats
    count: Floats
    x_levels: Floats
    x_index: NDArray[np.intp]
    t_levels: Floats
    tx_index: NDArray[np.intp]
    t_index: NDArray[np.intp]
    scale_days: float

    @property
    def customers(self) -> int:
        """How many customers the groups stand for."""
        return int(self.count.sum())

    @property
    def purchases(self) -> int:
        """How many repeat purchases they made."""
        return int(np.dot(self.count, self.x))


def group_customers(summary: LifetimeSummary) -> Groups:
    """Count customers of equal frequency, recency and age once: all that a lifetime likelihood needs of them."""
    x, tx, t, count = _group_whole_days(summary) or _group_any(summary)
    scale = float(np.dot(count, t) / count.sum()) or 1.0
    x_levels, x_index = np.unique(x, return_inverse=True)
    t_levels, index = _time_levels(tx, t)
    return Groups(
        x,
        tx / scale,
        t / scale,
        count,
        x_levels,
        x_index,
        t_levels / scale,
        index[: len(t)],
        index[len(t) :],
        scale,
    )


def _time_levels(tx: Floats, t: Floats) -> tuple[Floats, NDArray[np.intp]]:
    both = np.concatenate([tx, t])
    whole = both.astype(np.int64)
    if both.max() < 100_000 and np.array_equal(whole, both):
        # Whole days: every day up to the oldest age is a level, and the day is its own index.
        return np.arange(whole.max() + 1, dtype=np.float64), whole.astype(np.intp)
    levels, index = np.unique(both, return_inverse=True)
    return levels, index


def _group_whole_days(summary: LifetimeSummary) -> tuple[Floats, Floats, Floats, Floats] | None:
    """Group by one packed integer key; None where times are no whole days or the key would not fit."""
    width = float(summary.age_days.max(initial=0.0)) + 1
    if width * width * (float(summary.frequency.max(initial=0)) + 1) >= _PACKABLE:
        return None
    t, tx = summary.age_days.astype(np.int64), summary.recency_days.astype(np.int64)
    if not (np.array_equal(t, summary.age_days) and np.array_equal(tx, summary.recency_days)):
        return None
    base = int(width)
    key = summary.frequency * base
    key += t
    key *= base
    key += tx
    key.sort()
    starts = np.flatnonzero(np.concatenate([[True], key[1:] != key[:-1]]))
    count = np.diff(np.append(starts, len(key)))
    rest, tx = np.divmod(key[starts], base)
    x, t = np.divmod(rest, base)
    return x.astype(np.float64), tx.astype(np.float64), t.astype(np.float64), count.astype(np.float64)


def _group_any(summary: LifetimeSummary) -> tuple[Floats, Floats, Floats, Floats]:
    order = np.lexsort((summary.recency_days, summary.age_days, summary.frequency))
    x, t, tx = summary.frequency[order], summary.age_days[order], summary.recency_days[order]
    new = (x[1:] != x[:-1]) | (t[1:] != t[:-1]) | (tx[1:] != tx[:-1])
    starts = np.flatnonzero(np.concatenate([[True], new]))
    count = np.diff(np.append(starts, len(x)))
    return x[starts].astype(np.float64), tx[starts], t[starts], count.astype(np.float64)
