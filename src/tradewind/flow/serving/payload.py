"""Scores of rows of features that a product computed itself: nothing is looked up, no reasons are told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from tradewind.core.errors import ConfigError, Problem
from tradewind.core.feature import FeatureTable
from tradewind.models.deployed import Deployed

MOST_ROWS = 10_000
"""Rows that one request may hold."""


@dataclass(frozen=True)
class Payload:
    """What takes features and gives scores.

    Args:
        deployed: the model.
        factor: what its amounts are multiplied with; 1 for probabilities.
        version: of the model.
        unit: `probability`, or the currency of amounts.
    """

    deployed: Deployed
    factor: float = 1.0
    version: str = ""
    unit: str = "probability"

    def score(self, columns: Sequence[Any], rows: Sequence[Any]) -> list[float]:
        """Return one score for each row.

        Args:
            columns: names of features; those of the model that are missing are unknown.
            rows: lists of their values, None where unknown.
        Raises:
            ConfigError: a column is no feature of the model, or a value is none.
        """
        if len(rows) > MOST_ROWS:
            raise ConfigError(Problem("data", "these are too many rows", f"{len(rows):,}", f"{MOST_ROWS:,} at most"))
        features = self.deployed.predictor.design.features
        known = {feature.name: feature for feature in features}
        unknown = [str(name)[:80] for name in columns if not isinstance(name, str) or name not in known]
        if unknown:
            expected = ", ".join(list(known)[:5]) + " …"
            raise ConfigError(Problem("columns", "the model has no such feature", ", ".join(unknown[:5]), expected))
        if len(set(columns)) < len(columns) or any(
            not isinstance(row, list | tuple) or len(row) != len(columns) for row in rows
        ):
            raise ConfigError(Problem("data", "rows and columns do not fit", "", "one value for each named column"))
        if not rows:
            return []
        at = {name: place for place, name in enumerate(columns)}
        numbers = [feature for feature in features if feature.kind == "number"]
        given = [(place, at[each.name]) for place, each in enumerate(numbers) if each.name in at]
        matrix = np.full((len(rows), len(numbers)), np.nan, dtype=np.float32)
        if given:
            matrix[:, [place for place, _ in given]] = _numbers(rows, [column for _, column in given], columns)
        categories = {feature.name: _texts(rows, at.get(feature.name)) for feature in features
                      if feature.kind == "category"}  # fmt: skip
        nobody = np.full(len(rows), None, dtype=object)
        day = np.full(len(rows), np.datetime64(date(1970, 1, 1), "D"))
        mean = self.deployed.mean(FeatureTable(nobody, day, features, matrix, categories))
        return [float(value) for value in mean * self.factor]


def _numbers(rows: Sequence[Any], places: Sequence[int], columns: Sequence[Any]) -> Any:
    try:
        values = [[np.nan if row[at] is None else row[at] for at in places] for row in rows]
        return np.array(values, np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        expected = f"numbers or null in {', '.join(str(columns[at]) for at in places[:3])} …"
        raise ConfigError(Problem("data", "a value is no number", str(error)[:80], expected)) from error


def _texts(rows: Sequence[Any], place: int | None) -> Any:
    texts = np.full(len(rows), None, dtype=object)
    if place is not None:
        texts[:] = [None if row[place] is None else str(row[place]) for row in rows]
    return texts
