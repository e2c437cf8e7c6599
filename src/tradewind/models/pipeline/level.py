"""A level that drifts, under quarters that differ: how much of each, and where the level stands now.

The local level model (Harvey 1989, section 2.3) on one score and its information for each quarter, averaged over how
fast the level may drift and how far quarters may differ; both are thought small until history says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tradewind.models.pipeline.pipeline import Floats

_DRIFT = np.array([0.0, 0.03, 0.06, 0.12, 0.2])
"""Standard deviations of the level's change from a quarter to the next, in log-odds."""
_SHOCK = np.array([0.0, 0.1, 0.2, 0.35, 0.5])
"""Standard deviations of single quarters around the level."""
_USUAL_DRIFT, _USUAL_SHOCK, _USUAL_LEVEL = 0.05, 0.15, 0.3


@dataclass(frozen=True)
class Level:
    """Where a level stands.

    Args:
        mean: after the newest quarter.
        variance: what is not known of it.
        drift: expected variance of its change in a quarter.
        shock: expected variance of single quarters around it.
    """

    mean: float
    variance: float
    drift: float
    shock: float


def find_level(score: Floats, information: Floats) -> Level:
    """Follow a level through the quarters.

    Args:
        score: (t,) derivative of the log-likelihood at level 0 in each quarter, oldest first.
        information: (t,) its variance; a quarter without any says nothing.
    """
    drift, shock = (grid.ravel() ** 2 for grid in np.meshgrid(_DRIFT, _SHOCK))
    mean, variance = np.zeros(len(drift)), np.full(len(drift), _USUAL_LEVEL**2)
    fit = -np.sqrt(drift) / _USUAL_DRIFT - np.sqrt(shock) / _USUAL_SHOCK
    for total, weight in zip(score, information, strict=True):
        variance = variance + drift
        if weight <= 0:
            continue
        spread = variance + shock + 1 / weight
        miss = total / weight - mean
        fit = fit - 0.5 * (np.log(spread) + miss**2 / spread)
        gain = variance / spread
        mean, variance = mean + gain * miss, variance * (1 - gain)
    chance = np.exp(fit - fit.max())
    chance = chance / chance.sum()
    centre = float(chance @ mean)
    return Level(
        centre, float(chance @ (variance + (mean - centre) ** 2)), float(chance @ drift), float(chance @ shock)
    )
