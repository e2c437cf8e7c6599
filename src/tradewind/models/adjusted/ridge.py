"""A cautious logistic line: penalised, so that few rows or many columns never run away."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

STEPS = 25


def fit_ridge(matrix: Floats, outcome: Floats, penalty: float = 1.0) -> Floats:
    """Fit a logistic line by Newton's method, its coefficients drawn towards zero (le Cessie, van Houwelingen 1992).

    Args:
        matrix: (n, p) columns with mean zero and spread one.
        outcome: (n,) 0 or 1.
        penalty: half the penalty on the sum of squares; the intercept is free.
    Returns:
        (p + 1,) coefficients, the intercept last.
    """
    design = np.column_stack([matrix, np.ones(len(matrix))])
    ridge = np.full(design.shape[1], penalty)
    ridge[-1] = 1e-3  # just enough that outcomes all alike still have a finite answer
    line = np.zeros(design.shape[1])
    mean = float(np.clip(outcome.mean(), 1e-3, 1 - 1e-3))
    line[-1] = np.log(mean / (1 - mean))
    for _ in range(STEPS):
        fitted = _chance(design @ line)
        curve = (design * (fitted * (1 - fitted))[:, None]).T @ design + np.diag(ridge)
        step = np.linalg.solve(curve, design.T @ (outcome - fitted) - ridge * line)
        line = line + step * min(1.0, 4.0 / max(float(np.abs(step).max()), 1e-12))
        if np.abs(step).max() < 1e-6:
            break
    return line


def predict_ridge(line: Floats, matrix: Floats) -> Floats:
    """Return (n,) chances of rows by a fitted line."""
    return _chance(matrix @ line[:-1] + line[-1])


def _chance(margin: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(margin, -30, 30))))
