"""Chains drawn from what history leaves possible, and deals followed along them until they are won or lost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradewind.models.pipeline.chain import PULL_LOST, PULL_RATE, Chain, piece_of
from tradewind.models.pipeline.level import Level
from tradewind.models.pipeline.pipeline import Floats, Ints


@dataclass(frozen=True)
class Moves:
    """A chain drawn d times.

    Args:
        edges: (s, k) as in the chain.
        rate: (d, s, k) chance a day to leave the stage.
        sum: (d, s, k) rate summed up to each edge.
        kept: (d, s, k) log-odds of not being lost on leaving.
        onward: (d, s, s + 1) summed chances of where to, if not lost.
        slope: (d,) effect of size.
        unit: (d, u) effect of who sells.
        level: (d, q, s) effect of each quarter to come on each stage.
    """

    edges: NDArray[np.float64]
    rate: NDArray[np.float64]
    sum: NDArray[np.float64]
    kept: NDArray[np.float64]
    onward: NDArray[np.float64]
    slope: Floats
    unit: NDArray[np.float64]
    level: NDArray[np.float64]


def draw_moves(chain: Chain, draws: int, quarters: int, rng: np.random.Generator) -> Moves:
    """Draw the chain's rates and chances from what history leaves possible.

    Args:
        chain: learned.
        draws: how many.
        quarters: how many quarters to come get a shock of their own.
    """
    stages = len(chain.exits)
    total, risk = chain.exits.sum(1), chain.exposure.sum(1)
    usual = (total.sum() + 0.5) / max(risk.sum() + 0.5, 1e-9)
    own = rng.gamma(total + 0.5, 1.0, (draws, stages)) / (risk + 0.5 / usual)
    scale = chain.exposure + PULL_RATE / np.maximum(own, 1e-9)[:, :, None]
    rate = rng.gamma(np.broadcast_to(chain.exits + PULL_RATE, scale.shape)) / scale
    widths = np.diff(chain.edges, axis=1)
    summed = np.concatenate([np.zeros((draws, stages, 1)), np.cumsum(rate[:, :, :-1] * widths, axis=2)], axis=2)
    share = (chain.lost.sum() + 0.5) / (total.sum() + 1.0)
    gone = chain.lost.sum(1)
    stage = rng.beta(gone + 2 * share, total - gone + 2 * (1 - share), (draws, stages))[:, :, None]
    lost = rng.beta(chain.lost + PULL_LOST * stage + 1e-6, chain.exits - chain.lost + PULL_LOST * (1 - stage) + 1e-6)
    lost = np.clip(lost, 1e-4, 1 - 1e-4)
    onward = rng.gamma(chain.onward + _next_stage(stages), 1.0, (draws, stages, stages + 1))
    onward = np.cumsum(onward, axis=2)
    return Moves(
        chain.edges,
        rate,
        summed,
        np.log1p(-lost) - np.log(lost),
        onward / np.maximum(onward[:, :, -1:], 1e-300),
        rng.normal(chain.slope.mean[0], chain.slope.sd[0], draws),
        rng.normal(chain.unit.mean, chain.unit.sd, (draws, len(chain.unit.mean))),
        _draw_levels(chain.levels, draws, quarters, rng),
    )


def follow(
    moves: Moves,
    draw: Ints,
    stage: Ints,
    age: Floats,
    at: Floats,
    shift: Floats,
    ends: Floats,
    rng: np.random.Generator,
) -> Floats:
    """Follow deals along the chain; arrays are (n,), one for each deal in each draw.

    Args:
        moves: the drawn chains.
        draw: which of them each follows.
        stage: where it is.
        age: for how many days it has been there.
        at: days from now at which it is there (0 for open deals, later for deals not yet born).
        shift: its own log-odds of not being lost.
        ends: (q,) days from now at which each quarter ends.
        rng: the source of chance.
    Returns:
        Days from now at which each is won; infinity for those that are lost or not won by the last end.
    """
    stages = moves.rate.shape[1]
    won_at = np.full(len(draw), np.inf)
    going = np.arange(len(draw))
    draw, stage, age, at, shift = draw.copy(), stage.copy(), age.copy(), at.copy(), shift.copy()
    for _ in range(20 + stages):
        if len(going) == 0:
            break
        leaves, piece = _leave(moves, draw, stage, age, rng)
        at = at + leaves - age
        inside = at < ends[-1]
        going, draw, stage, at, shift, piece = (x[inside] for x in (going, draw, stage, at, shift, piece))
        quarter = np.searchsorted(ends, at, side="right")
        odds = moves.kept[draw, stage, piece] + shift + moves.level[draw, quarter, stage]
        kept = rng.random(len(going)) < 1 / (1 + np.exp(-odds))
        going, draw, stage, at, shift = (x[kept] for x in (going, draw, stage, at, shift))
        where = (moves.onward[draw, stage] <= rng.random(len(going))[:, None]).sum(1)
        won = where >= stages
        won_at[going[won]] = at[won]
        going, draw, stage, at, shift = going[~won], draw[~won], where[~won], at[~won], shift[~won]
        age = np.zeros(len(going))
    return won_at


def _leave(moves: Moves, draw: Ints, stage: Ints, age: Floats, rng: np.random.Generator) -> tuple[Floats, Ints]:
    """Return the day of the stay at which each leaves its stage, and the piece it lies in: a hazard turned round."""
    row, summed = np.arange(len(draw)), moves.sum[draw, stage]
    piece = piece_of(moves.edges[stage], age)
    spent = summed[row, piece] + moves.rate[draw, stage, piece] * (age - moves.edges[stage, piece])
    target = spent + rng.exponential(1.0, len(draw))
    piece = np.maximum((summed <= target[:, None]).sum(1) - 1, piece)
    rate = np.maximum(moves.rate[draw, stage, piece], 1e-12)
    leaves = moves.edges[stage, piece] + (target - summed[row, piece]) / rate
    return np.maximum(leaves, age), piece


def _next_stage(stages: int) -> NDArray[np.float64]:
    """Half a deal moved from each stage to the next: where nobody has been seen to go on, that is where one would."""
    prior = np.full((stages, stages + 1), 1e-3)
    prior[np.arange(stages), np.arange(1, stages + 1)] = 0.5
    np.fill_diagonal(prior[:, :stages], 0.0)
    return np.asarray(np.maximum(prior, 1e-9))


def _draw_levels(levels: tuple[Level, ...], draws: int, quarters: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Draw the level of each quarter to come: what is not known of it now, its drift from then on, and its luck."""
    now, drift, shock = (np.sqrt([getattr(each, name) for each in levels]) for name in ("variance", "drift", "shock"))
    shape = (draws, quarters, len(levels))
    mean = np.array([each.mean for each in levels]) + rng.normal(0, 1, (draws, 1, len(levels))) * now
    return np.asarray(mean + np.cumsum(rng.normal(0, 1, shape) * drift, axis=1) + rng.normal(0, 1, shape) * shock)
