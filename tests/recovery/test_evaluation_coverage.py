"""Intervals of an evaluation hold the figures of the whole world at their stated rate, all figures together."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tradewind.core.finding import Number
from tradewind.core.use_case import Economics
from tradewind.models.evaluation.classification import evaluate_classification
from tradewind.models.evaluation.profit import break_even_share
from tradewind.models.evaluation.regression import evaluate_regression
from tradewind.stats.amounts import mae, spearman, total_bias
from tradewind.stats.probability import brier, calibration_intercept, calibration_slope, log_loss
from tradewind.stats.ranking import auc, average_precision, capture

TIMES = 50
WHOLE = 200_000
# No contact pays, so that every sample contacts the same tenth.
ECONOMICS = Economics("a customer who stays", "margin", contact_cost=0.5, success_share=1e-6)


def held(truth: Mapping[str, float], numbers: Mapping[str, Number]) -> list[bool]:
    return [numbers[name].low <= value <= numbers[name].high for name, value in truth.items()]


def shop(rng: np.random.Generator, rows: int) -> tuple[np.ndarray, ...]:
    x = rng.normal(size=rows)
    label = (rng.random(rows) < 1 / (1 + np.exp(2.2 - 1.3 * x))).astype(float)
    # Promises too much and too sharply, as models do.
    predicted = 1 / (1 + np.exp(2.0 - 1.6 * x))
    return label, predicted, np.round(x + 1.2 * rng.normal(size=rows)), rng.gamma(1, 20, rows)


def test_figures_of_probabilities_hold_the_truth() -> None:
    rng = np.random.default_rng(0)
    label, predicted, rule, value = shop(rng, WHOLE)
    one = np.ones(WHOLE)
    truth = {
        "auc": auc(label, predicted, one),
        "average_precision": average_precision(label, predicted, one),
        "log_loss": log_loss(label, predicted, one),
        "brier": brier(label, predicted, one),
        "calibration_slope": calibration_slope(label, predicted, one),
        "calibration_intercept": calibration_intercept(label, predicted, one),
        "capture_10": capture(label, predicted, one, [0.1])[0],
        "baseline_gap": auc(label, predicted, one) - auc(label, rule, one),
        "break_even_share": break_even_share(label, value, predicted, one, ECONOMICS, 0.1),
    }
    results = []
    for _ in range(TIMES):
        label, predicted, rule, value = shop(rng, 400)
        rules = {"rule": rule}
        result = evaluate_classification(
            label, predicted, np.arange(400), None, rules, value, ECONOMICS, rng=rng, resamples=300
        )
        results.append(held(truth, result.numbers))
    # 450 intervals, correlated within a sample: a standard error of about 0.015 around 0.95.
    assert 0.91 <= np.mean(results) <= 0.99
    assert np.mean(results, axis=0).min() >= 0.84


def test_figures_of_skewed_amounts_hold_the_truth_nearly_as_often() -> None:
    def spend(rows: int) -> tuple[np.ndarray, ...]:
        expected = 30 * np.exp(0.5 * rng.normal(size=rows))
        actual = rng.gamma(1.0, expected) * (rng.random(rows) < 0.6)
        return actual, 0.66 * expected, 0.6 * expected * np.exp(0.8 * rng.normal(size=rows) - 0.32)

    rng = np.random.default_rng(1)
    actual, predicted, rule = spend(WHOLE)
    one = np.ones(WHOLE)
    truth = {
        "mae": mae(actual, predicted, one),
        "total_bias": total_bias(actual, predicted, one),
        "spearman": spearman(actual, predicted, one),
        "baseline_gap": mae(actual, rule, one) - mae(actual, predicted, one),
    }
    results = []
    for _ in range(TIMES):
        actual, predicted, rule = spend(400)
        result = evaluate_regression(actual, predicted, np.arange(400), None, {"rule": rule}, rng=rng, resamples=300)
        results.append(held(truth, result.numbers))
    assert 0.88 <= np.mean(results) <= 0.99
