"""Many comparisons at once: how many p-values may be believed together."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from tradewind.stats.ranking import Values


def benjamini_hochberg(p_values: ArrayLike) -> Values:
    """Adjust p-values so that, of those at or below q, a share of at most q is expected to be false alarms.

    Benjamini and Hochberg (1995), step-up; valid for independent and positively dependent tests (Benjamini and
    Yekutieli 2001). NaN (not tested) stays NaN and does not count.

    Args:
        p_values: (m,) two-sided p-values.
    Returns:
        (m,) adjusted p-values.
    """
    p = np.asarray(p_values, dtype=np.float64)
    tested = np.flatnonzero(~np.isnan(p))
    order = tested[np.argsort(p[tested])][::-1]
    adjusted = np.full(len(p), np.nan)
    adjusted[order] = np.minimum.accumulate(np.minimum(1.0, p[order] * len(tested) / np.arange(len(tested), 0, -1)))
    return adjusted


def holm(p_values: ArrayLike) -> Values:
    """Adjust p-values so that the chance of any false alarm at or below α is at most α, whatever the dependence.

    Holm (1979), step-down. NaN (not tested) stays NaN and does not count.
    """
    p = np.asarray(p_values, dtype=np.float64)
    tested = np.flatnonzero(~np.isnan(p))
    order = tested[np.argsort(p[tested])]
    adjusted = np.full(len(p), np.nan)
    adjusted[order] = np.maximum.accumulate(np.minimum(1.0, p[order] * np.arange(len(tested), 0, -1)))
    return adjusted
