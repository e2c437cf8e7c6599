"""What open deals and deals not yet born will bring, by seller and quarter: thousands of futures of a pipeline."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradewind.models.pipeline.born import WEEK, draw_births, fit_births, recent_deals
from tradewind.models.pipeline.chain import HALF_LIFE, fit_chain
from tradewind.models.pipeline.moves import Moves, draw_moves, follow
from tradewind.models.pipeline.pipeline import Floats, Ints, Pipeline, sums_by

DRAWS = 1000
"""Futures by default."""


@dataclass(frozen=True)
class Futures:
    """Revenue of d futures in q quarters by u units (owner and team).

    Args:
        won: (q, u) what was won already in the running quarter; 0 in later ones.
        open: (d, q, u) what deals open now bring.
        born: (d, q, u) what deals not yet born bring.
    """

    won: NDArray[np.float64]
    open: NDArray[np.float64]
    born: NDArray[np.float64]

    @property
    def total(self) -> NDArray[np.float64]:
        """(d, q, u) all three together."""
        return self.won + self.open + self.born


def simulate_pipeline(
    pipeline: Pipeline,
    now: float,
    starts: float,
    ends: Floats,
    rng: np.random.Generator,
    draws: int = DRAWS,
    since: float | None = None,
    phase: float = 0.0,
    half_life: float = HALF_LIFE,
) -> Futures:
    """Simulate what a pipeline brings.

    Args:
        pipeline: deals and steps; whatever happened at `now` or later is left out here.
        now: the moment, in the pipeline's days.
        starts: first day of the running quarter, at or before `now`.
        ends: (q,) end of the running quarter and of each that follows.
        rng: the source of chance.
        draws: how many futures.
        since: when the record of new deals begins; the first deal's day when None.
        phase: a day of the clock on which a year begins, for the season of new deals.
        half_life: days after which a stay in a stage counts half.
    Returns:
        The futures; nothing open and nothing coming leaves what was won already.
    """
    known = pipeline.known(now)
    ends = np.asarray(ends, dtype=np.float64)
    won = np.zeros((len(ends), known.units))
    won[0] = known.revenue(starts, now)
    empty = np.zeros((draws, len(ends), known.units))
    if known.count == 0:
        return Futures(won, empty, empty)
    moves = draw_moves(chain := fit_chain(known, now, half_life), draws, len(ends), rng)
    sizes, ahead = chain.sizes(known.amount), ends - now
    deal, stage, age = known.places(now)
    draw = np.repeat(np.arange(draws), len(deal))
    deal, stage, age = np.tile(deal, draws), np.tile(stage, draws), np.tile(age, draws)
    at = np.zeros(len(deal))
    won_at = follow(moves, draw, stage, age, at, _shift(moves, draw, known, deal, sizes), ahead, rng)
    happened = won_at < np.inf
    amount = known.amount[deal[happened]] * _ratios(known, int(happened.sum()), rng)
    open_ = _collect(draw[happened], won_at[happened], known.unit[deal[happened]],
                     _filled(known, amount, rng), ahead, empty.shape)  # fmt: skip
    weeks = np.arange(int(np.ceil(ahead[-1] / WEEK)))
    quarters = np.minimum(np.searchsorted(ahead, (weeks + 0.5) * WEEK, side="right"), len(ends) - 1)
    births = fit_births(known, now, float(known.created.min()) if since is None else since, phase)
    draw, at = draw_births(births, now, float(ahead[-1]), draws, quarters, rng)
    like, chance = recent_deals(known, now)
    deal = rng.choice(like, len(draw), p=chance)
    stage = _first_stage(known)[deal]
    won_at = follow(moves, draw, stage, np.zeros(len(draw)), at, _shift(moves, draw, known, deal, sizes), ahead, rng)
    happened = won_at < np.inf
    born = _collect(draw[happened], won_at[happened], known.unit[deal[happened]],
                    _filled(known, known.amount[deal[happened]], rng), ahead, empty.shape)  # fmt: skip
    return Futures(won, open_, born)


def _shift(moves: Moves, draw: Ints, pipeline: Pipeline, deal: Ints, sizes: Floats) -> Floats:
    return np.asarray(moves.slope[draw] * sizes[deal] + moves.unit[draw, pipeline.unit[deal]])


def _first_stage(pipeline: Pipeline) -> Ints:
    """The stage in which each deal began; the first of all where nobody knows."""
    first = np.zeros(pipeline.count, dtype=np.int64)
    order = np.argsort(-pipeline.steps.entered, kind="stable")
    first[pipeline.steps.deal[order]] = pipeline.steps.stage[order]
    return first


def _ratios(pipeline: Pipeline, count: int, rng: np.random.Generator) -> Floats:
    """How amounts change until deals are won, drawn from deals of which both are known; no change where none are."""
    seen = pipeline.ratio[np.isfinite(pipeline.ratio) & pipeline.won]
    return rng.choice(seen, count) if len(seen) else np.ones(count)


def _filled(pipeline: Pipeline, amount: Floats, rng: np.random.Generator) -> Floats:
    """Amounts with those that nobody knows drawn from deals won so far; nothing where no amount was ever known."""
    lacking = np.isnan(amount)
    if not lacking.any():
        return amount
    seen = pipeline.amount[pipeline.won & ~np.isnan(pipeline.amount)]
    drawn = rng.choice(seen, int(lacking.sum())) if len(seen) else np.zeros(int(lacking.sum()))
    filled = amount.copy()
    filled[lacking] = drawn
    return filled


def _collect(
    draw: Ints, won_at: Floats, unit: Ints, amount: Floats, ahead: Floats, shape: tuple[int, ...]
) -> NDArray[np.float64]:
    quarter = np.searchsorted(ahead, won_at, side="right")
    place = (draw * shape[1] + quarter) * shape[2] + unit
    return sums_by(place, amount, int(np.prod(shape))).reshape(shape)
