"""`[clean]` on a mapped table: values and rows are changed as config says, and counted before and after."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tradewind.core.contract import Table
from tradewind.core.errors import ConfigError, Problem
from tradewind.sources.reading_anew import Treated, quoted
from tradewind.store.clean_problems import ROWS_WHERE

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from tradewind.store.config_clean import CleanRule

CLEANED = "cleaned"
"""Workspace table of what `[clean]` did: table, column, treatment, rows, before_sum, after_sum."""

_NUMBERS = ("DECIMAL", "DOUBLE", "FLOAT", "BIGINT", "INTEGER")


def clean_rows(table: Table, good: pa.Table, rules: Mapping[str, CleanRule]) -> tuple[pa.Table, list[Treated]]:
    """Apply `drop`, `parse.factor`, `cap` and `impute`, in this order, column by column.

    Args:
        table: the contract.
        good: the mapped rows, in source order.
        rules: the table's cleaning rules by column.
    Returns:
        the rows that remain, in their order, and what each treatment touched.
    Raises:
        ConfigError: an expression does not fit the table, or a constant its column; all together.
    """
    import duckdb

    treated: list[Treated] = []
    problems: list[Problem] = []
    # One thread: with several, the engine gives rows in whatever order its threads finish.
    with duckdb.connect(config={"threads": 1}) as con:
        for column, rule in rules.items():
            if column not in good.column_names:
                continue  # the mapping itself says so
            con.register("good", good)
            try:
                good = _clean_column(con, table, good, column, rule, treated)
            except duckdb.Error as error:
                what = "this treatment does not fit its table or column"
                expected = f"columns of {table.name}, values of the column's type"
                problems.append(Problem(f"clean.{table.name}.{column}", what, str(error).splitlines()[0], expected))
            con.unregister("good")
    if problems:
        raise ConfigError(problems)
    return good, treated


def _clean_column(
    con: duckdb.DuckDBPyConnection, table: Table, good: pa.Table, column: str, rule: CleanRule, treated: list[Treated]
) -> pa.Table:
    """Apply one column's rule to the view `good`."""
    if rule.drop == "column":
        treated.append(Treated(column, "drop column", good.num_rows))
        return good.drop_columns([column])
    rows = ROWS_WHERE.fullmatch(rule.drop or "")
    if rows is not None:
        condition = _bound(rows.group(1), f"clean.{table.name}.{column}.drop")
        good = _replaced(con, column, "drop rows", f"SELECT * FROM good WHERE ({condition}) IS NOT TRUE", treated)
    for name, value in _new_values(table, column, rule):
        changed = f'SELECT * REPLACE (CAST({value} AS {_type(con, column)}) AS "{column}") FROM good'
        good = _replaced(con, column, name, changed, treated)
    return good


def _new_values(table: Table, column: str, rule: CleanRule) -> list[tuple[str, str]]:
    """SQL of the value after each treatment, in order."""
    steps = []
    if rule.parse is not None and rule.parse.factor is not None:
        where = rule.parse.where
        condition = _bound(where, f"clean.{table.name}.{column}.parse.where") if where else "true"
        value = f'"{column}" * {rule.parse.factor!r}'
        steps.append(("factor", f'CASE WHEN ({condition}) IS TRUE THEN {value} ELSE "{column}" END'))
    if rule.cap is not None:
        low, high = rule.cap
        inside = f'least(greatest("{column}", {low!r}), {high!r})'
        steps.append(("cap", f'CASE WHEN "{column}" IS NOT NULL THEN {inside} END'))
    if rule.impute is not None:
        constant = quoted(rule.impute) if isinstance(rule.impute, str) else str(rule.impute)
        steps.append(("impute", f'coalesce(CAST("{column}" AS VARCHAR), CAST({constant} AS VARCHAR))'))
    return steps


def _replaced(
    con: duckdb.DuckDBPyConnection, column: str, treatment: str, select: str, treated: list[Treated]
) -> pa.Table:
    """Put the changed rows in the place of `good`, with counts and sums before and after."""
    numeric = _type(con, column).startswith(_NUMBERS)
    total = f'sum(CAST("{column}" AS DOUBLE))' if numeric else "NULL"
    before = con.execute(f"SELECT count(*), {total} FROM good").fetchall()[0]
    changed = con.sql(select).to_arrow_table()
    con.register("changed", changed)
    after = con.execute(f"SELECT count(*), {total} FROM changed").fetchall()[0]
    if after[0] != before[0]:
        touched = before[0] - after[0]
    else:
        differs = f'a."{column}" IS DISTINCT FROM b."{column}"'
        touched = con.execute(f"SELECT count(*) FROM good a POSITIONAL JOIN changed b WHERE {differs}").fetchall()[0][0]
    treated.append(Treated(column, treatment, int(touched), before[1], after[1]))
    con.register("good", changed)
    con.unregister("changed")
    return changed


def _type(con: duckdb.DuckDBPyConnection, column: str) -> str:
    return str(con.execute(f'DESCRIBE SELECT "{column}" FROM good').fetchall()[0][1])


def _bound(text: str, where: str) -> str:
    from tradewind.store.expressions import parse_scalar

    return parse_scalar(text, where).sql(dialect="duckdb")
