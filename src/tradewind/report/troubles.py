"""Trouble in the data as a report tells it: what is wrong, how many rows, which question it hurts; never a row."""

from __future__ import annotations

from collections.abc import Sequence

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
    title = WORDS.get(f"title.{harm.question}", harm.question).replace(" over the next {horizon}", "")
    gain = harm.gain
    if gain.value is None:
        return f"“{title}”: not measured, because {gain.reason}."
    if not harm.touched:
        return f"“{title}”: no answer moves without it."
    if gain.low is None or gain.high is None:
        return f"“{title}”: {_amount(harm, gain.value)} without it; how sure that is, is not known."
    between = f"(between {_plain(gain.low)} and {_plain(gain.high)})"
    if gain.low > 0:
        return f"“{title}”: {_amount(harm, gain.value)} without it {between}."
    if gain.high < 0:
        return f"“{title}”: {_amount(harm, gain.value)} without it {between}: these rows carry news."
    return f"“{title}”: with or without it the answers are as good {between}."


def _amount(harm: Harm, gain: float) -> str:
    """A difference of scores in words: pairs in the right order, or how far off amounts are."""
    if harm.score == "auc":
        return (
            f"of 1,000 pairs of people, {abs(gain) * 1000:.0f} {'more' if gain > 0 else 'fewer'} are in the right order"
        )
    return f"amounts are {'nearer' if gain > 0 else 'further off'} by {abs(gain):,.2f} a person"


def _plain(value: float) -> str:
    return f"{value:+,.3f}" if abs(value) < 10 else f"{value:+,.0f}"
