"""How far a foretold chance of still being there lies from what came, averaged over time (Brier score of survival)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tradewind.core.finding import Number, missing
from tradewind.models.survival.concordance import seen_until
from tradewind.models.survival.kaplan_meier import Z95

Array = NDArray[np.float64]


def integrated_brier(time: Array, left: NDArray[np.bool_], survival: Array, grid: Array) -> Array:
    """Return each one's squared error, averaged over a grid of times.

    The error at time t weighs those who left by one over the chance of being uncensored when they left, the others by
    that of being uncensored at t (Graf et al. 1999, §3.2); whoever was censored before t weighs nothing.

    Args:
        time: (n,) time at which each left, or was last seen.
        left: (n,) whether it left then.
        survival: (n, k) foretold chance of being there at each time of the grid.
        grid: (k,) ascending times.
    Returns:
        (n,) the mean is the integrated Brier score.
    """
    gone = left[:, None] & (time[:, None] <= grid)
    there = time[:, None] > grid
    at_end = np.maximum(seen_until(time, left, time), 1e-12)
    at_grid = np.maximum(seen_until(time, left, grid), 1e-12)
    errors = gone * survival**2 / at_end[:, None] + there * (1.0 - survival) ** 2 / at_grid
    if len(grid) == 1:
        return np.asarray(errors[:, 0])
    return np.asarray(np.trapezoid(errors, grid, axis=1) / (grid[-1] - grid[0]))


def paired_gain(ours: Array, theirs: Array) -> Number:
    """Return by how much the mean of one error is below another on the same rows, with its 95 % interval."""
    apart = theirs - ours
    if len(apart) < 2:
        return missing("one row alone says nothing about chance")
    half = Z95 * float(apart.std(ddof=1)) / np.sqrt(len(apart))
    return Number(float(apart.mean()), float(apart.mean()) - half, float(apart.mean()) + half)
