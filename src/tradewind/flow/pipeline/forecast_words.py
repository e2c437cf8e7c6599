"""A forecast in sentences that a sales lead can read out loud, with what cannot be told."""

from __future__ import annotations

import numpy as np

from tradewind.core.finding import Finding, Number, Status, missing
from tradewind.core.words import say
from tradewind.flow.pipeline.forecast_tables import misses
from tradewind.flow.pipeline.forecasted import Forecast, Forecasted
from tradewind.flow.questions.question import Question
from tradewind.models.pipeline.backtest import compare_misses
from tradewind.models.pipeline.born import far_amount
from tradewind.models.pipeline.rules import RULES
from tradewind.report.numbers import say_count, say_money, say_of_100

_SELLERS_TOLD, _TEAMS_TOLD, _FEWEST_TOLD = 3, 6, 4
"""Sellers and teams named in a sentence; past quarters from which on a judgement is given."""
_LARGE = 0.25
"""Share of what is expected from which on a single open deal is told."""


def tell_forecast(found: Forecasted, question: Question) -> Finding:
    """Return the finding of a forecast."""
    now = found.of_all(0)
    return Finding(
        name=question.name,
        title=question.words(question.use_case.title),
        question=question.words(question.use_case.question),
        status=_status(found),
        evidence="association",
        approach=say("forecast.approach.stages" if len(found.known.stages) > 1 else "forecast.approach.age",
                     draws=say_count(found.draws)),
        found=tuple(each for each in (_expected(found, now), _levels(found, now), _target(found), _next(found),
                                      _teams(found), _sellers(found), *_past(found), *_cannot(found)) if each),
        money=say("forecast.money", commit=_money(found, now.low), mean=_money(found, now.mean), period=now.quarter),
        next=say("forecast.next" if _is_measured(found) else "forecast.next.unmeasured"),
        numbers=_numbers(found),
        caption=say("forecast.caption"),
        subtitle=say("forecast.subtitle", period=now.quarter, next=found.of_all(1).quarter),
        does=question.do,
        people=question.people,
        rule=say(f"forecast.rule.{RULES[0]}"),
    )  # fmt: skip


def _money(found: Forecasted, amount: float) -> str:
    return say_money(amount, found.currency)


def _expected(found: Forecasted, now: Forecast) -> str:
    parts = {"won": now.won, "open": now.open, "new": now.new, "mean": now.mean}
    return say("forecast.expected", period=now.quarter, **{name: _money(found, each) for name, each in parts.items()})


def _levels(found: Forecasted, now: Forecast) -> str:
    levels = {"commit": now.low, "best": now.high, "downside": now.downside}
    said = {name: _money(found, each) for name, each in levels.items()}
    return say("forecast.levels.done" if said["commit"] == said["best"] else "forecast.levels", **said)


def _target(found: Forecasted) -> str:
    chance = found.of_all(0).chance
    if chance is None:
        return ""
    gap = found.target - found.of_all(0).mean
    said = say("forecast.target", target=_money(found, found.target), chance=_chance(chance))
    return said + (" " + say("forecast.target.gap", gap=_money(found, gap)) if gap > 0 else "")


def _chance(chance: float) -> str:
    """A chance as people say it; certainty is never claimed."""
    if chance < 0.015:
        return say("forecast.chance.hardly")
    if chance > 0.985:
        return say("forecast.chance.nearly")
    return say("forecast.chance", share=say_of_100(chance))


def _next(found: Forecasted) -> str:
    after = found.of_all(1)
    levels = {"mean": after.mean, "commit": after.low, "best": after.high}
    return say("forecast.next_quarter", period=after.quarter,
               **{name: _money(found, each) for name, each in levels.items()})  # fmt: skip


def _teams(found: Forecasted) -> str:
    teams = [each for each in found.forecasts if each.kind == "team" and each.quarter == found.running and each.who]
    if len(teams) < 2:
        return ""
    return say("forecast.teams", told=", ".join(_one(found, each) for each in teams[:_TEAMS_TOLD]))


def _sellers(found: Forecasted) -> str:
    sellers = [each for each in found.of_sellers() if each.who]
    if len(sellers) < 2:
        return ""
    return say("forecast.sellers", told=", ".join(_one(found, each) for each in sellers[:_SELLERS_TOLD]))


def _one(found: Forecasted, each: Forecast) -> str:
    """One seller or team with the range, where anything is left open."""
    said = {name: _money(found, value) for name, value in (("mean", each.mean), ("low", each.low), ("high", each.high))}
    return say("forecast.seller.done" if said["low"] == said["high"] else "forecast.seller", who=each.who, **said)


def _past(found: Forecasted) -> list[str]:
    """How forecasts of past quarters did, beside the usual rule and the best of all rules."""
    past = found.past
    if not past:
        return [say("forecast.past.none")]
    inside = sum(each.shown.low <= each.actual[0] <= each.shown.high for each in past)
    ours, _, came = misses(past, RULES[0])
    if not _is_measured(found):
        return [say("forecast.past.few", count=len(past), inside=inside)]
    said = [say("forecast.past", count=len(past), inside=inside, right=say_count(0.8 * len(past)),
                miss=say_of_100(ours.sum() / came.sum()))]  # fmt: skip
    said.append(_beside(found, RULES[0]))
    best = min(RULES, key=lambda rule: _mean_miss(found, rule))
    if best != RULES[0]:
        said.append(_beside(found, best))
    return said


def _is_measured(found: Forecasted) -> bool:
    """Whether enough past quarters were forecast again, and brought something, to judge by."""
    return len(found.past) >= _FEWEST_TOLD and float(misses(found.past, RULES[0])[2].sum()) > 0


def _mean_miss(found: Forecasted, rule: str) -> float:
    _, theirs, _ = misses(found.past, rule)
    return float(theirs.mean()) if len(theirs) == len(found.past) else np.inf


def _beside(found: Forecasted, rule: str) -> str:
    ours, theirs, came = misses(found.past, rule)
    gap = compare_misses(ours, theirs)
    if gap is None:
        return ""
    verdict = "better" if gap[2] < 0 else "worse" if gap[1] > 0 else "even"
    which = "usual" if rule == RULES[0] else "best"
    said = found.rules.get(rule)
    now = say("forecast.rule.now", amount=_money(found, said)) if said is not None else ""
    told = {"rule": say(f"forecast.rule.{rule}"), "verdict": say(f"forecast.verdict.{verdict}"), "now": now}
    return say(f"forecast.beside.{which}", miss=say_of_100(theirs.sum() / came.sum()), **told)


def _cannot(found: Forecasted) -> list[str]:
    """What these data cannot tell, or what was done with what is amiss in them."""
    known, pipeline = found.known, found.known.pipeline
    counts = {
        "forecast.said.undated": len(known.left_out),
        "forecast.said.unopened": known.unopened,
        "forecast.said.unknown_ends": known.unknown_ends,
        "forecast.said.won_without": int((pipeline.won & np.isnan(pipeline.amount)).sum()),
        "forecast.said.open_without": int((pipeline.open & np.isnan(pipeline.amount)).sum()),
        "forecast.said.negative": int((pipeline.amount < 0).sum()),
    }
    said = [say(name, count=say_count(count)) for name, count in counts.items() if count]
    said += _large(found)
    ratios = pipeline.ratio[np.isfinite(pipeline.ratio) & pipeline.won]
    if len(ratios):
        said.append(say("forecast.said.ratio", share=say_of_100(float(ratios.mean()))))
    if found.past and known.amounts_since is not None and known.amounts_since > found.past[0].day:
        said.append(say("forecast.said.amounts_today"))
    if any(unit[0] == "" for unit in known.units):
        said.append(say("forecast.said.nobody"))
    return [*said, *known.history.said]


def _large(found: Forecasted) -> list[str]:
    """What hangs on single deals: one that is open now, or one of the past that is unlike all others."""
    pipeline, said = found.known.pipeline, []
    largest = float(np.nanmax(np.where(pipeline.open, np.nan_to_num(pipeline.amount), 0.0), initial=0.0))
    if largest > _LARGE * found.of_all(0).mean:
        said.append(say("forecast.said.largest", amount=_money(found, largest)))
    far = far_amount(pipeline)
    if np.any(pipeline.amount > far):
        said.append(say("forecast.said.far", amount=_money(found, far)))
    return said


def _status(found: Forecasted) -> Status:
    ours, theirs, _ = misses(found.past, RULES[0])
    gap = compare_misses(ours, theirs)
    return "answered" if gap is None or gap[2] < 0 else "not distinguishable"


def _numbers(found: Forecasted) -> dict[str, Number]:
    now, unit = found.of_all(0), found.currency
    numbers = {
        "expected_total": Number(now.mean, unit=unit),
        "commit_total": Number(now.low, unit=unit),
        "best_total": Number(now.high, unit=unit),
        "downside_total": Number(now.downside, unit=unit),
        "won_already_total": Number(now.won, unit=unit),
        "from_open_total": Number(now.open, unit=unit),
        "from_new_total": Number(now.new, unit=unit),
        "next_expected_total": Number(found.of_all(1).mean, unit=unit),
    }
    if now.chance is not None:
        numbers["reach_target_rate"] = Number(min(max(now.chance, 0.01), 0.99))
    ours, theirs, came = misses(found.past, RULES[0])
    gap = compare_misses(ours, theirs)
    if gap is None or came.sum() <= 0:
        return {**numbers, "miss_share": missing(say("forecast.past.reason", count=len(found.past)))}
    mean = float(came.mean())
    return {
        **numbers,
        "miss_share": Number(float(ours.sum() / came.sum()), unit="share"),
        "rule_miss_share": Number(float(theirs.sum() / came.sum()), unit="share"),
        "miss_gap": Number(gap[0] / mean, gap[1] / mean, gap[2] / mean),
        "intervals_held_share": Number(
            float(np.mean([each.shown.low <= each.actual[0] <= each.shown.high for each in found.past])), unit="share"
        ),
    }
