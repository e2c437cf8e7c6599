"""How busy each day is, and purchase times that follow it: a clock that runs faster on busy days."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from tradewind.simulate.columns import Floats, Ints
from tradewind.simulate.world import World

BUSIEST = 345
"""Day of the year at which the season is highest: before Christmas."""


def day_factors(world: World, season: float, weekend: float) -> Floats:
    """Return each day's busyness, 1 on average over the world's length.

    Args:
        world: says which calendar days there are.
        season: height of the yearly wave, as a share.
        weekend: how far Saturdays and Sundays stand above the mean, as a share; other days stand below it.
    """
    days = [world.start + timedelta(days=day) for day in range(world.days)]
    of_year = np.array([day.timetuple().tm_yday for day in days])
    free = np.array([day.weekday() >= 5 for day in days])
    wave = 1 + season * np.cos(2 * np.pi * (of_year - BUSIEST) / 365.25)
    week = np.where(free, 1 + weekend, 1 - weekend * 2 / 5)
    factors = wave * week
    return np.asarray(factors / factors.mean(), dtype=np.float64)


class BusyClock:
    """Time as customers feel it: on a day with factor 2 it passes twice as fast.

    Events that come at an even pace on this clock come in proportion to the factors on the calendar.
    """

    def __init__(self, factors: Floats) -> None:
        self._calendar = np.arange(len(factors) + 1, dtype=float)
        self._felt = np.concatenate([[0.0], np.cumsum(factors)])

    def felt(self, days: Floats) -> Floats:
        """Return felt time of calendar time, both in days since the start."""
        return np.asarray(np.interp(days, self._calendar, self._felt))

    def days(self, felt: Floats) -> Ints:
        """Return the calendar day of felt time."""
        found = np.interp(felt, self._felt, self._calendar).astype(np.int64)
        return np.asarray(np.clip(found, 0, len(self._calendar) - 2))
