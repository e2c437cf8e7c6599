"""A feature, and the table of features that models learn from."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import numpy as np
from numpy.typing import NDArray

FeatureKind = Literal["number", "category"]
Unit = Literal["count", "money", "days", "share", "ratio", "category", "number"]
Influence = Literal["you can influence", "signal only"]

PRESENT_STAGE = "its present stage"
"""Words of a sentence that a reason replaces by the name of the stage, the value of the feature `stage_now`."""


@dataclass(frozen=True)
class Feature:
    """One column that a model may use, with the words a person reads for it.

    Args:
        name: column name, unique in its table (`orders_count_30d`).
        sentence: plain words that complete "because of …" ("orders in the last 30 days").
        unit: what a value of 1 means.
        source: contract table or user SQL it comes from.
        family: features of one family are forms of the same thing (recency, frequency, spend …); of several only
            one is shown as a reason.
        influence: whether acting on it is possible at all.
        kind: `number` or `category`.
        window: look-back in days; None is all time.
    """

    name: str
    sentence: str
    unit: Unit
    source: str
    family: str
    influence: Influence = "signal only"
    kind: FeatureKind = "number"
    window: int | None = None


@dataclass(frozen=True)
class FeatureTable:
    """Features of many entities at one or many cutoffs; one row per (entity, cutoff).

    Args:
        entity_id: (n,) text.
        cutoff: (n,) datetime64[D], the local day of the row's cutoff.
        features: the p features, in column order.
        numbers: (n, p_number) float32, NaN where unknown; columns are the features of kind `number`, in order.
        categories: name to (n,) object array of text or None, for features of kind `category`.
    """

    entity_id: NDArray[np.object_]
    cutoff: NDArray[np.datetime64]
    features: tuple[Feature, ...]
    numbers: NDArray[np.float32]
    categories: Mapping[str, NDArray[np.object_]] = field(default_factory=dict)

    @property
    def number_features(self) -> tuple[Feature, ...]:
        """The features that are columns of `numbers`, in order."""
        return tuple(feature for feature in self.features if feature.kind == "number")

    def __len__(self) -> int:
        return len(self.entity_id)

    def rows(self, chosen: NDArray[np.bool_] | NDArray[np.intp] | slice) -> FeatureTable:
        """Return the chosen rows as a table of their own."""
        return FeatureTable(
            self.entity_id[chosen],
            self.cutoff[chosen],
            self.features,
            self.numbers[chosen],
            {name: values[chosen] for name, values in self.categories.items()},
        )

    def without(self, names: Collection[str]) -> FeatureTable:
        """Return the table without the features of these names."""
        kept = [feature.name not in names for feature in self.number_features]
        return FeatureTable(
            self.entity_id,
            self.cutoff,
            tuple(feature for feature in self.features if feature.name not in names),
            self.numbers[:, np.array(kept, dtype=bool)],
            {name: values for name, values in self.categories.items() if name not in names},
        )

    def column(self, name: str) -> NDArray[np.float32]:
        """Return one numeric feature by name."""
        names = [feature.name for feature in self.number_features]
        return self.numbers[:, names.index(name)]


@dataclass(frozen=True)
class TrainingTable:
    """Features with the outcome that followed, as each moment of learning would have known it.

    Args:
        features: one row per (entity, cutoff).
        labels: origin day to (n,) float64; the labels as known at that origin, NaN where not complete by then.
            The newest origin is what is known today.
        baselines: name of a rule of thumb to (n,) float64 score of that rule as of the row's cutoff.
        value: (n,) float64, gross margin (or revenue, see the card) at stake per entity as of the cutoff.
        slices: attribute name to (n,) object array; only for showing where a model is less reliable.
        weight: (n,) float64 sampling weights.
    """

    features: FeatureTable
    labels: Mapping[date, NDArray[np.float64]]
    baselines: Mapping[str, NDArray[np.float64]]
    value: NDArray[np.float64]
    slices: Mapping[str, NDArray[np.object_]]
    weight: NDArray[np.float64]

    @property
    def label(self) -> NDArray[np.float64]:
        """The labels as known today."""
        return self.labels[max(self.labels)]

    @property
    def cutoffs(self) -> tuple[date, ...]:
        """The distinct cutoff days, oldest first."""
        return tuple(day.item() for day in np.unique(self.features.cutoff))

    def __len__(self) -> int:
        return len(self.features)
