"""The finding of a question whose answer stands in a column, in plain words and money."""

from __future__ import annotations

from collections.abc import Mapping

from tradewind.core.finding import Finding, Number
from tradewind.core.words import say
from tradewind.flow.answers.spoken import count_of, known, of_100, value_of
from tradewind.flow.labels.checks import CLEAR_GAIN
from tradewind.flow.labels.question import words_of
from tradewind.flow.learning.learned import Labelled, Learned, Scored
from tradewind.flow.learning.tell import (
    CLASSIFICATION_NUMBERS,
    by_chance,
    complete,
    first_hundred,
    honesty,
    people_money,
    people_next,
    status_of,
)
from tradewind.flow.questions.question import Question
from tradewind.report.numbers import say_count, say_of_100

FEW = 100
"""Fewer outcomes than this, or a range wider than `WIDE`, and it is said what more would bring."""
WIDE = 0.1
MOST_NAMED = 4
NO_TIME = "There was "
"""Beginning of what is said where time was short: an answer that more time may better says so."""


def tell_label(question: Question, learned: Learned, scored: Scored, currency: str, first: str) -> Finding:
    """Return the finding of a label.

    Args:
        question: what was asked.
        learned: what training left.
        scored: sums over the list.
        currency: of amounts.
        first: sentence of the strongest driver; empty where none is known.
    """
    facts = learned.labelled
    assert facts is not None
    numbers = {**learned.numbers, **scored.numbers}
    return Finding(
        name=question.name,
        title=question.words(question.use_case.title),
        question=question.words(question.use_case.question),
        status=status_of(learned),
        evidence="association",
        approach=_approach(question, numbers, facts, learned.said),
        found=tuple(_found(question, learned, scored, facts, first)),
        money=people_money(question, numbers, learned.margin, currency),
        next=_next(question, learned, scored, numbers),
        numbers=complete(numbers, CLASSIFICATION_NUMBERS),
        tables={**learned.tables, "scores": scored.table},
        checks=learned.checks,
        caption=say("label.caption"),
        does=question.do,
        people=question.people,
        rule=learned.rule,
    )


def _found(question: Question, learned: Learned, scored: Scored, facts: Labelled, first: str) -> list[str]:
    numbers = learned.numbers
    said = first_hundred(learned, question.do)
    said += _few(numbers, facts)
    said.append(_listed(question, scored, facts))
    said += [*_leak(numbers, facts), *_in_time(numbers), *honesty(numbers)]
    if first and not by_chance(numbers):
        said.append(say("tell.drivers", first=first))
    return said


def _listed(question: Question, scored: Scored, facts: Labelled) -> str:
    infinitive = "" if question.label is None else words_of(question.name, question.label).infinitive
    asked, expected = (count_of(scored.numbers.get(name)) for name in ("customers", "expected_customers"))
    if facts.waiting:
        return say("label.waiting", waiting=asked, people=question.people, expected=expected, do=infinitive)
    return say("label.listed", listed=asked, people=question.people, expected=expected, do=infinitive)


def _leak(numbers: Mapping[str, Number], facts: Labelled) -> list[str]:
    if not facts.suspects:
        return []
    named = [f"“{column.replace('_', ' ')}”" for column, _ in facts.suspects]
    more = len(named) - MOST_NAMED
    shown = [*named[:MOST_NAMED], f"{more} more columns"] if more > 1 else named
    columns = shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
    one = len(named) == 1
    words = {"columns": columns, "look": "looks" if one else "look", "them": "it" if one else "them",
             "were": "was" if one else "were"}  # fmt: skip
    gap = numbers.get("suspects_gap")
    clear = gap is not None and gap.value is not None and gap.value >= CLEAR_GAIN and (gap.low or 0) > 0
    if not clear:
        return [say("label.suspects" if known(gap) else "label.suspects_only", **words)]
    with_them, without = (of_100(numbers.get(name)) for name in ("auc_with_suspects", "auc_without_suspects"))
    return [say("label.leak", with_them=with_them, without=without, **words)]


def _in_time(numbers: Mapping[str, Number]) -> list[str]:
    """The same in the order of time, or shuffled: the figure that is not the headline, beside it."""
    auc, ordered, shuffled = (numbers.get(name) for name in ("auc", "auc_ordered", "auc_shuffled"))
    if known(ordered):
        return [say("label.ordered", ordered=of_100(ordered), shuffled=of_100(auc))]
    if known(shuffled):
        return [say("label.time", ordered=of_100(auc), shuffled=of_100(shuffled))]
    return []


def _few(numbers: Mapping[str, Number], facts: Labelled) -> list[str]:
    """What more outcomes would bring, where there are few of them or the range is wide."""
    auc = numbers.get("auc")
    rarer = min(facts.happened, facts.answered - facts.happened)
    if auc is None or auc.value is None or auc.low is None or auc.high is None:
        return []
    if rarer >= FEW and auc.high - auc.low <= WIDE:
        return []
    if not known(numbers.get("outcomes_for_half")):
        return []
    more = say_count(value_of(numbers["outcomes_for_half"]))
    return [say("label.few", outcomes=say_count(rarer), auc=of_100(auc), low=say_of_100(auc.low),
                high=say_of_100(auc.high), more=more)]  # fmt: skip


def _approach(question: Question, numbers: Mapping[str, Number], facts: Labelled, said: tuple[str, ...]) -> str:
    repeats = numbers.get("auc_repeats")
    spread = ""
    if facts.repeats > 1 and repeats is not None and repeats.low is not None and repeats.high is not None:
        spread = f" (between {100 * repeats.low:.1f} and {100 * repeats.high:.1f} over the {facts.repeats} times)"
    times = "once" if facts.repeats == 1 else f"{facts.repeats} times over"
    text = say(
        f"label.approach.{facts.design}", answered=say_count(facts.answered), people=question.people, do=question.do,
        happened=say_count(facts.happened), folds=facts.folds, times=times, spread=spread,
        auc=of_100(numbers.get("auc")),
    )  # fmt: skip
    more = [say("label.left_out", column=column.replace("_", " "), reason=reason) for column, reason in facts.suspects]
    if facts.kept:
        more.append(say("label.kept", columns=", ".join(f"“{name}”" for name in facts.kept)))
    more += [sentence for sentence in said if sentence.startswith(NO_TIME)]
    return " ".join([text, *more])


def _next(question: Question, learned: Learned, scored: Scored, numbers: Mapping[str, Number]) -> str:
    if learned.better and question.label is not None and not question.label.value:
        return say("label.next", table=scored.table, label=question.name)
    return people_next(learned, scored, numbers, question.people)
