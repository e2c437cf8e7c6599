"""Compare models on one question, any scikit-learn estimator among them, at the same past moments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from tradewind.flow.data import Data, open_data
from tradewind.flow.labels.compare import compare_label
from tradewind.flow.learning.evaluate import evaluate_rows
from tradewind.flow.learning.lesson import Lesson, candidates_of, prepare_lesson, try_lesson
from tradewind.flow.questions.asked import find_question
from tradewind.models.protocol import Trial
from tradewind.store.workspace import Workspace

if TYPE_CHECKING:
    import pyarrow as pa


def compare(
    workspace: Workspace,
    name: str,
    models: Sequence[str] = ("auto",),
    own: Mapping[str, object] | None = None,
    time_limit_seconds: float = 300.0,
) -> pa.Table:
    """Return how each model does at the test cutoff, beside the rule of thumb; nothing is saved.

    Args:
        workspace: an open workspace whose data are loaded.
        name: of the question.
        models: names of models ("linear", "boosting", "svm", "naive_bayes" …), or "auto".
        own: name to a scikit-learn estimator of your own.
        time_limit_seconds: what does not fit is left out, and said.
    Returns:
        model, chosen, metric, value, low, high, gap_to_rule, gap_low, gap_high, seconds, note; best first. The gap is
        above zero where the model is better than the rule.
    Raises:
        ConfigError: a name is unknown.
        NotAnswerable: the data cannot answer the question.

    >>> import tradewind as tw
    >>> from sklearn.ensemble import ExtraTreesClassifier  # doctest: +SKIP
    >>> tw.compare(tw.open("demo"), "lapse", ["naive_bayes"], {"mine": ExtraTreesClassifier()})  # doctest: +SKIP
    """
    found = find_question(workspace.config, name)
    with open_data(workspace) as data:
        if found.label is not None:
            return _table(compare_label(data, found, models, own, time_limit_seconds), "auc")
        lesson = prepare_lesson(data, found.with_models(tuple(models), time_limit_seconds))
        trial = try_lesson(data, lesson, candidates_of(lesson.question, own), others=True)
        return compare_trial(data, lesson, trial)


def compare_trial(data: Data, lesson: Lesson, trial: Trial) -> pa.Table:
    """Return how every model of a trial did at the test cutoff; see `compare`."""
    metric = "auc" if trial.task == "classification" else "mae"
    rows: list[dict[str, object]] = []
    for model, mean in {trial.chosen: trial.test_mean, **trial.others}.items():
        evaluation = evaluate_rows(data, lesson, trial.test_rows, mean, trial.test_label, 500)
        figure, gap = evaluation.numbers[metric], evaluation.numbers["baseline_gap"]
        seconds = sum(attempt.seconds for attempt in trial.attempts if attempt.name == model)
        rows.append(
            {"model": model, "chosen": model == trial.chosen, "metric": metric, "value": figure.value,
             "low": figure.low, "high": figure.high, "gap_to_rule": gap.value, "gap_low": gap.low,
             "gap_high": gap.high, "seconds": seconds, "note": ""}
        )  # fmt: skip
    tried = {row["model"] for row in rows}
    rows += [
        {"model": attempt.name, "chosen": False, "metric": metric, "seconds": attempt.seconds, "note": attempt.note}
        for attempt in trial.attempts
        if attempt.name not in tried and attempt.note
    ]
    return _table(rows, metric)


def _table(rows: Sequence[Mapping[str, object]], metric: str) -> pa.Table:
    """Return the rows as a table, best first."""
    import pyarrow as pa

    better_first = "descending" if metric == "auc" else "ascending"
    kinds = {"model": pa.string(), "chosen": pa.bool_(), "metric": pa.string(), "value": pa.float64(),
             "low": pa.float64(), "high": pa.float64(), "gap_to_rule": pa.float64(), "gap_low": pa.float64(),
             "gap_high": pa.float64(), "seconds": pa.float64(), "note": pa.string()}  # fmt: skip
    return pa.Table.from_pylist([dict(row) for row in rows], schema=pa.schema(kinds)).sort_by([("value", better_first)])
