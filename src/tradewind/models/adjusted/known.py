"""What was known beforehand as columns of numbers: filled, unskewed, scaled; categories one column each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MOST_LEVELS = 10
LEAST_ROWS = 10
"""Rows that a category must have, and lack, to get a column of its own."""


def known_matrix(columns: Mapping[str, Sequence[float | str | None]]) -> tuple[Floats, tuple[str, ...]]:
    """Turn what was known into a matrix for a linear model.

    Args:
        columns: name to (n,) numbers or texts, None where not known.
    Returns:
        (n, p) columns with mean zero and spread one, and the names of the columns that say anything.
    """
    made: list[Floats] = []
    used: list[str] = []
    rows = len(next(iter(columns.values()), ()))
    for name, values in columns.items():
        texts = any(isinstance(value, str) for value in values)
        parts = _levels(values) if texts else _numbers(values)
        parts = [scaled for part in parts if (scaled := _scaled(part)) is not None]
        made += parts
        used += [name] * bool(parts)
    return (np.column_stack(made) if made else np.zeros((rows, 0))), tuple(used)


def _numbers(values: Sequence[float | str | None]) -> list[Floats]:
    number = np.array([np.nan if value is None else float(value) for value in values])
    absent = ~np.isfinite(number)
    if absent.all():
        return []
    number = np.where(absent, np.median(number[~absent]), number)
    # Amounts and counts of people span powers of ten; their logarithm is what matters.
    unskewed = np.sign(number) * np.log1p(np.abs(number))
    return [unskewed, absent.astype(np.float64)]


def _levels(values: Sequence[float | str | None]) -> list[Floats]:
    said = np.array(["" if value is None else str(value) for value in values])
    names, counts = np.unique(said, return_counts=True)
    common = names[np.argsort(-counts, kind="stable")][:MOST_LEVELS]
    return [(said == name).astype(np.float64) for name in common]


def _scaled(column: Floats) -> Floats | None:
    spread = float(column.std())
    flag = set(np.unique(column).tolist()) <= {0.0, 1.0}
    if spread == 0 or (flag and min(column.sum(), len(column) - column.sum()) < LEAST_ROWS):
        return None
    return np.asarray((column - column.mean()) / spread)
