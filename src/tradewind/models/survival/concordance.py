"""How well an order by risk agrees with who left first: concordance after Harrell and after Uno, with its interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tradewind.core.errors import ModelError, Problem
from tradewind.core.finding import Number, missing
from tradewind.models.survival.kaplan_meier import Z95, kaplan_meier

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

CHUNK = 500
"""Rows compared with all others at a time, so that memory stays small."""
MOST_ROWS = 6_000
"""Beyond so many, pairs of a random part are compared: the interval is then narrow already."""


@dataclass(frozen=True)
class Concordance:
    """The share of pairs that were ordered rightly.

    Args:
        value: between 0 and 1; 0.5 for a random order; NaN where no pair can be compared.
        influence: (n,) what each one adds to its error: the sum of squares estimates the variance.
    """

    value: float
    influence: Array

    def number(self) -> Number:
        """Return it with its 95 % interval, or the reason why there is none."""
        return _number(self.value, self.influence, 0.0, 1.0)

    def ahead_of(self, other: Concordance) -> Number:
        """Return how far it is ahead of another on the same rows, with the interval of the paired difference."""
        return _number(self.value - other.value, self.influence - other.influence, -1.0, 1.0)


def _number(value: float, influence: Array, least: float, most: float) -> Number:
    if not np.isfinite(value):
        return missing("nobody left whom another outlasted, so that no two can be compared")
    half = Z95 * float(np.sqrt((influence**2).sum()))
    return Number(value, max(least, value - half), min(most, value + half))


def harrell(time: ArrayLike, left: ArrayLike, risk: ArrayLike) -> Concordance:
    """Return Harrell's concordance (Harrell, Lee and Mark 1996, §5.5).

    Over the pairs of which one is known to have left first, the share in which that one had the higher risk; equal
    risks count one half.

    Args:
        time: (n,) time at which each left, or was last seen.
        left: (n,) whether it left then.
        risk: (n,) higher means sooner.
    """
    return _concordance(*_arrays(time, left, risk), np.ones(np.size(np.asarray(time))), float("inf"))


def uno(time: ArrayLike, left: ArrayLike, risk: ArrayLike, until: float = float("inf")) -> Concordance:
    """Return Uno's concordance (Uno et al. 2011, eq. 6): pairs are weighted by one over the square of the chance of not
    having been censored, so that the figure does not depend on how long people happened to be followed.

    Args:
        time: (n,) time at which each left, or was last seen.
        left: (n,) whether it left then.
        risk: (n,) higher means sooner.
        until: only those who left before this time begin a pair.
    """
    when, event, order = _arrays(time, left, risk)
    chance = seen_until(when, event, when)
    weight = np.where(event & (chance > 0), 1.0 / np.maximum(chance, 1e-12) ** 2, 0.0)
    return _concordance(when, event, order, weight, until)


def seen_until(time: Array, left: Flags, asked: ArrayLike) -> Array:
    """Return the chance of not having been censored just before each time asked (reverse Kaplan–Meier)."""
    if left.all():
        return np.ones(np.shape(np.asarray(asked)))
    # At one time those who left come before those who were censored, hence the very small shift.
    curve = kaplan_meier(np.zeros(len(time)), time + 1e-9 * ~left * np.maximum(time, 1.0), ~left)
    step = np.searchsorted(curve.time, np.asarray(asked), side="left")
    return np.asarray(np.r_[1.0, curve.survival][step])


def _arrays(time: ArrayLike, left: ArrayLike, risk: ArrayLike) -> tuple[Array, Flags, Array]:
    when, event = np.asarray(time, dtype=np.float64), np.asarray(left, dtype=bool)
    order = np.asarray(risk, dtype=np.float64)
    if not (len(when) == len(event) == len(order)) or not (np.isfinite(when).all() and np.isfinite(order).all()):
        raise ModelError(Problem("", "times and risks must be numbers, one each", f"{len(when)} and {len(order)}"))
    return when, event, order


def _concordance(time: Array, left: Flags, risk: Array, weight: Array, until: float) -> Concordance:
    right, compared = np.zeros(len(time)), np.zeros(len(time))
    first = np.flatnonzero(left & (time < until) & (weight > 0))
    for begin in range(0, len(first), CHUNK):
        rows = first[begin : begin + CHUNK]
        later = (time > time[rows, None]) | ((time == time[rows, None]) & ~left)
        paired = later * weight[rows, None]
        agreed = paired * ((risk[rows, None] > risk) + 0.5 * (risk[rows, None] == risk))
        right[rows] += agreed.sum(axis=1)
        compared[rows] += paired.sum(axis=1)
        right += agreed.sum(axis=0)
        compared += paired.sum(axis=0)
    total = compared.sum() / 2
    if total <= 0:
        return Concordance(float("nan"), np.zeros(len(time)))
    value = float(right.sum() / 2 / total)
    return Concordance(value, (right - value * compared) / total)
