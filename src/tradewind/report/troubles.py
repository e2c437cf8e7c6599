"""Trouble in the data as a report tells it: what is wrong, how many rows, which question it hurts; never a row."""

from __future__ import annotations

from collections.abc import Sequence

from tradewind.core.finding import Number
from tradewind.core.trouble import KINDS, SEVERITIES, Harm, Trouble
from tradewind.core.words import WORDS

MOST = 40
"""Troubles that a report lists; the table `trouble` holds all."""


def trouble_rows(troubles: Sequence[Trouble]) -> list[tuple[str, str, str, str]]:
    """Return header and rows: where, what is wrong, how bad, which question it hurts."""
    if not troubles:
        return []
    head = ("Where", "What is wrong", "How bad", "Which question it hurts")
    rows = [
        (
            f"{each.table}.{each.column}",
            f"{KINDS[each.kind].capitalize()}: {each.what}.",
            SEVERITIES[each.severity],
            " ".join(say_harm(harm) for harm in each.harm) or "Not measured.",
        )
        for each in troubles[:MOST]
    ]
    return [head, *rows]


def say_harm(harm: Harm) -> str:
    """Say in one sentence what a trouble does to one question."""
    title = WORDS.get(f"title.{harm.question}", harm.question)
    title = title.replace(" over the next {horizon}", "")
    gain = harm.gain
    if gain.value is None:
        return f"“{title}”: not measured, because {gain.reason}."
    return f"“{title}”: {_direction(gain)}."


def _direction(gain: Number) -> str:
    low, high = gain.low, gain.high
    assert gain.value is not None
    between = f" (between {low:+.3f} and {high:+.3f})" if low is not None and high is not None else ""
    if low is not None and low > 0:
        return f"without it the list is better by {gain.value:.3f}{between}"
    if high is not None and high < 0:
        return f"without it the list is worse by {-gain.value:.3f}{between}: what is told here carries news"
    return f"with or without it the list is as good{between}"
