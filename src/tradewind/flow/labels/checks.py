"""The checks of a label: suspects and what they would have feigned, copies, noise, answers that come late."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tradewind.checks.calibration import check_beats_rule, check_outcomes, check_probabilities, check_spread
from tradewind.checks.shuffle import check_shuffled_labels
from tradewind.checks.single_features import check_single_features, measure_single_features
from tradewind.core.finding import Check
from tradewind.flow.data import Data
from tradewind.flow.labels.figures import LabelFigures
from tradewind.flow.labels.lesson import LabelLesson, LabelTrials
from tradewind.flow.learning.lesson import seed_of
from tradewind.models.candidates import named
from tradewind.models.learn import learner_of
from tradewind.stats.ranking import Values

SHUFFLES = 3
TESTED = 0.2
"""Share of the rows on which shuffled outcomes are tried."""
CLEAR_GAIN = 0.01
"""A gain in AUC smaller than this is no flattery worth the name."""
NEWEST = 0.1
LATE = 0.5
"""The newest tenth of the rows with less than this share of the usual outcomes may still wait for some."""


def check_label(data: Data, lesson: LabelLesson, trials: LabelTrials, figures: LabelFigures) -> tuple[Check, ...]:
    """Run every check of a label."""
    known = lesson.table.known
    label = lesson.table.outcome[known]
    rng = np.random.default_rng([seed_of(lesson.question.name), 4])
    found = [
        check_beats_rule(figures.numbers, figures.evaluation.baseline),
        check_outcomes(int(label.sum()), len(label)),
        check_probabilities(figures.numbers),
        check_spread(figures.numbers),
        check_suspects(lesson, figures),
        check_single_features(measure_single_features(lesson.table.features.rows(known), label, rng)),
        _shuffled(data, lesson, trials, rng),
    ]
    late = check_late(lesson)
    return (*found, late) if late is not None else tuple(found)


def check_suspects(lesson: LabelLesson, figures: LabelFigures) -> Check:
    """Say which columns look filled in after the outcome, and what they would have feigned."""
    name = "Nothing was learned from columns filled in afterwards"
    if not lesson.suspects:
        return Check(name, "pass", "no column looks filled in after the outcome")
    listed = ", ".join(f"“{suspect.column}”" for suspect in lesson.suspects)
    gap = figures.numbers.get("suspects_gap")
    do = f'if one of them was known before: keep = ["{lesson.suspects[0].column}"] in [labels.{lesson.question.name}]'
    if is_leak(figures):
        return Check(name, "warn", f"left out, because with them the answer would look better than it is: {listed}", do)
    seen = f"left out: {listed}"
    return Check(name, "pass", f"{seen}; with them it would be no better" if gap is not None else seen, do)


def is_leak(figures: LabelFigures) -> bool:
    """Whether the suspects make the answer look clearly better: the paired gap is above zero and worth the name."""
    gap = figures.numbers.get("suspects_gap")
    return bool(gap and gap.value is not None and gap.value >= CLEAR_GAIN and gap.low is not None and gap.low > 0)


def check_late(lesson: LabelLesson) -> Check | None:
    """Look whether the newest rows have far fewer outcomes than the others: they may still come."""
    order = lesson.table.order
    if order is None or not lesson.rows.timed:
        return None
    known = lesson.table.known
    oldest_first = known[np.argsort(order[known], kind="stable")]
    count = int(len(oldest_first) * NEWEST)
    if count < 20:
        return None
    newest, before = lesson.table.outcome[oldest_first[-count:]], lesson.table.outcome[oldest_first[:-count]]
    name = "The newest answers are complete"
    usual = float(before.mean())
    seen = f"of the newest tenth {100 * newest.mean():.0f} in 100 have the outcome, of the others {100 * usual:.0f}"
    noise = 3 * np.sqrt(usual * (1 - usual) / count)
    if newest.mean() < LATE * usual and newest.mean() < usual - noise:
        do = "leave the answer blank in rows whose outcome may still come: they are then scored and not learned from"
        return Check(name, "warn", seen, do)
    return Check(name, "pass", seen)


def _shuffled(data: Data, lesson: LabelLesson, trials: LabelTrials, rng: np.random.Generator) -> Check:
    """Refit the chosen model on shuffled outcomes; it must do no better than chance."""
    trial = trials.shuffled
    used = lesson.table.features
    left_out = {feature.name for feature in used.features} - set(trial.features)
    known = lesson.table.known
    features, outcome = used.without(left_out).rows(known), lesson.table.outcome[known]
    candidate = named(trial.chosen, lesson.candidates)
    test = rng.permutation(len(known)) < TESTED * len(known)
    learned, tested = np.flatnonzero(~test), np.flatnonzero(test)

    def fit_predict(label: Values) -> Values:
        learner = learner_of(features.rows(learned), label[learned], seed_of(lesson.question.name), data.threads)
        predicted = np.full(len(known), np.nan)
        predicted[tested] = learner.fit(candidate, trial.settings).mean(features.rows(tested))
        return predicted

    one: NDArray[np.intp] = np.zeros(len(known), dtype=np.intp)
    return check_shuffled_labels(fit_predict, outcome, features.entity_id, one, rng, shuffles=SHUFFLES)
