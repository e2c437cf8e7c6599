"""Logistic regression for few outcomes: a prior that doubts there is anything to learn, until evidence says so.

Coefficients have normal priors whose common scale is not known: the prior standard deviation of the margin is one of
`SCALES`, or 0 (nobody differs from anybody) with probability `DOUBT`. Each scale is fitted by Laplace's approximation,
weighed by its evidence (Bishop 2006, eq. 4.137), and the mixture is kept as one normal distribution of the same mean
and covariance. Probabilities are averaged over it (MacKay 1992; Bishop 2006, eqs. 4.153 and 4.154: the margin is
divided by √(1 + πv/8)), so that they are less extreme where less is known. The intercept has the prior of a uniform
probability, and is set so that the mean probability of the training rows is (k + 1)/(n + 2), Laplace's rule of
succession: without evidence everybody gets that base rate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradewind.core.errors import ModelError, Problem
from tradewind.models.linear import Link, inverse_link

Array = NDArray[np.float64]

SCALES = (0.5, 1.0, 1.5, 2.5)
"""Standard deviations of the margin that are thought possible where people do differ."""
DOUBT = 0.85
"""Prior probability that nothing tells people apart: on pure noise at most 5 in 100 samples of 50 then do worse than
the base rate by more than 1 %, measured on real columns with shuffled outcomes."""
STEPS = 50
CONTROLS = 20
"""So many rows of the commoner outcome for each of the rarer one are learned from: more tell next to nothing."""
LEAST_CONTROLS = 5_000
AT_A_TIME = 500_000
"""Numbers that variances are worked out on at a time, so that they stay in the processor's memory."""


@dataclass(frozen=True)
class BayesianModel:
    """The posterior of a logistic regression on a linear design.

    Args:
        intercept: posterior mean of the margin of the average training row.
        coefficients: (columns,) posterior means.
        covariance: (columns + 1, columns + 1) posterior covariance, the intercept first.
        doubt: posterior probability that nothing tells people apart.
    """

    intercept: float
    coefficients: Array
    covariance: Array
    doubt: float

    @property
    def algorithm(self) -> str:
        """Name of the candidate it was fitted as."""
        return "bayesian"

    @property
    def link(self) -> Link:
        """How the margin becomes a mean."""
        return "logit"

    def margin(self, matrix: Array) -> Array:
        """Return (n,) logits of the probabilities averaged over the posterior."""
        return np.asarray(self._centre(matrix) * self._caution(matrix))

    def contributions(self, matrix: Array) -> Array:
        """Return (n, columns + 1) parts that sum to the margin; each is coefficient times value times the caution.

        The parts of one row are exact to each other; a row of which little is known has all of its parts smaller.
        """
        parts = np.column_stack([matrix * self.coefficients, np.full(len(matrix), self.intercept)])
        return np.asarray(parts * self._caution(matrix)[:, None])

    def ends(self, matrix: Array, level: float = 0.8) -> tuple[Array, Array]:
        """Return (n,) lower and upper ends of the posterior interval of each row's probability."""
        from scipy.special import ndtri

        centre, reach = self._centre(matrix), float(ndtri((1 + level) / 2)) * np.sqrt(self._variance(matrix))
        return inverse_link(centre - reach, "logit"), inverse_link(centre + reach, "logit")

    def to_json(self) -> dict[str, Any]:
        """Return the model as plain data."""
        return {
            "algorithm": self.algorithm,
            "intercept": self.intercept,
            "coefficients": self.coefficients.tolist(),
            "covariance": self.covariance.tolist(),
            "doubt": self.doubt,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> BayesianModel:
        """Rebuild a model from `to_json`.

        Raises:
            ModelError: the data do not describe such a model.
        """
        try:
            coefficients, covariance = (
                np.array(data[name], dtype=np.float64) for name in ("coefficients", "covariance")
            )
            model = cls(float(data["intercept"]), coefficients, covariance, float(data["doubt"]))
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(Problem("model", "this is no Bayesian model", str(error))) from error
        width = len(coefficients) + 1 if coefficients.ndim == 1 else -1
        finite = np.isfinite(coefficients).all() and np.isfinite(covariance).all() and np.isfinite(model.intercept)
        if covariance.shape != (width, width) or not finite or (np.diag(covariance) < 0).any():
            raise ModelError(Problem("model", "this Bayesian model is damaged", "", "", "train the model again"))
        return model

    def _centre(self, matrix: Array) -> Array:
        return np.asarray(self.intercept + (matrix * self.coefficients).sum(axis=1))

    def _variance(self, matrix: Array) -> Array:
        rows = np.column_stack([np.ones(len(matrix)), matrix])
        step = max(1, AT_A_TIME // self.covariance.size)
        parts = [_quadratic(rows[at : at + step], self.covariance) for at in range(0, len(rows), step)]
        return np.asarray(np.maximum(np.concatenate([*parts, np.zeros(0)]), 0.0))

    def _caution(self, matrix: Array) -> Array:
        return np.asarray(1 / np.sqrt(1 + np.pi * self._variance(matrix) / 8))


def _quadratic(rows: Array, covariance: Array) -> Array:
    """Return (n,) x'Cx. Row by row: a product of matrices rounds a row differently beside others than alone."""
    return np.asarray(((rows[:, None, :] * covariance).sum(axis=2) * rows).sum(axis=1))


def fit_bayesian(matrix: Array, outcome: Array, weight: Array, seed: int = 0) -> BayesianModel:
    """Fit the posterior of a logistic regression.

    Where the outcome is rare among many rows, slopes come from all of the rarer rows and a sample of the others, which
    leaves them right (Prentice and Pyke 1979); the intercept always comes from all rows.

    Args:
        matrix: (n, p) linear design of the training rows.
        outcome: (n,) 0/1.
        weight: (n,) sampling weights; they count as (Σw)²/Σw² rows (Kish 1965).
        seed: draws that sample.
    Returns:
        The model.
    Raises:
        ModelError: inputs are not finite, have no weight, or the outcomes are no classes.
    """
    if not (np.isfinite(matrix).all() and np.isin(outcome, (0.0, 1.0)).all()) or weight.sum() <= 0:
        raise ModelError(Problem("", "a Bayesian model needs finite numbers, outcomes of 0 or 1, and some weight"))
    weight = weight * weight.sum() / (weight @ weight)
    everybody, rate = (matrix, weight), float((weight @ outcome + 1) / (weight.sum() + 2))
    rows = _controls(outcome, seed)
    matrix, outcome, weight = matrix[rows], outcome[rows], weight[rows]
    reach = _reach(matrix, weight)
    width = matrix.shape[1] + 1
    fits, stretches = [_fit_scale(matrix[:, :0], outcome, weight)], [np.ones(1)]
    for scale in SCALES:
        fits.append(_fit_scale(matrix * (scale * reach), outcome, weight))
        stretches.append(np.concatenate([[1.0], scale * reach]))
    prior = np.array([DOUBT, *[(1 - DOUBT) / len(SCALES)] * len(SCALES)])
    evidence = np.log(prior) + np.array([fit.evidence for fit in fits])
    share = np.exp(evidence - evidence.max())
    share /= share.sum()
    means, covariance = np.zeros((len(fits), width)), np.zeros((width, width))
    for at, (fit, stretch) in enumerate(zip(fits, stretches, strict=True)):
        filled = len(stretch)
        means[at, :filled] = fit.mean * stretch
        covariance[:filled, :filled] += share[at] * fit.covariance * np.outer(stretch, stretch)
    centre = share @ means
    covariance += ((means - centre) * share[:, None]).T @ (means - centre)
    model = BayesianModel(float(centre[0]), centre[1:], covariance, float(share[0]))
    return _centred(model, *everybody, rate)


def _controls(outcome: Array, seed: int) -> NDArray[np.intp]:
    """Return the rows learned from: all of the rarer outcome, and of the other a sample where it is far commoner."""
    rarer = float(outcome.mean() <= 0.5)
    rare, common = np.flatnonzero(outcome == rarer), np.flatnonzero(outcome != rarer)
    most = max(CONTROLS * len(rare), LEAST_CONTROLS)
    if len(common) <= most:
        return np.arange(len(outcome))
    drawn = np.random.default_rng(seed).choice(common, most, replace=False)
    return np.sort(np.concatenate([rare, drawn]))


@dataclass(frozen=True)
class _Fit:
    """One scale's posterior, and the logarithm of its evidence."""

    mean: Array
    covariance: Array
    evidence: float


def _fit_scale(matrix: Array, outcome: Array, weight: Array) -> _Fit:
    """Find the mode by Newton's method under standard normal priors, and the curvature there.

    The uniform prior of the base rate is one success and one failure of nobody in particular.
    """
    rows = np.column_stack([np.ones(len(matrix) + 2), np.vstack([matrix, np.zeros((2, matrix.shape[1]))])])
    came, w = np.r_[outcome, 1.0, 0.0], np.r_[weight, 1.0, 1.0]
    pull = np.r_[0.0, np.ones(matrix.shape[1])]
    rate = w @ came / w.sum()
    theta = np.r_[np.log(rate / (1 - rate)), np.zeros(matrix.shape[1])]

    def loss(at: Array) -> float:
        margin = rows @ at
        return float(w @ (np.logaddexp(0.0, margin) - came * margin) + 0.5 * (pull * at) @ at)

    def curve(at: Array) -> tuple[Array, Array]:
        p = inverse_link(rows @ at, "logit")
        return rows.T @ (w * (p - came)) + pull * at, (rows * (w * p * (1 - p))[:, None]).T @ rows + np.diag(pull)

    now = loss(theta)
    for _ in range(STEPS):
        gradient, hessian = curve(theta)
        step, size = np.linalg.solve(hessian, gradient), 1.0
        while loss(theta - size * step) > now and size > 1e-6:
            size /= 2
        before, theta = now, theta - size * step
        now = loss(theta)
        if before - now < 1e-9 * (1 + abs(now)):
            break
    hessian = curve(theta)[1]
    return _Fit(
        theta, np.asarray(np.linalg.inv(hessian), dtype=np.float64), -now - 0.5 * float(np.linalg.slogdet(hessian)[1])
    )


def _reach(matrix: Array, weight: Array) -> Array:
    """Return (p,) prior standard deviations of the coefficients that give the margin a standard deviation of one.

    A rare yes-or-no column is scaled to be as far apart as an even one (Gelman et al. 2008): scaled to its own
    standard deviation the few people who have it would be moved most of all.
    """
    reach = np.ones(matrix.shape[1])
    for at, column in enumerate(matrix.T):
        low, high = column.min(), column.max()
        if low < high and ((column == low) | (column == high)).all():
            reach[at] = min(1.0, 2 / (high - low))
    total = float((reach**2) @ np.average(matrix**2, axis=0, weights=weight)) if matrix.size else 0.0
    return reach / np.sqrt(total) if total > 0 else reach


def _centred(model: BayesianModel, matrix: Array, weight: Array, rate: float) -> BayesianModel:
    """Shift the intercept until the mean probability of the training rows is the smoothed base rate."""
    caution, centre, shift = model._caution(matrix), model._centre(matrix), 0.0
    for _ in range(STEPS):
        p = inverse_link((centre + shift) * caution, "logit")
        slope = max(float(np.average(p * (1 - p) * caution, weights=weight)), 1e-9)
        step = float(np.clip((np.average(p, weights=weight) - rate) / slope, -1, 1))
        shift -= step
        if abs(step) < 1e-10:
            break
    return BayesianModel(model.intercept + shift, model.coefficients, model.covariance, model.doubt)
