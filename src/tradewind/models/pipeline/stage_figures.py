"""How long deals stay in each stage, how many go on, are won or lost, and which stage holds them up; with intervals.

Shares and days are those of competing risks (`stats.incidence`): a deal that still waits counts for as long as it has
waited, so that a stage does not look fast because its slow deals are still in it. Intervals come from resampling deals.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradewind.core.finding import Number, missing
from tradewind.models.pipeline.stages import CLOSED, LOST, OPEN, WON, StageHistory
from tradewind.stats.boundary import wilson_interval
from tradewind.stats.incidence import WAITING, Curves, Spells, count_spells, ending_curves, reach_day

Array = NDArray[np.float64]

RESAMPLES = 200
FEWEST = 10
"""Deals that must have moved on before anybody says how long that usually takes."""
_MOVED, _LOST, _OTHER = 0, 1, 2
_SLOWEST = 3650


@dataclass(frozen=True)
class StageFigure:
    """One stage.

    Args:
        name: the stage.
        stays: stays whose beginning is known.
        moved: those that ended in a later stage, or were won.
        lost: those that ended by losing the deal.
        waiting: those that last still.
        leaves: share to the days by which this share has left the stage, in whatever way (Kaplan–Meier).
        usual: share to the days by which this share of the deals that move on has moved on.
        mean_days: days that a deal which moves on spends there on average.
        reach_next: share of deals entering that move on.
        lost_here: share of deals entering that are lost from there.
        win: share of deals that ever enter it that are won.
        undecided: share of deals that ever enter it of which nobody knows the end within the time seen.
    """

    name: str
    stays: int
    moved: int
    lost: int
    waiting: int
    leaves: dict[float, Number]
    usual: dict[float, Number]
    mean_days: Number
    reach_next: Number
    lost_here: Number
    win: Number
    undecided: float


@dataclass(frozen=True)
class Bottleneck:
    """The stage with the most of something, beside the one that comes next.

    Args:
        stage: number of the stage.
        runner_up: number of the next one; −1 where there is only one stage.
        gap: by how much it has more; its interval excludes zero where the two can be told apart.
    """

    stage: int
    runner_up: int
    gap: Number

    @property
    def clear(self) -> bool:
        """Whether it can be told from the next one."""
        return self.gap.low is not None and self.gap.low > 0


@dataclass(frozen=True)
class PipelineFigures:
    """All stages, and where deals are held up or lost.

    Args:
        stages: one each, in order.
        slowest: the stage in which deals that move on spend the longest; None where nobody can say.
        leakiest: the stage from which the largest share is lost; None where nobody can say.
    """

    stages: tuple[StageFigure, ...]
    slowest: Bottleneck | None
    leakiest: Bottleneck | None


def measure_stages(history: StageHistory, rng: np.random.Generator, resamples: int = RESAMPLES) -> PipelineFigures:
    """Measure every stage of a history.

    Args:
        history: stays as known on a day.
        rng: draws the resamples of deals.
        resamples: how many.
    """
    deals = len(history.deals)
    weight = np.ones((1, deals))
    if deals:
        weight = np.vstack([weight, rng.multinomial(deals, np.full(deals, 1 / deals), resamples)])
    stays = [_stay_curves(history, stage, weight) for stage in range(len(history.stages))]
    ends = [_end_curves(history, stage, weight) for stage in range(len(history.stages))]
    figures = tuple(_figure(history, stage, stays[stage], ends[stage]) for stage in range(len(history.stages)))
    enough = [figure.moved >= FEWEST for figure in figures]
    days = [_mean_days(_conditional(curves)) for curves in stays]
    lost = [curves.ended[:, _LOST, -1] for curves in stays]
    return PipelineFigures(figures, _bottleneck(days, enough, "days"), _bottleneck(lost, enough, ""))


def stay_ways(history: StageHistory) -> NDArray[np.int64]:
    """Return (n,) how each stay ended: 0 moved on, 1 lost, 2 otherwise (back, or closed somehow), or waiting."""
    way = np.full(len(history.deal), _OTHER, dtype=np.int64)
    way[history.forwards] = _MOVED
    way[history.next == LOST] = _LOST
    way[history.next == OPEN] = WAITING
    return way


def _stay_curves(history: StageHistory, stage: int, weight: Array) -> Curves:
    here = (history.stage == stage) & ~np.isnat(history.entered)
    days = np.minimum(history.days[here], _SLOWEST).astype(np.int64)
    spells = count_spells(history.deal[here], days, stay_ways(history)[here], 3, len(history.deals))
    return ending_curves(spells, weight)


def end_spells(history: StageHistory, stage: int) -> Spells:
    """Return the spells from each deal's first entry into a stage to its end: won, lost, otherwise, or waiting."""
    here = np.flatnonzero(history.stage == stage)
    deal, first = np.unique(history.deal[here], return_index=True)
    entered = history.entered[here[first]]
    known = ~np.isnat(entered)
    deal, entered = deal[known], entered[known]
    seen = np.datetime64(history.as_of, "D") - np.timedelta64(1, "D")
    until = np.where(history.ending[deal] == OPEN, seen, history.closed[deal])
    days = np.clip((until - entered).astype("timedelta64[D]").astype(np.int64), 0, _SLOWEST)
    ending = history.ending[deal]
    way = np.select([ending == WON, ending == LOST, ending == CLOSED], [0, 1, 2], WAITING).astype(np.int64)
    return count_spells(deal, days, way, 3, len(history.deals))


def _end_curves(history: StageHistory, stage: int, weight: Array) -> Curves:
    return ending_curves(end_spells(history, stage), weight)


def _figure(history: StageHistory, stage: int, stays: Curves, ends: Curves) -> StageFigure:
    here = (history.stage == stage) & ~np.isnat(history.entered)
    way = stay_ways(history)[here]
    moved, lost, waiting = (int((way == each).sum()) for each in (_MOVED, _LOST, WAITING))
    few = f"only {moved} deals have moved on from there"
    gone = 1 - stays.waiting
    conditional = _conditional(stays)
    resolved = float((way != WAITING).sum())
    first = np.unique(history.deal[here])
    over = float((history.ending[first] != OPEN).sum())
    return StageFigure(
        history.stages[stage], int(here.sum()), moved, lost, waiting,
        {share: _day(reach_day(gone, share), moved, few) for share in (0.5, 0.8, 0.9)},
        {share: _day(reach_day(conditional, share), moved, few) for share in (0.5, 0.8, 0.9)},
        _interval(_mean_days(conditional), "days") if moved >= FEWEST else missing(few),
        share_number(stays.ended[:, _MOVED, -1], resolved),
        share_number(stays.ended[:, _LOST, -1], resolved),
        share_number(ends.ended[:, 0, -1], over),
        float(ends.waiting[0, -1]),
    )  # fmt: skip


def _conditional(curves: Curves) -> Array:
    """(b, t) of the deals that move on within the time seen, the share that has by each day; NaN where none does."""
    moved = curves.ended[:, _MOVED, :]
    total = moved[:, -1:]
    return np.where(total > 0, moved / np.where(total > 0, total, 1), np.nan)


def _mean_days(conditional: Array) -> Array:
    """(b,) mean days: the sum over days of the share that has not moved on yet."""
    return np.asarray((1 - conditional).sum(axis=1))


def _day(draws: Array, moved: int, few: str) -> Number:
    if moved < FEWEST:
        return missing(few)
    if np.isnan(draws[0]):
        return missing("fewer than that have left within the time seen")
    return _interval(draws, "days")


def _interval(draws: Array, unit: str) -> Number:
    """The figure of the data with the 95 % percentile interval of its resamples (Efron 1979)."""
    known = draws[1:][np.isfinite(draws[1:])]
    if not np.isfinite(draws[0]):
        return missing("it cannot be computed from these deals")
    if len(known) < 0.5 * (len(draws) - 1) or len(known) == 0:
        return Number(float(draws[0]), unit=unit)
    low, high = np.quantile(known, [0.025, 0.975])
    return Number(float(draws[0]), min(float(low), float(draws[0])), max(float(high), float(draws[0])), unit)


def share_number(draws: Array, resolved: float) -> Number:
    """Return a share with Wilson's interval (1927) for as many trials as its resamples are worth.

    A share p with variance v says as much as p(1 − p)/v plain trials do, but never more than there are decided deals.

    Args:
        draws: (1 + b,) the share, then its resamples.
        resolved: deals of which the end is known.
    """
    if resolved < 1 or not np.isfinite(draws[0]):
        return missing("of no deal is the end known")
    share = float(np.clip(draws[0], 0.0, 1.0))
    variance = float(np.nanvar(draws[1:])) if len(draws) > 1 else 0.0
    trials = min(resolved, share * (1 - share) / variance) if variance > 0 else resolved
    low, high = wilson_interval(share, max(trials, 1.0))
    return Number(share, low, high)


def _bottleneck(draws: list[Array], enough: list[bool], unit: str) -> Bottleneck | None:
    """The stage with the highest figure, and by how much it exceeds the next one."""
    known = [stage for stage, each in enumerate(draws) if enough[stage] and np.isfinite(each[0])]
    if len(known) < 2:
        return None
    ordered = sorted(known, key=lambda stage: -float(draws[stage][0]))
    first, second = ordered[0], ordered[1]
    return Bottleneck(first, second, _interval(draws[first] - draws[second], unit))
