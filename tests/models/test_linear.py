"""The elastic net agrees with scikit-learn's solvers to many digits."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from tradewind.core.errors import ModelError
from tradewind.models.linear import LinearModel, fit_linear, inverse_link


def data(n: int = 600, p: int = 10, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p))
    X[:, 3] = 0.9 * X[:, 2] + 0.1 * X[:, 3]
    X = (X - X.mean(0)) / X.std(0)
    margin = X[:, 0] - 0.5 * X[:, 2]
    return X, (rng.random(n) < inverse_link(margin, "logit")).astype(float), margin, rng.uniform(0.5, 2, n)


def penalty(X: np.ndarray, y: np.ndarray, w: np.ndarray, strength: float, l1_share: float) -> float:
    w = w / w.sum()
    return float(strength * np.abs(X.T @ (w * (y - w @ y))).max() / l1_share)


@pytest.mark.parametrize("strength", [0.3, 0.01])
@pytest.mark.parametrize("l1_share", [1.0, 0.5])
def test_logistic_equals_scikit_learns(strength, l1_share) -> None:
    from sklearn.linear_model import LogisticRegression

    X, y, _, w = data()
    ours = fit_linear(X, y, w, "logit", strength, l1_share)
    C = 1 / (penalty(X, y, w, strength, l1_share) * w.sum())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = LogisticRegression(
            penalty="elasticnet", solver="saga", l1_ratio=l1_share, C=C, tol=1e-8, max_iter=20_000
        ).fit(X, y, sample_weight=w)
    assert ours.coefficients == pytest.approx(theirs.coef_[0], abs=1e-5)
    assert ours.intercept == pytest.approx(theirs.intercept_[0], abs=1e-5)


@pytest.mark.parametrize("strength", [0.3, 0.001])
def test_plain_equals_scikit_learns(strength) -> None:
    from sklearn.linear_model import ElasticNet

    X, noise, margin, w = data()
    y = 3 * margin + noise
    ours = fit_linear(X, y, w, "identity", strength, 0.5)
    theirs = ElasticNet(alpha=penalty(X, y, w, strength, 0.5), l1_ratio=0.5, tol=1e-12, max_iter=100_000)
    theirs.fit(X, y, sample_weight=w)
    assert ours.coefficients == pytest.approx(theirs.coef_, abs=1e-8)
    assert ours.intercept == pytest.approx(theirs.intercept_, abs=1e-8)


def test_log_linear_equals_scikit_learns_poisson_and_its_total_is_right() -> None:
    from sklearn.linear_model import PoissonRegressor

    X, _, margin, w = data()
    y = np.random.default_rng(1).poisson(np.exp(1 + margin)).astype(float)
    strength = 0.05
    ours = fit_linear(X, y, w, "log", strength, 0.0)
    # With no absolute part, λmax is taken as the gradient over 0.001 (as glmnet does).
    theirs = PoissonRegressor(alpha=penalty(X, y, w, strength, 1e-3), tol=1e-10, max_iter=5000).fit(
        X, y, sample_weight=w
    )
    assert ours.coefficients == pytest.approx(theirs.coef_, abs=1e-5)
    assert w @ inverse_link(ours.margin(X), "log") == pytest.approx(w @ y, rel=1e-6)


def test_the_whole_penalty_leaves_no_coefficient_and_a_bit_less_leaves_one() -> None:
    X, y, _, w = data()
    assert not fit_linear(X, y, w, "logit", 1.0, 1.0).coefficients.any()
    assert (fit_linear(X, y, w, "logit", 0.99, 1.0).coefficients != 0).sum() == 1


def test_separable_constant_and_singular_data_stay_finite() -> None:
    X, _, margin, w = data(200)
    for matrix, y in (
        (X, (margin > 0).astype(float)),
        (np.column_stack([X, X]), (margin > 0).astype(float)),
        (X, np.zeros(200)),
        (np.zeros((200, 3)), (margin > 0).astype(float)),
    ):
        model = fit_linear(matrix, y, w, "logit", 0.001)
        assert np.isfinite(model.coefficients).all()
        assert np.isfinite(model.intercept)
    assert fit_linear(X, np.zeros(200), w, "logit").margin(X).max() < -10


def test_holes_and_nothing_are_refused() -> None:
    X, y, _, w = data(50)
    X[3, 1] = np.nan
    with pytest.raises(ModelError, match="finite"):
        fit_linear(X, y, w, "logit")
    with pytest.raises(ModelError):
        LinearModel.from_json({"link": "logit"})
    with pytest.raises(ModelError, match="damaged"):
        LinearModel.from_json({"algorithm": "linear", "link": "magic", "intercept": 0, "coefficients": [1.0]})
