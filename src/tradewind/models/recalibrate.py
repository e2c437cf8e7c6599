"""Chances put right by the last complete horizon as far as it holds evidence, by older ones as far as it lacks it.

What a model says is put right by a line on the scale of log-odds, a level and a slope (Cox 1958). The line is followed
from one past date to the next: what older dates said of it is the prior of the newer, widened by how far lines move in
between (a Kalman filter with Laplace's approximation in each step; West and Harrison 1997, §14). Where the last horizon
holds many outcomes it alone decides; where it holds a handful, the line stays near that of the dates before, and near
what the model says where there are none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradewind.models.calibrate import ISOTONIC_FROM, Calibrator, fit_probability_calibrator

Array = NDArray[np.float64]

LEVEL = 2.0
"""How far off the level may be before anything was seen, in log-odds (standard deviation)."""
SLOPE = 0.8
"""The same of the slope, for somebody one standard deviation from the average: a cautious model says too little."""
LEVEL_MOVES, SLOPE_MOVES = 0.3, 0.15
"""How far the level and the slope move from one date to the next."""
LEAST_SLOPE = 0.02
CERTAIN = 1e-4


@dataclass(frozen=True)
class PastDate:
    """What had been said at one past date, and what came.

    Args:
        said: (n,) chances, by a model that knew only what was known then.
        outcome: (n,) 0/1.
        weight: (n,) sampling weights.
    """

    said: Array
    outcome: Array
    weight: Array


@dataclass(frozen=True)
class Line:
    """A line on the scale of log-odds, and how sure it is.

    Args:
        centre: log-odds at which the level is measured.
        state: (2,) level at the centre, and slope.
        covariance: (2, 2) of both.
    """

    centre: float
    state: Array
    covariance: Array

    def apply(self, said: Array) -> Array:
        """Return (n,) chances put right."""
        return expit(self.state[0] + max(self.state[1], LEAST_SLOPE) * (logit(said) - self.centre))

    @property
    def calibrator(self) -> Calibrator:
        """The line as a calibrator that models keep."""
        slope = max(float(self.state[1]), LEAST_SLOPE)
        return Calibrator("platt", slope, float(self.state[0]) - slope * self.centre)


@dataclass(frozen=True)
class Followed:
    """The line at each past date.

    Args:
        before: the line as it was expected at each date, before its outcomes were known.
        after: the line once they were.
    """

    before: tuple[Line, ...]
    after: tuple[Line, ...]


def follow(dates: Sequence[PastDate]) -> Followed:
    """Follow the line from the oldest date to the newest.

    Args:
        dates: oldest first; the horizons of two dates do not overlap.
    """
    x = [logit(each.said) for each in dates]
    weight = np.concatenate([each.weight for each in dates])
    centre = float(np.average(np.concatenate(x), weights=weight))
    spread = max(float(np.sqrt(np.average((np.concatenate(x) - centre) ** 2, weights=weight))), 1e-3)
    state, covariance = np.array([centre, 1.0]), np.diag([LEVEL, SLOPE / spread]) ** 2
    moves = np.diag([LEVEL_MOVES, SLOPE_MOVES / spread]) ** 2
    before, after = [], []
    for place, each in enumerate(dates):
        covariance = covariance + moves if place else covariance
        before.append(Line(centre, state, covariance))
        rows = np.column_stack([np.ones(len(x[place])), x[place] - centre])
        state, covariance = fit_posterior(rows, each.outcome, each.weight, state, np.linalg.inv(covariance))
        after.append(Line(centre, state, covariance))
    return Followed(tuple(before), tuple(after))


def recalibrate(dates: Sequence[PastDate], followed: Followed) -> Calibrator:
    """Return how what the model says today is put right.

    Args:
        dates: oldest first.
        followed: the line at each of them.
    Returns:
        The line after the last date; a free rising curve where the last horizon alone holds 1,000 outcomes.
    """
    last = dates[-1]
    outcomes = int((last.outcome > 0.5).sum())
    if min(outcomes, len(last.outcome) - outcomes) >= ISOTONIC_FROM:
        return fit_probability_calibrator(last.said, last.outcome, last.weight)
    line = followed.after[-1].calibrator
    seen = sum(int((each.outcome > 0.5).sum()) for each in dates)
    said = f"Probabilities are corrected on the last complete horizon ({outcomes:,} of {seen:,} earlier outcomes)."
    return Calibrator("platt", line.slope, line.shift, said=said)


def match_spread(said: Array, own: Array) -> Array:
    """Give what an earlier model said the spread that today's model has on the same rows; its level stays its own.

    With few outcomes the cautious model's doubt jumps from fit to fit, and with it how far apart it puts people; their
    order hardly changes. A line learned from another spread would not fit today's.

    Args:
        said: (n,) chances that the earlier model said.
        own: (n,) chances that today's says of the same rows.
    """
    x = logit(said)
    spread = float(x.std())
    stretch = float(logit(own).std()) / spread if spread > 1e-3 else 0.0
    return expit(x.mean() + (x - x.mean()) * stretch)


def fit_posterior(rows: Array, outcome: Array, weight: Array, mean: Array, precision: Array) -> tuple[Array, Array]:
    """Return mode and covariance of a logistic regression under a normal prior (Laplace's approximation).

    Args:
        rows: (n, p) design.
        outcome: (n,) 0/1.
        weight: (n,) sampling weights.
        mean: (p,) of the prior.
        precision: (p, p) of the prior.
    """
    at = np.array(mean, dtype=np.float64)

    def loss(theta: Array) -> float:
        margin, off = rows @ theta, theta - mean
        return float(weight @ (np.logaddexp(0.0, margin) - outcome * margin) + 0.5 * off @ precision @ off)

    now = loss(at)
    for _ in range(50):
        p = expit(rows @ at)
        gradient = rows.T @ (weight * (p - outcome)) + precision @ (at - mean)
        step, size = np.linalg.solve(_curvature(rows, weight, p, precision), gradient), 1.0
        while loss(at - size * step) > now and size > 1e-6:
            size /= 2
        before, at = now, at - size * step
        now = loss(at)
        if before - now < 1e-10 * (1 + abs(now)):
            break
    return at, np.asarray(np.linalg.inv(_curvature(rows, weight, expit(rows @ at), precision)), dtype=np.float64)


def _curvature(rows: Array, weight: Array, p: Array, precision: Array) -> Array:
    return np.asarray((rows * (weight * p * (1 - p))[:, None]).T @ rows + precision)


def logit(chance: Array) -> Array:
    """Return log-odds of chances, kept off 0 and 1."""
    p = np.clip(chance, CERTAIN, 1 - CERTAIN)
    return np.asarray(np.log(p) - np.log1p(-p))


def expit(margin: Array) -> Array:
    """Return chances of log-odds."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(margin, -500, 500))))
