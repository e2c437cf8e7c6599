"""How forecasts of earlier quarters did, and how much wider or narrower the interval must be for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradewind.models.pipeline.pipeline import Floats

COMMIT, BEST, DOWNSIDE = 0.1, 0.9, 0.05
"""Chances of ending below: what one can commit to is reached 9 times in 10, the best once in 10."""
_USUAL_SQUARE = 0.609
"""Mean square of a miss over half the width of an 80 % interval, where misses are normal and the interval is right."""
PRIOR_QUARTERS = 10.0
"""Quarters that the simulation's own width weighs: few misses must not move it far."""
_NARROWEST, _WIDEST, _FARTHEST = 0.8, 4.0, 4.0


@dataclass(frozen=True)
class Spread:
    """A forecast as its own simulation has it.

    Args:
        mean: expected.
        median: as often above as below.
        low: `COMMIT` of the futures end below it.
        high: `BEST` of the futures end below it.
    """

    mean: float
    median: float
    low: float
    high: float


def spread_of(draws: Floats) -> Spread:
    """Return mean, middle and the 80 % interval of futures."""
    low, median, high = levels_of(draws, (COMMIT, 0.5, BEST))
    return Spread(float(draws.mean()), float(median), float(low), float(high))


def levels_of(draws: Floats, chances: Sequence[float]) -> Floats:
    """Return the levels below which so many of the futures end, counted so that one more future would do so too."""
    return np.asarray(np.quantile(draws, chances, method="weibull"))


def learn_scale(spreads: Sequence[Spread], actual: Sequence[float]) -> float:
    """Return the factor by which intervals must be widened (or narrowed), from forecasts whose outcome is known.

    The root mean square of misses over half-widths, in units of what a right interval has, pulled to 1: the split
    conformal idea (Lei et al. 2018, JASA 113) with one number for few quarters instead of a quantile that would jump.

    Args:
        spreads: forecasts made before their quarter was over.
        actual: what came.
    """
    squares = []
    for spread, came in zip(spreads, actual, strict=True):
        half = spread.high - spread.median if came > spread.median else spread.median - spread.low
        if half > 0:
            squares.append(min(((came - spread.median) / half) ** 2, _FARTHEST**2) / _USUAL_SQUARE)
    square = (PRIOR_QUARTERS + sum(squares)) / (PRIOR_QUARTERS + len(squares))
    return float(np.clip(np.sqrt(square), _NARROWEST, _WIDEST))


def widen(draws: NDArray[np.float64], scale: float, floor: float) -> NDArray[np.float64]:
    """Return futures stretched around their middle, none below `floor` that was not below it before."""
    middle = np.median(draws, axis=0)
    return np.where(draws >= floor, np.maximum(middle + scale * (draws - middle), floor), draws)


def compare_misses(ours: Floats, theirs: Floats) -> tuple[float, float, float] | None:
    """Return the mean difference of two rows of misses and its 95 % interval (Student's t, paired by quarter).

    Args:
        ours: (n,) misses of the forecast, as absolute amounts.
        theirs: (n,) of a rule in the same quarters.
    Returns:
        None for fewer than four quarters: then nothing is said.
    """
    from scipy.special import stdtrit

    count = len(ours)
    if count < 4:
        return None
    gap = ours - theirs
    half = float(stdtrit(count - 1, 0.975) * gap.std(ddof=1) / np.sqrt(count))
    return float(gap.mean()), float(gap.mean()) - half, float(gap.mean()) + half
