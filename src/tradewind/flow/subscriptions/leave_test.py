"""How well the days until leaving were foretold at a past day, and how well the curve of all would have done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tradewind.core.finding import Number, missing
from tradewind.flow.subscriptions.landmarks import Followed
from tradewind.models.survival.brier import integrated_brier, paired_gain
from tradewind.models.survival.concordance import MOST_ROWS, harrell, uno
from tradewind.models.survival.hazard import Hazard
from tradewind.models.survival.kaplan_meier import Curve
from tradewind.models.survival.remaining import days_until, expected_days, survival_ahead, survival_at, survival_by_age
from tradewind.stats.boundary import wilson_interval

if TYPE_CHECKING:
    import pyarrow as pa

Array = NDArray[np.float64]

LOW, MIDDLE, HIGH = 0.1, 0.5, 0.9
"""Shares that have left at the ends and in the middle of the range told: eight in ten leave within it."""


@dataclass(frozen=True)
class LeaveTest:
    """What a test brought.

    Args:
        numbers: every figure by name.
        better: whether the order is better than that by age alone, beyond chance.
        loss: mean integrated squared error, by which models are chosen.
    """

    numbers: Mapping[str, Number]
    better: bool
    loss: float


def measure(hazard: Hazard, curve: Curve, asked: Followed, rng: np.random.Generator) -> LeaveTest:
    """Hold what a hazard and the curve of all said at a past day against what came.

    Args:
        hazard: learned from what was known by that day.
        curve: of all, as known by that day.
        asked: who was there on that day, followed until today.
        rng: draws a part of them where they are very many.
    """
    if len(asked.day) > MOST_ROWS:
        chosen = np.zeros(len(asked.day), dtype=bool)
        chosen[rng.choice(len(chosen), MOST_ROWS, replace=False)] = True
        asked = asked.rows(chosen)
    periods = int(min(hazard.sight, asked.seen.min() // hazard.period))
    limit = float(periods * hazard.period)
    gone = np.nan_to_num(asked.until_left, nan=np.inf)
    time, left = np.minimum(gone, limit), gone < limit
    ours = survival_ahead(hazard.chances(asked.past))[:, : periods + 1]
    rule = survival_by_age(curve, asked.past.age, hazard.period, periods)
    grid = hazard.period * np.arange(1, periods + 1, dtype=np.float64)
    errors = [integrated_brier(time, left, survival_at(each, hazard.period, grid), grid) for each in (ours, rule)]
    by_us, by_rule = (harrell(time, left, -expected_days(each, hazard.period)) for each in (ours, rule))
    gain = by_us.ahead_of(by_rule)
    numbers = {
        "concordance": by_us.number(),
        "concordance_uno": uno(time, left, -expected_days(ours, hazard.period)).number(),
        "concordance_by_age": by_rule.number(),
        "concordance_gain": gain,
        "brier": Number(float(errors[0].mean())),
        "brier_of_curve": Number(float(errors[1].mean())),
        "brier_gain": paired_gain(errors[0], errors[1]),
        "ranges_held": _held(ours, hazard.period, gone, limit),
        "tested_on": Number(float(len(time))),
        "left_in_test": Number(float(left.sum())),
        "followed_days": Number(limit, unit="days"),
    }
    return LeaveTest(numbers, gain.low is not None and gain.low > 0, float(errors[0].mean()))


def _held(survival: Array, period: int, gone: Array, limit: float) -> Number:
    """Of the ranges that were closed within the time followed: the share in which the end came to lie."""
    low, high = days_until(survival, period, LOW), days_until(survival, period, HIGH)
    closed = high <= limit
    if closed.sum() < 30:
        return missing("fewer than 30 ranges have closed since then")
    held = (gone >= low) & (gone <= high)
    share = float(held[closed].mean())
    return Number(share, *wilson_interval(share, int(closed.sum())))


def figure_rows(numbers: Mapping[str, Number], words: Mapping[str, str]) -> pa.Table:
    """Return figures and words as rows: name, value, low, high, and text."""
    import pyarrow as pa

    rows = [(name, number.value, number.low, number.high, number.reason) for name, number in numbers.items()]
    rows += [(name, None, None, None, text) for name, text in words.items()]
    names = ("name", "value", "low", "high", "text")
    types = (pa.string(), pa.float64(), pa.float64(), pa.float64(), pa.string())
    return pa.table(
        {
            name: pa.array([row[place] for row in rows], kind)
            for place, (name, kind) in enumerate(zip(names, types, strict=True))
        }
    )


def read_figures(rows: pa.Table) -> tuple[dict[str, Number], dict[str, str]]:
    """Return figures and words from rows of `figure_rows`."""
    numbers, words = {}, {}
    for row in rows.to_pylist():
        if row["value"] is not None:
            numbers[row["name"]] = Number(row["value"], row["low"], row["high"])
        else:
            words[row["name"]] = row["text"] or ""
    return numbers, words
