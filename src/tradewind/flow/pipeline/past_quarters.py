"""Forecasts of past quarters, each with only what was known then: what they missed by, and what that says today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from tradewind.core.time import Cutoff
from tradewind.flow.data import Data
from tradewind.flow.pipeline.known import KnownPipeline, day_number, read_pipeline
from tradewind.flow.pipeline.quarters import FiscalQuarter
from tradewind.models.pipeline.backtest import Spread, learn_scale, spread_of, widen
from tradewind.models.pipeline.pipeline import Floats
from tradewind.models.pipeline.rules import Quarter, forecast_by_rules
from tradewind.models.pipeline.simulate import simulate_pipeline

FEWEST_WON = 10
"""Deals that must have been won before anything is forecast."""
_HISTORY_DAYS = 182
"""Days of record before the first quarter that is tried."""
_DRAWS = 500


@dataclass(frozen=True)
class Scales:
    """How much wider than simulated intervals must be, for this quarter and the next.

    Args:
        all: of the whole.
        unit: of single sellers.
    """

    all: tuple[float, float]
    unit: tuple[float, float]


@dataclass(frozen=True)
class PastQuarter:
    """The forecast of a past quarter.

    Args:
        quarter: which.
        day: as of when it was made.
        won: what had been won in it by then.
        simulated: the quarter's and the next one's own spread.
        shown: the quarter's, scaled by what was known then.
        actual: what came in the quarter and in the next; NaN where that is not over.
        rules: what the rules of thumb said of the quarter.
        units: seller to spreads and what came, likewise.
    """

    quarter: FiscalQuarter
    day: date
    won: float
    simulated: tuple[Spread, Spread]
    shown: Spread
    actual: tuple[float, float]
    rules: Mapping[str, float]
    units: Mapping[tuple[str, str], tuple[tuple[Spread, Spread], tuple[float, float]]]


def try_past_quarters(
    data: Data, now: KnownPipeline, running: FiscalQuarter, most: int, seed: int, weights: Mapping[str, float]
) -> tuple[PastQuarter, ...]:
    """Forecast past quarters, oldest first, each on the day as far into it as today is into this one.

    Args:
        data: the open snapshot.
        now: the pipeline as known today, for what came.
        running: the quarter that today lies in.
        most: how many quarters at most.
        seed: of the futures.
        weights: the team's own weights by stage.
    """
    today, first = data.score_at.day, data.first_day_of("deals").day
    quarters = [running.before]
    while quarters[-1].before.starts >= first:
        quarters.append(quarters[-1].before)
    tried: list[PastQuarter] = []
    for quarter in reversed(quarters[: max(most, 0)]):
        day = quarter.same_place(today, running)
        if day - first < timedelta(days=_HISTORY_DAYS):
            continue
        known = read_pipeline(data, Cutoff(day, data.catalog.zone), now.left_out)
        if known.pipeline.won.sum() < FEWEST_WON:
            continue
        earlier = [each for each in reversed(quarters) if each < quarter]
        moment = rule_quarters([quarter], quarter, day)[0]
        rules = forecast_by_rules(
            known.pipeline, moment, rule_quarters(earlier, quarter, day), stage_weights(known, weights)
        )
        over = [each for each in tried if each.quarter.ends <= day]
        rng = np.random.default_rng([seed, quarter.starts.toordinal()])
        tried.append(_try(known, now, quarter, day, rules, learn_scales(over).all[0], rng, day_number(first)))
    return tuple(tried)


def learn_scales(past: Sequence[PastQuarter]) -> Scales:
    """Return how much wider intervals must be, from quarters that are over."""

    def learn(found: Sequence[tuple[Spread, float]]) -> float:
        over = [(spread, actual) for spread, actual in found if not np.isnan(actual)]
        return learn_scale([spread for spread, _ in over], [actual for _, actual in over])

    of_all = tuple(learn([(each.simulated[place], each.actual[place]) for each in past]) for place in (0, 1))
    of_unit = tuple(
        learn([(spreads[place], actual[place]) for each in past for spreads, actual in each.units.values()])
        for place in (0, 1)
    )
    return Scales((of_all[0], of_all[1]), (of_unit[0], of_unit[1]))


def rule_quarters(quarters: Sequence[FiscalQuarter], as_in: FiscalQuarter, day: date) -> list[Quarter]:
    """Return quarters on the pipeline's clock, each with its day as far into it as `day` is into `as_in`."""
    return [_on_clock(each, each.same_place(day, as_in)) for each in quarters]


def stage_weights(known: KnownPipeline, weights: Mapping[str, float]) -> Floats | None:
    """Return the team's own weights in the order of the stages, NaN where it gives none; None without any."""
    found = np.array([weights.get(name, np.nan) for name in known.stages] or [np.nan], dtype=np.float64)
    return None if np.isnan(found).all() else found


def _on_clock(quarter: FiscalQuarter, day: date) -> Quarter:
    return Quarter(day_number(quarter.starts), day_number(day), day_number(quarter.ends))


def _try(
    known: KnownPipeline,
    now: KnownPipeline,
    quarter: FiscalQuarter,
    day: date,
    rules: Mapping[str, float],
    scale: float,
    rng: np.random.Generator,
    since: float,
) -> PastQuarter:
    starts, ends = day_number(quarter.starts), [day_number(quarter.ends), day_number(quarter.following.ends)]
    futures = simulate_pipeline(known.pipeline, day_number(day), starts, np.array(ends), rng, _DRAWS, since)
    came = [now.pipeline.revenue(starts, ends[0]), now.pipeline.revenue(ends[0], ends[1])]
    if ends[1] > day_number(now.day):
        came[1] = np.full(now.pipeline.units, np.nan)
    draws = [futures.total(0), futures.total(1)]
    name = {unit: number for number, unit in enumerate(now.units)}
    units = {}
    for number, unit in enumerate(known.units):
        spreads = (spread_of(draws[0][:, number]), spread_of(draws[1][:, number]))
        actual = [float(each[name[unit]]) if unit in name else 0.0 for each in came]
        units[unit] = (spreads, (actual[0], actual[1]))
    won, whole = float(futures.won.sum()), draws[0].sum(1)
    return PastQuarter(
        quarter,
        day,
        won,
        (spread_of(whole), spread_of(draws[1].sum(1))),
        spread_of(widen(whole, scale, won)),
        (float(came[0].sum()), float(came[1].sum())),
        rules,
        units,
    )
