"""From the chances of each coming period to the days that remain: the middle, the range, or that it is not known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tradewind.models.survival.kaplan_meier import Curve

Array = NDArray[np.float64]


def survival_ahead(chances: Array) -> Array:
    """Return (n, k + 1) chance of still being there at the end of each period; the first column is today."""
    return np.hstack([np.ones((len(chances), 1)), np.cumprod(1.0 - chances, axis=1)])


def days_until(survival: Array, period: int, share: float) -> Array:
    """Return (n,) days by which one has left with this chance; NaN where that lies beyond what can be seen.

    Within a period the days are taken as equally likely.

    Args:
        survival: (n, k + 1) from `survival_ahead`.
        period: days of a period.
        share: the chance, above 0 and below 1.
    """
    gone = 1.0 - survival
    reached = gone >= share
    inside = reached.argmax(axis=1)
    inside = np.maximum(inside, 1)
    rows = np.arange(len(gone))
    before, after = gone[rows, inside - 1], gone[rows, inside]
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.clip((share - before) / (after - before), 0.0, 1.0)
    return np.where(reached.any(axis=1), (inside - 1 + part) * period, np.nan)


def expected_days(survival: Array, period: int) -> Array:
    """Return (n,) expected days until leaving, of those that can be seen: the area under each curve."""
    return np.asarray(period * (survival[:, :-1] + survival[:, 1:]).sum(axis=1) / 2)


def survival_at(survival: Array, period: int, days: Array) -> Array:
    """Return (n, k) chance of still being there after each of these days; straight between the ends of periods."""
    place = np.clip(days / period, 0, survival.shape[1] - 1)
    before = np.minimum(place.astype(np.intp), survival.shape[1] - 2)
    part = place - before
    return np.asarray(survival[:, before] * (1 - part) + survival[:, before + 1] * part)


def survival_by_age(curve: Curve, age: Array, period: int, sight: int) -> Array:
    """Return (n, sight + 1) what the curve of all says of those who have come to an age: S(age + t) / S(age).

    Beyond what the curve has seen it stays as it is there.
    """
    times = np.minimum(age[:, None] + period * np.arange(sight + 1), curve.seen)
    share = curve.at(times)
    first = np.where(share[:, :1] > 0, share[:, :1], 1.0)
    return np.clip(share / first, 0.0, 1.0)
