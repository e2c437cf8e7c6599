"""Intervals for figures at the edge of their range, where every resample agrees and resampling sees no doubt."""

from __future__ import annotations

import numpy as np

_Z = 1.959963984540054


def wilson_interval(share: float, trials: float) -> tuple[float, float]:
    """Return Wilson's 95 % score interval (1927) of a share: 3 of 3 reads 1.00 (0.44 to 1.00).

    Args:
        share: observed share, 0 to 1.
        trials: how many it was observed on.
    """
    centre = (share + _Z**2 / (2 * trials)) / (1 + _Z**2 / trials)
    half = _Z / (1 + _Z**2 / trials) * np.sqrt(share * (1 - share) / trials + _Z**2 / (4 * trials**2))
    return max(0.0, float(centre - half)), min(1.0, float(centre + half))


def newcombe_interval(area: float, positives: float, negatives: float) -> tuple[float, float]:
    """Return Newcombe's 95 % interval of an AUC (2006, Statistics in Medicine 25:559, method 5).

    All θ with |θ − A| ≤ z √V(θ), V(θ) = θ(1 − θ)[1 + n*(1 − θ)/(2 − θ) + n*θ/(1 + θ)] / (n₁ n₀) and
    n* = (n₁ + n₀)/2 − 1: Hanley and McNeil's (1982) variance at θ instead of at the estimate.

    Args:
        area: observed AUC.
        positives: n₁.
        negatives: n₀.
    """
    theta = np.linspace(0.0, 1.0, 10_001)
    typical = (positives + negatives) / 2 - 1
    shape = 1 + typical * ((1 - theta) / (2 - theta) + theta / (1 + theta))
    variance = theta * (1 - theta) * shape / (positives * negatives)
    held = theta[np.abs(theta - area) <= _Z * np.sqrt(variance) + 1e-12]
    return float(min(held[0], area)), float(max(held[-1], area))
