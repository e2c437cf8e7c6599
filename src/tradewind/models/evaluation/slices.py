"""Where a model is less reliable: a figure for every value of every attribute, with control of false alarms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tradewind.models.evaluation.result import Rows
from tradewind.stats.bootstrap import bootstrap_by_entity, resamples_for
from tradewind.stats.multiplicity import benjamini_hochberg
from tradewind.stats.ranking import Values

if TYPE_CHECKING:
    import pyarrow as pa

Figure = Callable[[Values, Values, Values], Values]
"""From actual (n,), predicted (n,), weight (b, n) to (b,)."""

Informative = Callable[[Values], int]
"""From the actual values of a slice to how many of them carry the information (those of the rarer class)."""

MOST_VALUES = 20
FALSE_ALARMS = 0.05
FEWEST_ROWS = 50
FEWEST_INFORMATIVE = 10


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

    The difference from the rest is tested with its resampled standard error (normal approximation); the p-values of
    all slices and figures are adjusted together (Benjamini and Hochberg 1995) and `different` means adjusted p ≤ 0.05.

    Args:
        rows: checked rows.
        attributes: attribute name to (n,) text, None where unknown.
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

    count = resamples if resamples is not None else min(300, resamples_for(len(rows.actual)))
    found: list[dict[str, object]] = []
    p_values: list[float] = []
    for attribute, values in attributes.items():
        for value, inside in _largest_slices(values):
            reason = _too_few(rows.actual[inside], informative, of_what)
            if not reason and _too_few(rows.actual[~inside], informative, of_what):
                reason = "too few others to compare with"
            for metric, figure in figures.items():
                row: dict[str, object] = {"attribute": attribute, "value": value, "n": int(inside.sum())}
                numbers, p_value = ({}, np.nan) if reason else _compare(rows, inside, figure, informative, rng, count)
                found.append(row | {"metric": metric, "reason": reason} | numbers)
                p_values.append(p_value)
    for row, adjusted in zip(found, benjamini_hochberg(p_values), strict=True):
        row["different"] = None if np.isnan(adjusted) else bool(adjusted <= FALSE_ALARMS)
    return pa.Table.from_pylist(found, schema=_schema())


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


def _compare(
    rows: Rows,
    inside: NDArray[np.bool_],
    figure: Figure,
    informative: Informative,
    rng: np.random.Generator,
    resamples: int,
) -> tuple[dict[str, object], float]:
    here, rest = np.flatnonzero(inside), np.flatnonzero(~inside)

    effective = informative(rows.actual[here])

    def statistics(weight: Values) -> dict[str, Values]:
        value = figure(rows.actual[here], rows.predicted[here], weight[:, here])
        return {"value": value, "gap": value - figure(rows.actual[rest], rows.predicted[rest], weight[:, rest])}

    draws = bootstrap_by_entity(statistics, rows.entity_id, rows.weight, rng, resamples, effective)
    number = draws.number("value")
    numbers: dict[str, object] = {"metric_value": number.value, "low": number.low, "high": number.high}
    return numbers, draws.two_sided_p("gap")


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
