"""Where a model is less reliable: a figure for every value of every attribute, with control of false alarms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tradewind.models.evaluation.result import Rows
from tradewind.stats.bootstrap import Statistics, bootstrap_by_entity, resamples_for
from tradewind.stats.multiplicity import benjamini_hochberg
from tradewind.stats.ranking import Values

if TYPE_CHECKING:
    import pyarrow as pa

Figure = Callable[[Values, Values, Values], Values]
"""From actual (n,), predicted (n,), weight (b, n) to (b,)."""

Informative = Callable[[Values], int]
"""From the actual values of a slice to how many of them carry the information (those of the rarer class)."""

MOST_VALUES = 20
MOST_DISTINCT_NUMBERS = 10
FALSE_ALARMS = 0.05
FEWEST_ROWS = 50
FEWEST_INFORMATIVE = 10


@dataclass(frozen=True)
class Slice:
    """One value of one attribute: who is in it, who is not, and why it cannot be told (if it cannot)."""

    attribute: str
    value: str
    here: NDArray[np.intp]
    rest: NDArray[np.intp]
    informative: int
    reason: str


def slice_table(
    rows: Rows,
    attributes: Mapping[str, NDArray[np.object_]],
    figures: Mapping[str, Figure],
    informative: Informative,
    of_what: str,
    rng: np.random.Generator,
    resamples: int | None = None,
) -> pa.Table:
    """Compare each value of each attribute with everybody else.

    The difference from the rest is tested with its resampled standard error (Student's t); the p-values of all slices
    and figures are adjusted together (Benjamini and Hochberg 1995) and `different` means adjusted p ≤ 0.05.

    Args:
        rows: checked rows.
        attributes: attribute name to (n,) text or numbers, None where unknown; numbers with more than ten values are
            cut into quarters. Of many values the 20 largest are compared.
        figures: figure by name.
        informative: counts what carries the information; below 10 of them, or below 50 rows, a slice has neither
            figure nor flag but a reason.
        of_what: what `informative` counts, in plain words ("with an amount").
        rng: source of randomness.
        resamples: bootstrap resamples; 300 by default, enough for a standard error (4 %).
    Returns:
        attribute, value, n, metric, metric_value, low, high, different (null where unknown), reason.
    """
    import pyarrow as pa

    slices = _slices(rows, attributes, informative, of_what)
    told = {position: piece for position, piece in enumerate(slices) if not piece.reason}
    count = resamples if resamples is not None else min(300, resamples_for(len(rows.actual)))
    statistics = _statistics(rows, told, figures)
    draws = bootstrap_by_entity(statistics, rows.entity_id, rows.weight, rng, count) if told else None
    found: list[dict[str, object]] = []
    p_values: list[float] = []
    for position, piece in enumerate(slices):
        for metric in figures:
            row: dict[str, object] = {"attribute": piece.attribute, "value": piece.value, "n": len(piece.here)}
            found.append(row | {"metric": metric, "reason": piece.reason})
            p_values.append(np.nan)
            if draws is not None and position in told:
                mine = replace(draws, effective=piece.informative)
                number = mine.number(f"{position} {metric}")
                found[-1] |= {"metric_value": number.value, "low": number.low, "high": number.high}
                found[-1]["reason"] = number.reason
                p_values[-1] = mine.two_sided_p(f"{position} {metric} gap")
    for row, adjusted in zip(found, benjamini_hochberg(p_values), strict=True):
        row["different"] = None if np.isnan(adjusted) else bool(adjusted <= FALSE_ALARMS)
    return pa.Table.from_pylist(found, schema=_schema())


def _slices(
    rows: Rows, attributes: Mapping[str, NDArray[np.object_]], informative: Informative, of_what: str
) -> list[Slice]:
    found = []
    for attribute, values in attributes.items():
        for value, inside in _largest_slices(_quarters(values)):
            here, rest = np.flatnonzero(inside), np.flatnonzero(~inside)
            reason = _too_few(rows.actual[here], informative, of_what)
            if not reason and _too_few(rows.actual[rest], informative, of_what):
                reason = "too few others to compare with"
            found.append(Slice(attribute, value, here, rest, informative(rows.actual[here]), reason))
    return found


def _statistics(rows: Rows, told: Mapping[int, Slice], figures: Mapping[str, Figure]) -> Statistics:
    """Return one function from weights to every figure of every slice and its gap from the rest."""

    def statistics(weight: Values) -> dict[str, Values]:
        values = {}
        for position, piece in told.items():
            inside, outside = weight[:, piece.here], weight[:, piece.rest]
            for metric, figure in figures.items():
                value = figure(rows.actual[piece.here], rows.predicted[piece.here], inside)
                values[f"{position} {metric}"] = value
                others = figure(rows.actual[piece.rest], rows.predicted[piece.rest], outside)
                values[f"{position} {metric} gap"] = value - others
        return values

    return statistics


def _quarters(values: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return the quarter in which each number lies, in words; anything else as it is."""
    known = np.array([value is not None and value == value for value in values], dtype=np.bool_)
    if not all(isinstance(value, (int, float, np.number)) for value in values[known]):
        return values
    numbers = values[known].astype(np.float64)
    if len(np.unique(numbers)) <= MOST_DISTINCT_NUMBERS:
        return values
    edges = np.unique(np.quantile(numbers, [0, 0.25, 0.5, 0.75, 1]))
    quarter = np.clip(np.searchsorted(edges, numbers, side="right") - 1, 0, len(edges) - 2)
    words = [f"{low:,.4g} to {high:,.4g}" for low, high in pairwise(edges)]
    result = np.full(len(values), None, dtype=object)
    result[known] = np.array(words, dtype=object)[quarter]
    return result


def _too_few(actual: Values, informative: Informative, of_what: str) -> str:
    if len(actual) >= FEWEST_ROWS and informative(actual) >= FEWEST_INFORMATIVE:
        return ""
    return f"too few to tell: {len(actual):,} rows, {informative(actual):,} {of_what}"


def _largest_slices(values: NDArray[np.object_]) -> list[tuple[str, NDArray[np.bool_]]]:
    text = np.array(["unknown" if value is None or value != value else str(value) for value in values], dtype=str)
    names, index, counts = np.unique(text, return_inverse=True, return_counts=True)
    if len(names) < 2:
        return []
    largest = np.argsort(-counts, kind="stable")[:MOST_VALUES]
    return [(str(names[which]), index == which) for which in largest]


def _schema() -> pa.Schema:
    import pyarrow as pa

    return pa.schema(
        [
            ("attribute", pa.string()),
            ("value", pa.string()),
            ("n", pa.int64()),
            ("metric", pa.string()),
            ("metric_value", pa.float64()),
            ("low", pa.float64()),
            ("high", pa.float64()),
            ("different", pa.bool_()),
            ("reason", pa.string()),
        ]
    )
