"""The finding on what leads do before they buy, in plain words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tradewind.core.finding import Finding, Number
from tradewind.core.time import Days
from tradewind.core.words import say
from tradewind.flow.questions.question import Question, speak_days
from tradewind.models.patterns.find import Search
from tradewind.models.patterns.pattern import Pattern
from tradewind.report.numbers import say_count, say_of_100

if TYPE_CHECKING:
    from tradewind.flow.leads.sales_ready import Shape

MOST_TOLD = 3
MOST_DONE = 4
"""Actions told of one lead."""


def say_pattern(pattern: Pattern, names: Sequence[str]) -> str:
    """Return a pattern in words: "pricing page, then download in the last 7 days"."""
    within = speak_days(Days(pattern.within_days))
    said = [names[each] for each in pattern.actions]
    if pattern.kind == "often":
        return say(f"ready.pattern.often.{pattern.times}", action=said[0], within=within)
    if pattern.kind == "twice and":
        return say("ready.pattern.twice_and", first=said[0], second=said[1], within=within)
    return say("ready.pattern.then", actions=", then ".join(said), within=within)


def say_lately(what: NDArray[np.str_], ago_days: NDArray[np.float64], first: Sequence[str] = ()) -> str:
    """Return the latest actions, newest first: "download yesterday; pricing page 2 and 5 days ago".

    Args:
        what: (n,) what was done.
        ago_days: (n,) how long ago.
        first: what is told in any case, before the rest: the actions of the pattern that the lead shows.
    """
    days: dict[str, list[int]] = {name: [] for name in first if name in what}
    for place in np.argsort(ago_days, kind="stable"):
        # The cutoff is a midnight: what happened in the 24 hours before it was yesterday.
        days.setdefault(str(what[place]), []).append(int(ago_days[place]) + 1)
    said = []
    for name, ago in list(days.items())[:MOST_DONE]:
        newest, *others = sorted(set(ago))[:2]
        when = say("ready.did.yesterday") if newest == 1 else str(newest)
        if others:
            when += f" and {others[0]}"
        said.append(
            f"{name} {when}" if when == say("ready.did.yesterday") else say("ready.did", action=name, days=when)
        )
    return "; ".join(said)


def tell_patterns(
    question: Question,
    search: Search,
    patterns: Sequence[Mapping[str, Any]],
    rows: Sequence[Mapping[str, Any]],
    shape: Shape,
) -> Finding:
    """Return the finding.

    Args:
        question: what was asked.
        search: what was looked at and found.
        patterns: a row for each pattern found, confirmed or not.
        rows: the open leads that show a confirmed one today.
        shape: how much stands behind it.
    """
    confirmed = [row for row in patterns if row["confirmed"]]
    counts = {"looked_at": search.looked_at, "found": len(patterns), "weeks": shape.weeks, "later": shape.later}
    words = {name: say_count(count) for name, count in counts.items()}
    words["horizon"] = speak_days(question.use_case.horizon.length)
    said = [_one(row, words["horizon"], first=place == 0) for place, row in enumerate(confirmed[:MOST_TOLD])]
    if not confirmed:
        said = [say("ready.none", **words) if patterns else say("ready.none.at_all", **words)]
    elif rows:
        expected = sum(row["rate"] for row in rows)
        said.append(say("ready.now", count=say_count(len(rows)), open=say_count(shape.open),
                        expected=say_count(expected), horizon=words["horizon"]))  # fmt: skip
    else:
        said.append(say("ready.now.none", open=say_count(shape.open)))
    return Finding(
        name=question.name,
        title=question.words(question.use_case.title),
        question=question.words(question.use_case.question),
        status="answered" if confirmed else "not distinguishable",
        evidence="association",
        approach=say("ready.approach", **words),
        found=tuple(said),
        money=say("ready.money"),
        next=_next(confirmed, rows),
        numbers={
            "patterns_looked_at": Number(float(search.looked_at), unit="count"),
            "patterns_found": Number(float(len(patterns)), unit="count"),
            "patterns_confirmed": Number(float(len(confirmed)), unit="count"),
            "leads_ready": Number(float(len(rows)), unit="count"),
        },
        caption=question.use_case.caveat,
        does=question.do,
        people=question.people,
    )


def _one(row: Mapping[str, Any], horizon: str, *, first: bool) -> str:
    return say(
        "ready.first" if first else "ready.further",
        pattern=row["pattern"],
        horizon=horizon,
        rate=say_of_100(row["rate"]),
        low=say_of_100(row["low"]),
        high=say_of_100(row["high"]),
        others=say_of_100(row["others"]),
    )


def _next(confirmed: Sequence[Mapping[str, Any]], rows: Sequence[Mapping[str, Any]]) -> str:
    if not confirmed:
        return say("ready.next.none")
    return say("ready.next") if rows else say("ready.next.later")
