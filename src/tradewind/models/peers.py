"""Models that are compared by name but never saved: scikit-learn's, XGBoost's, and estimators of the caller's own."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradewind.core.errors import ModelError, Problem
from tradewind.models.candidates import Candidate, Fitting, Model, Settings, require_extra
from tradewind.models.design import DesignKind
from tradewind.models.linear import Link

Array = NDArray[np.float64]


@dataclass(frozen=True)
class PeerModel:
    """A fitted estimator of another library, asked for means only.

    Args:
        algorithm: name it is compared under.
        link: `logit` for probabilities, `identity` for amounts.
        estimator: the fitted estimator.
    """

    algorithm: str
    link: Link
    estimator: Any

    def margin(self, matrix: Array) -> Array:
        """Return (n,) predictions before the inverse link."""
        if len(matrix) == 0:
            return np.zeros(0)
        if self.link == "identity":
            return np.asarray(self.estimator.predict(matrix), dtype=np.float64).reshape(len(matrix))
        if hasattr(self.estimator, "predict_proba"):
            p = np.clip(np.asarray(self.estimator.predict_proba(matrix), dtype=np.float64)[:, 1], 1e-6, 1 - 1e-6)
            return np.asarray(np.log(p / (1 - p)))
        return np.asarray(self.estimator.decision_function(matrix), dtype=np.float64)


def peer(name: str, estimator: object, design: DesignKind = "linear", most_rows: int | None = None) -> Candidate:
    """Make a candidate of a scikit-learn estimator; it is copied before each fit.

    Args:
        name: name it is compared under.
        estimator: anything with scikit-learn's fit and predict (for classification predict_proba or decision_function).
        design: which design matrix it reads; only `linear` is without holes.
        most_rows: rows beyond this are sampled for fitting.
    """
    return Candidate(name, design, _fit_with(name, lambda _: copy.deepcopy(estimator)), ({},), False, most_rows)


def _fit_with(name: str, make: Callable[[Fitting], Any]) -> Callable[[Fitting, Settings], Model]:
    def fit(given: Fitting, settings: Settings) -> Model:
        del settings
        estimator = make(given)
        outcome = given.outcome.astype(np.int64) if given.task == "classification" else given.outcome
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                if _takes_weights(estimator) and not np.all(given.weight == given.weight[0]):
                    estimator.fit(given.matrix, outcome, **_weight_argument(estimator, given.weight))
                else:
                    estimator.fit(given.matrix, outcome)
        except Exception as error:  # another library's estimator may fail in any way; one candidate must not end a run
            raise ModelError(
                Problem("models", f"{name} could not be fitted", f"{type(error).__name__}: {error}")
            ) from error
        return PeerModel(name, "logit" if given.task == "classification" else "identity", estimator)

    return fit


def _weight_argument(estimator: Any, weight: Array) -> dict[str, Array]:
    steps = getattr(estimator, "steps", None)
    return {"sample_weight" if steps is None else f"{steps[-1][0]}__sample_weight": weight}


def _takes_weights(estimator: Any) -> bool:
    from sklearn.utils.validation import has_fit_parameter

    steps = getattr(estimator, "steps", None)
    return bool(has_fit_parameter(estimator if steps is None else steps[-1][1], "sample_weight"))


def _polynomial(given: Fitting) -> Any:
    from sklearn.decomposition import PCA
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import PolynomialFeatures, StandardScaler

    # Squares and products of ten main directions: all products of 150 columns would be 11,000.
    reduce = PCA(n_components=min(10, *given.matrix.shape), random_state=given.seed)
    last = LogisticRegression(C=0.1, max_iter=300) if given.task == "classification" else Ridge(alpha=10.0)
    return make_pipeline(reduce, PolynomialFeatures(2, include_bias=False), StandardScaler(), last)


def _svm(given: Fitting) -> Any:
    from sklearn.svm import SVC, SVR

    return SVC(C=1.0, gamma="scale", cache_size=200) if given.task == "classification" else SVR(C=10.0, cache_size=200)


def _nearest_neighbours(given: Fitting) -> Any:
    from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

    neighbours = min(50, max(1, len(given.outcome) // 10))
    kind = KNeighborsClassifier if given.task == "classification" else KNeighborsRegressor
    return kind(n_neighbors=neighbours, weights="distance")


def _naive_bayes(given: Fitting) -> Any:
    from sklearn.naive_bayes import GaussianNB

    if given.task == "regression":
        raise ModelError(Problem("models", "naive_bayes answers yes or no, it cannot predict an amount"))
    return GaussianNB(var_smoothing=1e-3)


def _random_forest(given: Fitting) -> Any:
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

    kind = RandomForestClassifier if given.task == "classification" else RandomForestRegressor
    return kind(
        n_estimators=200, min_samples_leaf=10, max_features=0.3, n_jobs=given.num_threads, random_state=given.seed
    )


def _neural_network(given: Fitting) -> Any:
    from sklearn.neural_network import MLPClassifier, MLPRegressor

    kind = MLPClassifier if given.task == "classification" else MLPRegressor
    many = len(given.outcome) >= 500
    return kind((32,), alpha=1.0, early_stopping=many, max_iter=100, random_state=given.seed)


def _xgboost(given: Fitting) -> Any:
    xgboost = require_extra("xgboost", "xgboost")
    kind = xgboost.XGBClassifier if given.task == "classification" else xgboost.XGBRegressor
    return kind(
        n_estimators=300, learning_rate=0.03, max_depth=4, subsample=0.7, colsample_bytree=0.3, reg_lambda=10.0,
        min_child_weight=5, n_jobs=given.num_threads, random_state=given.seed, verbosity=0,
    )  # fmt: skip


def _named(
    name: str, make: Callable[[Fitting], Any], design: DesignKind = "linear", most_rows: int | None = None
) -> Candidate:
    return Candidate(name, design, _fit_with(name, make), ({},), False, most_rows)


COMPARED: Mapping[str, Candidate] = {
    candidate.name: candidate
    for candidate in (
        _named("naive_bayes", _naive_bayes),
        _named("polynomial", _polynomial),
        _named("nearest_neighbours", _nearest_neighbours, most_rows=50_000),
        _named("random_forest", _random_forest),
        _named("xgboost", _xgboost, design="trees"),
        _named("neural_network", _neural_network, most_rows=200_000),
        _named("svm", _svm, most_rows=5_000),
    )
}
"""The models that are compared by name but never saved."""
