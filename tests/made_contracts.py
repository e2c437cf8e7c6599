"""Contracts whose chance to leave is known: usage wanders from month to month, and only this month's can be seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradewind.core.feature import Feature, FeatureTable
from tradewind.models.survival.hazard import Landmarks

MONTH, DAYS, BEYOND = 30, 1_080, 900
MEMORY, LEVEL, SLOPE = 0.7, -2.2, 1.0
USAGE = Feature("usage", "usage this month", "number", "events", "usage")
NOISE = Feature("noise", "something else", "number", "events", "noise")

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Made:
    """Contracts lived through; days are counted from the first day of the history.

    Args:
        start: (n,) day of the start.
        end: (n,) true day of the end, beyond the history for those who run on.
        usage: (n, months) usage of each month since the start.
        term: (n,) months bound at a time.
    """

    start: Array
    end: Array
    usage: Array
    term: Array

    def at(self, day: int, learned: int = DAYS) -> tuple[Landmarks, Array, Array]:
        """Return who is there on a day with what is known of them, and what is known of their ends on a later day."""
        there = np.flatnonzero((self.start < day) & (self.end >= day))
        age = day - self.start[there]
        noise = np.random.default_rng(day).normal(size=len(there))
        numbers = np.column_stack([self.usage[there, (age // MONTH).astype(int)], noise]).astype(np.float32)
        ids = np.array([f"C{who:05d}" for who in there], dtype=object)
        features = FeatureTable(
            ids, np.full(len(there), np.datetime64("2020-01-01") + day), (USAGE, NOISE), numbers, {}
        )
        until = np.where(self.end[there] < learned, self.end[there] - day, np.nan)
        unknown = np.full(len(there), np.nan)
        return (
            Landmarks(features, age, age, self.term[there], unknown),
            until,
            np.full(len(there), float(learned - day)),
        )

    def past(self, days: range) -> tuple[Landmarks, Array, Array]:
        """Return those of several past days, one below the other."""
        parts = [self.at(day) for day in days]
        tables = [part[0].features for part in parts]
        features = FeatureTable(
            np.concatenate([table.entity_id for table in tables]),
            np.concatenate([table.cutoff for table in tables]),
            tables[0].features,
            np.concatenate([table.numbers for table in tables]),
        )
        rows = [(landmarks.age, landmarks.term_months, until, seen) for landmarks, until, seen in parts]
        columns = [np.concatenate([row[place] for row in rows]) for place in range(4)]
        age, term, until, seen = columns
        return Landmarks(features, age, age, term, np.full(len(age), np.nan)), until, seen


def make_contracts(count: int, seed: int, yearly: float = 0.0) -> Made:
    """Make contracts: those by the month can be left at each month's end, those by the year at each year's end."""
    rng = np.random.default_rng(seed)
    start = np.floor(rng.uniform(0, DAYS, count))
    term = np.where(rng.random(count) < yearly, 12.0, 1.0)
    months = (DAYS + BEYOND) // MONTH + 1
    usage = np.empty((count, months))
    usage[:, 0] = rng.normal(0, 1, count)
    for month in range(1, months):
        usage[:, month] = MEMORY * usage[:, month - 1] + rng.normal(0, np.sqrt(1 - MEMORY**2), count)
    chance = 1 / (1 + np.exp(-(LEVEL - SLOPE * usage)))
    free = (np.arange(months) % 12 == 11) | (term[:, None] == 1)
    chance = np.where(free, np.where(term[:, None] == 12, 1 - (1 - chance) ** 3, chance), 0.0)
    leaves = rng.random(chance.shape) < chance
    last = np.where(leaves.any(axis=1), leaves.argmax(axis=1), months)
    return Made(start, start + MONTH * (last + 1.0), usage, term)
