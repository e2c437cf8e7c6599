"""How many have come to which end by which day, where some are still waiting: competing risks with censoring.

The estimator is that of Aalen and Johansen (1978, Scandinavian Journal of Statistics 5, 141-150): with n(t) still
waiting at day t and d_k(t) that end in way k on it,

    S(t) = Π over s ≤ t of (1 − Σ_k d_k(s) / n(s)),      F_k(t) = Σ over s ≤ t of S(s−1) d_k(s) / n(s).

S is the product-limit estimator of Kaplan and Meier (1958, Journal of the American Statistical Association 53,
457-481), and S(t) + Σ_k F_k(t) = 1. Who is still waiting at the end counts as waiting through the last day seen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradewind.stats.ranking import divide

Array = NDArray[np.float64]

WAITING = -1
"""Cause of those whose end is not known yet."""


@dataclass(frozen=True)
class Curves:
    """Shares by day 0, 1, 2 …; b is the number of resamples (1 for the data as they are).

    Args:
        waiting: (b, t) share that still waits after the day.
        ended: (b, k, t) share that has ended in each way by the day.
        at_risk: (b, t) weight of those still waiting when the day begins.
    """

    waiting: Array
    ended: Array
    at_risk: Array


@dataclass(frozen=True)
class Spells:
    """Counted spells: how many of each entity ended in which way on which day.

    Args:
        counts: sparse ((k + 1) · t, entities); the last of the k + 1 ways is to be waiting still.
        ways: k.
        days: t.
    """

    counts: object
    ways: int
    days: int


def count_spells(
    entity: NDArray[np.int64], days: NDArray[np.int64], way: NDArray[np.int64], ways: int, entities: int
) -> Spells:
    """Return spells counted by way, day and entity, so that resamples of entities are one product each.

    Args:
        entity: (n,) whose spell, a code.
        days: (n,) whole days to the end, or waited so far, 0 or more.
        way: (n,) 0 … ways − 1, or `WAITING`.
        ways: how many ways to end there are.
        entities: how many entities there are.
    """
    from scipy.sparse import csr_array

    length = int(days.max()) + 1 if len(days) else 1
    cell = np.where(way == WAITING, ways, way) * length + days
    ones = np.ones(len(days))
    return Spells(csr_array((ones, (cell, entity)), shape=((ways + 1) * length, entities)), ways, length)


def ending_curves(spells: Spells, weight: Array) -> Curves:
    """Return the curves of spells under weights of their entities.

    Args:
        spells: as counted.
        weight: (b, entities).
    """
    cells = np.asarray((spells.counts @ weight.T).T)  # type: ignore[operator]
    counts = cells.reshape(len(weight), spells.ways + 1, spells.days)
    at_risk = np.cumsum(counts.sum(axis=1)[:, ::-1], axis=1)[:, ::-1]
    hazard = divide(counts[:, : spells.ways], at_risk[:, None, :])
    hazard = np.where(np.isnan(hazard), 0.0, hazard)
    waiting = np.cumprod(np.clip(1 - hazard.sum(axis=1), 0.0, 1.0), axis=1)
    before = np.concatenate([np.ones((len(weight), 1)), waiting[:, :-1]], axis=1)
    return Curves(waiting, np.cumsum(before[:, None, :] * hazard, axis=2), at_risk)


def reach_day(curve: Array, share: float) -> Array:
    """Return (b,) the first day by which a rising curve (b, t) has reached a share; NaN where it never does."""
    reached = curve >= share - 1e-12
    return np.where(reached.any(axis=1), reached.argmax(axis=1), np.nan).astype(np.float64)
