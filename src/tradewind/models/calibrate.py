"""Calibration: what a model says becomes what was seen, learned from out-of-time predictions only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tradewind.core.errors import ModelError, Problem

Array = NDArray[np.float64]
CalibratorKind = Literal["identity", "platt", "isotonic", "power", "line"]

LEAST_POSITIVES = 20
"""Fewer out-of-time positives (or negatives) than this, and probabilities are left as they are."""
ISOTONIC_FROM = 1000
"""From so many positives on, the curve is free (isotonic); below, it has two parameters (Platt)."""
LEAST_ROWS = 100
"""Fewer out-of-time amounts than this, and amounts are left as they are."""
LEVEL_PRIOR = 0.1
"""How far off a total is before anything was seen, as a share (standard deviation)."""
LEVEL_STEP = 0.03
"""How far the level of all customers moves from one origin to the next beyond what their features say."""
TIE_BREAK = 0.02
"""Share of Platt's curve in the isotonic one, so that people with different scores never tie."""


@dataclass(frozen=True)
class Calibrator:
    """A rising curve from predicted to calibrated means.

    Args:
        kind: `platt` and `isotonic` for probabilities; `power` (amounts from zero up) and `line` (any amount);
            `identity` where there was not enough to learn from.
        slope: of the logit, the logarithm or the amount itself.
        shift: added to it.
        at: rising predictions where the isotonic curve is known.
        value: the curve there.
        said: why it is what it is, in a plain sentence.
    """

    kind: CalibratorKind
    slope: float = 1.0
    shift: float = 0.0
    at: tuple[float, ...] = ()
    value: tuple[float, ...] = ()
    said: str = ""

    @cached_property
    def _curve(self) -> tuple[Array, Array]:
        return np.array(self.at), np.array(self.value)

    def apply(self, mean: Array) -> Array:
        """Return (n,) calibrated means of (n,) predicted means."""
        if self.kind == "identity":
            return mean
        if self.kind == "line":
            return np.asarray(self.shift + self.slope * mean)
        if self.kind == "power":
            return np.asarray(np.exp(self.shift + self.slope * np.log(np.maximum(mean, 1e-9))))
        platt = _logistic(self.shift + self.slope * _logit(mean))
        if self.kind == "platt":
            return platt
        return np.asarray((1 - TIE_BREAK) * np.interp(_logit(mean), *self._curve) + TIE_BREAK * platt)

    def to_json(self) -> dict[str, Any]:
        """Return the calibrator as plain data."""
        return {
            "kind": self.kind, "slope": self.slope, "shift": self.shift, "at": list(self.at),
            "value": list(self.value), "said": self.said,
        }  # fmt: skip

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Calibrator:
        """Rebuild a calibrator from `to_json`.

        Raises:
            ModelError: the data do not describe a rising curve.
        """
        try:
            at, value = tuple(map(float, data["at"])), tuple(map(float, data["value"]))
            made = cls(data["kind"], float(data["slope"]), float(data["shift"]), at, value, str(data["said"]))
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(Problem("calibrator", "this is no calibration", str(error))) from error
        known = made.kind in ("identity", "platt", "isotonic", "power", "line")
        rising = len(at) == len(value) and list(at) == sorted(at) and list(value) == sorted(value)
        if not (known and rising and made.slope >= 0 and (bool(at) == (made.kind == "isotonic"))):
            raise ModelError(Problem("calibrator", "this calibration is damaged", "", "", "train the model again"))
        return made


def fit_probability_calibrator(
    mean: Array, outcome: Array, weight: Array, isotonic_from: float = ISOTONIC_FROM
) -> Calibrator:
    """Learn how probabilities must be corrected.

    Args:
        mean: (n,) probabilities predicted out of time.
        outcome: (n,) 0/1.
        weight: (n,) sampling weights.
        isotonic_from: outcomes from which on the curve is free.
    Returns:
        Isotonic regression from 1,000 positives (Zadrozny and Elkan 2002), Platt scaling below (Platt 1999, with the
        targets of its eq. 13), the identity below 20.
    """
    positives, negatives = int((outcome > 0.5).sum()), int((outcome <= 0.5).sum())
    if min(positives, negatives) < LEAST_POSITIVES:
        said = f"Only {min(positives, negatives)} earlier cases of the rarer outcome: probabilities are not corrected."
        return Calibrator("identity", said=said)
    logit = _logit(mean)
    slope, shift = _fit_platt(logit, outcome, weight)
    if positives < isotonic_from or slope <= 0:
        said = f"Probabilities are corrected by a curve of two parameters, from {positives:,} earlier outcomes."
        return Calibrator("platt", slope, shift, said=said)
    at, value = _fit_isotonic(logit, outcome, weight)
    said = f"Probabilities are corrected by a free rising curve, from {positives:,} earlier outcomes."
    return Calibrator("isotonic", slope, shift, at, value, said)


def fit_amount_calibrator(mean: Array, outcome: Array, weight: Array, origin: NDArray[np.datetime64]) -> Calibrator:
    """Learn how amounts must be corrected: how far apart, and how much in total.

    Args:
        mean: (n,) amounts predicted out of time.
        outcome: (n,) amounts that came.
        weight: (n,) sampling weights.
        origin: (n,) the cutoff of each row.
    Returns:
        For amounts from zero up exp(shift + slope · log mean), the slope by Poisson quasi-likelihood (Gourieroux,
        Monfort, Trognon 1984), the shift from the totals of the origins; for any amount a line by least squares; the
        identity below 100 rows.
    """
    if len(mean) < LEAST_ROWS or weight @ outcome <= 0 or weight @ mean <= 0:
        return Calibrator("identity", said=f"Only {len(mean):,} earlier amounts: predictions are not corrected.")
    said = f"Predictions are corrected by what came on {len(mean):,} earlier occasions."
    if mean.min() < 0:
        return Calibrator("line", *_fit_line(mean, outcome, weight), said=said)
    log = np.log(np.maximum(mean, 1e-9))
    slope = _fit_power(log, np.maximum(outcome, 0.0), weight)
    spread = np.exp(slope * log)  # the slope may change how far apart people are, not the total
    total = float(np.log((weight @ np.exp(log)) / (weight @ spread)))
    return Calibrator("power", slope, total + _level(mean, outcome, weight, origin), said=said)


def _level(mean: Array, outcome: Array, weight: Array, origin: NDArray[np.datetime64]) -> float:
    """Expect the logarithm of (what will come / what is predicted) in total at the next origin.

    The level of all customers together wanders beyond what their features say, and the totals of single origins are
    seen with the noise of their customers: the local level model, filtered (Kalman 1960; Durbin and Koopman 2012, eq.
    2.15). Few customers: next to no correction. Many: nearly the error of the newest origin.
    """
    level, doubt = 0.0, LEVEL_PRIOR**2
    for day in np.unique(origin):
        w, came, said = weight[origin == day], outcome[origin == day], mean[origin == day]
        if w @ came > 0 and w @ said > 0:
            noise = float((w**2) @ (came - said) ** 2 / (w @ came) ** 2)
            doubt += LEVEL_STEP**2
            gain = doubt / (doubt + noise)
            level += gain * (float(np.log((w @ came) / (w @ said))) - level)
            doubt *= 1 - gain
    return level


def _fit_platt(logit: Array, outcome: Array, weight: Array) -> tuple[float, float]:
    positive, negative = float(weight @ outcome), float(weight @ (1 - outcome))
    scale = len(weight) / weight.sum()
    up = (positive * scale + 1) / (positive * scale + 2)
    down = 1 / (negative * scale + 2)
    target = np.where(outcome > 0.5, up, down)
    theta = np.array([1.0, 0.0])
    basis = np.column_stack([logit, np.ones_like(logit)])
    for _ in range(100):
        p = _logistic(basis @ theta)
        gradient = basis.T @ (weight * (p - target))
        hessian = (basis * (weight * np.maximum(p * (1 - p), 1e-10))[:, None]).T @ basis
        step = np.linalg.solve(hessian + 1e-10 * np.trace(hessian) * np.eye(2), gradient)
        theta = theta - np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-10:
            break
    if theta[0] <= 0:  # the model ranks no better than chance: say the base rate, but keep the order
        rate = positive / (positive + negative)
        return 1e-6, float(np.log(rate / (1 - rate)))
    return float(theta[0]), float(theta[1])


def _fit_isotonic(logit: Array, outcome: Array, weight: Array) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Pool adjacent violators; each block stands at its mean logit, straight lines between blocks."""
    from scipy.optimize import isotonic_regression

    order = np.argsort(logit, kind="stable")
    x, y, w = logit[order], outcome[order], weight[order]
    keep = w > 0
    x, y, w = x[keep], y[keep], w[keep]
    blocks = isotonic_regression(y, weights=w).blocks
    starts = blocks[:-1]
    total = np.add.reduceat(w, starts)
    at = np.add.reduceat(w * x, starts) / total
    # One case of prior weight on either side keeps an edge block from claiming certainty.
    rate = float(w @ y / w.sum())
    unit = float(w.mean())
    value = (np.add.reduceat(w * y, starts) + unit * rate) / (total + unit)
    return tuple(np.maximum.accumulate(at).tolist()), tuple(np.maximum.accumulate(value).tolist())


def _fit_power(log_mean: Array, outcome: Array, weight: Array) -> float:
    basis = np.column_stack([log_mean, np.ones_like(log_mean)])
    theta = np.array([1.0, float(np.log(weight @ outcome / (weight @ np.exp(log_mean))))])
    for _ in range(100):
        mean = np.exp(np.clip(basis @ theta, -50, 50))
        gradient = basis.T @ (weight * (mean - outcome))
        hessian = (basis * (weight * mean)[:, None]).T @ basis
        step = np.linalg.solve(hessian + 1e-10 * np.trace(hessian) * np.eye(2), gradient)
        theta = theta - np.clip(step, -0.5, 0.5)
        if np.abs(step).max() < 1e-10:
            break
    return float(theta[0]) if 0.5 <= theta[0] <= 2.0 else 1.0  # beyond that, there was too little to learn from


def _fit_line(mean: Array, outcome: Array, weight: Array) -> tuple[float, float]:
    x, y = float(np.average(mean, weights=weight)), float(np.average(outcome, weights=weight))
    spread = float(weight @ (mean - x) ** 2)
    slope = float(weight @ ((mean - x) * (outcome - y))) / spread if spread > 0 else 1.0
    slope = min(max(slope, 0.0), 2.0)
    return slope, y - slope * x


def _logit(mean: Array) -> Array:
    p = np.clip(mean, 1e-6, 1 - 1e-6)
    return np.asarray(np.log(p / (1 - p)))


def _logistic(margin: Array) -> Array:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(margin, -500, 500))))
