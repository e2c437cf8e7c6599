"""Elastic-net linear models (logistic, log-linear, plain) by proximal Newton steps on the Gram matrix."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import copysign
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tradewind.core.errors import ModelError, Problem

Link = Literal["logit", "log", "identity"]
Array = NDArray[np.float64]

STEPS = 50
SWEEPS = 300


@dataclass(frozen=True)
class LinearModel:
    """Coefficients on a linear design, whose columns have mean zero on the training rows.

    Args:
        algorithm: its name in words of the candidates.
        link: how the margin becomes a mean.
        intercept: the margin of the average training row.
        coefficients: (columns,) one per column of the design.
    """

    algorithm: str
    link: Link
    intercept: float
    coefficients: Array

    def margin(self, matrix: Array) -> Array:
        """Return (n,) predictions before the inverse link."""
        return np.asarray(self.contributions(matrix).sum(axis=1))

    def contributions(self, matrix: Array) -> Array:
        """Return (n, columns + 1) parts that sum to the margin; the last is the average row's margin."""
        parts = np.empty((len(matrix), len(self.coefficients) + 1))
        np.multiply(matrix, self.coefficients, out=parts[:, :-1])
        parts[:, -1] = self.intercept
        return parts

    def to_json(self) -> dict[str, Any]:
        """Return the model as plain data."""
        return {
            "algorithm": self.algorithm,
            "link": self.link,
            "intercept": self.intercept,
            "coefficients": self.coefficients.tolist(),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> LinearModel:
        """Rebuild a model from `to_json`.

        Raises:
            ModelError: the data do not describe such a model.
        """
        try:
            coefficients = np.array(data["coefficients"], dtype=np.float64)
            model = cls(str(data["algorithm"]), data["link"], float(data["intercept"]), coefficients)
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(Problem("model", "this is no linear model", str(error))) from error
        finite = bool(np.isfinite(coefficients).all() and np.isfinite(model.intercept))
        if model.link not in ("logit", "log", "identity") or coefficients.ndim != 1 or not finite:
            raise ModelError(Problem("model", "this linear model is damaged", "", "", "train the model again"))
        return model


def inverse_link(margin: Array, link: Link) -> Array:
    """Return the means that belong to margins: logistic, exponential or themselves."""
    if link == "logit":
        return np.asarray(1.0 / (1.0 + np.exp(-np.clip(margin, -500, 500))))
    return np.asarray(np.exp(np.clip(margin, -500, 500))) if link == "log" else margin


def fit_linear(
    matrix: Array,
    outcome: Array,
    weight: Array,
    link: Link,
    strength: float = 0.01,
    l1_share: float = 0.5,
) -> LinearModel:
    """Fit an elastic-net generalised linear model.

    Minimises the weighted mean of half the deviance plus λ · (l1_share·|β|₁ + (1 − l1_share)/2·|β|₂²), where λ is
    `strength` · λmax, and λmax is the least penalty that leaves no coefficient (Friedman, Hastie, Tibshirani 2010,
    eq. 1 and §2.5); binomial for `logit`, Poisson quasi-likelihood for `log`, Gaussian for `identity`.

    Args:
        matrix: (n, p) linear design of the training rows.
        outcome: (n,) 0/1 for `logit`, zero or more for `log`, any for `identity`.
        weight: (n,) sampling weights.
        link: which of the three.
        strength: penalty as a share of λmax.
        l1_share: share of the penalty that sets coefficients to exactly zero.
    Returns:
        The fitted model.
    Raises:
        ModelError: inputs are not finite, or nothing can be fitted to them.
    """
    if not (np.isfinite(matrix).all() and np.isfinite(outcome).all()) or weight.sum() <= 0:
        raise ModelError(Problem("", "a linear model needs finite numbers and some weight"))
    weight = weight / weight.sum()
    mean = float(weight @ outcome)
    intercept = _start(mean, link)
    coefficients = np.zeros(matrix.shape[1])
    margin = np.full(len(outcome), intercept)
    gradient = matrix.T @ (weight * (outcome - inverse_link(margin, link)))
    largest = float(np.abs(gradient).max(initial=0.0)) / max(l1_share, 1e-3)
    if largest == 0:
        return LinearModel("linear", link, intercept, coefficients)
    l1, l2 = strength * largest * l1_share, strength * largest * (1 - l1_share)
    loss = _objective(outcome, margin, weight, link, coefficients, l1, l2)
    for _ in range(STEPS):
        proposal, shift = _newton_step(matrix, outcome, weight, margin, coefficients, link, l1, l2)
        move, lift, size = proposal - coefficients, shift - intercept, 1.0
        direction = matrix @ move + lift
        while True:  # halve the step until it helps: Newton may overshoot far from the optimum
            trial = _objective(outcome, margin + size * direction, weight, link, coefficients + size * move, l1, l2)
            if trial <= loss or size < 1e-6:
                break
            size /= 2
        gain = loss - trial
        if gain < 0:
            break
        coefficients, intercept = coefficients + size * move, intercept + size * lift
        margin, loss = margin + size * direction, trial
        if gain <= 1e-8 * (abs(loss) + 1e-9):
            break
    return LinearModel("linear", link, float(intercept), coefficients)


def _start(mean: float, link: Link) -> float:
    if link == "logit":
        mean = min(max(mean, 1e-9), 1 - 1e-9)
        return float(np.log(mean / (1 - mean)))
    return float(np.log(max(mean, 1e-9))) if link == "log" else mean


def _newton_step(
    matrix: Array, outcome: Array, weight: Array, margin: Array, coefficients: Array,
    link: Link, l1: float, l2: float,
) -> tuple[Array, float]:  # fmt: skip
    """Solve the penalised weighted least squares that stands for the deviance at this margin."""
    mean = inverse_link(margin, link)
    slope = mean * (1 - mean) if link == "logit" else mean if link == "log" else np.ones_like(mean)
    curve = weight * np.maximum(slope, 1e-8 * (1.0 + np.abs(mean)))
    target = weight * (outcome - mean) + curve * margin
    total = curve.sum()
    centre, level = (curve @ matrix) / total, target.sum() / total
    gram = (matrix * curve[:, None]).T @ matrix - total * np.outer(centre, centre)
    cross = matrix.T @ target - total * centre * level
    solution = _descend(gram, cross, coefficients.copy(), l1, l2)
    return solution, float(level - centre @ solution)


def _descend(gram: Array, cross: Array, beta: Array, l1: float, l2: float) -> Array:
    """Minimise βᵀGβ/2 − cᵀβ + penalty: coordinate descent finds which coefficients are not zero, algebra their values.

    Cyclic coordinate descent with covariance updates (Friedman, Hastie, Tibshirani 2010, §2.2) settles signs within a
    few sweeps but values slowly; with signs known the rest is one linear system, kept when it agrees with them.
    """
    diagonal = np.diag(gram) + l2
    usable = np.flatnonzero(diagonal > 1e-14).tolist()
    own, scale, columns = np.diag(gram).tolist(), diagonal.tolist(), np.ascontiguousarray(gram.T)
    for _ in range(SWEEPS):
        before = beta.copy()
        for _ in range(3):
            residual, value = cross - gram @ beta, beta.tolist()  # single numbers are far quicker out of a list
            for j in usable:
                old = value[j]
                pull = residual.item(j) + own[j] * old
                new = copysign(max(abs(pull) - l1, 0.0), pull) / scale[j]
                if new != old:
                    residual -= columns[j] * (new - old)
                    value[j] = new
            beta = np.array(value)
        active, sign = np.flatnonzero(beta), np.sign(beta)
        system = gram[np.ix_(active, active)] + (l2 + 1e-12 * diagonal.max(initial=0.0)) * np.eye(len(active))
        exact = np.zeros_like(beta)
        exact[active] = np.linalg.solve(system, cross[active] - l1 * sign[active])
        if np.array_equal(np.sign(exact), sign):
            beta = exact
            left_out = np.abs((cross - gram @ beta)[beta == 0]).max(initial=0.0)
            if left_out <= l1 * (1 + 1e-6) + 1e-15:
                break
        if np.abs(beta - before).max(initial=0.0) <= 1e-9 * np.abs(beta).max(initial=0.0):
            break
    return beta


def _objective(
    outcome: Array, margin: Array, weight: Array, link: Link, beta: Array, l1: float, l2: float
) -> float:  # fmt: skip
    if link == "logit":
        loss = np.logaddexp(0.0, margin) - outcome * margin
    elif link == "log":
        loss = np.exp(np.clip(margin, -500, 500)) - outcome * margin
    else:
        loss = 0.5 * (outcome - margin) ** 2
    return float(weight @ loss + l1 * np.abs(beta).sum() + 0.5 * l2 * beta @ beta)
