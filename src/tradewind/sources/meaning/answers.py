"""Columns that look like the answer to a question: two values, one of them rarer, and what their names say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradewind.sources.label_columns import Column, Hint, find_suspects, tell_outcome
from tradewind.sources.meaning.relations import is_key
from tradewind.sources.meaning.sales import won_and_lost
from tradewind.sources.meaning.words import label_words, read_heading
from tradewind.sources.meaning.world import World
from tradewind.sources.profile import ColumnProfile, SourceProfile

_WEAK = frozenset({"y", "class", "goal", "result", "left", "default", "revenue", "deposit", "buy", "baja", "target"})
"""Words that mean an answer only when they are the whole header."""
_NOT = frozenset({"not", "no", "non", "nicht", "kein", "never", "niet", "nao"})
_ROWS = 4_000
_NEARLY_ALL = 0.97
_ODD = 1.15
"""What a flag gains by being written 1 and 0 where most others are words: answers are often added by another hand."""


@dataclass(frozen=True)
class Answer:
    """A column that holds the answer.

    Args:
        column: it.
        positive: the value that counts as the outcome.
        reason: in plain words.
        confidence: 0 to 1.
        named: whether its header says so.
        negative: the value that means it did not come, where others mean that nobody knows yet.
    """

    column: ColumnProfile
    positive: str
    reason: str
    confidence: float
    named: bool = False
    negative: str = ""


def named_as_answer(column: ColumnProfile) -> bool:
    """Whether a header is a word for an outcome: Churn, Converted, won, y, Exited …"""
    words = label_words()["words"]
    tokens = read_heading(column.name).tokens
    if "_".join(tokens) in words or "".join(tokens) in words:
        return True
    return len(tokens) <= 3 and any(token in words - _WEAK for token in tokens)


def find_answer(world: World, source: int) -> Answer | None:
    """Return the column of a table that holds the answer: by its name, else the flag that the others tell best."""
    if source not in world.answers:
        world.answers[source] = _find_answer(world, source)
    found = world.answers[source]
    return found if isinstance(found, Answer) else None


def _find_answer(world: World, source: int) -> Answer | None:
    table = world.tables[source]
    flags = [
        column for column in table.columns if column.kind == "flag" and column.distinct == 2 and not column.doubled
    ]
    named = [column for column in flags if named_as_answer(column) and column.fill > 0.5]
    if named:
        best = max(named, key=lambda column: (column.fill > 0.99, column.place))
        why = f"its header is a word for an answer (“{best.name}”), and it has two values"
        return Answer(best, positive_value(best), why, 0.9 if best.positive else 0.75, named=True)
    if table.rows < 200 or len(table.columns) < 5 or any(read_heading(c.name).concepts for c in table.columns):
        return None
    whole = [column for column in flags if column.positive and column.fill > 0.99]
    digits = [column for column in flags if column.positive in ("1", "1.0")]
    odd = _ODD if len(digits) < 0.5 * len(flags) else 1.0
    scores = [(told_by_others(table, column) * (odd if column in digits else 1.0), column) for column in whole]
    scores = [(score, column) for score, column in scores if score >= 0.2]
    if not scores:
        return None
    best = max(scores, key=lambda one: one[0])[1]
    return Answer(best, positive_value(best), "the yes-or-no column that the others together tell most of", 0.5)


def find_ends(table: SourceProfile) -> Answer | None:
    """Return the column that says won, lost or something in between: rows in between wait for their answer."""
    ended = [column for column in table.columns if column.kind == "category" and all(won_and_lost(column))]
    if not ended:
        return None
    column = min(ended, key=lambda one: one.distinct)
    won, lost = won_and_lost(column)
    return Answer(column, won, f"“{won}” and “{lost}” are among its values; the others are open", 0.9, True, lost)


def told_by_others(table: SourceProfile, flag: ColumnProfile) -> float:
    """Return how much the five columns that tell a flag best tell of it each, on average: 0 nothing, 1 everything.

    Columns that fix the flag outright are another way to write it, and do not count. Flags that are about even gain
    nothing from that: an answer is usually the rarer of two.
    """
    outcome = outcome_of(table, flag, positive_value(flag), _ROWS)
    known = np.isfinite(outcome)
    rate = float(outcome[known].mean()) if known.any() else 0.0
    if not 0.01 < rate < 0.6:
        return 0.0
    columns = values_of(table, [column for column in table.columns if column is not flag], _ROWS)
    powers = sorted(tell_outcome(outcome[known], _rows(column, known)).power for column in columns.values())
    if powers and powers[-1] > _NEARLY_ALL:
        return 0.0
    return float(np.mean(powers[-5:])) if powers else 0.0


def positive_value(column: ColumnProfile) -> str:
    """Return the value that counts as the outcome: one that means yes, else the rarer."""
    yes = label_words()["yes"]
    tokens = {value: set(read_heading(value).tokens) for value, _ in column.top}
    words = [value for value, said in tokens.items() if said & yes and not said & _NOT]
    if column.positive:
        return column.positive
    return words[0] if len(words) == 1 else min(column.top, key=lambda one: one[1])[0]


def suspects_of(table: SourceProfile, answer: Answer, skip: frozenset[int], staff: bool) -> dict[int, str]:
    """Return the columns that look filled in after the outcome.

    Args:
        table: the table.
        answer: its answer.
        skip: places of columns that are not attributes.
        staff: whether colleagues work on the rows, as on leads and deals: grades and last activities then come later.
    """
    outcome = outcome_of(table, answer.column, answer.positive, table.sample.num_rows)
    if answer.negative:
        lost = outcome_of(table, answer.column, answer.negative, table.sample.num_rows)
        outcome[(outcome != 1) & (lost != 1)] = np.nan
    known = np.isfinite(outcome)
    columns = [one for one in table.columns if one.place not in skip and one.place != answer.column.place]
    values = {str(place): _rows(column, known) for place, column in values_of(table, columns, None).items()}
    hints = {str(one.place): hint for one in columns if (hint := _comes_later(one, staff)) is not None}
    found = find_suspects(outcome[known], values, hints)
    names = {str(one.place): one.name for one in table.columns}
    return {int(place): _with_names(reason, names) for place, reason in found.items()}


def _with_names(reason: str, names: Mapping[str, str]) -> str:
    head, mark, tail = reason.partition("in which ")
    place, _, rest = tail.partition(" ")
    return f"{head}{mark}“{names[place]}” {rest}" if mark and place in names else reason


def _comes_later(column: ColumnProfile, staff: bool) -> Hint | None:
    """What a header, or the values themselves, say of when a column is filled in."""
    heading = read_heading(column.name)
    concepts = heading.concepts
    if {"update"} <= concepts and concepts & {"activity", "event"}:
        return Hint("what happened last is known only later")
    if "reason" in concepts and concepts & {"end", "closed", "outcome"}:
        return Hint("a reason is given afterwards")
    if "duration" in concepts:
        return Hint("how long the contact took is known only when it is over", 0.5)
    if staff and "quality" in concepts:
        return Hint("a grade given while colleagues worked on it")
    words = label_words()
    values = [set(read_heading(value).tokens) for value, _ in column.top] if column.kind in ("category", "flag") else []
    if sum(bool(tokens & words["happenings"]) for tokens in values) >= 4:
        return Hint("its values are things that happened, and what happened last is known only later")
    grades = sum(bool(tokens & words["grades"]) for tokens in values)
    if grades >= 2 and grades >= 0.4 * len(values) and column.fill < 0.7:
        return Hint(f"a grade that only {column.fill:.0%} of the rows have", 0.1)
    return None


def outcome_of(table: SourceProfile, column: ColumnProfile, positive: str, rows: int) -> NDArray[np.float64]:
    """Return the answer in the sample's first (evenly spaced) rows: 1 where it came, 0 where not, NaN where unknown."""
    texts = table.texts[column.place]
    picked = texts[:: max(1, len(texts) // rows)]
    return np.array([np.nan if text is None or text in column.blanks else float(text == positive) for text in picked])


def values_of(table: SourceProfile, columns: Sequence[ColumnProfile], rows: int | None) -> dict[int, Column]:
    """Return the sample's values by place, numbers as numbers; ids, free text and what never varies left out."""
    found: dict[int, Column] = {}
    for column in columns:
        if column.kind in ("empty", "constant", "text", "email", "phone", "time") or is_key(column):
            continue
        if column.kind in ("code", "person", "url") and column.distinct > 0.3 * column.filled:
            continue
        step = 1 if rows is None else max(1, table.sample.num_rows // rows)
        if column.kind in ("integer", "number", "money"):
            found[column.place] = table.numbers(column.place)[::step]
        else:
            texts = table.texts[column.place][::step]
            found[column.place] = [None if text in column.blanks else text for text in texts]
    return found


def _rows(column: Column, known: NDArray[np.bool_]) -> Column:
    if isinstance(column, np.ndarray):
        return column[known]
    return [value for value, keep in zip(column, known, strict=True) if keep]
