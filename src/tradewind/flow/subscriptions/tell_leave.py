"""When people leave, in words: of all, of each, and how far that can be relied on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tradewind.core.finding import Number
from tradewind.core.words import say
from tradewind.flow.subscriptions.leave_test import read_figures
from tradewind.report.numbers import say_count, say_of_100
from tradewind.report.survival_charts import MONTH, say_curve, say_span
from tradewind.store.workspace import Workspace

if TYPE_CHECKING:
    import pyarrow as pa

    from tradewind.flow.learning.learned import Learned, Scored
    from tradewind.flow.questions.question import Question

SOON = 182.0


def tell_leave(
    workspace: Workspace, question: Question, learned: Learned, scored: Scored
) -> tuple[str, ...]:  # fmt: skip
    """Return the sentences on time: of all, of today's list, and of the test."""
    curves = workspace.table(learned.tables["survival"])
    numbers, words = read_figures(workspace.table(learned.tables["leave_test"]))
    people = question.people
    curve = (say_curve(curves),) if curves.num_rows else ()
    said = [*curve, *_tell_list(workspace.table(scored.table), words, people), *_tell_test(numbers, words)]
    if int(words.get("backwards", "0")):
        said.append(say("leave.backwards", count=say_count(float(words["backwards"]))))
    return tuple(said)


def _tell_list(scores: pa.Table, words: dict[str, str], people: str) -> tuple[str, ...]:
    if "why" in words:
        return (say("leave.why", why=words["why"], people=people),)
    middle = scores.column("leave_median_days").to_numpy(zero_copy_only=False).astype(np.float64)
    soon = int((middle <= SOON).sum())
    beyond = int(np.isnan(middle).sum())
    said = [say("leave.list", soon=say_count(soon), all=say_count(len(middle)), people=people, span=say_span(SOON))]
    if beyond:
        sight = say_span(float(words["sight_days"]))
        said.append(say("leave.beyond", count=say_count(beyond), people=people, sight=sight))
    return tuple(said)


def _tell_test(numbers: dict[str, Number], words: dict[str, str]) -> tuple[str, ...]:
    if "untested" in words:
        return (say("leave.untested", why=words["untested"]),)
    ours, age = numbers.get("concordance"), numbers.get("concordance_by_age")
    said = []
    if ours is not None and age is not None and ours.value is not None and age.value is not None:
        key = "leave.order" if words.get("better") == "yes" else "leave.order.equal"
        said.append(say(key, ours=say_of_100(ours.value), age=say_of_100(age.value)))
    held = numbers.get("ranges_held")
    if held is not None and held.value is not None:
        said.append(say("leave.held", held=say_of_100(held.value)))
    return tuple(said)


def when_words(days: NDArray[np.float64], known: NDArray[np.bool_], sight: int) -> list[str]:
    """Return (n,) when each is likely to leave, in words.

    Args:
        days: (n, 3) days until leaving: middle, early, late; NaN beyond what can be seen.
        known: (n,) whether anything can be said of each.
        sight: days ahead that can be seen; 0 where nothing could be learned.
    """
    told: dict[tuple[float, ...], str] = {}
    rounded = np.where(days < 45, np.round(days), np.round(days / MONTH) * MONTH)
    keys = [tuple(row) for row in np.nan_to_num(rounded, nan=-1.0).tolist()]
    said = [told[key] if key in told else told.setdefault(key, _when(key, sight)) for key in keys]
    return (
        said if known.all() else [text if sure else say("when.unknown") for text, sure in zip(said, known, strict=True)]
    )


def _when(key: tuple[float, ...], sight: int) -> str:
    middle, low, high = key
    if not sight:
        return say("when.unknown")
    if low < 0:
        return say("when.beyond", sight=say_span(sight))
    if middle < 0:
        return say("when.low", low=say_span(low), sight=say_span(sight))
    if high < 0:
        return say("when.middle", low=say_span(low), middle=say_span(middle), sight=say_span(sight))
    return say("when", low=say_span(low), middle=say_span(middle), high=say_span(high))
