"""What a routing of leads means, in plain words and money."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from tradewind.core.finding import Finding, Number
from tradewind.core.words import say
from tradewind.flow.questions.question import Question
from tradewind.report.numbers import say_count, say_day, say_money, say_of_100

if TYPE_CHECKING:
    from tradewind.flow.leads.routing import Routing

_NAMED = 5


def tell_routing(question: Question, routing: Routing, currency: str, today: date) -> Finding:
    """Return the finding."""
    given = routing.given >= 0
    all_of_it, out = float(routing.worth.sum()), float(routing.worth[given].sum())
    unit = currency if routing.in_money else "leads expected to convert"
    numbers = {
        "leads": Number(float(len(given)), unit=question.people),
        "given_out": Number(float(given.sum()), unit=question.people),
        "waiting": Number(float((~given).sum()), unit=question.people),
        "expected_given": Number(out, unit=unit),
        "expected_waiting": Number(all_of_it - out, unit=unit),
    }
    return Finding(
        name=question.name,
        title=question.words(question.use_case.title),
        question=question.words(question.use_case.question),
        status="answered",
        evidence="assumed" if routing.skill is None else "association",
        approach=say("routing.approach", day=say_day(today)),
        found=tuple(_found(question, routing, currency)),
        money=_money(routing, all_of_it - out, all_of_it, currency),
        next=say("routing.next", table=f"list_{question.name}"),
        numbers=numbers,
        does=question.do,
        people=question.people,
        caption=question.words(question.use_case.caveat),
    )


def _found(question: Question, routing: Routing, currency: str) -> list[str]:
    given = routing.given >= 0
    worth = _worth(routing, float(routing.worth[given].sum()), currency)
    people = sum(bool((routing.given == place).any()) for place in range(len(routing.there)))
    said = [say("routing.given", leads=say_count(float(given.sum())), people=people, worth=worth)]
    if (~given).any():
        said.append(say("routing.waiting", waiting=say_count(float((~given).sum()))))
    if routing.gone:
        names = ", ".join(routing.gone[:_NAMED]) + (" …" if len(routing.gone) > _NAMED else "")
        moved = sum(routing.has(lead) in routing.gone and at >= 0
                    for lead, at in zip(routing.leads, routing.given, strict=True))  # fmt: skip
        said.append(say("routing.gone", names=names, span=question.use_case.settings["left_after"], moved=moved))
    said.append(say("routing.stays" if question.option("keep_owner") else "routing.free"))
    said.append(_skill(question, routing))
    return said


def _skill(question: Question, routing: Routing) -> str:
    """Whether colleagues count as equally good, and how far apart they seem."""
    skill = routing.skill
    if skill is None:
        return say("routing.unknown_skill" if question.option("skill") else "routing.equal")
    best = int(skill.rate.argmax())
    shares = {name: say_of_100(float(getattr(skill, name)[best])) for name in ("rate", "low", "high")}
    name = "routing.skill" if skill.differ else "routing.skill.chance"
    return say(name, best=routing.there[best], average=say_of_100(skill.average), **shares)


def _money(routing: Routing, waits: float, all_of_it: float, currency: str) -> str:
    if waits <= 0 or all_of_it <= 0:
        return f"{say('routing.no_loss')} {say('money.nothing')}"
    name = "routing.loss" if routing.in_money else "routing.loss.count"
    lost = say(name, waits=_worth(routing, waits, currency), share=say_of_100(waits / all_of_it))
    return f"{lost} {say('money.nothing')}"


def _worth(routing: Routing, worth: float, currency: str) -> str:
    return say_money(worth, currency) if routing.in_money else say("routing.count", count=f"{worth:.1f}")
