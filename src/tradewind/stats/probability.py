"""How true probabilities are: log-loss, Brier score, and the logistic line that would correct them."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tradewind.stats.ranking import Values, divide

# The smallest distance from 0 and 1 at which a probability is still taken at its word: certainty that is wrong
# costs a lot but not infinitely much (scikit-learn clips at the same place).
_CERTAIN = float(np.finfo(np.float64).eps)
# On the log-odds scale a row at 1e-16 would outweigh all others as a lever; one in a million is certain enough.
_LOGIT_CERTAIN = 1e-6


def log_loss(label: ArrayLike, predicted: ArrayLike, weight: Values) -> Values:
    """Mean of −[y ln p + (1 − y) ln(1 − p)] in nats; p is clipped to [2.2e-16, 1 − 2.2e-16] (Good 1952).

    Args:
        label: (n,) 0 or 1.
        predicted: (n,) probabilities.
        weight: (n,) or (b, n).
    Returns:
        () or (b,); NaN where there is no weight.
    """
    y, p = _pair(label, predicted)
    p = np.clip(p, _CERTAIN, 1 - _CERTAIN)
    return weighted_mean(-(y * np.log(p) + (1 - y) * np.log1p(-p)), weight)


def brier(label: ArrayLike, predicted: ArrayLike, weight: Values) -> Values:
    """Mean of (p − y)² (Brier 1950, in the one-class form that runs from 0 to 1)."""
    y, p = _pair(label, predicted)
    return weighted_mean((p - y) ** 2, weight)


def calibration_slope(label: ArrayLike, predicted: ArrayLike, weight: Values) -> Values:
    """Slope b of logit P(y = 1) = a + b · logit(p), fitted by maximum likelihood; 1 is right, below 1 is too extreme.

    Cox (1958); Steyerberg (2019, §15.3). p is clipped to [1e-6, 1 − 1e-6] before the logit. NaN where the line does
    not exist: one class, constant p, or p that separates the classes.
    """
    y, p = _pair(label, predicted)
    x = logit(p)
    whole = _fit_line(y, x, _mean_weight(weight), np.zeros((1, 2)))
    start = np.where(np.isfinite(whole), whole, 0.0)
    batch = np.atleast_2d(weight)
    slope = _fit_line(y, x, batch, np.repeat(start, len(batch), axis=0))[:, 1]
    return np.asarray(slope[0] if weight.ndim == 1 else slope)


def calibration_intercept(label: ArrayLike, predicted: ArrayLike, weight: Values) -> Values:
    """Intercept a of logit P(y = 1) = a + logit(p): calibration in the large; above 0, outcomes are under-predicted.

    The slope is held at 1, as Van Calster et al. (2019, "Calibration: the Achilles heel", BMC Medicine 17:230) define
    the calibration intercept. NaN where one class has no weight.
    """
    y, p = _pair(label, predicted)
    x = logit(p)
    batch = np.atleast_2d(weight)
    total = batch.sum(axis=1)
    observed = divide(batch @ y, total)
    possible = (observed > 0) & (observed < 1)
    shift = np.zeros(len(batch))
    for _ in range(50):
        fitted = _sigmoid(x + shift[:, None])
        gradient = observed - divide((batch * fitted).sum(axis=1), total)
        curvature = divide((batch * fitted * (1 - fitted)).sum(axis=1), total)
        step = np.clip(divide(gradient, curvature, otherwise=0.0), -2.0, 2.0)
        shift += np.where(possible, step, 0.0)
        if not np.any(np.abs(step[possible]) > 1e-5):
            break
    shift = np.where(possible, shift, np.nan)
    return np.asarray(shift[0] if weight.ndim == 1 else shift)


def weighted_mean(quantity: Values, weight: Values) -> Values:
    """Return Σ w·q / Σ w over rows: quantity (n,), weight (n,) or (b, n); NaN where there is no weight."""
    return divide(weight @ quantity, weight.sum(axis=-1))


def logit(probability: Values) -> Values:
    """Return ln(p / (1 − p)) of p clipped to [1e-6, 1 − 1e-6]."""
    p = np.clip(probability, _LOGIT_CERTAIN, 1 - _LOGIT_CERTAIN)
    return np.asarray(np.log(p) - np.log1p(-p), dtype=np.float64)


def _pair(label: ArrayLike, predicted: ArrayLike) -> tuple[Values, Values]:
    return np.asarray(label, dtype=np.float64), np.asarray(predicted, dtype=np.float64)


def _mean_weight(weight: Values) -> Values:
    return np.asarray(np.atleast_2d(weight).mean(axis=0, keepdims=True))


def _sigmoid(x: Values) -> Values:
    from scipy.special import expit

    return np.asarray(expit(x), dtype=np.float64)


def _fit_line(y: Values, x: Values, weight: Values, start: Values) -> Values:
    """Fit a + b·x by Newton's method for every row of weights: (b, n) → (b, 2), NaN where it does not converge."""
    line = start.copy()
    moving = np.ones(len(weight), dtype=np.bool_)
    for _ in range(30):
        step = _newton_step(y, x, weight[moving], line[moving])
        line[moving] += step
        # A line on its way to infinity (separated classes) or without curvature (constant p) has no answer.
        lost = ~np.isfinite(line).all(axis=1) | (np.abs(line[:, 1]) > 1e3)
        line[lost] = np.nan
        still = np.zeros_like(moving)
        # Newton squares the error: after a step of 1e-5 it is about 1e-10.
        still[moving] = np.abs(step).max(axis=1) > 1e-5
        moving = still & ~lost
        if not moving.any():
            return line
    line[moving] = np.nan
    return line


def _newton_step(y: Values, x: Values, weight: Values, line: Values) -> Values:
    fitted = _sigmoid(line[:, :1] + line[:, 1:] * x)
    residual = weight * (y - fitted)
    gradient_a, gradient_b = residual.sum(axis=1), residual @ x
    curve = weight * fitted * (1 - fitted)
    aa, ab, bb = curve.sum(axis=1), curve @ x, curve @ (x * x)
    determinant = aa * bb - ab * ab
    # Relative to aa·bb this is 1 − correlation²: rounding, not information, below 1e-12.
    determinant = np.where(determinant > 1e-12 * aa * bb, determinant, 0.0)
    step = np.stack([bb * gradient_a - ab * gradient_b, aa * gradient_b - ab * gradient_a], axis=1)
    step = divide(step, determinant[:, None])
    largest: NDArray[np.float64] = np.abs(step).max(axis=1, keepdims=True)
    return np.asarray(step * np.minimum(1.0, divide(4.0, largest, otherwise=1.0)), dtype=np.float64)
