"""Columns that only number or name the rows: they tell rows apart and teach nothing, so they are left out and said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tradewind.core.feature import FeatureTable

LEAST_ROWS = 20
TOO_MANY = 0.2
"""A text column with more different values than this share of its rows names the rows."""
LEAST_VALUES = 20
EXPECTED_REPEATS = 5.0
"""Whole numbers that would have repeated so often by chance, and never do, were given out one by one."""
EXACT = 2.0**24
"""From here on a float32 no longer holds every whole number."""


def drop_identifiers(features: FeatureTable) -> tuple[FeatureTable, tuple[str, ...]]:
    """Leave out columns that number or name the rows.

    Args:
        features: all columns as they came, in the order of the file.
    Returns:
        The table without them, and one plain sentence for each column left out.
    """
    said: list[str] = []
    kept, numbers = [], []
    categories = dict(features.categories)
    at = 0
    for feature in features.features:
        if feature.kind == "category":
            why = text_identifier(categories[feature.name])
        else:
            why = number_identifier(features.numbers[:, at].astype(np.float64))
            at += 1
        if why:
            said.append(f"{feature.sentence}: {why}, so it is left out")
            categories.pop(feature.name, None)
        else:
            kept.append(feature)
            if feature.kind == "number":
                numbers.append(at - 1)
    if not said:
        return features, ()
    left = replace(features, features=tuple(kept), numbers=features.numbers[:, numbers], categories=categories)
    return left, tuple(said)


def text_identifier(values: NDArray[np.object_]) -> str:
    """Return why a text column names the rows, or nothing."""
    known = [str(value) for value in values if value is not None and value == value and value != ""]
    if len(known) < LEAST_ROWS:
        return ""
    different = len(set(known))
    if different == len(known):
        return "no two rows have the same value"
    if different > LEAST_VALUES and different > TOO_MANY * len(known):
        return f"it has {different:,} different values in {len(known):,} rows"
    return ""


def number_identifier(values: NDArray[np.float64]) -> str:
    """Return why a column of numbers only numbers the rows, or nothing.

    Whole numbers count as given out one by one when none occurs twice although chance would have repeated them (the
    birthday problem: n²/2 pairs over the range of the values), when they rise or fall from row to row without a break,
    or when all have the same seven digits or more and next to none repeats. Money and measures have fractions, repeat,
    or differ in length.
    """
    known = values[np.isfinite(values)]
    n = len(known)
    if n < LEAST_ROWS or n < 0.5 * len(values) or (known != np.floor(known)).any():
        return ""
    different = len(np.unique(known))
    steps = np.diff(known)
    if (steps > 0).all() or (steps < 0).all():
        return "it counts from row to row"
    span = float(known.max() - known.min())
    if different == n and n * n / (2 * (span + 1)) >= EXPECTED_REPEATS:
        return "no two rows have the same number"
    low, high = float(np.abs(known).min()), float(np.abs(known).max())
    same_length = low >= 1e6 and int(np.log10(low)) == int(np.log10(high))
    if same_length and different >= (0.9 if high > EXACT else 1.0) * n:
        return "all its numbers are of one length and none repeats"
    return ""
