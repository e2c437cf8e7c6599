"""Models of each question beside each other, version by version, as one table of words and rounded figures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tradewind.core.finding import Number
from tradewind.core.words import say
from tradewind.flow.answers.versions import SavedVersion, compare_versions
from tradewind.flow.questions.asked import find_question, list_questions
from tradewind.report.numbers import say_count, say_day
from tradewind.store.workspace import Workspace

MOST_VERSIONS = 4
FIGURES = ("auc", "average_precision", "calibration_gap", "spearman", "total_bias")
"""Those of which a plain word is known; each is told of 100."""


@dataclass(frozen=True)
class ModelsBeside:
    """One question's saved models.

    Args:
        name: of the question.
        title: plain words.
        rows: the first is the head; the newest version stands first.
        many: how many models were saved in all.
    """

    name: str
    title: str
    rows: tuple[tuple[str, ...], ...]
    many: int


def models_beside(workspace: Workspace) -> tuple[ModelsBeside, ...]:
    """Return every question that has a saved model."""
    found = []
    for name in list_questions(workspace.config):
        question = find_question(workspace.config, name)
        versions = compare_versions(workspace, name)
        if versions:
            title = question.words(question.use_case.title)
            found.append(ModelsBeside(name, title, _rows(versions[:MOST_VERSIONS]), len(versions)))
    return tuple(found)


def _rows(versions: tuple[SavedVersion, ...]) -> tuple[tuple[str, ...], ...]:
    def row(words: str, of: Callable[[SavedVersion], str]) -> tuple[str, ...]:
        return (words, *(of(each) or "not known" for each in versions))

    rows = [
        ("", *(f"{each.version[:8]} (in use)" if each.in_use else each.version[:8] for each in versions)),
        row("Saved on", lambda each: say_day(each.made_at.date())),
        row("Method", lambda each: each.algorithm),
        row("Learned from, rows", lambda each: "" if each.rows is None else say_count(each.rows)),
        row("Tested as of", lambda each: "" if each.test_cutoff is None else say_day(each.test_cutoff)),
    ]
    for key in FIGURES:
        if any(_value(each.metrics.get(key)) for each in versions):
            rows.append(row(say(f"metric.{key}"), lambda each, key=key: _value(each.metrics.get(key))))  # type: ignore[misc]
    return tuple(rows)


def _value(number: Number | None) -> str:
    if number is None or number.value is None:
        return ""
    if number.low is None or number.high is None:
        return _hundred(number.value)
    return f"{_hundred(number.value)} (between {_hundred(number.low)} and {_hundred(number.high)})"


def _hundred(share: float) -> str:
    return f"{100 * share:.0f}".replace("-", "−") if round(100 * share) else "0"
