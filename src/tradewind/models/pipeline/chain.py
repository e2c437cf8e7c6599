"""How deals move: a semi-Markov chain over stages, learned with all that is not known about it.

A deal stays in a stage for a time whose hazard depends on the stage and on how long it has been there (piecewise
constant, with open deals as censored), and then is lost, or moves on, or is won. Chances of being lost depend on the
stage and, pulled towards the stage's own, on the time it took; on the deal's amount and on who sells it by log-odds
pulled towards zero. Each draw takes its own rates and chances from their posterior (gamma, beta, Dirichlet, normal),
so that what few deals leave unknown becomes width. Competing risks in discrete pieces: Prentice et al. 1978, Biometrics
34; shrinkage by the method of moments: Morris 1983, JASA 78.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradewind.models.pipeline.level import Level, find_level
from tradewind.models.pipeline.pipeline import Flags, Floats, Ints, Pipeline, sums_by

PIECES, PER_PIECE = 7, 15
"""Most pieces of the time in a stage, and exits needed for each; the last begins after the longest stay that ended."""
QUARTER = 91.3125
"""Days of a quarter of a year."""
HALF_LIFE = 12 * QUARTER
"""After how many days an observation counts half: old habits fade slowly; `level` follows win rates that move."""
PULL_RATE, PULL_LOST = 2.0, 10.0
"""Exits that a stage's own rate, and its own chance of being lost, weigh within each piece."""
_SLOPE_SD, _UNIT_SD = 0.3, 0.15
"""How far log-odds may move with one standard deviation of log amount; least spread between sellers allowed for."""
_FAR = 1e6


@dataclass(frozen=True)
class Effect:
    """A shift of log-odds that is known up to a normal error; arrays are (k,)."""

    mean: Floats
    sd: Floats


@dataclass(frozen=True)
class Chain:
    """What history says of how deals move; s stages, k pieces of time.

    Args:
        edges: (s, k) first day of each piece of the time in a stage.
        exits: (s, k) weighted exits.
        exposure: (s, k) weighted days at risk.
        lost: (s, k) weighted exits that were losses.
        onward: (s, s + 1) weighted moves to each stage, and to won.
        slope: effect of one standard deviation of log amount on not being lost.
        unit: effect of who sells.
        levels: of each stage's log-odds of not being lost: where they stand now, how they drift and quarters differ.
        size: (mean, sd) of log amounts.
    """

    edges: NDArray[np.float64]
    exits: NDArray[np.float64]
    exposure: NDArray[np.float64]
    lost: NDArray[np.float64]
    onward: NDArray[np.float64]
    slope: Effect
    unit: Effect
    levels: tuple[Level, ...]
    size: tuple[float, float]

    def sizes(self, amount: Floats) -> Floats:
        """Return amounts as standard deviations of log amount from the usual one; 0 where unknown or not above zero."""
        return standard_sizes(amount, self.size)


def fit_chain(pipeline: Pipeline, now: float, half_life: float = HALF_LIFE) -> Chain:
    """Learn the chain from a pipeline as known at `now`.

    Args:
        pipeline: nothing in it happened at `now` or later.
        now: the moment, in the pipeline's days.
        half_life: days after which a stay counts half.
    """
    steps = pipeline.steps
    left = ~np.isnan(steps.left)
    end = np.where(left, steps.left, now)
    days = np.maximum(end - steps.entered, 0.0)
    weight = 0.5 ** (np.maximum(now - end, 0.0) / half_life)
    stages = pipeline.stages
    edges = np.stack([_edges(days[left & (steps.stage == stage)]) for stage in range(stages)])
    piece = piece_of(edges[steps.stage], days)
    is_lost = steps.next == stages + 1
    shape = (stages, PIECES)
    cell = steps.stage * PIECES + piece
    exits = sums_by(cell[left], weight[left], stages * PIECES).reshape(shape)
    lost = sums_by(cell[left & is_lost], weight[left & is_lost], stages * PIECES).reshape(shape)
    exposure = _exposure(edges, steps.stage, days, weight)
    on = left & ~is_lost
    onward = sums_by(steps.stage[on] * (stages + 1) + steps.next[on], weight[on], stages * (stages + 1))
    size = _usual_size(pipeline.amount)
    slope, unit, levels = _effects(
        pipeline, left, ~is_lost, _share_kept(exits, lost)[steps.stage, piece], end, now, size
    )
    return Chain(edges, exits, exposure, lost, onward.reshape(stages, stages + 1), slope, unit, levels, size)


def standard_sizes(amount: Floats, size: tuple[float, float]) -> Floats:
    """Return log amounts in standard deviations from the mean, within ±2.5; 0 where there is no amount above zero."""
    known = amount > 0
    logs = np.log(np.where(known, amount, 1.0))
    return np.where(known, np.clip((logs - size[0]) / size[1], -2.5, 2.5), 0.0)


def _usual_size(amount: Floats) -> tuple[float, float]:
    logs = np.log(amount[amount > 0])
    return (float(logs.mean()), max(float(logs.std()), 0.1)) if len(logs) else (0.0, 1.0)


def _edges(days: Floats) -> Floats:
    """First days of the pieces of one stage: as many exits in each; pieces that are not needed lie far away.

    Deals that everybody forgot to close stay open longer than any that ever ended. What lies beyond the longest such
    stay is a piece of its own, or the pace of the piece before it would bring the forgotten deals back to life.
    """
    wanted = int(np.clip(len(days) // PER_PIECE, 1, PIECES - 1))
    inner = np.unique(np.quantile(days, np.arange(1, wanted) / wanted)) if wanted > 1 else np.empty(0)
    inner = inner[inner > 0]
    if len(days) >= PER_PIECE:
        inner = np.append(inner, days.max() + 1.0)
    return np.concatenate([[0.0], inner, _FAR + np.arange(PIECES - 1 - len(inner))])


def piece_of(edges: NDArray[np.float64], days: Floats) -> Ints:
    """Return the piece of time that each number of days lies in; `edges` is (n, k), or (k,) for all alike."""
    return np.asarray((edges <= days[:, None]).sum(1) - 1)


def _exposure(edges: NDArray[np.float64], stage: Ints, days: Floats, weight: Floats) -> NDArray[np.float64]:
    stages = len(edges)
    upper = np.concatenate([edges[:, 1:], np.full((stages, 1), np.inf)], axis=1)
    inside = np.clip(np.minimum(days[:, None], upper[stage]) - edges[stage], 0.0, None) * weight[:, None]
    return np.stack([sums_by(stage, inside[:, piece], stages) for piece in range(edges.shape[1])], axis=1)


def _share_kept(exits: NDArray[np.float64], lost: NDArray[np.float64]) -> NDArray[np.float64]:
    """Chance of not being lost by stage and piece: pulled to the stage's own, as `draw_moves` does on average."""
    total, gone = exits.sum(1, keepdims=True), lost.sum(1, keepdims=True)
    share = (lost.sum() + 0.5) / (exits.sum() + 1.0)
    stage = (gone + 2 * share) / (total + 2)
    return np.asarray(np.clip(1 - (lost + PULL_LOST * stage) / (exits + PULL_LOST), 1e-3, 1 - 1e-3))


def _effects(
    pipeline: Pipeline, left: Flags, kept: Flags, share: Floats, end: Floats, now: float, size: tuple[float, float]
) -> tuple[Effect, Effect, tuple[Level, ...]]:
    """Effects of size, of who sells and of the quarter on not being lost, one after the other, each pulled to zero."""
    steps = pipeline.steps
    deal, happened, odds = steps.deal[left], kept[left].astype(float), np.log(share[left] / (1 - share[left]))
    sizes = standard_sizes(pipeline.amount, size)[deal]
    score, weight = _score(happened, odds)
    precision = float(sizes**2 @ weight) + 1 / _SLOPE_SD**2
    slope = Effect(np.array([float(sizes @ score) / precision]), np.array([precision**-0.5]))
    score, weight = _score(happened, odds + slope.mean[0] * sizes)
    unit = pipeline.unit[deal]
    total, information = sums_by(unit, score, pipeline.units), sums_by(unit, weight, pipeline.units)
    spread = max(_spread(total, information), _UNIT_SD**2)
    sellers = Effect(total / (information + 1 / spread), (information + 1 / spread) ** -0.5)
    score, weight = _score(happened, odds + slope.mean[0] * sizes + sellers.mean[unit])
    back, stage = ((now - end[left]) // QUARTER).astype(np.int64), steps.stage[left]
    quarter, quarters = back.max(initial=0) - back, int(back.max(initial=0)) + 1
    levels = []
    for each in range(pipeline.stages):
        here = stage == each
        by_quarter = (sums_by(quarter[here], what[here], quarters) for what in (score, weight))
        levels.append(find_level(*by_quarter))
    return slope, sellers, tuple(levels)


def _score(happened: Floats, odds: Floats) -> tuple[Floats, Floats]:
    """Residuals and weights of a log-odds model, from which one Newton step gives an effect."""
    chance = 1 / (1 + np.exp(-odds))
    return happened - chance, chance * (1 - chance)


def _spread(score: Floats, information: Floats) -> float:
    """Variance between groups beyond chance, by the method of moments; 0 where chance explains it all."""
    total = float((information**2).sum())
    return max(float((score**2 - information).sum()) / total, 0.0) if total > 0 else 0.0
