"""The chance that an open deal is won in the end, from the stage it stands in and how long it has stood there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradewind.models.pipeline.stage_figures import end_spells
from tradewind.models.pipeline.stages import CLOSED, LOST, WON, StageHistory
from tradewind.stats.incidence import WAITING, count_spells, ending_curves

Array = NDArray[np.float64]

_FEWEST_AT_RISK = 15
"""Deals that must have stood there as long; one that has stood longer is judged like those that stood so long."""
_LONGEST = 3650


@dataclass(frozen=True)
class EndChance:
    """Chances of open deals to be won in the end; (k,) each.

    Args:
        deal: numbers of the deals.
        chance: share won of those that had stood there as long; NaN where too few ever stood there.
        low: lower end of its 95 % interval.
        high: upper end.
    """

    deal: NDArray[np.int64]
    chance: Array
    low: Array
    high: Array


def win_in_end(history: StageHistory, rng: np.random.Generator, resamples: int = 200) -> EndChance:
    """Return the chance of every open deal whose time in its stage is known.

    With F_j(t) the share of stays in a stage that had ended in way j by day t, and S(t) the share that still lasted, a
    deal seen to stay through day d goes on to stage j with [F_j(∞) − F_j(d)] / S(d). That times the share won of deals
    that enter j is added up over j, and over being won from the stage itself.

    Args:
        history: stays as known on a day.
        rng: draws the resamples of deals behind the intervals.
        resamples: how many.
    """
    deals, stages = len(history.deals), len(history.stages)
    weight = np.vstack([np.ones((1, deals)), rng.multinomial(deals, np.full(deals, 1 / deals), resamples)])
    wins = np.array([ending_curves(end_spells(history, stage), weight).ended[:, 0, -1] for stage in range(stages)])
    worth = np.vstack([wins, np.ones((1, resamples + 1)), np.zeros((2, resamples + 1))])  # then won, lost, closed
    open_ = np.flatnonzero(history.lasting & ~np.isnat(history.entered))
    draws = np.full((resamples + 1, len(open_)), np.nan)
    for stage in np.unique(history.stage[open_]).tolist():
        here = history.stage[open_] == stage
        draws[:, here] = _from_stage(history, stage, weight, worth, history.days[open_[here]].astype(np.int64))
    low, high = (np.full(len(open_), np.nan) for _ in range(2))
    known = np.isfinite(draws).sum(axis=0) > resamples / 2
    if known.any():
        low[known], high[known] = np.nanquantile(draws[1:, known], [0.025, 0.975], axis=0)
    return EndChance(history.deal[open_], draws[0], np.fmin(low, draws[0]), np.fmax(high, draws[0]))


def _from_stage(history: StageHistory, stage: int, weight: Array, worth: Array, days: NDArray[np.int64]) -> Array:
    """(b, k) chances of deals that have been seen to stay in a stage through so many days."""
    stages = len(history.stages)
    stays = (history.stage == stage) & ~np.isnat(history.entered)
    follows = history.next[stays]
    way = np.select([follows == WON, follows == LOST, follows == CLOSED], [stages, stages + 1, stages + 2], follows)
    way = np.where(history.lasting[stays], WAITING, way).astype(np.int64)
    lasted = np.minimum(history.days[stays], _LONGEST).astype(np.int64)
    curves = ending_curves(count_spells(history.deal[stays], lasted, way, stages + 3, len(history.deals)), weight)
    enough = np.flatnonzero(curves.at_risk[0] >= _FEWEST_AT_RISK)
    if len(enough) == 0:
        return np.full((len(weight), len(days)), np.nan)
    at = np.minimum(days, max(int(enough[-1]) - 1, 0))
    still = curves.waiting[:, at]
    after = curves.ended[:, :, [-1]] - curves.ended[:, :, at]
    won = np.einsum("bjk,jb->bk", after, worth)
    return np.where(still > 0, won / np.where(still > 0, still, 1.0), np.nan)
