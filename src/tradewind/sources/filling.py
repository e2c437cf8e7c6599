"""The SQL that turns a mapping's expressions into typed values, and says of every row what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from tradewind.core.contract import Table
from tradewind.core.errors import ConfigError, Problem
from tradewind.sources.joining import Joined
from tradewind.sources.typed import Target, Typed, typed_column

if TYPE_CHECKING:
    import duckdb

REFUSED, MISSING, TEXT, NOBODY = 0, 1, 2, -1
"""Why a row is rejected: `problem` holds four times the target's number plus one of these, or −1 for "about nobody"."""


def expression_types(
    con: duckdb.DuckDBPyConnection, joined: Joined, expressions: Mapping[str, str], condition: str
) -> dict[str, str]:
    """Return the SQL type of each expression; one that the engine refuses becomes a problem of that column."""
    import duckdb

    from_clause = joined.from_clause()
    types: dict[str, str] = {}
    for name, sql in [*expressions.items(), ("where", f"CAST(({condition}) AS BOOLEAN)")]:
        try:
            types[name] = str(con.execute(f"DESCRIBE SELECT {sql} AS v FROM {from_clause}").fetchall()[0][1])
        except duckdb.Error as error:
            joined.problems.append(
                Problem(
                    f"{joined.where}.{name}",
                    "this expression cannot be computed",
                    _first_line(error),
                    "a value of each row",
                )
            )
    return types


def fill_typed(
    con: duckdb.DuckDBPyConnection,
    table: Table,
    targets: Sequence[Target],
    joined: Joined,
    expressions: Mapping[str, str],
    condition: str,
    types: Mapping[str, str],
) -> list[str]:
    """Create the table `typed`: `_row`, typed values `t…`, kinds of time `z…`, `problem` and the `offending` value.

    Args:
        con: the engine, which knows the source tables.
        table: the contract.
        targets: the columns to fill, in order.
        joined: the source and its lookups.
        expressions: bound SQL of each target.
        condition: bound SQL of the rows to take.
        types: SQL type of each expression.
    Returns:
        for each target, the reason to give where its value is refused.
    Raises:
        ConfigError: a column can never hold the target's type, or an expression fails on some row.
    """
    import duckdb

    from_clause = joined.from_clause()
    values, typed, checks, offending = ["s0._row AS _row"], [], [], []
    reasons: list[str] = []
    for i, target in enumerate(targets):
        form = typed_column(target, types[target.name], f"{joined.where}.{target.name}")
        if target.kind == "attribute" and types[target.name] == "VARCHAR":
            form = _attribute_form(con, expressions[target.name], from_clause, form)
        reasons.append(form.reason)
        unread = " OR ".join(
            f"(present({sql}) IS NOT NULL AND number_of({sql}) IS NULL)"
            for sql in joined.text_read_as_number[target.name]
        )
        values.append(f"({expressions[target.name]}) AS v{i}, ({unread or 'false'}) AS n{i}")
        typed.append(f"{_over(form.value, i)} AS t{i}")
        if form.zone:
            code = f"CASE {_over(form.zone, i)} WHEN 'aware' THEN 1 WHEN 'date' THEN 2 ELSE 0 END"
            typed.append(f"CAST({code} AS UTINYINT) AS z{i}")
        checks.append(f"WHEN n{i} THEN {4 * i + TEXT} WHEN {_over(form.refused, i)} THEN {4 * i + REFUSED}")
        if target.required:
            checks.append(f"WHEN t{i} IS NULL THEN {4 * i + MISSING}")
        offending.append(f"WHEN {i} THEN CAST(v{i} AS VARCHAR)")
    owners = [f"t{i}" for i, target in enumerate(targets) if target.name in table.any_of]
    if owners:
        checks.append(f"WHEN coalesce({', '.join(owners)}) IS NULL THEN {NOBODY}")
    sql = (
        f"CREATE TEMP TABLE typed AS SELECT _row, {', '.join(typed)}, CASE {' '.join(checks)} END AS problem, "
        f"CASE CASE WHEN problem >= 0 THEN problem // 4 END {' '.join(offending)} END AS offending "
        f"FROM (SELECT {', '.join(values)} FROM {from_clause} WHERE {condition})"
    )
    try:
        con.execute(sql)
    except duckdb.Error as error:
        raise ConfigError(
            Problem(
                joined.where,
                "an expression of this table fails on some row",
                _first_line(error),
                "expressions that work on every row",
                "use try_cast(… as …) or try_strptime(…) where a value may be unusable",
            )
        ) from error
    return reasons


def _attribute_form(con: duckdb.DuckDBPyConnection, expression: str, from_clause: str, text: Typed) -> Typed:
    """A text attribute is a number when every value is one; leading zeros mean a code, such as a postcode."""
    row = con.execute(
        f"SELECT count(present(v)), count(*) FILTER (WHERE present(v) IS NOT NULL AND "
        f"(number_of(v) IS NULL OR regexp_matches(present(v), '^[+-]?0\\d'))) "
        f"FROM (SELECT {expression} AS v FROM {from_clause})"
    ).fetchall()[0]
    return Typed("number_of(v)", "false", "") if row[0] and not row[1] else text


def _over(sql: str, column: int) -> str:
    """Put the column's own name for `v`, leaving quoted text alone."""
    return re.sub(r"'(?:[^']|'')*'|\bv\b", lambda m: f"v{column}" if m.group() == "v" else m.group(), sql)


def _first_line(error: Exception) -> str:
    return re.sub(r'\b(s\d+)\."?c?\d*"?', "…", str(error).splitlines()[0])
