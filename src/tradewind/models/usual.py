"""What is usual in the training rows, and which features say the same thing: the background of every reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradewind.core.errors import ModelError, Problem
from tradewind.core.feature import FeatureTable

ALIKE = 0.7
"""Features whose rank correlation is at least this are two forms of the same thing."""
MOST_ROWS = 20_000


@dataclass(frozen=True)
class Usual:
    """What the training rows look like.

    Args:
        middle: feature name to the median of a number or the most common category; names without a value are absent.
        alike: pairs of feature names whose rank correlation is at least 0.7 in absolute value.
    """

    middle: Mapping[str, float | str]
    alike: frozenset[tuple[str, str]] = frozenset()

    def to_json(self) -> dict[str, Any]:
        """Return this as plain data."""
        return {"middle": dict(self.middle), "alike": sorted(map(list, self.alike))}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Usual:
        """Rebuild from `to_json`.

        Raises:
            ModelError: the data are something else.
        """
        try:
            middle = {str(k): v if isinstance(v, str) else float(v) for k, v in data["middle"].items()}
            return cls(middle, frozenset((str(a), str(b)) for a, b in data["alike"]))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ModelError(Problem("usual", "these are no usual values", str(error))) from error


def fit_usual(features: FeatureTable, weight: NDArray[np.float64]) -> Usual:
    """Learn what is usual from training rows.

    Args:
        features: the training rows.
        weight: (n,) sampling weights.
    Returns:
        Medians, commonest categories, and the pairs of features that say the same.
    """
    step = max(1, len(features) // MOST_ROWS)
    numbers = features.numbers[::step].astype(np.float64)
    numbers[~np.isfinite(numbers)] = np.nan
    middle: dict[str, float | str] = {}
    for at, feature in enumerate(features.number_features):
        known = ~np.isnan(numbers[:, at])
        if known.any():
            middle[feature.name] = _weighted_median(numbers[known, at], weight[::step][known])
    for name, values in features.categories.items():
        shares: dict[str, float] = {}
        for value, w in zip(values, weight, strict=True):
            if value is not None and value == value:
                shares[str(value)] = shares.get(str(value), 0.0) + float(w)
        if shares:
            middle[name] = max(sorted(shares), key=lambda level: shares[level])
    names = [feature.name for feature in features.number_features]
    return Usual(middle, frozenset((names[a], names[b]) for a, b in _alike(numbers)))


def _weighted_median(values: NDArray[np.float64], weight: NDArray[np.float64]) -> float:
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weight[order])
    return float(values[order][min(int(np.searchsorted(reached, reached[-1] / 2)), len(values) - 1)])


def _alike(numbers: NDArray[np.float64]) -> list[tuple[int, int]]:
    """Return the pairs of columns whose Spearman correlation is high; missing values take the middle rank."""
    from scipy.stats import rankdata

    if len(numbers) < 3 or numbers.shape[1] < 2:
        return []
    known = ~np.isnan(numbers)
    ranks = np.zeros_like(numbers)
    for at in range(numbers.shape[1]):
        own = rankdata(numbers[known[:, at], at])
        ranks[known[:, at], at] = own - (len(own) + 1) / 2
    norm = np.sqrt((ranks**2).sum(axis=0))
    with np.errstate(invalid="ignore", divide="ignore"):
        correlation = np.where(np.outer(norm, norm) > 0, ranks.T @ ranks / np.outer(norm, norm), 0.0)
    first, second = np.nonzero(np.triu(np.abs(correlation) >= ALIKE, 1))
    return list(zip(first.tolist(), second.tolist(), strict=True))
