"""The leak audit of one question: would anything it learned from not have been known?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tradewind.checks.leaks import check_probe, refused_as_check
from tradewind.checks.shuffle import check_shuffled_labels
from tradewind.checks.single_features import check_single_features, measure_single_features
from tradewind.checks.split import check_split
from tradewind.core.finding import Check
from tradewind.flow.data import Data
from tradewind.flow.learning.lesson import Lesson, candidates_of, seed_of
from tradewind.flow.quality.probe import moved_features
from tradewind.models.candidates import named
from tradewind.models.fitting import Learner
from tradewind.models.protocol import Trial
from tradewind.stats.ranking import Values

SHUFFLES = 3


def audit_leaks(data: Data, lesson: Lesson, trial: Trial) -> tuple[Check, ...]:
    """Run every part of the audit on a lesson and its trial."""
    table, test = lesson.table, trial.test_cutoff
    rng = np.random.default_rng([seed_of(lesson.question.name), 4])
    label = table.labels[test]
    learned = np.flatnonzero(~np.isnan(label))
    train, tested = table.features.rows(learned), table.features.rows(trial.test_rows)
    moved, rows = moved_features(data, lesson)
    found = [
        check_probe(moved, rows),
        check_single_features(measure_single_features(train, label[learned], rng, table.weight[learned])),
        refused_as_check("split", lambda: check_split(train, tested)),
    ]
    if trial.task == "classification":
        found.append(_shuffled(data, lesson, trial, rng))
    return tuple(found)


def _shuffled(data: Data, lesson: Lesson, trial: Trial, rng: np.random.Generator) -> Check:
    """Refit the chosen model on shuffled outcomes; it must do no better than chance."""
    table, test = lesson.table, trial.test_cutoff
    candidate = named(trial.chosen, candidates_of(lesson.question))
    threads = data.threads

    def fit_predict(label: Values) -> Values:
        known = np.where(np.isnan(table.labels[test]), np.nan, label)
        noise = replace(table, labels={test: known})
        learner = Learner(noise, trial.task, test, seed_of(lesson.question.name), threads)
        predicted = np.full(len(table), np.nan)
        predicted[trial.test_rows] = learner.fit(candidate, trial.settings).mean(table.features.rows(trial.test_rows))
        return predicted

    # Rows without an outcome take no part: they get an outcome nobody looks at.
    label = np.nan_to_num(table.label)
    return check_shuffled_labels(
        fit_predict, label, table.features.entity_id, table.features.cutoff, rng, shuffles=SHUFFLES
    )
