"""A label with everything it is learned from, and the tests of it: shuffled, in order of time, with the suspects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tradewind.checks.filled_after import Suspect, find_suspects
from tradewind.core.errors import LeakError, NotAnswerable, Problem
from tradewind.flow.data import Data
from tradewind.flow.labels.rows import LabelRows, read_label_rows
from tradewind.flow.learning.lesson import candidates_of, seed_of
from tradewind.flow.questions.question import Question
from tradewind.models.candidates import Candidate
from tradewind.models.labelled import LabelledTable, LabelledTrial, cross_validate, time_ordered
from tradewind.models.rule_of_thumb import rule_of_thumb_scores
from tradewind.models.small import suit_candidates

Array = NDArray[np.float64]
Places = NDArray[np.intp]

REPEATS = 5
FOR_OTHERS = 0.2
"""Share of the time limit for each test beside the main one."""


@dataclass(frozen=True)
class LabelLesson:
    """A label with everything it is learned from.

    Args:
        question: what is asked.
        rows: its table, read.
        table: the same without suspects: what the score that counts is learned from.
        suspects: columns that look filled in after the outcome, left out.
        candidates: the models tried.
    """

    question: Question
    rows: LabelRows
    table: LabelledTable
    suspects: tuple[Suspect, ...]
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True)
class LabelTrials:
    """How the procedure did.

    Args:
        shuffled: repeated cross-validation: every row with an answer, predicted by models that had not seen it.
        ordered: later rows predicted from earlier ones; None where there is no order, or too little of it.
        flattering: as `shuffled`, once, with the suspects; None where there are none.
        said: what could not be done, in plain sentences.
    """

    shuffled: LabelledTrial
    ordered: LabelledTrial | None
    flattering: LabelledTrial | None
    said: tuple[str, ...] = ()


def prepare_label_lesson(data: Data, question: Question) -> LabelLesson:
    """Read a label's table and leave out what looks filled in after the outcome.

    Raises:
        NotAnswerable: no rows, no answers, or nothing left to learn from.
    """
    rows = read_label_rows(data, question)
    assert question.label is not None
    stated = dict.fromkeys(question.label.after, "the config says so (after)")
    rng = np.random.default_rng([seed_of(question.name), 5])
    found = find_suspects(rows.table.features, rows.table.outcome, rng, {**rows.changed, **stated})
    suspects = tuple(suspect for suspect in found if suspect.column not in question.label.keep)
    table = replace(rows.table, features=rows.table.features.without([suspect.column for suspect in suspects]))
    if not table.features.features:
        listed = ", ".join(f'"{suspect.column}"' for suspect in suspects)
        raise NotAnswerable(
            Problem(question.name, "every column looks filled in after the outcome", listed,
                    "columns that were known before", f"keep = [{listed}] in [labels.{question.name}]")
        )  # fmt: skip
    return LabelLesson(question, rows, table, suspects, candidates_of(question))


def try_label(data: Data, lesson: LabelLesson) -> LabelTrials:
    """Test the procedure in every way that the rows allow.

    Raises:
        NotAnswerable: too few rows or outcomes.
        LeakError: rows were copied before the split.
    """
    limit, seed, clock = lesson.question.time_limit_seconds, seed_of(lesson.question.name), data.workspace.clock
    others = FOR_OTHERS * ((lesson.table.order is not None) + bool(lesson.suspects))
    main = limit * (1 - others)
    shuffled = cross_validate(lesson.table, lesson.candidates, seed, main, clock, 5, REPEATS, data.threads)
    tried = {attempt.name for attempt in shuffled.attempts}
    rarer = min(shuffled.training_positives, shuffled.training_rows - shuffled.training_positives)
    fit = suit_candidates(lesson.candidates, "classification", 4 * rarer // 5)  # four fifths are learned from
    late = [candidate.name for candidate in fit if candidate.name not in tried and candidate.deployable]
    more = f"a longer time_limit_seconds in [labels.{lesson.question.name}] gives it"
    said = [f"There was no time to try every method ({', '.join(late)} were left out): {more}."] if late else []
    ordered = flattering = None
    if lesson.table.order is not None:
        try:
            ordered = time_ordered(
                lesson.table, lesson.candidates, seed, limit * FOR_OTHERS, clock, num_threads=data.threads
            )
        except NotAnswerable as error:
            said.append(f"It could not be tested in the order of time: {error.problems[0].what}.")
    if lesson.suspects:
        everything = lesson.rows.table
        try:
            flattering = cross_validate(
                everything, lesson.candidates, seed, limit * FOR_OTHERS, clock, 5, 1, data.threads
            )
        except LeakError:  # a column that knows the answer makes the rows of one outcome alike
            said.append("What those columns would have feigned was not measured: with them many rows are alike.")
    return LabelTrials(shuffled, ordered, flattering, tuple(said))


def median_repeat(areas: Sequence[float]) -> int:
    """Return the repeat that did as well as most: an average of repeats would flatter, since it is many models."""
    return int(np.argsort(areas, kind="stable")[(len(areas) - 1) // 2])


def rules_beside(lesson: LabelLesson, trial: LabelledTrial, repeat: int) -> dict[str, Array]:
    """Return the rules beside which a trial is shown, name to (m,) score of its rows; the first is the headline rule.

    The team's own rule comes first; the best single column is chosen anew on the training rows of each fold.
    """
    rules: dict[str, Array] = {}
    if lesson.question.rule is not None and lesson.rows.rule is not None:
        rules[lesson.question.rule.words] = lesson.rows.rule[trial.rows]
    score, words = rule_of_thumb_scores(lesson.table.features, lesson.table.outcome, folds_of(lesson, trial, repeat))
    if words and words not in rules:
        rules[words] = score[trial.rows]
    return rules


def folds_of(lesson: LabelLesson, trial: LabelledTrial, repeat: int) -> list[tuple[Places, Places]]:
    """Return training and test rows of each fold of a repeat; in the order of time only earlier rows are training."""
    known, fold = lesson.table.known, trial.fold[repeat]
    folds = []
    for each in np.unique(fold):
        test = trial.rows[fold == each]
        if trial.design == "ordered" and lesson.table.order is not None:
            train = known[lesson.table.order[known] < lesson.table.order[test].min()]
        else:
            train = np.setdiff1d(known, test, assume_unique=True)
        folds.append((train, test))
    return folds
