"""Learn a question whose answer stands in a column: test it, keep the model, and the tables behind the answer."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tradewind import __version__
from tradewind.core.errors import NotAnswerable
from tradewind.core.score import ModelCard
from tradewind.flow.data import Data
from tradewind.flow.labels.checks import check_label
from tradewind.flow.labels.figures import LabelFigures, measure_label
from tradewind.flow.labels.lesson import LabelLesson, LabelTrials, prepare_label_lesson, try_label
from tradewind.flow.learning.learned import Labelled, Learned
from tradewind.flow.learning.lesson import seed_of
from tradewind.flow.learning.model_files import save_version
from tradewind.flow.questions.question import Question
from tradewind.models.candidates import named
from tradewind.models.deployed import Deployed, Predictor
from tradewind.models.drivers import bootstrap_refits, global_drivers
from tradewind.models.files import FORMAT
from tradewind.models.labelled import LabelledTrial, fit_labelled
from tradewind.models.learn import learner_of
from tradewind.store.steps import StepOutput
from tradewind.store.tables import write_table

if TYPE_CHECKING:
    import pyarrow as pa

REFITS = 3
"""Refits on resampled rows, to see which drivers stay."""


def train_label(data: Data, question: Question) -> StepOutput:
    """Learn, test, save; a question that cannot be answered leaves its reason instead.

    Args:
        data: the open snapshot.
        question: a label.
    Returns:
        The tables to publish, the saved model's files, and the `Learned` record under `learned`.
    Raises:
        LeakError: rows were copied before the split.
        ModelError: nothing could be fitted.
    """
    try:
        lesson = prepare_label_lesson(data, question)
        trials = try_label(data, lesson)
    except NotAnswerable as error:
        return StepOutput(values={"learned": Learned(question.name, refused=error.problems).to_json()})
    return _keep(data, lesson, trials, measure_label(data, lesson, trials))


def _keep(data: Data, lesson: LabelLesson, trials: LabelTrials, figures: LabelFigures) -> StepOutput:
    name, evaluation = lesson.question.name, figures.evaluation
    deployed = fit_labelled(lesson.table, figures.headline, lesson.candidates, seed_of(name), data.threads)
    tables = {
        **evaluation.tables,
        "drivers": _drivers(data, lesson, figures.headline, deployed),
        "predictions": _predictions(lesson, trials),
        "repeats": _repeats(figures),
        "suspects": _suspects(lesson),
        "training": _training(lesson),
    }
    version, files = _save(data, lesson, trials, figures, deployed)
    learned = Learned(
        name,
        version=version,
        algorithm=figures.headline.chosen,
        test_cutoff=lesson.rows.as_of,
        trained_through=lesson.rows.as_of,
        rule=evaluation.baseline,
        better=evaluation.better,
        numbers=figures.numbers,
        tables={role: f"{role}_{name}" for role in tables},
        checks=check_label(data, lesson, trials, figures),
        said=tuple(dict.fromkeys([*lesson.rows.said, *trials.said, *figures.headline.said])),
        margin=data.margin,
        labelled=_labelled(lesson, trials, figures),
    )
    root = data.workspace.root
    entries = {f"{role}_{name}": write_table(root, f"{role}_{name}", rows) for role, rows in tables.items()}
    return StepOutput(entries, {"learned": learned.to_json()}, files)


def _labelled(lesson: LabelLesson, trials: LabelTrials, figures: LabelFigures) -> Labelled:
    outcome = lesson.table.outcome
    kept = () if lesson.question.label is None else lesson.question.label.keep
    return Labelled(
        design=figures.headline.design,
        timed=lesson.rows.timed,
        folds=len(np.unique(trials.shuffled.fold[0])),
        repeats=trials.shuffled.repeats,
        answered=len(lesson.table.known),
        happened=int(np.nansum(outcome)),
        waiting=int(np.isnan(outcome).sum()),
        suspects=tuple((suspect.column, suspect.reason) for suspect in lesson.suspects),
        kept=tuple(kept),
    )


def _drivers(data: Data, lesson: LabelLesson, headline: LabelledTrial, deployed: Deployed) -> pa.Table:
    """What goes with the outcome, and whether it still would had we met other rows."""
    rng = np.random.default_rng([seed_of(lesson.question.name), 3])
    used = lesson.table.features
    known = lesson.table.known
    left_out = {feature.name for feature in used.features} - set(headline.features)
    features, outcome = used.without(left_out).rows(known), lesson.table.outcome[known]
    candidate = named(deployed.explainable.algorithm, lesson.candidates)
    settings = headline.settings if candidate.name == headline.chosen else candidate.settings[0]

    def refit(rows: NDArray[np.intp], seed: int) -> Predictor:
        return learner_of(features.rows(rows), outcome[rows], seed, data.threads).fit(candidate, settings)

    refits = bootstrap_refits(refit, features.entity_id, rng, REFITS)
    return global_drivers(deployed, features, rng, refits)


def _predictions(lesson: LabelLesson, trials: LabelTrials) -> pa.Table:
    """Every row with an answer, predicted by models that had not seen it; averaged over repeats."""
    import pyarrow as pa

    trial = trials.shuffled
    return pa.table(
        {
            "entity_id": pa.array(lesson.rows.ids[trial.rows], pa.string()),
            "outcome": pa.array(trial.label),
            "predicted": pa.array(trial.mean),
        }
    )


def _repeats(figures: LabelFigures) -> pa.Table:
    import pyarrow as pa

    return pa.table({"repeat": pa.array(range(1, len(figures.areas) + 1), pa.int64()), "auc": pa.array(figures.areas)})


def _suspects(lesson: LabelLesson) -> pa.Table:
    import pyarrow as pa

    rows = [(suspect.column, suspect.reason) for suspect in lesson.suspects]
    return pa.table(
        {"column": pa.array([column for column, _ in rows], pa.string()),
         "reason": pa.array([reason for _, reason in rows], pa.string())}
    )  # fmt: skip


def _training(lesson: LabelLesson) -> pa.Table:
    """What was learned from: the key, the columns that counted, the outcome; NULL where unknown."""
    import pyarrow as pa

    features = lesson.table.features
    columns: dict[str, Any] = {lesson.question.use_case.entity: pa.array(features.entity_id, pa.string())}
    for feature in features.features:
        if feature.kind == "category":
            columns[feature.name] = pa.array(features.categories[feature.name], pa.string())
        else:
            columns[feature.name] = pa.array(features.column(feature.name), from_pandas=True)
    columns["outcome"] = pa.array(lesson.table.outcome, from_pandas=True)
    return pa.table(columns)


def _save(
    data: Data, lesson: LabelLesson, trials: LabelTrials, figures: LabelFigures, deployed: Deployed
) -> tuple[str, tuple[str, ...]]:
    """Write the model under `models/<label>/<version>/`; the version comes from its content."""
    trial, case = figures.headline, lesson.question.use_case
    card = ModelCard(
        use_case=case.name,
        version="",
        algorithm=trial.chosen,
        trained_through=lesson.rows.as_of,
        rows=trial.training_rows,
        positives=trial.training_positives,
        test_cutoff=lesson.rows.as_of,
        snapshot_id=data.manifest.snapshot_id,
        code_version=__version__,
        format=FORMAT,
        features=trial.features,
        metrics=figures.numbers,
        settings={**trial.settings, "folds": len(np.unique(trials.shuffled.fold[0])),
                  "repeats": trials.shuffled.repeats, "left out": ", ".join(s.column for s in lesson.suspects)},
        economics={**asdict(case.economics), "margin": data.margin.share},
    )  # fmt: skip
    written = {key: value for key, value in asdict(card).items() if key != "version"}
    written |= {"title": case.title, "label": case.name}
    return save_version(data.workspace.root, case.name, deployed, written)
