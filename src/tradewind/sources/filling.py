"""The SQL that turns a mapping's expressions into typed values, and says of every row what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from tradewind.core.contract import Table
from tradewind.core.errors import ConfigError, Problem
from tradewind.sources.joining import Joined
from tradewind.sources.typed import TERMS, Target, Typed, typed_column

if TYPE_CHECKING:
    import duckdb

_NAMES = ("v", *TERMS, "t")
_TERM = re.compile(r"'(?:[^']|'')*'|\b[vwpxt]\b")

_DECIMAL_ID = "regexp_full_match(p, '[0-9]+[.]0+')"
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

    forms = [_form(con, target, joined, expressions[target.name], types[target.name]) for target in targets]
    values, kinds, checks, offending = ["s0._row AS _row"], [], [], []
    for i, (target, form) in enumerate(zip(targets, forms, strict=True)):
        unread = " OR ".join(
            f"(present({sql}) IS NOT NULL AND number_of({sql}) IS NULL)"
            for sql in joined.text_read_as_number[target.name]
        )
        values.append(f"({expressions[target.name]}) AS v{i}, ({unread or 'false'}) AS n{i}")
        if form.zone:
            kind = f"CASE {_numbered(form.zone, i)} WHEN 'aware' THEN 1 WHEN 'date' THEN 2 ELSE 0 END"
            kinds.append(f"CAST({kind} AS UTINYINT) AS z{i}")
        checks.append(f"WHEN n{i} THEN {4 * i + TEXT} WHEN {_numbered(form.refused, i)} THEN {4 * i + REFUSED}")
        if target.required:
            checks.append(f"WHEN t{i} IS NULL THEN {4 * i + MISSING}")
        offending.append(f"WHEN {i} THEN CAST(v{i} AS VARCHAR)")
    owners = [f"t{i}" for i, target in enumerate(targets) if target.name in table.any_of]
    if owners:
        checks.append(f"WHEN coalesce({', '.join(owners)}) IS NULL THEN {NOBODY}")
    layers = [
        [f"{_numbered(formula, i)} AS {term}{i}" for i, form in enumerate(forms) if _needs(form, term)]
        for term, formula in TERMS.items()
    ]
    layers.append([f"{_numbered(form.value, i)} AS t{i}" for i, form in enumerate(forms)])
    layers.append([*kinds, f"CASE {' '.join(checks)} END AS problem"])
    sql = f"SELECT {', '.join(values)} FROM {joined.from_clause()} WHERE {condition}"
    for layer in layers:  # what is used twice is named in a layer of its own, never written out twice
        sql = f"SELECT *, {', '.join(layer)} FROM ({sql})" if layer else sql
    kept = [f"t{i}" for i in range(len(forms))] + [kind.rsplit(" ", 1)[1] for kind in kinds]
    sql = (
        f"CREATE TEMP TABLE typed AS SELECT _row, {', '.join(kept)}, problem, "
        f"CASE CASE WHEN problem >= 0 THEN problem // 4 END {' '.join(offending)} END AS offending FROM ({sql})"
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
    return [form.reason for form in forms]


def _form(con: duckdb.DuckDBPyConnection, target: Target, joined: Joined, expression: str, sql_type: str) -> Typed:
    """How one column is typed, where that depends on all of its values.

    A text attribute is a number when every value is one and none has a leading zero. Ids that all end in `.0` were
    whole numbers once: tools that write gaps into a column of whole numbers make them so.
    """
    form = typed_column(target, sql_type, f"{joined.where}.{target.name}")
    if sql_type != "VARCHAR":
        return form
    texts = f"(SELECT known_text(text_of({expression})) AS p FROM {joined.from_clause()})"
    if target.name.endswith("_id") and form.value == "p":
        first = (
            f"SELECT coalesce(bool_and({_DECIMAL_ID}), false) FROM (SELECT p FROM {texts} WHERE p IS NOT NULL LIMIT 1)"
        )
        every = f"SELECT coalesce(bool_and({_DECIMAL_ID}), false) FROM {texts} WHERE p IS NOT NULL"
        decimals = all(con.execute(query).fetchall()[0][0] for query in (first, every))
        return Typed("regexp_replace(p, '[.]0+$', '')", "false", "") if decimals else form
    if target.kind != "attribute":
        return form
    count, others = con.execute(
        "SELECT count(p), count(*) FILTER (WHERE p IS NOT NULL AND (number_text(p) IS NULL OR "
        f"regexp_matches(p, '^[+-]?0\\d'))) FROM {texts}"
    ).fetchall()[0]
    return Typed("TRY_CAST(x AS DOUBLE)", "false", "") if count and not others else form


def _needs(form: Typed, term: str) -> bool:
    """Whether a term, or one that follows from it, is used."""
    followers = list(TERMS)[list(TERMS).index(term) :]
    used = " ".join((form.value, form.refused, form.zone))
    return any(match.group() in followers for match in _TERM.finditer(used))


def _numbered(sql: str, column: int) -> str:
    """Put the column's own names for the terms, leaving quoted text alone."""
    return _TERM.sub(lambda match: f"{match.group()}{column}" if match.group() in _NAMES else match.group(), sql)


def _first_line(error: Exception) -> str:
    return re.sub(r'\b(s\d+)\."?c?\d*"?', "…", str(error).splitlines()[0])
