"""What the pipeline will bring this quarter and the next: futures simulated, scaled by how past forecasts did."""

from __future__ import annotations

from datetime import date

import numpy as np
from numpy.typing import NDArray

from tradewind.core.errors import ConfigError, NotAnswerable, Problem
from tradewind.flow.answers.analyse import Analysed
from tradewind.flow.data import Data
from tradewind.flow.learning.lesson import seed_of
from tradewind.flow.learning.newest_load import known_today
from tradewind.flow.pipeline.forecast_tables import fan_table, forecast_table, past_table, rules_table
from tradewind.flow.pipeline.forecast_words import tell_forecast
from tradewind.flow.pipeline.forecasted import Forecast, Forecasted
from tradewind.flow.pipeline.known import KnownPipeline, day_number, read_pipeline
from tradewind.flow.pipeline.past_quarters import (
    FEWEST_WON,
    learn_scales,
    rule_quarters,
    stage_weights,
    try_past_quarters,
)
from tradewind.flow.pipeline.quarters import FiscalQuarter, quarter_of
from tradewind.flow.questions.question import Question
from tradewind.models.pipeline.backtest import BEST, COMMIT, DOWNSIDE, levels_of, widen
from tradewind.models.pipeline.rules import forecast_by_rules
from tradewind.models.pipeline.simulate import simulate_pipeline

Draws = NDArray[np.float64]


def answer(data: Data, question: Question) -> Analysed:
    """Forecast this quarter and the next as of today.

    Args:
        data: the open snapshot.
        question: with the month in which the year begins, the target, the team's own weights.
    Raises:
        NotAnswerable: too few deals were won so far, or no amount is known.
        ConfigError: an option cannot be read.
    """
    today = data.score_at.day
    running = quarter_of(today, question.option("fiscal_year_starts"), f"use_cases.{question.name}.fiscal_year_starts")
    known = read_pipeline(data, data.score_at, known_by=known_today(data, ("deals", "deal_stages")))
    _require(known, question)
    weights = _own_weights(known, question)
    seed = seed_of(question.name)
    past = try_past_quarters(data, known, running, question.option("past_quarters"), seed, weights)
    ends = np.array([day_number(running.ends), day_number(running.following.ends)])
    moment, first = day_number(today), data.first_day_of("deals").day
    futures = simulate_pipeline(
        known.pipeline, moment, day_number(running.starts), ends, np.random.default_rng(seed), since=day_number(first)
    )
    scales, target = learn_scales(past), float(question.option("target"))
    forecasts = []
    for place, quarter in enumerate((running, running.following)):
        won = futures.won if place == 0 else np.zeros(len(futures.won))
        parts = won, futures.open(place), futures.new(place)
        forecasts += _of_quarter(known, quarter, parts, (scales.all[place], scales.unit[place]), target)
    earlier = _quarters_since(running, first)
    rules = forecast_by_rules(
        known.pipeline,
        rule_quarters([running], running, today)[0],
        rule_quarters(earlier, running, today),
        stage_weights(known, weights),
    )
    currency = data.workspace.config.workspace.currency
    found = Forecasted(known, running, tuple(forecasts), past, rules, target, currency, futures.draws)
    tables = {
        "forecast": forecast_table(found),
        "fan": fan_table(found, futures, scales.all[0], today),
        **({"past_quarters": past_table(past)} if past else {}),
        "rules": rules_table(found),
    }
    return Analysed(tell_forecast(found, question), tables)


def _require(known: KnownPipeline, question: Question) -> None:
    won = known.pipeline.won
    if won.sum() < FEWEST_WON:
        raise NotAnswerable(
            Problem(question.name, "too few deals have been won to tell what others will bring", f"{int(won.sum()):,}",
                    f"{FEWEST_WON} at least, each with the day it was closed",
                    "map closed_at and won in [tables.deals], or load an older export too")
        )  # fmt: skip
    if np.isnan(known.pipeline.amount[won]).all():
        raise NotAnswerable(
            Problem(question.name, "no amount of a deal that was won is known", "0 amounts",
                    "amounts of deals", "map amount in [tables.deals], and rates of other currencies in [tables.rates]")
        )  # fmt: skip


def _own_weights(known: KnownPipeline, question: Question) -> dict[str, float]:
    """The team's own weights; a stage that does not exist, or a weight that is no share, is told."""
    given, where = question.option("stage_weights"), f"use_cases.{question.name}.stage_weights"
    if given and known.history.source == "snapshot":
        raise ConfigError(
            Problem(where, "nobody recorded when deals were in which stage, so stages cannot be weighted",
                    ", ".join(map(str, given)), "a history of stages", "map [tables.deal_stages]")
        )  # fmt: skip
    names = ", ".join(known.stages) or "no stage"
    wrong = [Problem(where, "there is no such stage", str(name), names)
             for name in given if name not in known.stages]  # fmt: skip
    wrong += [
        Problem(f"{where}.{name}", "this is no share", repr(share), "0 to 1")
        for name, share in given.items()
        if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1
    ]
    if wrong:
        raise ConfigError(wrong)
    return {str(name): float(share) for name, share in given.items()}


def _of_quarter(
    known: KnownPipeline,
    quarter: FiscalQuarter,
    parts: tuple[NDArray[np.float64], Draws, Draws],
    scales: tuple[float, float],
    target: float,
) -> list[Forecast]:
    """Forecasts of all, of teams and of sellers; sellers without anything won or expected are left out."""
    everybody = np.arange(len(known.units))
    found = [_forecast(quarter, "all", "", everybody, parts, scales[0], target)]
    for kind, place in (("team", 1), ("owner", 0)):
        names = sorted({unit[place] for unit in known.units})
        if kind == "team" and (not known.has_teams or names == [""]):
            continue
        of_kind = [
            _forecast(quarter, kind, name, np.array([unit[place] == name for unit in known.units]).nonzero()[0],
                      parts, scales[1], 0.0)
            for name in names
        ]  # fmt: skip
        some = [each for each in of_kind if each.high > 0 or each.won or each.mean > 0]
        found += sorted(some, key=lambda each: -each.mean)
    return found


def _forecast(
    quarter: FiscalQuarter,
    kind: str,
    who: str,
    units: NDArray[np.intp],
    parts: tuple[NDArray[np.float64], Draws, Draws],
    scale: float,
    target: float,
) -> Forecast:
    won, open_, new = float(parts[0][units].sum()), parts[1][:, units].sum(1), parts[2][:, units].sum(1)
    draws = widen(won + open_ + new, scale, won)
    low, high, downside = (float(each) for each in levels_of(draws, (COMMIT, BEST, DOWNSIDE)))
    # Half a future more on either side: a simulation never makes anything certain.
    chance = float((np.sum(draws >= target) + 0.5) / (len(draws) + 1)) if target > 0 else None
    return Forecast(quarter, kind, who, won, float(open_.mean()), float(new.mean()), low, high, downside, chance)


def _quarters_since(running: FiscalQuarter, first: date) -> list[FiscalQuarter]:
    quarters, each = [], running.before
    while each.starts >= first:
        quarters.append(each)
        each = each.before
    return quarters[::-1]
