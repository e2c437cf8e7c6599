"""What a look at everybody's health found, in sentences."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradewind.core.finding import Number
from tradewind.core.words import say
from tradewind.flow.answers.spoken import known, of_100, value_of
from tradewind.flow.questions.question import Question, speak_days
from tradewind.flow.subscriptions.health_words import Told
from tradewind.models.lead_time import LeadTime
from tradewind.models.lights import LIGHTS
from tradewind.report.numbers import say_count, say_money, say_of_100

_FEWEST = 10
"""Who left must be as many as this before lead times are told."""


@dataclass(frozen=True)
class Measured:
    """Everything there is to tell.

    Args:
        told: today's rows.
        monthly: (n,) what each pays a month; NaN where not known.
        lead: what lights were worth; None where no past day could be looked at.
        red_share: share of all past lights that were red.
        looks: past days of looking.
        unlearned: why nothing was learned; empty where it was.
        today_only: signs that are known as of today only.
    """

    told: list[Told]
    monthly: NDArray[np.float64]
    lead: LeadTime | None
    red_share: float
    looks: int
    unlearned: str
    today_only: tuple[str, ...]


@dataclass(frozen=True)
class Sentences:
    """The finding's sentences."""

    found: tuple[str, ...]
    approach: str
    money: str
    next: str
    caption: str


def say_health(question: Question, measured: Measured, currency: str) -> Sentences:
    """Return the sentences of the finding."""
    light = Counter(each.light for each in measured.told)
    counts = {name: say_count(light[place]) for place, name in enumerate(LIGHTS)}
    found = [say("health.found", customers=say_count(len(measured.told)), **counts)]
    about = Counter(each.about for each in measured.told if LIGHTS[each.light] == "red")
    if about:
        told = ", ".join(f"{part} ({count})" for part, count in about.most_common(3))
        found.append(say("health.found.about", about=told))
    found += _lead(question, measured)
    if measured.unlearned:
        found.append(say("health.unlearned", why=measured.unlearned))
    red = np.array([LIGHTS[each.light] == "red" for each in measured.told], dtype=bool)
    paid = measured.monthly[red]
    known = bool(np.isfinite(measured.monthly).any())
    money = say("health.money.none" if known and not red.any() else "health.money.unknown")
    if np.isfinite(paid).any():
        money = say("health.money", red=counts["red"], amount=say_money(12 * float(np.nansum(paid)), currency))
    todo = light[0] + light[1] > 0
    approach = (
        say("health.approach.unlearned") if measured.lead is None else say("health.approach", looks=measured.looks)
    )
    caption = (
        say("health.today_only", columns=_are(measured.today_only)) if measured.today_only and measured.lead else ""
    )
    next_step = say("health.next", table=f"list_{question.name}") if todo else say("health.next.none")
    return Sentences(tuple(found), approach, f"{money} {say('money.nothing')}", next_step, caption)


def _are(names: tuple[str, ...]) -> str:
    text = " and ".join(names)
    return f"{text[:1].upper()}{text[1:]} are"


def _lead(question: Question, measured: Measured) -> list[str]:
    lead = measured.lead
    if lead is None or lead.leavers < _FEWEST:
        return [say("health.unmeasured")]
    said: list[str] = []
    for span, (share, _) in lead.before.items():
        if known(share) and not said:
            ends = {"low": _end(share, "low"), "high": _end(share, "high")}
            said.append(
                say("health.before", share=of_100(share), days=span, all=say_of_100(measured.red_share), **ends)
            )
    after = {name: share for name, (share, _) in lead.after.items()}
    if all(known(share) for share in after.values()):
        stayed = say_of_100(1 - value_of(after["red"]))
        shares = {name: of_100(share) for name, share in after.items()}
        said.append(say("health.after", stayed=stayed, horizon=speak_days(question.use_case.horizon.length), **shares))
    if len(lead.notice) >= _FEWEST:
        said.append(say("health.notice", middle=f"{np.median(lead.notice):.0f}"))
    return said


def _end(share: Number, name: str) -> str:
    end = getattr(share, name)
    return say_of_100(end) if end is not None else "?"
