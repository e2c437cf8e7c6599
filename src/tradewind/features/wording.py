"""How features are named and worded: one place, so that every reason reads the same way."""

from __future__ import annotations

from collections.abc import Sequence

from tradewind.core.feature import Feature, FeatureKind, Influence, Unit
from tradewind.features.feature_set import Derivation, Formula

WINDOWS = (7, 30, 90, 180, 365)
"""Look-back windows in days; all time comes on top, and windows longer than the history are dropped."""

Window = int | None


def suffix(window: Window) -> str:
    """Return how a column of this window ends: `_30d`, or `_all`."""
    return "_all" if window is None else f"_{window}d"


def in_window(window: Window) -> str:
    """Return the window in plain words."""
    return "so far" if window is None else f"in the last {window} days"


def since(window: Window, day: str = "happened_on") -> str:
    """Return the FILTER clause of this window, or nothing for all time."""
    return "" if window is None else f" FILTER (WHERE {day} >= :days_{window}_ago_day)"


def also(window: Window, condition: str, day: str = "happened_on") -> str:
    """Return the FILTER clause of this window together with a condition."""
    return f" FILTER (WHERE {condition}{'' if window is None else f' AND {day} >= :days_{window}_ago_day'})"


def total(column: str, filtered: str = "") -> str:
    """Return an exact sum as SQL: the same type on every engine."""
    return f"CAST(SUM({column}){filtered} AS DECIMAL(38, 4))"


class Words:
    """Builds the derivations of one group, which share their source and influence."""

    def __init__(self, source: str, influence: Influence = "signal only") -> None:
        self.source = source
        self.influence: Influence = influence
        self.derivations: list[Derivation] = []

    def add(
        self,
        name: str,
        sentence: str,
        unit: Unit,
        family: str,
        formula: Formula,
        inputs: str | Sequence[str],
        window: Window = None,
        scale: float = 1.0,
        influence: Influence | None = None,
    ) -> None:
        """Add one feature; see `Feature` and `Derivation` for the arguments."""
        kind: FeatureKind = "category" if formula == "category" else "number"
        feature = Feature(name, sentence, unit, self.source, family, influence or self.influence, kind, window)
        taken = (inputs,) if isinstance(inputs, str) else tuple(inputs)
        self.derivations.append(Derivation(feature, formula, taken, scale))
