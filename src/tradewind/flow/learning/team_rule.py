"""The team's own rule: a table of points, or a column with a score made elsewhere; the baseline beside a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tradewind.core.errors import ConfigError, Problem, StoreError
from tradewind.store.config import Config
from tradewind.store.expressions import columns_of, parse_portable

if TYPE_CHECKING:
    import pyarrow as pa
    from sqlglot import exp

    from tradewind.store.engines import Engine

Array = NDArray[np.float64]


@dataclass(frozen=True)
class TeamRule:
    """The team's own rule.

    Args:
        name: of the `[rules.<name>]`, or of the column with the score.
        points: conditions with their points; empty where the rule is a column.
        sign: −1 where a low score means more of the outcome.
    """

    name: str
    points: tuple[tuple[str, float], ...] = ()
    sign: int = 1

    @property
    def words(self) -> str:
        """The rule in plain words."""
        plain = self.name.replace("_", " ")
        if self.points:
            return f"{'fewest' if self.sign < 0 else 'most'} points of “{plain}” first"
        return f"{'lowest' if self.sign < 0 else 'highest'} {plain} first"

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it reads."""
        if not self.points:
            return (self.name,)
        trees = [parse_portable(condition, f"rules.{self.name}") for condition, _ in self.points]
        return tuple(dict.fromkeys(column for tree in trees for column in columns_of(tree)))


def find_rule(config: Config, written: str) -> TeamRule | None:
    """Return the rule that a setting names; None where it names none.

    Raises:
        UnsafeExpression: a condition is not one.
    """
    if not written:
        return None
    sign, name = (-1, written[1:]) if written.startswith("-") else (1, written)
    if name not in config.rules:
        return TeamRule(name, (), sign)
    points = tuple(config.rules[name].points.items())
    for condition, _ in points:
        parse_portable(condition, f"rules.{name}")
    return TeamRule(name, points, sign)


def apply_rule(rule: TeamRule, engine: Engine, rows: pa.Table, step: str) -> Array:
    """Return (n,) scores of the rule, NaN where a column's score is empty.

    Args:
        rule: the rule.
        engine: where its conditions are computed.
        rows: (n) the rows, with every column that the rule reads.
        step: name under which they stay in the engine.
    Raises:
        ConfigError: a column is not there, or a condition cannot be computed.
    """
    where = f"rules.{rule.name}"
    missing = [name for name in rule.columns if name not in rows.column_names]
    if missing:
        raise ConfigError(
            Problem(where, "the rule reads what is not there", ", ".join(missing), ", ".join(rows.column_names))
        )
    if not rule.points:
        return rule.sign * column_values(engine, rows, [rule.name], step, where)[:, 0]
    conditions = [f"CASE WHEN {condition} THEN 1 ELSE 0 END" for condition, _ in rule.points]
    met = column_values(engine, rows, conditions, step, where)
    return np.asarray(rule.sign * (met @ np.array([points for _, points in rule.points])))


def column_values(engine: Engine, rows: pa.Table, expressions: Sequence[str], step: str, where: str) -> Array:
    """Return (n, expressions) numbers computed from the columns of some rows, NaN where there is none.

    Raises:
        ConfigError: the engine refuses an expression.
    """
    import pyarrow as pa
    from sqlglot import exp

    numbered = rows.append_column("row_place", pa.array(np.arange(rows.num_rows), pa.int64()))
    engine.load_table(step, numbered)
    trees = [parse_portable(text, where) for text in expressions]
    shown = [exp.alias_(exp.cast(exp.paren(_quoted(tree)), "DOUBLE"), f"value_{at}") for at, tree in enumerate(trees)]
    try:
        found = engine.fetch(exp.select("row_place", *shown).from_(step), {})
    except StoreError as error:
        reason = error.problems[0].found or error.problems[0].what
        expected = "conditions and numbers over the table's columns"
        raise ConfigError(Problem(where, "this cannot be computed", reason, expected)) from error
    order = np.argsort(found.column("row_place").to_numpy())
    columns = [
        found.column(f"value_{at}").cast(pa.float64()).to_numpy(zero_copy_only=False) for at in range(len(trees))
    ]
    return np.column_stack(columns)[order].astype(np.float64)


def _quoted(tree: exp.Expr) -> exp.Expr:
    """Name columns exactly: an engine folds the case of names that stand without quotes."""
    from sqlglot import exp

    def quote(node: exp.Expr) -> exp.Expr:
        return exp.column(node.name, quoted=True) if isinstance(node, exp.Column) else node

    return tree.transform(quote)
