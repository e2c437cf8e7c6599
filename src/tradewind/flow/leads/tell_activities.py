"""The finding on activities that go with winning; no sentence says that one leads to the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tradewind.core.finding import Check, Finding, Number
from tradewind.core.words import WORDS, say
from tradewind.flow.learning.tell import sentence
from tradewind.flow.questions.question import Question, speak_days
from tradewind.report.numbers import say_count, say_of_100

MOST_TOLD = 3

Row = Mapping[str, Any]


def say_activity(kind: str, times: int) -> str:
    """Return an activity in words: "a demo", "two calls or more", "“visit” twice or more"."""
    known = WORDS.get(f"effect.kind.{kind.lower()}.{times}")
    return known or say(f"effect.kind.{times}", kind=kind)


def tell_activities(
    question: Question, rows: Sequence[Row], known: Sequence[str], compared: int, everywhere: Sequence[str]
) -> Finding:
    """Return the finding.

    Args:
        question: what was asked.
        rows: a row for each activity compared.
        known: what was held equal, in words.
        compared: deals compared.
        everywhere: activities that every deal had.
    """
    ordered = sorted(rows, key=_weight)
    clear = [row for row in ordered if row["clear"]]
    what = str(question.option("of"))
    first = speak_days(question.use_case.settings["first"])
    words = {"deals": what, "outcome": say(f"effect.outcome.{what}"), "first": first}
    said = [
        _one(row, words, [each["not_adjusted_because"] for each in clear[:place]])
        for place, row in enumerate(clear[:MOST_TOLD])
    ]
    if not clear:
        said = [say("effect.none", compared=say_count(compared), count=say_count(len(rows)), **words),
                *(_one(row, words, []) for row in ordered[:1])]  # fmt: skip
    if everywhere:
        said.append(say("effect.everywhere", kinds=", ".join(f"“{kind}”" for kind in everywhere), **words))
    if clear:
        said.append(say("effect.compared", compared=say_count(compared), **words))
    adjusted = bool(clear) and clear[0]["grade"] == "adjusted"
    numbers = {
        f"{what}_compared": Number(float(compared), unit="count"),
        "activities_compared": Number(float(len(rows)), unit="count"),
        "activities_clear": Number(float(len(clear)), unit="count"),
    }
    return Finding(
        name=question.name,
        title=question.words(question.use_case.title),
        question=question.words(question.use_case.question),
        status="answered" if clear else "not distinguishable",
        evidence="adjusted" if adjusted else "association",
        approach=say("effect.approach", compared=say_count(compared), count=say_count(len(rows)), known=_listed(known),
                     horizon=speak_days(question.use_case.horizon.length), **words),
        found=tuple(said),
        money=say("effect.money"),
        next=_next(clear, words),
        numbers=numbers,
        checks=(_overlap_check(rows),),
        caption=question.use_case.caveat,
        does=question.do,
        people=what,
    )  # fmt: skip


def _weight(row: Row) -> tuple[bool, bool, float]:
    gap = row["adjusted"] if row["grade"] == "adjusted" else row["plain"]
    return not row["clear"], row["grade"] != "adjusted", -abs(gap)


def _one(row: Row, words: Mapping[str, str], reasons: Sequence[str]) -> str:
    """Tell one activity; a reason not to adjust that was given before is not repeated."""
    more = row["won_with"] >= row["won_without"]
    text = sentence(
        say(
            "effect.plain",
            activity=say_activity(row["activity"], row["times"]),
            side=say("effect.more" if more else "effect.less"),
            with_it=say_of_100(row["won_with"]),
            without=say_of_100(row["won_without"]),
            **words,
        )
    )
    if row["grade"] != "adjusted":
        why = row["not_adjusted_because"]
        return f"{text} {say('effect.not_adjusted.either' if why in reasons else 'effect.not_adjusted', why=why)}"
    with_it, without = say_of_100(row["adjusted_with"]), say_of_100(row["adjusted_without"])
    gap = {"low": _signed(row["low"]), "high": _signed(row["high"])}
    text = f"{text} {say('effect.adjusted', with_it=with_it, without=without, **gap)}"
    if row["clear"] and row["unseen"] is not None:
        strengths = {name: f"{row[name]:.1f}" for name in ("unseen", "unseen_edge")}
        activity = say_activity(row["activity"], row["times"])
        text = f"{text} {say('effect.unseen', activity=activity, **strengths, **words)}"
    return text


def _signed(gap: float) -> str:
    whole = f"{100 * abs(gap):.0f}"
    return f"{'−' if gap < 0 and whole != '0' else ''}{whole}"


def _listed(known: Sequence[str]) -> str:
    if not known:
        return say("effect.known.nothing")
    *most, last = known
    return f"{', '.join(most)} and {last}" if most else last


def _next(clear: Sequence[Row], words: Mapping[str, str]) -> str:
    if not clear:
        return say("effect.next.none")
    activity = say_activity(clear[0]["activity"], clear[0]["times"])
    return say("effect.next" if clear[0]["grade"] == "adjusted" else "effect.next.plain", activity=activity, **words)


def _overlap_check(rows: Sequence[Row]) -> Check:
    unlike = [say_activity(row["activity"], row["times"]) for row in rows if row["grade"] != "adjusted"]
    if not unlike:
        return Check(say("effect.check"), "pass", say("effect.check.pass"))
    return Check(say("effect.check"), "warn", say("effect.check.warn", activities=", ".join(unlike)),
                 say("effect.check.do"))  # fmt: skip
