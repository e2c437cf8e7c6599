"""What can be wrong in `[clean.*]`, worded for the person who wrote it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tradewind.core.contract import CONTRACT
from tradewind.core.errors import Problem, UnsafeExpression
from tradewind.core.trouble import KINDS
from tradewind.store.expressions import parse_scalar

ROWS_WHERE = re.compile(r"\s*rows\s+where\s+(.+)", re.IGNORECASE | re.DOTALL)
"""`drop = "rows where …"`."""

STATISTICS = frozenset(
    ("mean", "median", "mode", "average", "avg", "min", "max", "most_frequent", "mittelwert", "durchschnitt", "media")
)
"""Words for a value that would be learned over all rows."""

Hint = Callable[[str, Any], str]


def clean_problems(raw: Mapping[str, Any], hint: Hint) -> Iterator[Problem]:
    """Return the problems of every `[clean.<table>.<column>]`.

    Args:
        raw: the parsed configuration.
        hint: `did you mean …?` for a word among known ones.
    """
    clean, tables = raw.get("clean", {}), raw.get("tables", {})
    if not isinstance(clean, Mapping):
        return
    for name, columns in clean.items():
        mapped = tables.get(name) if isinstance(tables, Mapping) else None
        if name not in CONTRACT:
            yield Problem(f"clean.{name}", "there is no such contract table", "", "", hint(name, CONTRACT))
            continue
        if not isinstance(mapped, Mapping):
            yield Problem(f"clean.{name}", "this table is not mapped", "", f"a [tables.{name}] section")
            continue
        for column, body in columns.items() if isinstance(columns, Mapping) else ():
            if isinstance(body, Mapping):
                yield from _column_problems(name, column, body, mapped, hint)


def _column_problems(
    table: str, column: str, body: Mapping[str, Any], mapped: Mapping[str, Any], hint: Hint
) -> Iterator[Problem]:
    where = f"clean.{table}.{column}"
    if column not in mapped:
        yield Problem(where, "this column is not mapped", "", "a mapped column", hint(column, mapped))
    if not body:
        yield Problem(where, "this treats nothing", "", "one of: parse, map, cap, impute, drop, keep")
    declared = CONTRACT[table].column(column)
    required = declared is not None and declared.required
    yield from _impute_problems(
        where, body.get("impute"), required, declared is not None and bool(declared.revealed_by)
    )
    yield from _drop_problems(where, body.get("drop"), required)
    cap = body.get("cap")
    if isinstance(cap, list) and len(cap) == 2 and all(isinstance(end, int | float) for end in cap) and cap[0] > cap[1]:
        yield Problem(f"{where}.cap", "the lowest value is above the highest", repr(cap), "[lowest, highest]")
    if cap is not None and declared is not None and declared.type not in ("money", "quantity", "number"):
        yield Problem(f"{where}.cap", f"a {declared.type} cannot be capped", "", "a column of numbers")
    parse = body.get("parse")
    if isinstance(parse, Mapping):
        if not parse:
            yield Problem(
                f"{where}.parse", "this reads nothing anew", "", "one of: format, decimal, strip, units, factor"
            )
        if isinstance(parse.get("where"), str):
            yield from _expression(f"{where}.parse.where", parse["where"])
        if "where" in parse and "factor" not in parse:
            yield Problem(f"{where}.parse", "`where` says which rows `factor` is for", expected="factor = 0.01")
    keep = body.get("keep")
    for kind in keep if isinstance(keep, list) else ():
        if kind not in KINDS:
            yield Problem(f"{where}.keep", "there is no such finding", repr(kind), "", hint(str(kind), KINDS))


def _impute_problems(where: str, value: object, required: bool, revealed: bool) -> Iterator[Problem]:
    if value is None:
        return
    if revealed:
        yield Problem(
            f"{where}.impute", "this column is empty until it is known: filling it would say what nobody knew",
            repr(value), "no impute",
        )  # fmt: skip
    if required:
        yield Problem(
            f"{where}.impute", "a required column cannot be filled in: the row would be made up", repr(value),
            'drop = "rows where …", or a source that has the value',
        )  # fmt: skip
    if isinstance(value, str) and value.strip().lower().replace("-", "_") in STATISTICS:
        yield Problem(
            f"{where}.impute",
            "a statistic over all rows would look into the future: rows of later days would fill earlier ones",
            repr(value),
            'a stated constant, such as impute = 0 or impute = "unknown"; models fill gaps from training rows only',
        )


def _drop_problems(where: str, value: object, required: bool) -> Iterator[Problem]:
    if not isinstance(value, str):
        return
    rows = ROWS_WHERE.fullmatch(value)
    if rows is not None:
        yield from _expression(f"{where}.drop", rows.group(1))
    elif value != "column":
        yield Problem(f"{where}.drop", "this drops nothing", repr(value), '"column", or "rows where …"')
    elif required:
        yield Problem(f"{where}.drop", "a required column cannot be dropped", "", 'drop = "rows where …"')


def _expression(where: str, text: str) -> Iterator[Problem]:
    try:
        parse_scalar(text, where)
    except UnsafeExpression as error:
        yield from error.problems
