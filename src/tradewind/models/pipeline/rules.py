"""The rules of thumb a forecast stands beside: weight by stage × amount, and what earlier quarters brought."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tradewind.models.pipeline.pipeline import Floats, Pipeline

RULES = ("stage weights", "stage weights and new deals", "weights in time", "last quarter", "a year ago")
"""Names of the rules, the usual one first."""
LATEST = 8
"""Earlier quarters from which the rules learn what new deals bring and what is won in time."""


@dataclass(frozen=True)
class Quarter:
    """A quarter and the moment at which it is forecast, in the pipeline's days.

    Args:
        starts: its first day.
        now: the moment, within the quarter or before it.
        ends: the first day after it.
    """

    starts: float
    now: float
    ends: float


def win_rates(pipeline: Pipeline) -> Floats:
    """Return, of deals that are over and were in each stage, the share won; the share of all where none was in it."""
    over = ~pipeline.open
    usual = float(pipeline.won[over].mean()) if over.any() else 0.0
    been = np.unique(pipeline.steps.deal * pipeline.stages + pipeline.steps.stage)
    deal, stage = been // pipeline.stages, been % pipeline.stages
    ended = over[deal]
    count = np.bincount(stage[ended], minlength=pipeline.stages)
    won = np.bincount(stage[ended], pipeline.won[deal[ended]].astype(float), pipeline.stages)
    return np.where(count > 0, won / np.maximum(count, 1), usual)


def forecast_by_rules(
    pipeline: Pipeline, quarter: Quarter, earlier: Sequence[Quarter], weights: Floats | None = None
) -> Mapping[str, float]:
    """Forecast a quarter's revenue by each rule that can be used.

    Args:
        pipeline: what happened at the moment or later is left out here.
        quarter: which quarter, and when.
        earlier: quarters before it, oldest first, each with a moment at the same place in it.
        weights: (stages,) the team's own weights; NaN where it has none and history's own is taken.
    Returns:
        Rule to revenue; rules that lack an earlier quarter are absent.
    """
    known = pipeline.known(quarter.now)
    done = [each for each in earlier if each.ends <= quarter.now]
    won = float(known.revenue(quarter.starts, quarter.now).sum())
    rates = win_rates(known)
    if weights is not None:
        rates = np.where(np.isnan(weights), rates, weights)
    usual = _usual_amount(known)
    held = _open_amounts(known, quarter.now, usual)
    found = {"stage weights": won + float(rates @ held)}
    if done:
        found |= _with_new(known, done[-LATEST:], won, rates, held, usual)
        last = float(known.revenue(done[-1].starts, done[-1].ends).sum())
        found["last quarter"] = max(last, won)
    if len(done) >= 4:
        found["a year ago"] = max(float(known.revenue(done[-4].starts, done[-4].ends).sum()), won)
    return found


def _with_new(
    known: Pipeline, done: Sequence[Quarter], won: float, rates: Floats, held: Floats, usual: float
) -> dict[str, float]:
    """The stage weights with what new deals brought on average, and weights that count only what was won in time."""
    new = np.mean([known.revenue(each.now, each.ends, since=each.now).sum() for each in done])
    open_, in_time = np.zeros(known.stages), np.zeros(known.stages)
    for each in done:
        then = known.known(each.now)
        deal, stage, _ = then.places(each.now)
        # `known` keeps deals in their order: those opened by then, as a mask over those known now.
        place = np.flatnonzero(known.created < each.now)[deal]
        amount = np.where(np.isnan(known.amount[place]), usual, known.amount[place])
        hit = known.won[place] & (known.closed[place] < each.ends)
        open_ += np.bincount(stage, amount, known.stages)
        in_time += np.bincount(stage, amount * hit, known.stages)
    timed = np.where(open_ > 0, in_time / np.where(open_ > 0, open_, 1.0), rates)
    return {
        "stage weights and new deals": won + float(rates @ held) + float(new),
        "weights in time": won + float(timed @ held) + float(new),
    }


def _open_amounts(known: Pipeline, now: float, usual: float) -> Floats:
    deal, stage, _ = known.places(now)
    amount = np.where(np.isnan(known.amount[deal]), usual, known.amount[deal])
    return np.bincount(stage, amount, known.stages).astype(np.float64)


def _usual_amount(known: Pipeline) -> float:
    amount = known.amount[~np.isnan(known.amount)]
    return float(amount.mean()) if len(amount) else 0.0
