"""Which activities go with winning: compared as they are, and with what was known beforehand held equal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tradewind.core.errors import NotAnswerable, Problem
from tradewind.flow.answers.analyse import Analysed
from tradewind.flow.data import Data
from tradewind.flow.leads.landmark import Landmark, read_landmark
from tradewind.flow.leads.tell_activities import tell_activities
from tradewind.flow.learning.lesson import seed_of
from tradewind.flow.questions.question import Question
from tradewind.models.adjusted.known import known_matrix
from tradewind.models.adjusted.overlap import LEAST_IN_ARM, Comparison, compare_exposure
from tradewind.models.adjusted.unseen import e_value
from tradewind.stats.multiplicity import benjamini_hochberg

MOST_KINDS, MOST_TIMES = 12, 3
FALSE_ALARMS = 0.10
"""Share of the activities called clear that may be false alarms, on average."""


@dataclass(frozen=True)
class Compared:
    """One activity's comparison.

    Args:
        kind: the activity.
        times: at least how often.
        comparison: with and without it.
        clear: whether the difference is clear, all looked at taken together.
    """

    kind: str
    times: int
    comparison: Comparison
    clear: bool


def answer(data: Data, question: Question) -> Analysed:
    """Compare deals with and without each activity.

    Raises:
        NotAnswerable: no activity splits the deals, or they are too few.
    """
    landmark = read_landmark(data, question)
    known, names = known_matrix(landmark.known)
    compared = _compare(landmark, known, seed_of(question.name))
    everywhere = [kind for number, kind in enumerate(landmark.kinds) if (landmark.done[:, number] > 0).all()]
    if not compared:
        raise NotAnswerable(_nothing_to_compare(landmark, question, everywhere))
    rows = [_row(each) for each in compared]
    finding = tell_activities(question, rows, names, len(landmark.ids), everywhere)
    return Analysed(finding, {"activities": _table(rows)})


def _nothing_to_compare(landmark: Landmark, question: Question, everywhere: list[str]) -> Problem:
    what = str(question.option("of"))
    if not landmark.kinds or not landmark.done.any():
        found = f"{len(landmark.ids):,} {what}"
        return Problem("tables.activities", f"none of the {what} had an activity in time", found,
                       f"activities that name their {what}", "look at the ids in [tables.activities]")  # fmt: skip
    found = f"all {len(landmark.ids):,} had: {', '.join(everywhere)}" if everywhere else f"{len(landmark.ids):,} {what}"
    return Problem("tables.activities", "no activity splits them into two sides that can be compared", found,
                   f"{LEAST_IN_ARM} {what} with it and {LEAST_IN_ARM} without, won and lost among them",
                   "load older data, or set another time as `first`")  # fmt: skip


def _compare(landmark: Landmark, known: Any, seed: int) -> list[Compared]:
    _, group = np.unique(landmark.account, return_inverse=True)
    found: list[tuple[str, int, Comparison]] = []
    seen: set[bytes] = set()
    common = np.argsort(-(landmark.done > 0).sum(axis=0), kind="stable")[:MOST_KINDS]
    for number in sorted(common.tolist()):
        for times in range(1, MOST_TIMES + 1):
            exposed = landmark.done[:, number] >= times
            if min(exposed.sum(), (~exposed).sum()) < LEAST_IN_ARM or exposed.tobytes() in seen:
                continue
            seen.add(exposed.tobytes())
            rng = np.random.default_rng([seed, number, times])
            comparison = compare_exposure(exposed, landmark.won, known, group.astype(np.int64), rng)
            if comparison.naive.value is not None and 0 < landmark.won.mean() < 1:
                found.append((landmark.kinds[number], times, comparison))
    chances = benjamini_hochberg([comparison.p_value for *_, comparison in found])
    return [Compared(kind, times, each, bool(chance <= FALSE_ALARMS) and _off_zero(each))
            for (kind, times, each), chance in zip(found, chances, strict=True)]  # fmt: skip


def _off_zero(comparison: Comparison) -> bool:
    told = comparison.difference if comparison.adjusted else comparison.naive
    return told.low is not None and told.high is not None and (told.low > 0 or told.high < 0)


def _row(each: Compared) -> dict[str, Any]:
    comparison = each.comparison
    adjusted = comparison.difference
    row: dict[str, Any] = {
        "activity": each.kind,
        "times": each.times,
        "with": comparison.exposed,
        "without": comparison.others,
        "won_with": comparison.naive_with,
        "won_without": comparison.naive_without,
        "plain": comparison.naive.value,
        "plain_low": comparison.naive.low,
        "plain_high": comparison.naive.high,
        "adjusted_with": comparison.rate_with,
        "adjusted_without": comparison.rate_without,
        "adjusted": adjusted.value,
        "low": adjusted.low,
        "high": adjusted.high,
        "grade": "adjusted" if comparison.adjusted else "association",
        "clear": each.clear,
        "overlap": comparison.overlap,
        "not_adjusted_because": adjusted.reason,
        "unseen": None,
        "unseen_edge": None,
    }
    with_it, without = comparison.rate_with, comparison.rate_without
    if with_it is not None and without is not None and min(with_it, without) > 0:
        row["unseen"] = e_value(with_it, without)
        edge = (adjusted.low if with_it > without else adjusted.high) or 0.0
        open_ = edge == 0 or (edge > 0) != (with_it > without)
        row["unseen_edge"] = 1.0 if open_ else e_value(max(without + edge, 1e-6), without)
    return row


def _table(rows: list[dict[str, Any]]) -> Any:
    import pyarrow as pa

    kinds = {"activity": pa.string(), "times": pa.int64(), "with": pa.int64(), "without": pa.int64(),
             "grade": pa.string(), "clear": pa.bool_(), "not_adjusted_because": pa.string()}  # fmt: skip
    return pa.Table.from_pylist(rows, schema=pa.schema([(name, kinds.get(name, pa.float64())) for name in rows[0]]))
