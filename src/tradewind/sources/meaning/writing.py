"""Source columns as the config writes them: quoted names, numbers and times made plain, names for attributes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

from tradewind.core.contract import LOCAL_COLUMNS, SYSTEM_COLUMNS
from tradewind.sources.meaning.times import EPOCH_MILLIS, EPOCH_SECONDS
from tradewind.sources.profile import ColumnProfile

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_WORDS_OF_SQL = frozenset(
    [
        "all",
        "and",
        "any",
        "as",
        "asc",
        "at",
        "between",
        "both",
        "by",
        "case",
        "cast",
        "check",
        "column",
        "comment",
        "constraint",
        "create",
        "cross",
        "current",
        "date",
        "day",
        "default",
        "desc",
        "distinct",
        "else",
        "end",
        "except",
        "false",
        "fetch",
        "for",
        "foreign",
        "from",
        "full",
        "grant",
        "group",
        "having",
        "hour",
        "if",
        "in",
        "index",
        "inner",
        "intersect",
        "interval",
        "into",
        "is",
        "join",
        "key",
        "leading",
        "left",
        "like",
        "limit",
        "minute",
        "month",
        "natural",
        "not",
        "null",
        "offset",
        "on",
        "only",
        "or",
        "order",
        "outer",
        "over",
        "position",
        "primary",
        "range",
        "references",
        "right",
        "row",
        "rows",
        "second",
        "select",
        "set",
        "show",
        "some",
        "table",
        "then",
        "time",
        "timestamp",
        "to",
        "trailing",
        "true",
        "union",
        "unique",
        "user",
        "using",
        "value",
        "values",
        "when",
        "where",
        "window",
        "with",
        "year",
    ]
)
_RESERVED = {*SYSTEM_COLUMNS, *LOCAL_COLUMNS, "amount_base", "from", "lookup", "where", "format", "stable", "timezone",
             "known_at", "known_after", "fill_down", "within", "row_number", "columns"}  # fmt: skip


def column_sql(column: ColumnProfile, table: str = "") -> str:
    """Return a column as an expression names it, quoted where it must be, with its table's name where asked for."""
    name = column.name
    plain = _PLAIN.fullmatch(name) is not None and name.lower() not in _WORDS_OF_SQL and name.lower() != "row_number"
    quoted = name if plain else '"' + name.replace('"', '""') + '"'
    if not table:
        return quoted
    prefix = table if _PLAIN.fullmatch(table) and table.lower() not in _WORDS_OF_SQL else f'"{table}"'
    return f"{prefix}.{quoted}"


def number_sql(column: ColumnProfile, table: str = "") -> str:
    """Return a column as a number: what stands around the digits is taken off."""
    sql, number = column_sql(column, table), column.number
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
