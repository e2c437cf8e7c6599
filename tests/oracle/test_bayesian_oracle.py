"""The cautious model beside scikit-learn's ridge logistic regression and beside numerical integration."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import dblquad
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from tradewind.core.feature import Feature, FeatureTable
from tradewind.core.time import system_clock
from tradewind.models.bayesian import BayesianModel, _fit_scale, fit_bayesian
from tradewind.models.candidates import choose_candidates
from tradewind.models.labelled import LabelledTable, cross_validate
from tradewind.models.linear import inverse_link


def drawn(n: int, columns: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    matrix = rng.normal(size=(n, columns))
    p = inverse_link(matrix[:, 0] - 0.7 * matrix[:, -1] - 0.5, "logit")
    return matrix, (rng.random(n) < p).astype(float)


def test_the_mode_of_one_scale_is_scikit_learns_ridge_regression() -> None:
    matrix, outcome = drawn(120, 4, 1)
    rows, came = np.vstack([matrix, np.zeros((2, 4))]), np.r_[outcome, 1, 0]
    ridge = LogisticRegression(C=1.0, tol=1e-10, max_iter=10_000).fit(rows, came)
    mode = _fit_scale(matrix, outcome, np.ones(120)).mean
    assert mode == pytest.approx(np.r_[ridge.intercept_, ridge.coef_[0]], abs=1e-5)


def test_the_evidence_of_scales_is_that_of_numerical_integration() -> None:
    """Laplace's approximation of ∫ likelihood × prior, compared between scales: that is what weighs them."""
    matrix, outcome = drawn(40, 1, 2)

    def exact(scale: float) -> float:
        def density(slope: float, intercept: float) -> float:
            margin = intercept + scale * slope * matrix[:, 0]
            p = 1 / (1 + np.exp(-intercept))
            likelihood = np.exp((outcome * margin - np.logaddexp(0, margin)).sum() + 20.0)
            return float(likelihood * np.exp(-(slope**2) / 2) / np.sqrt(2 * np.pi) * p * (1 - p))

        return float(np.log(dblquad(density, -6, 6, -6, 6, epsabs=1e-10)[0]))

    laplace = {s: _fit_scale(matrix * s, outcome, np.ones(40)).evidence for s in (0.5, 2.5)}
    assert laplace[2.5] - laplace[0.5] == pytest.approx(exact(2.5) - exact(0.5), abs=0.1)


def test_probabilities_are_the_average_over_the_posterior() -> None:
    matrix, outcome = drawn(60, 3, 3)
    model = fit_bayesian(matrix, outcome, np.ones(60))
    rng = np.random.default_rng(0)
    draws = rng.multivariate_normal(np.r_[model.intercept, model.coefficients], model.covariance, 40_000)
    asked = np.array([[0.0, 0, 0], [2.0, 0, -2.0], [-3.0, 1, 1]])
    averaged = inverse_link(draws[:, :1] + draws[:, 1:] @ asked.T, "logit").mean(axis=0)
    assert inverse_link(model.margin(asked), "logit") == pytest.approx(averaged, abs=0.01)
    assert isinstance(model, BayesianModel)


def test_nested_folds_agree_with_scikit_learns_cross_validation() -> None:
    matrix, outcome = drawn(1500, 4, 4)
    names = tuple(Feature(f"x{at}", f"x{at}", "number", "t", f"x{at}") for at in range(4))
    entity = np.array([f"r{at}" for at in range(1500)], dtype=object)
    features = FeatureTable(entity, np.full(1500, np.datetime64("2024-01-01")), names, matrix.astype(np.float32))
    table = LabelledTable(features, outcome)
    trial = cross_validate(table, choose_candidates(["linear"]), 1, 60, system_clock, repeats=1, num_threads=1)
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    theirs = cross_val_predict(LogisticRegression(), matrix, outcome, cv=folds, method="predict_proba")[:, 1]
    assert roc_auc_score(outcome, trial.mean) == pytest.approx(roc_auc_score(outcome, theirs), abs=0.004)
    assert np.mean((trial.mean - outcome) ** 2) == pytest.approx(np.mean((theirs - outcome) ** 2), abs=0.002)
