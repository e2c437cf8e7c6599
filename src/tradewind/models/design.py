"""The design matrix: how features become columns of numbers, fitted on training rows only and kept as plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tradewind.core.errors import ModelError, Problem
from tradewind.core.feature import Feature, FeatureTable

DesignKind = Literal["trees", "linear", "both"]
Form = Literal["value", "missing", "level", "other"]

MOST_LEVELS = 20
"""At most this many categories of one feature get a column of their own; the rest share the column `other`."""
LEAST_SHARE = 0.005
"""A category rarer than this share of the training weight is `other`."""
_CODE: Mapping[Form, int] = {"other": -1, "missing": -2}
WIDEST = 5.0
"""Linear designs end at so many standard deviations, so that one absurd value cannot carry a score away."""


@dataclass(frozen=True)
class DesignColumn:
    """One column of the matrix: (value − centre) / scale, after filling and, where `log`, a signed logarithm.

    Args:
        feature: position of the feature it comes from in `Design.features`.
        form: the value itself, whether it is missing, one category, or all the rare and unseen categories.
        level: the category, for `level`.
        fill: what stands for a missing value (linear only; trees keep it missing).
        log: whether sign(x)·log(1 + |x|) is taken.
        centre: weighted mean on the training rows, 0 for trees.
        scale: weighted standard deviation on the training rows, 1 for trees.
    """

    feature: int
    form: Form
    level: str = ""
    fill: float = 0.0
    log: bool = False
    centre: float = 0.0
    scale: float = 1.0


Places = NDArray[np.intp]


@dataclass(frozen=True)
class Plan:
    """Where the columns of the matrix come from in a table of features.

    Args:
        offered: the features of that table.
        absent: sentences of the features that the table lacks; all else is empty then.
        categories: columns of one category, its name, which level each column stands for, the levels.
        values: columns that are a number as it is, and its place among the numbers.
        missing: columns that say whether a number is missing, and its place.
    """

    offered: tuple[Feature, ...]
    absent: tuple[str, ...]
    categories: tuple[tuple[Places, str, Places, tuple[str, ...]], ...]
    values: tuple[Places, Places]
    missing: tuple[Places, Places]


_NOWHERE: tuple[Places, Places] = (np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp))


@dataclass(frozen=True)
class Design:
    """How features become the matrix that a model reads.

    Args:
        kind: `trees` keeps values and holes as they are; `linear` fills, unskews and scales; `both` has the columns of
            a linear design and then those of one for trees.
        features: the features offered at fitting, in order.
        columns: the columns, in order.
        dropped: one plain sentence for every feature that is not used, and why.
        linear: how many of the columns, from the first, are filled, unskewed and scaled.
    """

    kind: DesignKind
    features: tuple[Feature, ...]
    columns: tuple[DesignColumn, ...]
    dropped: tuple[str, ...] = ()
    linear: int = 0
    _plans: list[Plan] = field(default_factory=list, init=False, repr=False, compare=False)

    def plan(self, offered: tuple[Feature, ...]) -> Plan:
        """Return where its columns come from in a table of these features; the last few are remembered."""
        for plan in self._plans:
            if plan.offered is offered:
                return plan
        made = _plan(self, offered)
        self._plans[:] = [made, *self._plans[:3]]
        return made

    @cached_property
    def origin(self) -> NDArray[np.intp]:
        """(columns,) position in `features` of the feature each column comes from."""
        return np.array([column.feature for column in self.columns], dtype=np.intp)

    @cached_property
    def sums(self) -> tuple[tuple[Places, Places], ...]:
        """Columns with their positions in `features`: one after the other, as each adds to its feature's sum."""
        rounds: list[list[tuple[int, int]]] = []
        seen: dict[int, int] = {}
        for column, position in enumerate(self.origin.tolist()):
            nth = seen[position] = seen.get(position, -1) + 1
            rounds[nth:] = rounds[nth:] or [[]]
            rounds[nth].append((column, position))
        pairs = (np.array(each, dtype=np.intp).T for each in rounds)
        return tuple((each[0], each[1]) for each in pairs)

    def to_json(self) -> dict[str, Any]:
        """Return the design as plain data."""
        return {
            "kind": self.kind,
            "features": [asdict(feature) for feature in self.features],
            "columns": [asdict(column) for column in self.columns],
            "dropped": list(self.dropped),
            "linear": self.linear,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Design:
        """Rebuild a design from `to_json`.

        Raises:
            ModelError: the data do not describe a design.
        """
        try:
            features = tuple(Feature(**feature) for feature in data["features"])
            columns = tuple(DesignColumn(**column) for column in data["columns"])
            # Models saved before there were blends do not say it: then all columns are of one kind.
            linear = int(data.get("linear", len(columns) if data["kind"] == "linear" else 0))
            design = cls(data["kind"], features, columns, tuple(data["dropped"]), linear)
            sound = all(0 <= column.feature < len(features) and column.scale > 0 for column in columns)
            sound = sound and 0 <= linear <= len(columns)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ModelError(Problem("design", "this is no design of a model", str(error))) from error
        if not sound or design.kind not in ("trees", "linear", "both"):
            raise ModelError(Problem("design", "this design of a model is damaged", "", "", "train the model again"))
        return design


def fit_design(features: FeatureTable, weight: NDArray[np.float64], kind: DesignKind) -> Design:
    """Learn filling, categories and scaling from training rows.

    Args:
        features: the training rows and no others; each as of its own cutoff.
        weight: (n,) sampling weights.
        kind: for which sort of model.
    Returns:
        The design; features that are empty or have one value only are left out, and named in `dropped`.
    Raises:
        ModelError: there are no rows, or no feature has two different values.
    """
    if kind == "both":
        linear, trees = (fit_design(features, weight, each) for each in ("linear", "trees"))
        both = (*linear.columns, *trees.columns)
        return Design("both", features.features, both, trees.dropped, len(linear.columns))
    if len(features) == 0:
        raise ModelError(Problem("", "there is not one row to learn from"))
    columns: list[DesignColumn] = []
    dropped: list[str] = []
    numbers = _finite(features.numbers)
    number = 0
    for position, feature in enumerate(features.features):
        if feature.kind == "category":
            made = _category_columns(position, _texts(features.categories[feature.name]), weight, kind)
        else:
            made = _number_columns(position, numbers[:, number], weight, kind)
            number += 1
        columns += made
        if not made:
            dropped.append(f"{feature.sentence}: always empty or always the same, so nothing can be learned from it")
    if not columns:
        raise ModelError(Problem("", "nothing can be learned: no feature has two different values"))
    return Design(kind, features.features, tuple(columns), tuple(dropped), len(columns) if kind == "linear" else 0)


def apply_design(design: Design, features: FeatureTable) -> NDArray[np.float64]:
    """Turn features into the matrix, in the design's own column order whatever the table's order.

    Args:
        design: a fitted design.
        features: (n) rows to learn from or to score.
    Returns:
        (n, columns) matrix; without holes where linear, NaN where unknown for trees.
    Raises:
        ModelError: the table lacks a feature that the design uses.
    """
    plan = design.plan(features.features)
    if plan.absent:
        raise ModelError(
            Problem(
                "", f"the table lacks {len(plan.absent)} of the model's features", ", ".join(plan.absent[:5]),
                "the features it was trained on", "build the features again, or train again",
            )
        )  # fmt: skip
    numbers = _finite(features.numbers)
    matrix = np.empty((len(features), len(design.columns)))
    for columns, name, wanted, levels in plan.categories:
        codes = _codes(_texts(features.categories[name]), levels)
        matrix[:, columns] = codes[:, None] == wanted
    if len(plan.values[0]):
        matrix[:, plan.values[0]] = numbers[:, plan.values[1]]
    if len(plan.missing[0]):
        matrix[:, plan.missing[0]] = np.isnan(numbers[:, plan.missing[1]])
    if design.linear:
        matrix[:, : design.linear] = _scaled(design.columns[: design.linear], matrix[:, : design.linear])
    return matrix


def _number_columns(
    position: int, values: NDArray[np.float64], weight: NDArray[np.float64], kind: DesignKind
) -> list[DesignColumn]:
    known = ~np.isnan(values)
    if not known.any():
        return []
    lowest, highest = values[known].min(), values[known].max()
    if kind == "trees":
        return [DesignColumn(position, "value")] if lowest < highest or not known.all() else []
    columns = []
    fill = float(np.median(values[known]))
    filled = np.where(known, values, fill)
    if lowest < highest:
        log = bool(_skewness(filled, weight) > 1.0 or highest - lowest > 1e6)
        centre, scale = _centre_scale(_signed_log(filled) if log else filled, weight)
        if scale > 0:
            columns.append(DesignColumn(position, "value", "", fill, log, centre, scale))
    share = float(weight[~known].sum() / weight.sum()) if weight.sum() > 0 else 0.0
    if LEAST_SHARE < share < 1 - LEAST_SHARE:
        columns.append(_indicator(position, "missing", "", share, kind))
    return columns


def _category_columns(
    position: int, values: NDArray[np.object_], weight: NDArray[np.float64], kind: DesignKind
) -> list[DesignColumn]:
    total = float(weight.sum())
    weights: dict[str, float] = {}
    for value, w in zip(values, weight, strict=True):
        if value is not None:
            weights[value] = weights.get(value, 0.0) + float(w)
    missing = total - sum(weights.values())
    common = sorted((name for name in weights if weights[name] >= LEAST_SHARE * total), key=lambda n: (-weights[n], n))
    levels = common[:MOST_LEVELS]
    rest = sum(weights.values()) - sum(weights[name] for name in levels)
    shares: list[tuple[Form, str, float]] = [("level", name, weights[name] / total) for name in levels]
    shares += [("other", "", rest / total), ("missing", "", missing / total)]
    return [_indicator(position, form, level, s, kind) for form, level, s in shares if 1e-12 < s < 1 - 1e-12]


def _indicator(position: int, form: Form, level: str, share: float, kind: DesignKind) -> DesignColumn:
    if kind == "trees":
        return DesignColumn(position, form, level)
    return DesignColumn(position, form, level, 0.0, False, share, float(np.sqrt(share * (1 - share))))


def _scaled(columns: Sequence[DesignColumn], matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    fill = np.array([column.fill for column in columns])
    log = np.array([column.log for column in columns])
    centre = np.array([column.centre for column in columns])
    scale = np.array([column.scale for column in columns])
    value = np.array([column.form == "value" for column in columns])
    matrix = np.where(np.isnan(matrix), fill, matrix)
    matrix[:, log] = _signed_log(matrix[:, log])
    matrix = (matrix - centre) / scale
    matrix[:, value] = np.clip(matrix[:, value], -WIDEST, WIDEST)
    return matrix


def _plan(design: Design, offered: tuple[Feature, ...]) -> Plan:
    numeric = (feature for feature in offered if feature.kind == "number")
    places = {feature.name: at for at, feature in enumerate(numeric)}
    texts = {feature.name for feature in offered if feature.kind == "category"}
    used = [design.features[at] for at in sorted({column.feature for column in design.columns})]
    absent = tuple(one.sentence for one in used if one.name not in (places if one.kind == "number" else texts))
    if absent:
        return Plan(offered, absent, (), _NOWHERE, _NOWHERE)
    groups: dict[tuple[int, bool], list[tuple[int, DesignColumn]]] = {}
    pairs: dict[Form, list[tuple[int, int]]] = {"value": [], "missing": []}
    for at, column in enumerate(design.columns):
        feature = design.features[column.feature]
        if feature.kind == "category":
            groups.setdefault((column.feature, at < design.linear), []).append((at, column))
        else:
            pairs["value" if column.form == "value" else "missing"].append((at, places[feature.name]))
    categories = []
    for (position, _), group in groups.items():
        levels = tuple(column.level for _, column in group if column.form == "level")
        wanted = [levels.index(one.level) if one.form == "level" else _CODE[one.form] for _, one in group]
        ats = np.array([at for at, _ in group], dtype=np.intp)
        categories.append((ats, design.features[position].name, np.array(wanted, dtype=np.intp), levels))
    found = [np.array(each, dtype=np.intp).reshape(-1, 2).T for each in (pairs["value"], pairs["missing"])]
    return Plan(offered, (), tuple(categories), (found[0][0], found[0][1]), (found[1][0], found[1][1]))


def _finite(numbers: NDArray[np.float32]) -> NDArray[np.float64]:
    values = numbers.astype(np.float64)
    values[~np.isfinite(values)] = np.nan
    return values


def _texts(values: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return categories as text; None for everything that is no value (None, NaN, an empty text)."""
    made = [None if value is None or value != value or value == "" else str(value) for value in values]
    out = np.empty(len(made), dtype=object)
    out[:] = made
    return out


def _codes(values: NDArray[np.object_], levels: Sequence[str]) -> NDArray[np.intp]:
    """Return the position of each value in `levels`; −1 for any other text, −2 for missing."""
    places: dict[str | None, int] = {level: at for at, level in enumerate(levels)}
    places[None] = -2
    return np.fromiter((places.get(value, -1) for value in values), dtype=np.intp, count=len(values))


def _signed_log(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.sign(values) * np.log1p(np.abs(values)))


def _centre_scale(values: NDArray[np.float64], weight: NDArray[np.float64]) -> tuple[float, float]:
    centre = float(np.average(values, weights=weight))
    return centre, float(np.sqrt(np.average((values - centre) ** 2, weights=weight)))


def _skewness(values: NDArray[np.float64], weight: NDArray[np.float64]) -> float:
    centre, scale = _centre_scale(values, weight)
    return float(abs(np.average(((values - centre) / scale) ** 3, weights=weight))) if scale > 0 else 0.0
