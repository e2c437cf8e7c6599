"""What open deals and deals not yet born will bring, by seller and quarter: many futures of a pipeline."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradewind.models.pipeline.born import WEEK, Births, draw_births, far_amount, fit_births, recent_deals
from tradewind.models.pipeline.chain import HALF_LIFE, Chain, fit_chain
from tradewind.models.pipeline.moves import Moves, draw_moves, follow
from tradewind.models.pipeline.pipeline import Flags, Floats, Ints, Pipeline, sums_by

DRAWS, FEWEST_DRAWS = 1000, 200
"""Futures by default, and of pipelines too large for so many."""
_AT_ONCE, _AT_MOST = 500_000, 8_000_000
"""Deals followed at once, which bounds the memory; and in all, which bounds the time."""


@dataclass(frozen=True)
class Futures:
    """Every sale of every future; arrays are (k,), one for each sale.

    Args:
        draws: how many futures.
        ends: (q,) days from now at which the running quarter and each that follows ends.
        won: (u,) what each unit (owner and team) has won in the running quarter already.
        draw: which future.
        at: days from now.
        unit: who sells.
        amount: for how much.
        born: whether the deal is not yet born.
    """

    draws: int
    ends: Floats
    won: Floats
    draw: Ints
    at: Floats
    unit: Ints
    amount: Floats
    born: Flags

    def open(self, quarter: int) -> NDArray[np.float64]:
        """Return (d, u) what deals open now bring in a quarter, 0 for the running one."""
        return self._sum(self._in(quarter) & ~self.born)

    def new(self, quarter: int) -> NDArray[np.float64]:
        """Return (d, u) what deals not yet born bring in a quarter."""
        return self._sum(self._in(quarter) & self.born)

    def total(self, quarter: int) -> NDArray[np.float64]:
        """Return (d, u) all of a quarter: for the running one with what was won already."""
        return self._sum(self._in(quarter)) + (self.won if quarter == 0 else 0.0)

    def path(self, days: Floats) -> NDArray[np.float64]:
        """Return (d, n) revenue of all sellers from the running quarter's start until so many days from now."""
        until = [sums_by(self.draw[self.at < day], self.amount[self.at < day], self.draws) for day in days]
        return np.asarray(np.stack(until, axis=1) + self.won.sum())

    def _in(self, quarter: int) -> Flags:
        starts = 0.0 if quarter == 0 else self.ends[quarter - 1]
        return np.asarray((self.at >= starts) & (self.at < self.ends[quarter]))

    def _sum(self, which: Flags) -> NDArray[np.float64]:
        units = len(self.won)
        place = self.draw[which] * units + self.unit[which]
        return sums_by(place, self.amount[which], self.draws * units).reshape(self.draws, units)


def simulate_pipeline(
    pipeline: Pipeline,
    now: float,
    starts: float,
    ends: Floats,
    rng: np.random.Generator,
    draws: int = DRAWS,
    since: float | None = None,
    half_life: float = HALF_LIFE,
) -> Futures:
    """Simulate what a pipeline brings.

    Args:
        pipeline: deals and steps; whatever happened at `now` or later is left out here.
        now: the moment, in the pipeline's days.
        starts: first day of the running quarter, at or before `now`.
        ends: (q,) end of the running quarter and of each that follows.
        rng: the source of chance.
        draws: how many futures; fewer where so many would take too long.
        since: when the record of new deals begins; the first deal's day when None.
        half_life: days after which a stay in a stage counts half.
    Returns:
        The futures; nothing open and nothing coming leaves what was won already.
    """
    known = pipeline.known(now)
    ahead = np.asarray(ends, dtype=np.float64) - now
    won = known.revenue(starts, now)
    if known.count == 0:
        return _join(draws, ahead, won, [])
    chain = fit_chain(known, now, half_life)
    births = fit_births(known, now, float(known.created.min()) if since is None else since)
    each = len(known.places(now)[0]) + births.level * float(ahead[-1]) / WEEK + 1
    draws = int(np.clip(_AT_MOST / each, FEWEST_DRAWS, draws)) if draws > FEWEST_DRAWS else draws
    at_once = max(int(_AT_ONCE / each), 1)
    parts: list[_Sales] = []
    for first in range(0, draws, at_once):
        count = min(at_once, draws - first)
        moves = draw_moves(chain, count, len(ahead), rng)
        for sales in (_open(known, chain, moves, now, ahead, count, rng),
                      _born(known, chain, births, moves, now, ahead, count, rng)):  # fmt: skip
            parts.append(sales.moved(first))
    return _join(draws, ahead, won, parts)


@dataclass(frozen=True)
class _Sales:
    draw: Ints
    at: Floats
    unit: Ints
    amount: Floats
    born: bool

    def moved(self, by: int) -> _Sales:
        """The same of later futures."""
        return _Sales(self.draw + by, self.at, self.unit, self.amount, self.born)


def _open(
    known: Pipeline, chain: Chain, moves: Moves, now: float, ahead: Floats, draws: int, rng: np.random.Generator
) -> _Sales:
    deal, stage, age = known.places(now)
    draw = np.repeat(np.arange(draws), len(deal))
    deal, stage, age = np.tile(deal, draws), np.tile(stage, draws), np.tile(age, draws)
    shift = _shift(known, chain, moves, draw, deal)
    won_at = follow(moves, draw, stage, age, np.zeros(len(deal)), shift, ahead, rng)
    happened = won_at < np.inf
    deal = deal[happened]
    amount = _filled(known, known.amount[deal] * _ratios(known, len(deal), rng), rng)
    return _Sales(draw[happened], won_at[happened], known.unit[deal], amount, False)


def _born(
    known: Pipeline,
    chain: Chain,
    births: Births,
    moves: Moves,
    now: float,
    ahead: Floats,
    draws: int,
    rng: np.random.Generator,
) -> _Sales:
    weeks = np.arange(int(np.ceil(ahead[-1] / WEEK)))
    quarters = np.minimum(np.searchsorted(ahead, (weeks + 0.5) * WEEK, side="right"), len(ahead) - 1)
    draw, at = draw_births(births, now, float(ahead[-1]), draws, quarters, rng)
    like, chance = recent_deals(known, now)
    deal = rng.choice(like, len(draw), p=chance)
    shift = _shift(known, chain, moves, draw, deal)
    won_at = follow(moves, draw, _first_stage(known)[deal], np.zeros(len(draw)), at, shift, ahead, rng)
    happened = won_at < np.inf
    deal = deal[happened]
    # One giant of the past must not come again and again among deals that nobody has seen yet.
    amount = np.minimum(_filled(known, known.amount[deal], rng), far_amount(known))
    return _Sales(draw[happened], won_at[happened], known.unit[deal], amount, True)


def _shift(known: Pipeline, chain: Chain, moves: Moves, draw: Ints, deal: Ints) -> Floats:
    return np.asarray(moves.slope[draw] * chain.sizes(known.amount)[deal] + moves.unit[draw, known.unit[deal]])


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
    seen = pipeline.amount[pipeline.won & ~np.isnan(pipeline.amount)]
    filled = amount.copy()
    filled[lacking] = rng.choice(seen, int(lacking.sum())) if len(seen) else 0.0
    return filled


def _join(draws: int, ends: Floats, won: Floats, parts: list[_Sales]) -> Futures:
    def joined(name: str, kind: type) -> NDArray[np.float64]:
        return np.concatenate([np.empty(0, dtype=kind), *(getattr(part, name) for part in parts)]).astype(kind)

    born = np.repeat([part.born for part in parts], [len(part.at) for part in parts]).astype(bool)
    ints = (np.asarray(joined(name, np.int64), dtype=np.int64) for name in ("draw", "unit"))
    draw, unit = ints
    return Futures(draws, ends, won, draw, joined("at", np.float64), unit, joined("amount", np.float64), born)
