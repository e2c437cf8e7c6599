"""Compare models on a label: each alone in the same folds, beside the rule of thumb."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tradewind.core.errors import ModelError, NotAnswerable, Problem
from tradewind.flow.data import Data
from tradewind.flow.labels.figures import evaluate_label
from tradewind.flow.labels.lesson import LabelLesson, prepare_label_lesson
from tradewind.flow.learning.lesson import candidates_of, seed_of
from tradewind.flow.questions.question import Question
from tradewind.models.candidates import Candidate
from tradewind.models.labelled import LabelledTrial, cross_validate, time_ordered


def compare_label(
    data: Data, question: Question, models: Sequence[str], own: Mapping[str, object] | None, time_limit_seconds: float
) -> list[dict[str, object]]:
    """Return one row for each model, as `flow.learning.compare.compare` shows them.

    Raises:
        NotAnswerable: the data cannot answer the question.
        ConfigError: a name is unknown.
    """
    asked = question.with_models(tuple(models), time_limit_seconds)
    lesson = prepare_label_lesson(data, asked)
    candidates = candidates_of(asked, own)
    began = data.workspace.clock()
    rows: list[dict[str, object]] = []
    for place, candidate in enumerate(candidates):
        left = time_limit_seconds - (data.workspace.clock() - began).total_seconds()
        if place and left <= 0:
            rows.append(_untried(candidate, "There was no time to try it."))
            continue
        try:
            trial = _alone(data, lesson, candidate, left / (len(candidates) - place))
        except ModelError as error:
            rows.append(_untried(candidate, str(error)))
            continue
        rows.append(_row(data, lesson, candidate, trial))
    measured = [row for row in rows if row.get("value") is not None]
    if not measured:
        why = "; ".join(str(row["note"]) for row in rows)
        raise NotAnswerable(Problem(question.name, "none of the models could be tested", why))
    best = max(measured, key=lambda row: float(str(row["value"])))
    return [{**row, "chosen": row is best} for row in rows]


def _alone(data: Data, lesson: LabelLesson, candidate: Candidate, limit: float) -> LabelledTrial:
    """One model by itself: of those that are only compared, too, one must be chosen."""
    single = (replace(candidate, deployable=True),)
    seed, clock = seed_of(lesson.question.name), data.workspace.clock
    if lesson.rows.timed:
        return time_ordered(lesson.table, single, seed, limit, clock, num_threads=data.threads)
    return cross_validate(lesson.table, single, seed, limit, clock, 5, 1, data.threads)


def _row(data: Data, lesson: LabelLesson, candidate: Candidate, trial: LabelledTrial) -> dict[str, object]:
    numbers = evaluate_label(data, lesson, trial, 0).numbers
    figure, gap = numbers["auc"], numbers["baseline_gap"]
    instead = "" if trial.chosen == candidate.name else f"Too few outcomes for it: {trial.chosen} took its place."
    return {
        "model": candidate.name, "metric": "auc", "value": figure.value, "low": figure.low, "high": figure.high,
        "gap_to_rule": gap.value, "gap_low": gap.low, "gap_high": gap.high, "seconds": trial.seconds, "note": instead,
    }  # fmt: skip


def _untried(candidate: Candidate, why: str) -> dict[str, object]:
    return {"model": candidate.name, "metric": "auc", "seconds": 0.0, "note": why}
