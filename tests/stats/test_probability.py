"""Probability figures agree with scikit-learn and statsmodels under weights."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from sklearn import metrics

from tradewind.stats.probability import brier, calibration_intercept, calibration_slope, log_loss, logit

RNG = np.random.default_rng(11)
N = 400
PREDICTED = RNG.beta(1, 3, N)
LABEL = (RNG.random(N) < PREDICTED**0.8).astype(float)
WEIGHT = RNG.gamma(2, 1, N)


def test_log_loss_and_brier_equal_scikit_learn() -> None:
    assert log_loss(LABEL, PREDICTED, WEIGHT) == pytest.approx(metrics.log_loss(LABEL, PREDICTED, sample_weight=WEIGHT))
    expected = metrics.brier_score_loss(LABEL, PREDICTED, sample_weight=WEIGHT)
    assert brier(LABEL, PREDICTED, WEIGHT) == pytest.approx(expected)


def test_certainty_that_is_wrong_costs_what_scikit_learn_says() -> None:
    label, certain = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    assert log_loss(label, certain, np.ones(2)) == pytest.approx(metrics.log_loss(label, certain))


def test_slope_is_the_logistic_regression_of_statsmodels() -> None:
    design = sm.add_constant(logit(PREDICTED))
    fitted = sm.GLM(LABEL, design, family=sm.families.Binomial(), freq_weights=WEIGHT).fit()
    assert calibration_slope(LABEL, PREDICTED, WEIGHT) == pytest.approx(fitted.params[1], rel=1e-7)


def test_intercept_is_the_offset_model_of_statsmodels() -> None:
    model = sm.GLM(LABEL, np.ones((N, 1)), family=sm.families.Binomial(), freq_weights=WEIGHT, offset=logit(PREDICTED))
    assert calibration_intercept(LABEL, PREDICTED, WEIGHT) == pytest.approx(model.fit().params[0], rel=1e-7)


def test_a_batch_is_the_same_as_one_at_a_time() -> None:
    batch = RNG.poisson(1.0, (20, N)) * WEIGHT
    for figure in (log_loss, brier, calibration_slope, calibration_intercept):
        one_by_one = [float(figure(LABEL, PREDICTED, row)) for row in batch]
        np.testing.assert_allclose(figure(LABEL, PREDICTED, batch), one_by_one, rtol=1e-7)


def test_known_distortions_are_recovered() -> None:
    rng = np.random.default_rng(3)
    truth = rng.normal(0, 1.5, 200_000)
    label, weight = (rng.random(len(truth)) < 1 / (1 + np.exp(-truth))).astype(float), np.ones(len(truth))
    # Log-odds doubled are too extreme by the factor 2; shifted by +1 they promise too much by 1.
    assert calibration_slope(label, 1 / (1 + np.exp(-2 * truth)), weight) == pytest.approx(0.5, abs=0.01)
    assert calibration_intercept(label, 1 / (1 + np.exp(-truth - 1)), weight) == pytest.approx(-1.0, abs=0.02)


@pytest.mark.parametrize(
    ("label", "predicted"),
    [
        (np.ones(10), np.linspace(0.1, 0.9, 10)),
        (np.tile([0.0, 1.0], 5), np.full(10, 0.3)),
        (np.repeat([0.0, 1.0], 5), np.linspace(0.1, 0.9, 10)),
        (np.array([]), np.array([])),
    ],
    ids=["one class", "constant", "separated", "no rows"],
)
def test_a_line_that_does_not_exist_is_not_a_number(label: np.ndarray, predicted: np.ndarray) -> None:
    assert np.isnan(calibration_slope(label, predicted, np.ones(len(label))))


def test_intercept_of_one_class_is_not_a_number() -> None:
    assert np.isnan(calibration_intercept(np.ones(4), np.full(4, 0.5), np.ones(4)))


def test_zero_and_one_are_allowed_as_probabilities() -> None:
    label = np.array([0.0, 0.0, 1.0, 1.0, 0.0, 1.0])
    predicted = np.array([0.0, 0.2, 1.0, 0.7, 1.0, 0.4])
    assert np.isfinite(calibration_slope(label, predicted, np.ones(6)))
    assert np.isfinite(calibration_intercept(label, predicted, np.ones(6)))
