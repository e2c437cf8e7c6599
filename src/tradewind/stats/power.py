"""How many people a test with some left out at random needs to tell two shares apart.

Source: Chow, Shao, Wang (2008), Sample Size Calculations in Clinical Research, 2nd edition, section 4.2.1 (two-sided
test of equality, normal approximation, unequal groups).
"""

from __future__ import annotations

import math
from statistics import NormalDist

POWER, LEVEL = 0.8, 0.05


def people_needed(
    without: float, contacted: float, left_out: float, power: float = POWER, level: float = LEVEL
) -> int | None:
    """Return how many people both groups need together; None where the two shares are the same.

    Args:
        without: share of those left out to whom it happens.
        contacted: share of those contacted.
        left_out: share of all who are left out, above 0 and below 1.
        power: chance that the test tells them apart if they are as far apart as that.
        level: chance that it does so where they are not.
    """
    gap = abs(without - contacted)
    if gap == 0:
        return None
    variance = contacted * (1 - contacted) / (1 - left_out) + without * (1 - without) / left_out
    return math.ceil(variance * (_reach(power, level) / gap) ** 2)


def smallest_gap(
    without: float, people: int, left_out: float, power: float = POWER, level: float = LEVEL
) -> float | None:
    """Return the smallest fall of a share that a test of so many people tells apart; None where not even 0 does.

    Args:
        without: share of those left out to whom it happens.
        people: in both groups together.
        left_out: see `people_needed`.
        power: see `people_needed`.
        level: see `people_needed`.
    """
    if people <= 0 or not 0 < without < 1:
        return None
    needed = people_needed(without, 0.0, left_out, power, level)
    if needed is None or needed > people:
        return None
    low, high = 0.0, without
    for _ in range(60):  # the need falls as the gap grows, so halving finds where it meets the people there are
        middle = (low + high) / 2
        need = people_needed(without, without - middle, left_out, power, level)
        low, high = (middle, high) if need is None or need > people else (low, middle)
    return high


def _reach(power: float, level: float) -> float:
    normal = NormalDist()
    return normal.inv_cdf(1 - level / 2) + normal.inv_cdf(power)
