"""A question with everything it is learned from: past moments, features, outcomes as known then, candidates."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from tradewind.core.errors import ConfigError, Problem
from tradewind.core.feature import TrainingTable
from tradewind.core.time import Cutoff
from tradewind.features.feature_set import FeatureSet
from tradewind.features.labels import LabelSQL, parse_label_sql
from tradewind.features.training import build_training_table, fit_features
from tradewind.features.user_features import user_groups
from tradewind.flow.data import Data
from tradewind.flow.learning.cutoffs import Schedule, plan_cutoffs
from tradewind.flow.learning.require import first_orders, require_answerable
from tradewind.flow.learning.rule_in_time import with_team_rule
from tradewind.flow.questions.asked import Question, asked_questions, find_question
from tradewind.models.candidates import LABELLED, Candidate, Task, choose_candidates
from tradewind.models.protocol import Trial, run_protocol
from tradewind.store.workspace import Workspace

OF_FIRST_ORDERS = {"days_since_first_order", "first_order_value", "first_order_channel"}
"""Features that in a panel which starts in mid-life tell the date of the cutoff instead of the customer's age."""


@dataclass(frozen=True)
class Lesson:
    """A question with everything it is learned from.

    Args:
        question: what is asked.
        schedule: at which past moments.
        table: features, labels, rules and values.
        feature_set: which features, fitted as of the first learning cutoff.
        rule_refused: why the team's own rule cannot stand beside the answer; None where it does, or there is none.
    """

    question: Question
    schedule: Schedule
    table: TrainingTable
    feature_set: FeatureSet
    rule_refused: Problem | None = None


def seed_of(name: str) -> int:
    """Return the seed of a question: the same on every machine and in every run."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "little")


def label_of(question: Question) -> LabelSQL:
    """Return the question's statements.

    Raises:
        ConfigError: its `label.sql` cannot be read.
    """
    return parse_label_sql(question.label_sql, f"use_cases/{question.name}/label.sql", question.use_case.options)


def prepare_lesson(data: Data, question: Question, test: date | None = None, earlier: int = 3) -> Lesson:
    """Build the training table of a question.

    Args:
        data: the open snapshot.
        question: what is asked.
        test: pins the test cutoff; by default the newest with a complete outcome.
        earlier: on how many earlier cutoffs models are tried.
    Raises:
        NotAnswerable: tables, first orders, history or customers are missing.
    """
    require_answerable(data, question.use_case)
    zone = data.catalog.zone
    pinned = None if test is None else Cutoff(test, zone)
    case = question.use_case
    first = data.first_day_of(case.requires[0])
    schedule = plan_cutoffs(case, first, data.score_at, pinned, question.cutoffs, earlier)
    groups = user_groups({**data.workspace.config.features, **question.features}, case.entity)
    feature_set = fit_features(data.engine, data.catalog, case.entity, schedule.learning[0], groups)
    if data.catalog.table("orders") is not None and first_orders(data).answer == "partial":
        feature_set = feature_set.without(OF_FIRST_ORDERS)
    known = {feature.name for feature in feature_set.features}
    case = replace(case, baselines=tuple(rule for rule in case.baselines if rule.feature in known))
    origins = [*schedule.origins, schedule.test, data.score_at]
    label = label_of(question)
    same = (label.eligible.sql("duckdb"), tuple(sorted(case.settings.items())), schedule.all_cutoffs, feature_set)
    table = build_training_table(
        data.engine, data.catalog, case, label, feature_set, schedule.all_cutoffs, origins, features=data.made.get(same)
    )
    data.made[same] = table.features
    if np.isnan(table.value).all():
        table = replace(table, value=np.zeros(len(table)))
    if data.part is not None:
        table = replace(table, weight=table.weight * data.part.stands_for)
    table, refused = with_team_rule(data, question, table)
    return Lesson(replace(question, use_case=case), schedule, table, feature_set, refused)


def candidates_of(question: Question, own: Mapping[str, object] | None = None) -> tuple[Candidate, ...]:
    """Return the models that config names for a question, with its budget for tuning, and the caller's own estimators.

    Raises:
        ConfigError: a name is unknown.
    """
    try:
        if question.label is not None and question.models == ("auto",):
            chosen = (*LABELLED, *choose_candidates(("linear",), own)[1:])
        else:
            chosen = choose_candidates("auto" if question.models == ("auto",) else question.models, own)
    except ConfigError as error:
        where = f"{'use_cases' if question.label is None else 'labels'}.{question.name}.models"
        raise ConfigError([replace(problem, where=where) for problem in error.problems]) from error
    return tuple(replace(each, budget=question.tune) for each in chosen)


def try_lesson(
    data: Data, lesson: Lesson, candidates: tuple[Candidate, ...], seed: int | None = None, others: bool | None = None
) -> Trial:
    """Run the rolling origin on a lesson.

    Args:
        data: the open snapshot.
        lesson: what is learned from.
        candidates: the models tried.
        seed: of whatever is random; the question's own when None.
        others: whether models that were not chosen are tested too; by default those that config names.
    Raises:
        NotAnswerable: too few customers or outcomes.
    """
    question = lesson.question
    case = question.use_case
    task: Task = "classification" if case.task == "classification" else "regression"
    return run_protocol(
        lesson.table,
        task,
        lesson.schedule.test.day,
        candidates,
        seed_of(question.name) if seed is None else seed,
        question.time_limit_seconds,
        data.workspace.clock,
        num_threads=data.threads,
        others=question.models != ("auto",) if others is None else others,
        overlapping=case.every is not None and case.every.count < case.horizon.length.count,
    )


def wanted_questions(workspace: Workspace, only: Sequence[str]) -> tuple[Question, ...]:
    """Return the questions to answer; what is wrong with any of them is told before work begins."""
    config = workspace.config
    questions = tuple(find_question(config, name) for name in only) if only else asked_questions(config)
    for question in questions:
        candidates_of(question)
    return questions
