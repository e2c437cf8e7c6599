"""Scores of rows of features that a product computed itself: nothing is looked up, no reasons are told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from tradewind.core.errors import ConfigError, Problem
from tradewind.core.feature import FeatureTable
from tradewind.models.deployed import Deployed

_FIRST_DAY = np.datetime64("1970-01-01", "D")
MOST_ROWS = 10_000
"""Rows that one request may hold."""


@dataclass(frozen=True)
class Layout:
    """Where a model's features stand in rows that are sent.

    Args:
        columns: as they were sent.
        width: how many numbers the model's features have.
        places: those that were sent, among all numbers.
        sent: their columns, in the same order.
        texts: every category with its column, None where it was not sent.
    """

    columns: list[Any]
    width: int
    places: Any
    sent: tuple[int, ...]
    texts: tuple[tuple[str, int | None], ...]

    @cached_property
    def as_sent(self) -> bool:
        """Whether a row is nothing but its numbers, in their order."""
        return self.sent == tuple(range(len(self.columns)))


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
    _last: dict[str, Layout] = field(default_factory=dict, init=False, repr=False, compare=False)

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
        layout = self._layout(columns)
        width = len(columns)
        if any(not isinstance(row, list | tuple) or len(row) != width for row in rows):
            raise ConfigError(Problem("data", "rows and columns do not fit", "", "one value for each named column"))
        if not rows:
            return []
        features = self.deployed.predictor.design.features
        matrix = np.full((len(rows), layout.width), np.nan, dtype=np.float32)
        if len(layout.places):
            matrix[:, layout.places] = _numbers(rows, layout, columns)
        categories = {name: _texts(rows, place) for name, place in layout.texts}
        nobody = np.full(len(rows), None, dtype=object)
        day = np.full(len(rows), _FIRST_DAY)
        mean = self.deployed.mean(FeatureTable(nobody, day, features, matrix, categories))
        return [float(value) for value in mean * self.factor]

    def _layout(self, columns: Sequence[Any]) -> Layout:
        """Where the model's features stand among the columns; a product sends the same columns again and again."""
        last = self._last.get("sent")
        if last is not None and last.columns == columns:
            return last
        features = self.deployed.predictor.design.features
        known = {feature.name for feature in features}
        unknown = [str(name)[:80] for name in columns if not isinstance(name, str) or name not in known]
        if unknown:
            expected = ", ".join([feature.name for feature in features][:5]) + " …"
            raise ConfigError(Problem("columns", "the model has no such feature", ", ".join(unknown[:5]), expected))
        if len(set(columns)) < len(columns):
            raise ConfigError(Problem("data", "rows and columns do not fit", "", "one value for each named column"))
        at = {name: place for place, name in enumerate(columns)}
        numbers = [feature.name for feature in features if feature.kind == "number"]
        given = [(place, at[name]) for place, name in enumerate(numbers) if name in at]
        texts = tuple((feature.name, at.get(feature.name)) for feature in features if feature.kind == "category")
        places = np.array([place for place, _ in given], dtype=np.intp)
        made = Layout(list(columns), len(numbers), places, tuple(sent for _, sent in given), texts)
        self._last["sent"] = made
        return made


def _numbers(rows: Sequence[Any], layout: Layout, columns: Sequence[Any]) -> Any:
    try:
        picked = rows if layout.as_sent else [[row[at] for at in layout.sent] for row in rows]
        return np.array([[np.nan if value is None else value for value in row] for row in picked], np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        expected = f"numbers or null in {', '.join(str(columns[at]) for at in layout.sent[:3])} …"
        raise ConfigError(Problem("data", "a value is no number", str(error)[:80], expected)) from error


def _texts(rows: Sequence[Any], place: int | None) -> Any:
    texts = np.full(len(rows), None, dtype=object)
    if place is not None:
        texts[:] = [None if row[place] is None else str(row[place]) for row in rows]
    return texts
