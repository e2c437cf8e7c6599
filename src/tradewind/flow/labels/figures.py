"""The figures of a label: the headline beside its rules, the spread, the order of time, and the flattering score."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tradewind.core.finding import Number, missing
from tradewind.flow.data import Data
from tradewind.flow.labels.lesson import LabelLesson, LabelTrials, median_repeat, rules_beside
from tradewind.flow.learning.lesson import seed_of
from tradewind.models.evaluation.classification import evaluate_classification
from tradewind.models.evaluation.result import Evaluation
from tradewind.models.labelled import LabelledTrial
from tradewind.models.rule_of_thumb import telling_columns
from tradewind.models.small import outcomes_to_halve
from tradewind.stats.bootstrap import bootstrap_by_entity, rarer_class
from tradewind.stats.ranking import Values, auc, rank

Array = NDArray[np.float64]

MOST_GROUPS = 8
"""Columns with more different words are not shown as groups."""
MOST_COLUMNS = 6
"""Columns by whose groups reliability is shown, the most telling first: every group costs resamples."""
RESAMPLES = 500
_MONEY = ("break_even_share", "profit", "baseline_profit", "profit_gap", "profit_best_share")


@dataclass(frozen=True)
class LabelFigures:
    """What a label's tests say.

    Args:
        headline: the trial that counts: in the order of time where there is a time, else the repeated one.
        evaluation: its figures and tables, of the repeat that did as well as most.
        predicted: (m,) the predictions evaluated.
        areas: how well each repeat of the shuffled trial ordered its rows.
        numbers: the evaluation's figures and those beside it.
    """

    headline: LabelledTrial
    evaluation: Evaluation
    predicted: Array
    areas: tuple[float, ...]
    numbers: Mapping[str, Number]


def measure_label(data: Data, lesson: LabelLesson, trials: LabelTrials) -> LabelFigures:
    """Evaluate the trial that counts beside its rules, and set the other tests beside it."""
    shuffled = trials.shuffled
    areas = tuple(_area(shuffled.label, mean) for mean in shuffled.by_repeat)
    middle = median_repeat(areas)
    timed = lesson.rows.timed and trials.ordered is not None
    headline = trials.ordered if timed and trials.ordered is not None else shuffled
    repeat = 0 if timed else middle
    evaluation = evaluate_label(data, lesson, headline, repeat)
    numbers = dict(evaluation.numbers)
    numbers["auc_repeats"] = Number(float(np.mean(areas)), min(areas), max(areas))
    rng = np.random.default_rng([seed_of(lesson.question.name), 6])
    ids = lesson.rows.ids
    if timed:
        numbers["auc_shuffled"] = _areas(shuffled, ids, rng, ours=shuffled.by_repeat[middle])["ours"]
    elif trials.ordered is not None:
        numbers["auc_ordered"] = _areas(trials.ordered, ids, rng, ours=trials.ordered.by_repeat[0])["ours"]
    if trials.flattering is not None:
        pair = {"ours": shuffled.by_repeat[middle], "theirs": trials.flattering.by_repeat[0]}
        found = _areas(shuffled, ids, rng, **pair)
        numbers["auc_without_suspects"], numbers["auc_with_suspects"] = found["ours"], found["theirs"]
        numbers["suspects_gap"] = found["gap"]
    rarer = int(min(headline.label.sum(), (1 - headline.label).sum()))
    if rarer >= 2:
        numbers["outcomes_for_half"] = Number(float(outcomes_to_halve(rarer)), unit="outcomes")
    numbers |= _money(lesson, numbers)
    return LabelFigures(headline, replace(evaluation, numbers=numbers), headline.by_repeat[repeat], areas, numbers)


def evaluate_label(data: Data, lesson: LabelLesson, trial: LabelledTrial, repeat: int) -> Evaluation:
    """Evaluate one repeat of a trial beside the rules, in money where a value and a margin are known."""
    rows = trial.rows
    ids = lesson.rows.ids[rows]
    return evaluate_classification(
        trial.label,
        trial.by_repeat[repeat],
        ids,
        None,
        rules_beside(lesson, trial, repeat),
        np.nan_to_num(lesson.rows.value[rows]) * data.margin.factor,
        lesson.question.use_case.economics,
        rng=np.random.default_rng([seed_of(lesson.question.name), 2]),
        currency=data.workspace.config.workspace.currency,
        is_profit=data.margin.share is not None and bool(lesson.question.label and lesson.question.label.value),
        slices=_groups(lesson, rows),
        resamples=RESAMPLES,
    )


def _groups(lesson: LabelLesson, rows: NDArray[np.intp]) -> dict[str, NDArray[np.object_]]:
    """The most telling columns of few words: where the answer may be less reliable."""
    features = lesson.table.features
    found: dict[str, NDArray[np.object_]] = {}
    for name in telling_columns(features.rows(rows), lesson.table.outcome[rows]):
        values = features.categories.get(name)
        if values is not None and len({value for value in values[rows] if value is not None}) <= MOST_GROUPS:
            found[name] = values[rows]
    return dict(list(found.items())[:MOST_COLUMNS])


def _area(label: Array, mean: Array) -> float:
    return float(auc(label, rank(mean), np.ones(len(label))))


def _areas(
    trial: LabelledTrial, ids: NDArray[np.object_], rng: np.random.Generator, **means: Array
) -> dict[str, Number]:
    """Return how well predictions of the same rows order them, and the paired gap of the second over the first."""
    label, entity = trial.label, ids[trial.rows]
    orders = {name: rank(mean) for name, mean in means.items()}

    def statistics(weight: Values) -> dict[str, Values]:
        found = {name: auc(label, order, weight) for name, order in orders.items()}
        if "theirs" in found:
            found["gap"] = found["theirs"] - found["ours"]
        return found

    weight = np.ones(len(label))
    draws = bootstrap_by_entity(statistics, entity, weight, rng, RESAMPLES, rarer_class(label, entity, weight))
    return {name: draws.number(name) for name in draws.point}


def _money(lesson: LabelLesson, numbers: Mapping[str, Number]) -> dict[str, Number]:
    """Say what is missing where no profit can be told."""
    if lesson.question.label is None or lesson.question.label.value:
        return {}
    why = f"what a success is worth is not known: value = … in [labels.{lesson.question.name}]"
    return {name: missing(why) for name in _MONEY if name in numbers}
