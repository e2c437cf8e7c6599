"""Learn one question from history, test it where nobody had looked, and keep the model and the tables behind it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from tradewind import __version__
from tradewind.checks.calibration import (
    check_beats_rule,
    check_outcomes,
    check_probabilities,
    check_spread,
    check_total,
)
from tradewind.core.errors import NotAnswerable
from tradewind.core.finding import Check
from tradewind.core.score import ModelCard
from tradewind.features.training import training_rows
from tradewind.flow.data import Data
from tradewind.flow.learning.additions import additions_of, adjusted, tested_at
from tradewind.flow.learning.compare import compare_trial
from tradewind.flow.learning.evaluate import evaluate_rows
from tradewind.flow.learning.learned import Learned
from tradewind.flow.learning.lesson import Lesson, candidates_of, prepare_lesson, seed_of, try_lesson
from tradewind.flow.learning.model_files import save_version
from tradewind.flow.learning.part import learning_part
from tradewind.flow.learning.past_dates import Tested, tested_once
from tradewind.flow.orders.channels import channel_values
from tradewind.flow.quality.leak_audit import audit_leaks
from tradewind.flow.questions.asked import Question
from tradewind.models.candidates import Candidate
from tradewind.models.deployed import Deployed
from tradewind.models.drivers import global_drivers, resampled_refits
from tradewind.models.evaluation.result import Evaluation, backtest_rows
from tradewind.models.files import FORMAT
from tradewind.models.protocol import Trial, fit_deployed
from tradewind.store.steps import StepOutput
from tradewind.store.tables import write_table

if TYPE_CHECKING:
    import pyarrow as pa


REFITS = 3
"""Refits on resampled customers, to see which drivers stay."""


def train_question(data: Data, question: Question) -> StepOutput:
    """Learn, test, save; a question that cannot be answered leaves its reason instead.

    Args:
        data: the open snapshot.
        question: what is asked.
    Returns:
        The tables to publish, the saved model's files, and the `Learned` record under `learned`.
    """
    with learning_part(data, question) as part:
        try:
            lesson = prepare_lesson(part, question)
            candidates = candidates_of(question)
            trial = try_lesson(part, lesson, candidates)
        except NotAnswerable as error:
            return StepOutput(values={"learned": Learned(question.name, refused=error.problems).to_json()})
        return _keep(part, lesson, trial, candidates)


def _keep(data: Data, lesson: Lesson, trial: Trial, candidates: tuple[Candidate, ...]) -> StepOutput:
    deployed, newest = fit_deployed(lesson.table, trial, candidates, seed_of(lesson.question.name))
    deployed = adjusted(data, lesson, trial, deployed)
    tested = tested_at(data, lesson, trial, deployed) or tested_once(trial)
    evaluation = evaluate_rows(data, lesson, *tested.together, None)
    tables = {
        **evaluation.tables,
        "backtest": _backtest(data, lesson, trial, tested, evaluation),
        "predictions": _predictions(lesson, trial),
        "training": training_rows(lesson.table, lesson.question.use_case.entity),
    }
    tables["drivers"] = _drivers(lesson, trial, deployed, candidates)
    if trial.others:
        tables["models"] = compare_trial(data, lesson, trial)
    if lesson.question.name == "new_customer_value":
        tables["channels"] = channel_values(data, lesson)
    for addition in additions_of(lesson.question):
        if addition.learn is not None:
            tables |= addition.learn(data, lesson, trial, deployed)
    checks = _checks(data, lesson, trial, tested, evaluation)
    version, files = _save(data, lesson, trial, deployed, newest, evaluation)
    name = lesson.question.name
    learned = Learned(
        name,
        version=version,
        algorithm=trial.chosen,
        test_cutoff=trial.test_cutoff,
        trained_through=newest,
        rule=evaluation.baseline,
        better=evaluation.better,
        numbers=evaluation.numbers,
        tables={role: f"{role}_{name}" for role in tables},
        checks=checks,
        said=trial.said,
        part="" if data.part is None else data.part.said,
        dates=len(lesson.schedule.learning),
        tests=len(tested.days),
        margin=data.margin,
    )
    root = data.workspace.root
    entries = {f"{role}_{name}": write_table(root, f"{role}_{name}", rows) for role, rows in tables.items()}
    return StepOutput(entries, {"learned": learned.to_json()}, files)


def _drivers(lesson: Lesson, trial: Trial, deployed: Deployed, candidates: tuple[Candidate, ...]) -> pa.Table:
    """What goes with the outcome, and whether it still would had we met other customers."""
    rng = np.random.default_rng([seed_of(lesson.question.name), 3])
    refits = resampled_refits(lesson.table, trial, candidates, rng, REFITS)
    return global_drivers(deployed, lesson.table.features.rows(trial.test_rows), rng, refits)


def _backtest(data: Data, lesson: Lesson, trial: Trial, tested: Tested, all_of_it: Evaluation) -> pa.Table:
    """The test beside the earlier cutoffs, or every date of it where there are several, so that luck shows."""
    metric = "auc" if trial.task == "classification" else "mae"
    evaluations = {}
    if len(tested.days) > 1:
        for place, day in enumerate(tested.days):
            each = (tested.rows[place], tested.mean[place], tested.label[place])
            evaluations[day] = evaluate_rows(data, lesson, *each, 200)
        return backtest_rows(evaluations, [metric])
    cutoff = lesson.table.features.cutoff[trial.earlier_rows]
    for day in trial.origins:
        here = cutoff == np.datetime64(day)
        evaluations[day] = evaluate_rows(
            data, lesson, trial.earlier_rows[here], trial.earlier_mean[here], trial.earlier_label[here], 200
        )
    return backtest_rows({**evaluations, trial.test_cutoff: all_of_it}, [metric])


def _predictions(lesson: Lesson, trial: Trial) -> pa.Table:
    import pyarrow as pa

    rows, table = trial.test_rows, lesson.table
    columns = {
        "entity_id": pa.array(table.features.entity_id[rows], pa.string()),
        "cutoff": pa.array(table.features.cutoff[rows]),
        "outcome": pa.array(trial.test_label),
        "predicted": pa.array(trial.test_mean),
    }
    for place, score in enumerate(table.baselines.values(), 1):
        columns[f"rule_{place}"] = pa.array(score[rows])
    return pa.table(columns)


def _checks(data: Data, lesson: Lesson, trial: Trial, tested: Tested, evaluation: Evaluation) -> tuple[Check, ...]:
    numbers = evaluation.numbers
    found = [check_beats_rule(numbers, evaluation.baseline)]
    if lesson.rule_refused is not None:
        problem = lesson.rule_refused
        found.append(Check("Your own rule stands beside it", "warn", f"{problem.what} ({problem.found})", problem.do))
    if trial.task == "classification":
        known = tested.together[2]
        found += [check_outcomes(int(known.sum()), len(known)), check_probabilities(numbers), check_spread(numbers)]
    else:
        found.append(check_total(numbers))
    return (*found, *audit_leaks(data, lesson, trial))


def _save(
    data: Data, lesson: Lesson, trial: Trial, deployed: Deployed, newest: date, evaluation: Evaluation
) -> tuple[str, tuple[str, ...]]:
    """Write the model under `models/<use case>/<version>/`; the version comes from its content."""
    name = lesson.question.name
    card = ModelCard(
        use_case=name,
        version="",
        algorithm=trial.chosen,
        trained_through=newest,
        rows=trial.training_rows,
        positives=trial.training_positives,
        test_cutoff=trial.test_cutoff,
        snapshot_id=data.manifest.snapshot_id,
        code_version=__version__,
        format=FORMAT,
        features=tuple(feature.name for feature in lesson.feature_set.features),
        metrics=evaluation.numbers,
        settings={
            **trial.settings,
            "horizon_days": lesson.question.use_case.horizon.length.count,
            **{key: span.count for key, span in lesson.question.use_case.settings.items()},
        },
        economics={**asdict(lesson.question.use_case.economics), "margin": data.margin.share},
    )
    written = {key: value for key, value in asdict(card).items() if key != "version"}
    written |= {"feature_set": lesson.feature_set.to_json(), "title": lesson.question.use_case.title}
    return save_version(data.workspace.root, name, deployed, written)
