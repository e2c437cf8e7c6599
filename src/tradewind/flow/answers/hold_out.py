"""Which test would settle what contacting a list earns, and how long it would take with the people there are now."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import fmean

from tradewind.core.words import say
from tradewind.flow.lists.acting import Acting
from tradewind.flow.questions.question import Question
from tradewind.report.numbers import say_count, say_of_100
from tradewind.stats.power import people_needed, smallest_gap

LEFT_OUT = 0.5
"""Half left out is the quickest test; one in ten costs less and takes longer."""

LONG = 24
"""Months after which a test is not worth waiting for."""


FEWEST = 10
"""Fewer people than this make no two halves to compare."""


@dataclass(frozen=True)
class HoldOut:
    """The test that would settle the money of one list.

    Args:
        question: whose list.
        title: in plain words.
        people: how many of them are worth acting on now.
        what: the test in one sentence.
        takes: how long it would take, or why that cannot be said.
        tells: what one round of it could tell apart.
        rests_on: what this was worked out from.
        rounds: how many such lists it needs; None where it cannot be said.
    """

    question: str
    title: str
    people: int
    what: str
    takes: str
    tells: str
    rests_on: str
    rounds: int | None


def plan_test(question: Question, acting: Acting) -> HoldOut | None:
    """Return the test of a list; None where nobody is on it or it is no list of whom to contact."""
    case = question.use_case
    if not acting.ids or case.task in ("regression", "lifetime"):
        return None
    title, people, span = question.words(case.title), len(acting.ids), str(case.horizon.length)
    what = say("test.what", count=say_count(people), people=question.people, span=span)
    if people < FEWEST:
        few = say("test.what.few", people=question.people)
        return HoldOut(question.name, title, people, few, say("test.takes.more"), "", "", None)
    if case.task != "classification" or not acting.chances:
        return HoldOut(question.name, title, people, what, say("test.takes.unknown"), "", "", None)
    base, share = fmean(acting.chances), case.economics.success_share
    needed = people_needed(base, base * (1 - share), LEFT_OUT)
    rounds = None if needed is None else -(-needed // people)
    rests_on = say("test.rests_on", base=say_of_100(base), share=say_of_100(share))
    gap = smallest_gap(base, people, LEFT_OUT)
    tells = say("test.tells.nothing") if gap is None else say("test.tells", share=say_of_100(gap / base))
    return HoldOut(question.name, title, people, what, _takes(needed, rounds, case.horizon.length.count), tells,
                   rests_on, rounds)  # fmt: skip


def _takes(needed: int | None, rounds: int | None, days: int) -> str:
    if needed is None or rounds is None:
        return say("test.takes.unknown")
    months = rounds * days / 30
    if rounds == 1:
        return say("test.takes.one", needed=say_count(needed), span=f"{days} days")
    name = "test.takes.long" if months > LONG else "test.takes"
    return say(name, needed=say_count(needed), rounds=say_count(rounds), months=say_count(round(months)))
