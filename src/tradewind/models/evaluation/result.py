"""What an evaluation is: figures by name, the tables behind the charts, and whether the model beats the rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tradewind.core.errors import ModelError, Problem
from tradewind.core.finding import Number, is_chance
from tradewind.stats.bootstrap import Draws
from tradewind.stats.ranking import Values

if TYPE_CHECKING:
    import pyarrow as pa

SHARES = np.round(np.linspace(0.0, 1.0, 101), 2)
"""The depths at which gain and profit curves are drawn."""


@dataclass(frozen=True)
class Evaluation:
    """The figures of one set of predictions at one cutoff.

    Args:
        numbers: figure by name, each with its 95 % interval or the reason why it is missing.
        tables: role (`gain`, `calibration`, `profit`, `deciles`, `slices`, `rules`) to table.
        baseline: name of the headline rule; empty when there is none.
        distinguishable: whether the 95 % interval of the paired difference from the headline rule excludes zero.
        resamples: how many bootstrap resamples the intervals rest on.
        contact_rule: how many are contacted in the confusion table and the break-even: `profit-best`, or `top 10 %`
            where no contact pays or money is not profit; empty for amounts.
    """

    numbers: Mapping[str, Number]
    tables: Mapping[str, pa.Table]
    baseline: str
    distinguishable: bool
    resamples: int
    contact_rule: Literal["profit-best", "top 10 %", ""] = ""

    @property
    def better(self) -> bool:
        """Whether the model beats the headline rule: the whole interval of the paired difference is above zero.

        A model whose order cannot be told from a random one beats no rule, however badly the rule did.
        """
        low = self.numbers["baseline_gap"].low
        return low is not None and low > 0 and not is_chance(self.numbers.get("auc"))


def excludes_zero(number: Number) -> bool:
    """Return whether an interval exists and does not hold zero."""
    return number.low is not None and number.high is not None and (number.low > 0 or number.high < 0)


def backtest_rows(evaluations: Mapping[date, Evaluation], metrics: Sequence[str]) -> pa.Table:
    """Return the figures of several cutoffs beneath each other: cutoff, metric, value, low, high, baseline.

    Args:
        evaluations: cutoff day to evaluation.
        metrics: names of figures; `baseline` holds the figure `baseline_<metric>` where there is one.
    """
    rows = []
    for cutoff, evaluation in sorted(evaluations.items()):
        for metric in metrics:
            number = evaluation.numbers[metric]
            rule = evaluation.numbers.get(f"baseline_{metric}")
            rows.append((cutoff, metric, number.value, number.low, number.high, rule.value if rule else None))
    names = ("cutoff", "metric", "value", "low", "high", "baseline")
    return rows_table(names, ("date32", "string", *["double"] * 4), rows)


def table_of(columns: Mapping[str, ArrayLike | Sequence[object]]) -> pa.Table:
    """Return an Arrow table in which what is not known (NaN) is null."""
    import pyarrow as pa

    return pa.table({name: pa.array(np.asarray(column), from_pandas=True) for name, column in columns.items()})


def curve_table(column: str, draws: Draws, curve: str, rule: str) -> pa.Table:
    """Return share_contacted, <column>, low, high, rule_<column>: a curve with its 95 % band, beside the rule's.

    Args:
        column: what the curve shows.
        draws: with the curves at the depths `SHARES`.
        curve: name of the model's curve among them.
        rule: name of the headline rule's curve; all unknown where there is no rule.
    """
    low, high = draws.band(curve)
    beside = draws.point.get(rule, np.full(len(SHARES), np.nan))
    return table_of(
        {"share_contacted": SHARES, column: draws.point[curve], "low": low, "high": high, f"rule_{column}": beside}
    )


def rules_table(draws: Draws, rules: Iterable[str], metric: str, unit: str = "", reason: str = "") -> pa.Table:
    """Return every rule beside the model: rule, metric, value, low, high, gap, gap_low, gap_high.

    Args:
        draws: with the figures `rule_<position>_<metric>` and `rule_<position>_gap`.
        rules: names of the rules, in order.
        metric: what is compared; a gap above zero means that the model is better.
    """
    found = []
    for position, name in enumerate(rules):
        value = draws.number(f"rule_{position}_{metric}", unit, reason)
        gap = draws.number(f"rule_{position}_gap", unit, reason)
        found.append((name, metric, value.value, value.low, value.high, gap.value, gap.low, gap.high))
    fields = ("rule", "metric", "value", "low", "high", "gap", "gap_low", "gap_high")
    return rows_table(fields, ("string", "string", *["double"] * 6), found)


def rows_table(names: Sequence[str], types: Sequence[str], rows: Sequence[tuple[object, ...]]) -> pa.Table:
    """Return rows as an Arrow table; no rows give the same columns."""
    import pyarrow as pa

    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    arrays = [pa.array(list(column), kind) for column, kind in zip(columns, types, strict=True)]
    return pa.table(dict(zip(names, arrays, strict=True)))


@dataclass(frozen=True)
class Rows:
    """Checked rows of an evaluation.

    Args:
        actual: (n,) what happened: 0 or 1, or an amount.
        predicted: (n,) what was predicted.
        entity_id: (n,) whose row it is.
        weight: (n,) sampling weights.
    """

    actual: Values
    predicted: Values
    entity_id: NDArray[np.object_]
    weight: Values

    def take(self, order: NDArray[np.intp]) -> Rows:
        """Return the rows in another order."""
        return Rows(self.actual[order], self.predicted[order], self.entity_id[order], self.weight[order])


def check_rows(
    actual: ArrayLike, predicted: ArrayLike, entity_id: ArrayLike, weight: ArrayLike | None, binary: bool
) -> Rows:
    """Return the rows as arrays of floats.

    Raises:
        ModelError: lengths differ, something is not finite, a weight is negative, a class is not 0 or 1, or a
            probability is not one; all problems together.
    """
    y, p = np.asarray(actual, dtype=np.float64), np.asarray(predicted, dtype=np.float64)
    entity = np.asarray(entity_id, dtype=object)
    w = np.ones(len(y)) if weight is None else np.asarray(weight, dtype=np.float64)
    lengths = {len(y), len(p), len(entity), len(w)}
    if len(lengths) > 1:
        found = f"{len(y)} outcomes, {len(p)} predictions, {len(entity)} entities, {len(w)} weights"
        raise ModelError(Problem("evaluation", "the columns differ in length", found, "one of each per row"))
    problems = [
        Problem("evaluation", f"{bad.sum()} of {len(y)} {name}", f"first: {values[bad][0]}", expected)
        for name, values, bad, expected in [
            ("outcomes are not known", y, ~np.isfinite(y), "only rows whose outcome is complete"),
            ("predictions are not numbers", p, ~np.isfinite(p), "a finite prediction for every row"),
            ("weights are negative or unknown", w, ~(w >= 0) | np.isinf(w), "weights of zero or more"),
            ("outcomes are neither 0 nor 1", y, np.isfinite(y) & ~np.isin(y, (0, 1)) & binary, "0 or 1"),
            ("predictions are not probabilities", p, np.isfinite(p) & ((p < 0) | (p > 1)) & binary, "0 to 1"),
        ]
        if bad.any()
    ]
    if problems:
        raise ModelError(problems)
    return Rows(y, p, entity, w)


def check_columns(rows: Rows, columns: Mapping[str, ArrayLike]) -> None:
    """Refuse columns that do not match the rows, or that hold infinities.

    Args:
        rows: checked rows.
        columns: name to values: money at stake, rules, attributes.
    Raises:
        ModelError: names every column that cannot be used.
    """
    problems = []
    for name, values in columns.items():
        column = np.asarray(values)
        if len(column) != len(rows.actual):
            found = f"{len(column)} values for {len(rows.actual)} rows"
            problems.append(Problem(f"evaluation, {name}", "the column differs in length", found, "one per row"))
        elif column.dtype.kind == "f" and np.isinf(column).any():
            found = f"{np.isinf(column).sum()} of {len(column)}"
            problems.append(Problem(f"evaluation, {name}", "the column holds infinities", found, "finite values"))
    if problems:
        raise ModelError(problems)
