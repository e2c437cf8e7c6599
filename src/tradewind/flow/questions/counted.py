"""What "at stake" and "worth" count, in the same words wherever a sum stands: whose money, of when, before what."""

from __future__ import annotations

from tradewind.core.words import say
from tradewind.flow.questions.question import Question


def say_worth(question: Question, revenue: bool) -> str:
    """Return what one success of a question is worth, as half a sentence.

    Args:
        question: what is asked.
        revenue: whether amounts are revenue, because neither product costs nor a margin are known.
    """
    value = question.words(question.use_case.economics.value_sentence)
    return say("counted.revenue" if revenue else "counted.profit", value=value)


def say_stake(question: Question, revenue: bool) -> str:
    """Return what the money at stake of an answer adds up, as half a sentence; see `say_worth`."""
    return say("counted.stake", people=question.people, worth=say_worth(question, revenue))
