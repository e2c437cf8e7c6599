"""How the estimate would have done some time ago: what was to come then, against what has come since."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tradewind.models.delay.counts import Floats, Ints
from tradewind.models.delay.pace import estimate_groups

LEAST_THEN = 20
"""Conversions that must have been known back then."""


@dataclass(frozen=True)
class HeldAgainst:
    """The conversions of all leads of back then.

    Args:
        days: how long ago, and within how long a lead's conversion counts.
        then: conversions known back then.
        low: lower end of the 95 % interval that would have been told.
        high: its upper end.
        came: what has come by now; every lead has had its time.
    """

    days: int
    then: int
    low: float
    high: float
    came: int

    @property
    def inside(self) -> bool:
        """Whether what came lies within what would have been told."""
        return self.low <= self.came <= self.high


def hold_against(
    group: Ints, groups: int, age_days: Floats, delay_days: Floats, days: int, rng: np.random.Generator
) -> HeldAgainst | None:
    """Estimate as of so many days ago, from what was known then, and hold it against today.

    Args:
        group: (n,) number of each lead's group.
        groups: how many there are.
        age_days: (n,) days from creation to today.
        delay_days: (n,) days from creation to conversion; NaN where there was none by now.
        days: how long ago; conversions within as many days of a lead's creation count.
        rng: source of all randomness.
    Returns:
        The comparison; None where too little was known back then.
    """
    there = age_days > days
    age = age_days[there] - days
    delay = delay_days[there]
    known = np.where(delay <= age, delay, np.nan)
    then = int((known <= days).sum())
    if then < LEAST_THEN:
        return None
    total = estimate_groups(group[there], groups, age, known, float(days), rng).in_the_end.sum(axis=1)
    low, high = np.quantile(total, [0.025, 0.975])
    return HeldAgainst(days, then, float(low), float(high), int((delay <= days).sum()))
