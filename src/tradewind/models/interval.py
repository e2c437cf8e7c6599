"""Intervals of single scores, read off what happened to people scored alike out of time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradewind.core.errors import ModelError, Problem
from tradewind.models.candidates import Task

Array = NDArray[np.float64]

LEVEL = 0.8
LEAST_PER_BAND = 50
MOST_BANDS = 20


@dataclass(frozen=True)
class Interval:
    """Lower and upper ends of 80 % intervals along the calibrated mean.

    Args:
        at: rising calibrated means, one per band of people scored alike.
        low: lower end there. For a probability: of the share among such people. For an amount: of one person's amount.
        high: upper end there.
    """

    at: tuple[float, ...] = ()
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()

    @cached_property
    def _curves(self) -> tuple[Array, Array, Array]:
        return np.array(self.at), np.array(self.low), np.array(self.high)

    def apply(self, mean: Array) -> tuple[Array, Array]:
        """Return (n,) lower and upper ends around (n,) calibrated means; the mean itself lies always inside."""
        if not self.at:
            return mean, mean
        at, lows, highs = self._curves
        low, high = np.interp(mean, at, lows), np.interp(mean, at, highs)
        return np.minimum(low, mean), np.maximum(high, mean)

    def to_json(self) -> dict[str, Any]:
        """Return the interval as plain data."""
        return {"at": list(self.at), "low": list(self.low), "high": list(self.high)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Interval:
        """Rebuild an interval from `to_json`.

        Raises:
            ModelError: the data do not describe one.
        """
        try:
            made = cls(*(tuple(map(float, data[name])) for name in ("at", "low", "high")))
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(Problem("interval", "these are no intervals", str(error))) from error
        if not (len(made.at) == len(made.low) == len(made.high) and list(made.at) == sorted(made.at)):
            raise ModelError(Problem("interval", "these intervals are damaged", "", "", "train the model again"))
        return made


def fit_interval(mean: Array, outcome: Array, weight: Array, task: Task) -> Interval:
    """Learn 80 % intervals from out-of-time predictions.

    Args:
        mean: (n,) calibrated predictions.
        outcome: (n,) what came.
        weight: (n,) sampling weights.
        task: for probabilities, the Jeffreys interval of the share in each band (Brown, Cai, DasGupta 2001); for
            amounts, the 10 % and 90 % quantiles of the amounts in each band.
    Returns:
        The interval; empty (no width known) below 100 rows.
    """
    bands = min(MOST_BANDS, len(mean) // LEAST_PER_BAND)
    if bands < 2:
        return Interval()
    order = np.argsort(mean, kind="stable")
    at, low, high = [], [], []
    for rows in np.array_split(order, bands):
        w, y = weight[rows], outcome[rows]
        if w.sum() <= 0:
            continue
        at.append(float(np.average(mean[rows], weights=w)))
        ends = _share_ends(y, w) if task == "classification" else _quantile_ends(y, w)
        low.append(ends[0])
        high.append(ends[1])
    # The mean of equal numbers may be a last digit below them: `at` is made to rise as well.
    return Interval(*(tuple(np.maximum.accumulate(part).tolist()) for part in (at, low, high)))


def _share_ends(outcome: Array, weight: Array) -> tuple[float, float]:
    from scipy.special import betaincinv

    size = weight.sum() ** 2 / (weight**2).sum()  # as many unweighted people as these weights are worth
    found = size * float(np.average(outcome, weights=weight))
    tail = (1 - LEVEL) / 2
    ends = betaincinv(found + 0.5, size - found + 0.5, [tail, 1 - tail])
    return float(ends[0]), float(ends[1])


def _quantile_ends(outcome: Array, weight: Array) -> tuple[float, float]:
    order = np.argsort(outcome, kind="stable")
    share = (np.cumsum(weight[order]) - weight[order] / 2) / weight.sum()
    tail = (1 - LEVEL) / 2
    ends = np.interp([tail, 1 - tail], share, outcome[order])
    return float(ends[0]), float(ends[1])
