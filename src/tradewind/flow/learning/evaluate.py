"""Evaluate predictions for some rows of a lesson: the same rules, values, slices and economics everywhere."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tradewind.core.finding import missing
from tradewind.flow.data import Data
from tradewind.flow.learning.lesson import Lesson, seed_of
from tradewind.models.evaluation.classification import evaluate_classification
from tradewind.models.evaluation.profit import NOT_PROFIT
from tradewind.models.evaluation.regression import evaluate_regression
from tradewind.models.evaluation.result import Evaluation

Array = NDArray[np.float64]

NOTHING_KNOWN = "what was at stake on that day is not known"


def evaluate_rows(
    data: Data, lesson: Lesson, rows: NDArray[np.intp], predicted: Array, label: Array, resamples: int | None
) -> Evaluation:
    """Evaluate predictions for some rows of a lesson beside the rules of thumb.

    Args:
        data: gives margin and currency.
        lesson: gives rules, values and slices.
        rows: (k,) positions in the training table.
        predicted: (k,) predictions.
        label: (k,) outcomes.
        resamples: bootstrap resamples; None for the usual number.
    """
    table, case = lesson.table, lesson.question.use_case
    rng = np.random.default_rng([seed_of(case.name), 2])
    rules = {name: score[rows] for name, score in table.baselines.items()}
    slices = {name: values[rows] for name, values in table.slices.items()}
    currency = data.workspace.config.workspace.currency
    ids, weight = table.features.entity_id[rows], table.weight[rows]
    if case.task != "classification":
        factor = lesson.question.amount_factor(data.margin)
        label, predicted = factor * label, factor * predicted
        rules = {name: factor * score for name, score in rules.items()}
        return evaluate_regression(
            label, predicted, ids, weight, rules, rng=rng, unit=currency, slices=slices, resamples=resamples
        )
    # Where nobody knows what was at stake on that day, a curve of profit would only show the cost of contacts.
    known = bool((table.value[rows] > 0).any())
    evaluation = evaluate_classification(
        label,
        predicted,
        ids,
        weight,
        rules,
        table.value[rows] * data.margin.factor,
        case.economics,
        rng=rng,
        currency=currency,
        is_profit=data.margin.share is not None and known,
        slices=slices,
        resamples=resamples,
    )
    if known:
        return evaluation
    numbers = evaluation.numbers
    unknown = {name: missing(NOTHING_KNOWN) for name, number in numbers.items() if number.reason == NOT_PROFIT}
    return replace(evaluation, numbers={**numbers, **unknown})
