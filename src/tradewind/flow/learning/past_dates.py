"""What would have been said at past dates a horizon apart, by a model that knew only what was known then."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from tradewind.core.feature import TrainingTable
from tradewind.core.time import Cutoff, Days
from tradewind.features.training import build_training_table
from tradewind.flow.data import Data
from tradewind.flow.learning.lesson import Lesson, candidates_of, label_of, seed_of
from tradewind.models.bayesian import BayesianModel
from tradewind.models.candidates import named
from tradewind.models.deployed import Deployed
from tradewind.models.fitting import Learner, too_little
from tradewind.models.protocol import Trial
from tradewind.models.recalibrate import PastDate, match_spread

MOST_DATES = 5
"""So many past dates are looked at, the test among them: with a horizon of a month, half a year."""


@dataclass(frozen=True)
class Tested:
    """What is held against the rules of thumb: predictions where nothing had been looked at, by date, oldest first.

    Args:
        days: the dates; the newest is that of the trial's test.
        rows: positions in the training table at each.
        mean: calibrated predictions of them.
        label: outcomes as known today.
    """

    days: tuple[date, ...]
    rows: tuple[NDArray[np.intp], ...]
    mean: tuple[NDArray[np.float64], ...]
    label: tuple[NDArray[np.float64], ...]

    @property
    def together(self) -> tuple[NDArray[np.intp], NDArray[np.float64], NDArray[np.float64]]:
        """Rows, predictions and outcomes of all dates."""
        return np.concatenate(self.rows), np.concatenate(self.mean), np.concatenate(self.label)


def tested_once(trial: Trial) -> Tested:
    """Return the trial's own test."""
    return Tested((trial.test_cutoff,), (trial.test_rows,), (trial.test_mean,), (trial.test_label,))


@dataclass(frozen=True)
class PastDates:
    """Past dates whose horizons do not overlap, oldest first; the newest is that of the last complete horizon.

    Args:
        days: the dates.
        rows: positions in the training table of those asked about at each.
        said: chances, outcomes as known today and weights at each; the chances are not calibrated.
        like_today: the same with the spread of today's model, which the line that puts its chances right is learned on.
            It has seen these rows: nothing is tested on it.
    """

    days: tuple[date, ...]
    rows: tuple[NDArray[np.intp], ...]
    said: tuple[PastDate, ...]
    like_today: tuple[PastDate, ...]


def say_at_past_dates(data: Data, lesson: Lesson, trial: Trial, deployed: Deployed) -> PastDates:
    """Learn the chosen model anew at each past date, and let it say what it would have said.

    Args:
        data: the open snapshot; it keeps the answer.
        lesson: what was learned from.
        trial: gives the chosen model and the predictions at the test.
        deployed: today's model; where it is the cautious one, the spread of what was said is brought to its own.
    """
    case = lesson.question.use_case
    spans = (case.horizon, *sorted(case.settings.items()))
    key = ("past dates", case.name, lesson.schedule, spans, trial.chosen, trial.training_rows)
    kept = data.kept.get(key)
    if not isinstance(kept, PastDates):
        kept = data.kept[key] = _say(data, lesson, trial, deployed)
    return kept


def _say(data: Data, lesson: Lesson, trial: Trial, deployed: Deployed) -> PastDates:
    horizon = lesson.question.use_case.horizon
    test, wait = lesson.schedule.test, Days(horizon.length.count + horizon.lag.count)
    earlier: list[Cutoff] = []
    for cutoff in reversed(lesson.schedule.learning):
        if cutoff <= (earlier[-1] if earlier else test).back(wait) and len(earlier) < MOST_DATES - 1:
            earlier.append(cutoff)
    table = _with_labels(data, lesson, earlier)
    candidate = named(trial.chosen, candidates_of(lesson.question))
    days, rows, said = [test.day], [trial.test_rows], [trial.predictor.mean(table.features.rows(trial.test_rows))]
    for cutoff in earlier:
        learner = Learner(table, trial.task, cutoff.day, seed_of(lesson.question.name), data.threads)
        if too_little(table, learner.rows, cutoff.day, trial.task) is not None:
            break
        here = np.flatnonzero((table.features.cutoff == np.datetime64(cutoff.day)) & ~np.isnan(table.label))
        if not len(here):
            continue
        days.append(cutoff.day)
        rows.append(here)
        said.append(learner.fit(candidate, trial.settings).mean(table.features.rows(here)))
    dates = [PastDate(mean, table.label[here], table.weight[here]) for mean, here in zip(said, rows, strict=True)]
    matched = dates
    if isinstance(deployed.predictor.model, BayesianModel):
        own = (deployed.predictor.mean(table.features.rows(here)) for here in rows)
        matched = [replace(each, said=match_spread(each.said, now)) for each, now in zip(dates, own, strict=True)]
    old_first = slice(None, None, -1)
    return PastDates(tuple(days[old_first]), tuple(rows[old_first]), tuple(dates[old_first]), tuple(matched[old_first]))


def _with_labels(data: Data, lesson: Lesson, earlier: list[Cutoff]) -> TrainingTable:
    """The training table, with outcomes as each of these days would have known them."""
    if not earlier:
        return lesson.table
    case = lesson.question.use_case
    made = build_training_table(
        data.engine, data.catalog, case, label_of(lesson.question), lesson.feature_set, lesson.schedule.all_cutoffs,
        earlier, features=lesson.table.features,
    )  # fmt: skip
    return replace(lesson.table, labels={**lesson.table.labels, **made.labels})
