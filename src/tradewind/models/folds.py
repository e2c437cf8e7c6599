"""Folds of rows without a time: stratified, copies of one row together, and rows copied before the split refused."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradewind.core.errors import LeakError, Problem
from tradewind.core.feature import FeatureTable

Array = NDArray[np.float64]
Places = NDArray[np.intp]

COPIED = 0.05
"""Share of the rarer outcome's rows that must be copies before anybody is accused of having copied them."""
LOPSIDED = 5.0
"""Copies made by hand are at least so many times as common in the rarer outcome as in the other."""
AGREEING = 0.1
"""Rows alike by chance differ in outcome about as often as any two; copies hardly ever do: below this share of that."""


@dataclass(frozen=True)
class Copies:
    """Which rows are the same row.

    Args:
        group: (n,) rows with the same number are alike in everything but the outcome.
        extra: how many rows have the like of them before, outcome included.
    """

    group: Places
    extra: int

    @property
    def said(self) -> str:
        """One plain sentence, empty without copies."""
        if not self.extra:
            return ""
        return f"{self.extra:,} rows are like others in every column; such rows were tested together."


def find_copies(features: FeatureTable, counted: FeatureTable, outcome: Array) -> Copies:
    """Find rows that are the same, and refuse rows that were copied before the split.

    Copies in training and test make any model look good. Two things look alike and are not: a coarse table, in which
    different people happen to agree in every column, and rows multiplied to balance the outcome ("oversampling"). The
    first are kept and go into the same fold. The second are refused, on either sign of them: an entity that stands
    there twice; or copies that are at least 5 % of the rows of the rarer outcome (counted without copies), five times
    as common there as in the other outcome, and that hardly ever disagree in outcome, as rows alike by chance would.

    Args:
        features: all columns as they came: rows that are alike in these go into the same fold.
        counted: those without columns that only number or name rows: copies may have been numbered anew, so it is in
            these that they are looked for; that two people with keys of their own agree here is no fault.
        outcome: (n,) 0/1, NaN where not known.
    Raises:
        LeakError: the same row stands in training and test.
    """
    _, counts = np.unique(features.entity_id.astype(str), return_counts=True)
    if (counts > 1).any():
        raise _leak(f"{int((counts > 1).sum()):,} keys occur more than once")
    alike = _groups(counted)
    known = np.flatnonzero(~np.isnan(outcome))
    both = np.unique(np.column_stack([alike[known], outcome[known] > 0.5]), axis=0, return_counts=True)
    positive, count = both[0][:, 1] == 1, both[1]
    distinct = np.array([(~positive).sum(), positive.sum()])
    extra = np.array([(count[~positive] - 1).sum(), (count[positive] - 1).sum()])
    rarer = int(distinct[1] < distinct[0])
    share = extra / np.maximum(distinct + extra, 1)
    lopsided = share[rarer] >= COPIED and share[rarer] >= LOPSIDED * share[1 - rarer]
    if lopsided and _disagreement(alike[known], outcome[known]) < AGREEING:
        raise _leak(f"{extra[rarer]:,} of the {distinct[rarer] + extra[rarer]:,} rows of the rarer outcome are copies")
    group = alike if len(features.features) == len(counted.features) else _groups(features)
    return Copies(group, len(known) - len(np.unique(np.column_stack([group[known], outcome[known]]), axis=0)))


def stratified_folds(outcome: Array, group: Places, folds: int, rng: np.random.Generator) -> Places:
    """Deal groups of rows into folds of nearly equal size and nearly equal share of the outcome.

    Args:
        outcome: (n,) 0/1, all known.
        group: (n,) rows of one group share a fold.
        folds: how many.
        rng: shuffles.
    Returns:
        (n,) fold of each row.
    """
    _, member = np.unique(group, return_inverse=True)
    size = np.bincount(member)
    positives = np.bincount(member, outcome > 0.5)
    shuffled = rng.permutation(len(size))
    # Large groups first, then by how many outcomes they hold: dealing like cards keeps sizes and shares even.
    order = shuffled[np.lexsort((positives[shuffled], -size[shuffled]))]
    fold = np.empty(len(size), dtype=np.intp)
    fold[order] = (np.arange(len(order)) + int(rng.integers(folds))) % folds
    return fold[member]


def _groups(features: FeatureTable) -> Places:
    """Number the rows so that two rows have the same number exactly when all their columns agree."""
    codes = []
    for column in features.numbers.T:
        values = np.where(np.isfinite(column), column, np.float32(np.nan))
        codes.append(np.unique(values, return_inverse=True, equal_nan=True)[1])
    for values in features.categories.values():
        texts = ["" if value is None or value != value else str(value) for value in values]
        codes.append(np.unique(np.array(texts, dtype=str), return_inverse=True)[1])
    group = np.zeros(len(features), dtype=np.intp)
    for code in codes:
        _, group = np.unique(group * (int(code.max(initial=0)) + 1) + code, return_inverse=True)
    return group


def _disagreement(group: Places, outcome: Array) -> float:
    """Return how often rows that are alike differ in outcome, as a share of how often any two of the table do."""
    size = np.bincount(group).astype(np.float64)
    up = np.bincount(group, outcome > 0.5)
    pairs = float((size * (size - 1)).sum())
    chance = 2 * float(outcome.mean()) * (1 - float(outcome.mean()))
    return float((2 * up * (size - up)).sum()) / pairs / chance if pairs and chance else 1.0


def _leak(found: str) -> LeakError:
    return LeakError(
        Problem(
            "", "the same row stands in training and test: rows were copied before the split", found,
            "every row once", "give the table as it was before rows were copied; no balancing is needed",
        )
    )  # fmt: skip
