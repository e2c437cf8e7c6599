"""Source columns as the config writes them: quoted names, numbers and times made plain, names for attributes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from functools import cache

from tradewind.core.contract import LOCAL_COLUMNS, SYSTEM_COLUMNS
from tradewind.sources.meaning.times import EPOCH_MILLIS, EPOCH_SECONDS
from tradewind.sources.profile import ColumnProfile

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_IN_CENTS = re.compile(r"(?i)(?<![a-z])(in[ _]?)?(cents?|pence|centimes|centavos|groszy|minor[ _]units?)(?![a-z])")
"""Headers of amounts that are counted in hundredths."""
_RESERVED = {*SYSTEM_COLUMNS, *LOCAL_COLUMNS, "amount_base", "from", "lookup", "where", "format", "stable", "timezone",
             "known_at", "known_after", "fill_down", "within", "row_number", "row_for", "once_for",
             "columns"}  # fmt: skip


def column_sql(column: ColumnProfile, table: str = "") -> str:
    """Return a column as an expression names it, quoted where it must be, with its table's name where asked for."""
    quoted = _quoted(column.name)
    return f"{_quoted(table)}.{quoted}" if table else quoted


@cache
def _quoted(name: str) -> str:
    """The name as it stands where SQL reads it as a column, else in quotes."""
    from sqlglot import exp, parse_one
    from sqlglot.errors import SqlglotError

    if _PLAIN.fullmatch(name) and name.lower() != "row_number":
        try:
            tree = parse_one(name, read="duckdb")
        except SqlglotError:
            tree = None
        if isinstance(tree, exp.Column) and tree.name == name:
            return name
    return _always_quoted(name)


def number_sql(column: ColumnProfile, table: str = "") -> str:
    """Return a column as a number: what stands around the digits is taken off."""
    sql, number = column_sql(column, table), column.number
    if column.kind == "integer" and _IN_CENTS.search(column.name):
        return f"{sql} / 100"
    if number is None or not number.dressed or column.sql_type != "VARCHAR":
        return sql
    if number.brackets:
        sql = f"replace({sql}, '(', '-')"
    if number.decimal == ",":
        sql = f"replace(regexp_replace({sql}, '[^0-9,-]', '', 'g'), ',', '.')"
    else:
        sql = f"regexp_replace({sql}, '[^0-9.-]', '', 'g')"
    return f"TRY_CAST({sql} AS DECIMAL(18,4))"


def time_sql(column: ColumnProfile, table: str = "") -> tuple[str, str]:
    """Return a column as a time, and the strptime format of its text where it is not ISO."""
    sql, time = column_sql(column, table), column.time
    if time is None:
        return sql, ""
    if time.format in (EPOCH_SECONDS, EPOCH_MILLIS):
        whole = f"TRY_CAST({sql} AS BIGINT)" if column.sql_type == "VARCHAR" else sql
        return f"to_timestamp({whole}{' / 1000' if time.format == EPOCH_MILLIS else ''})", ""
    return sql, time.format


def filled_text(column: str) -> str:
    """Return a column's value as trimmed text, NULL where it is blank, whatever its type."""
    return f"nullif(trim(CAST({_always_quoted(column)} AS VARCHAR)), '')"


def _always_quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def text_literal(text: str) -> str:
    """Return a text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def attribute_name(header: str, taken: Collection[str]) -> str:
    """Return a plain name for an attribute: lower case, words joined by underscores, unlike those taken."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", header) if not unicodedata.combining(letter))
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", plain.replace("ß", "ss"))
    name = re.sub(r"[^a-z0-9]+", "_", spaced.lower()).strip("_")[:60].strip("_") or "column"
    if name[0].isdigit():
        name = f"n_{name}"
    while name in taken or name in _RESERVED:
        name += "_"
    return name
