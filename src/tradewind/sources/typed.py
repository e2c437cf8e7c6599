"""Values into contract types, in DuckDB's SQL: what a value becomes, and why one that becomes nothing is refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tradewind.core.contract import Column, ColumnType
from tradewind.core.errors import ConfigError, Problem

if TYPE_CHECKING:
    import duckdb

Kind = ColumnType | Literal["attribute"]

_INTEGERS = (
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "HUGEINT",
    "UTINYINT",
    "USMALLINT",
    "UINTEGER",
    "UBIGINT",
    "UHUGEINT",
)
_ISO = r"\d{4}[-/]\d{1,2}[-/]\d{1,2}([ T]\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?)?"
_OFFSET = r"\s*(Z|UTC|GMT|[+-]\d{2}(:?\d{2})?)"
DATE_FORMATS = (
    "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y%m%d", "%Y.%m.%d", "%d/%m/%y", "%m/%d/%y",
    "%d.%m.%y", "%d %b %Y", "%b %d %Y", "%b %d, %Y", "%d-%b-%Y", "%d %B %Y", "%B %d, %Y",
)  # fmt: skip
TIME_TAILS = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p", "T%H:%M:%S")


@dataclass(frozen=True)
class Target:
    """One column to be filled.

    Args:
        name: its name in the contract table.
        kind: contract type, or `attribute` for a column beyond the contract.
        required: whether a row without it is refused.
        personal: whether its values may not be shown.
        format: strptime format of its text, or None.
    """

    name: str
    kind: Kind
    required: bool = False
    personal: bool = False
    format: str | None = None

    @classmethod
    def of(cls, column: Column, format_: str | None = None) -> Target:
        """Return the target of a contract column."""
        return cls(column.name, column.type, column.required, column.personal, format_)


@dataclass(frozen=True)
class Typed:
    """SQL for one column, over its value `v`.

    Args:
        value: the typed value; NULL where there is none or it is refused.
        refused: true where a value is present and cannot be used.
        reason: words for that.
        zone: for times, SQL that says what the value is: 'aware', 'naive' or 'date'; empty for other types.
    """

    value: str
    refused: str
    reason: str
    zone: str = ""


def define_functions(con: duckdb.DuckDBPyConnection, decimal: str | None) -> None:
    """Create the small SQL functions that typing uses.

    Args:
        con: the in-memory engine.
        decimal: the decimal sign the config states; stating it also allows thousands separators.
    """
    con.execute("SET TimeZone = 'UTC'")
    con.execute(
        "CREATE OR REPLACE TEMP MACRO text_of(v) AS nullif(trim(CAST(v AS VARCHAR), ' \t\r\n\u00a0\ufeff'), '')"
    )
    # Words by which other tools write "no value"; a text column keeps them, a number or id cannot be one.
    con.execute(
        "CREATE OR REPLACE TEMP MACRO present(v) AS CASE WHEN upper(text_of(v)) IN "
        "('NULL', 'NAN', 'NA', 'N/A', '<NA>', 'NONE', '\\N', '-', 'NAT') THEN NULL ELSE text_of(v) END"
    )
    plain = r"'[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?'"
    if decimal is None:
        cleaned = "present(v)"
    else:
        thousands = "." if decimal == "," else ","
        grouped = rf"[+-]?\d{{1,3}}([{thousands} \x{{00a0}}''’]\d{{3}})+([{decimal}]\d*)?"
        strip = rf"regexp_replace(present(v), '[{thousands} \x{{00a0}}''’]', '', 'g')"
        bare = f"CASE WHEN regexp_full_match(present(v), '{grouped}') THEN {strip} ELSE present(v) END"
        # In a file with decimal commas "1.5" is no number: a point there can only part thousands.
        wrong = f"'{decimal}' = ',' AND contains({bare}, '.')"
        cleaned = f"CASE WHEN {wrong} THEN present(v) || '?' ELSE replace({bare}, '{decimal}', '.') END"
    con.execute(
        "CREATE OR REPLACE TEMP MACRO number_text(v) AS "
        f"CASE WHEN regexp_full_match({cleaned}, {plain}) THEN {cleaned} END"
    )
    con.execute("CREATE OR REPLACE TEMP MACRO number_of(v) AS TRY_CAST(number_text(v) AS DOUBLE)")


def typed_column(target: Target, sql_type: str, where: str) -> Typed:
    """Return how a value of a SQL type becomes the target's type.

    Args:
        target: the column to fill.
        sql_type: DuckDB type of the value, which the SQL calls `v`.
        where: the column's place in the config, for messages.
    Raises:
        ConfigError: no value of that type can ever fit.
    """
    if sql_type.endswith("]") or sql_type.startswith(("STRUCT", "MAP", "LIST", "UNION", "BLOB")):
        raise _unfit(target, sql_type, where, "a column of plain values")
    if target.kind in ("time", "day"):
        return _time(target, sql_type, where)
    if target.kind in ("money", "quantity"):
        return _exact(sql_type)
    if target.kind == "number":
        return _number(sql_type)
    if target.kind == "flag":
        return _flag(sql_type)
    if target.kind == "attribute" and (
        sql_type in _INTEGERS or sql_type in ("DOUBLE", "FLOAT") or sql_type.startswith("DECIMAL")
    ):
        return _number(sql_type)
    return _text(sql_type, identity=target.name.endswith("_id"))


def _text(sql_type: str, identity: bool) -> Typed:
    if sql_type in _INTEGERS or sql_type == "UUID":
        return Typed("CAST(v AS VARCHAR)", "false", "")
    if sql_type in ("DOUBLE", "FLOAT"):
        # pandas turns a whole-number column with gaps into floats: 17850.0 is customer 17850.
        whole = "v = trunc(v) AND abs(v) < 9007199254740992"
        texts = f"WHEN {whole} THEN CAST(CAST(v AS BIGINT) AS VARCHAR) ELSE CAST(v AS VARCHAR)"
        value = f"CASE WHEN isnan(v) OR isinf(v) THEN NULL {texts} END"
        return Typed(value, "v IS NOT NULL AND isinf(v)", "infinite")
    return Typed("present(v)" if identity else "text_of(v)", "false", "")


def _exact(sql_type: str) -> Typed:
    reason = "not a number that fits (at most 14 digits before the point)"
    if sql_type in ("DOUBLE", "FLOAT"):
        value = "CASE WHEN isfinite(v) THEN TRY_CAST(v AS DECIMAL(18,4)) END"
        return Typed(value, f"v IS NOT NULL AND NOT isnan(v) AND {value} IS NULL", "infinite, or too large")
    if sql_type == "VARCHAR":
        value = "TRY_CAST(number_text(v) AS DECIMAL(18,4))"
        return Typed(value, f"present(v) IS NOT NULL AND {value} IS NULL", "not a number")
    value = "TRY_CAST(v AS DECIMAL(18,4))"
    return Typed(value, f"v IS NOT NULL AND {value} IS NULL", reason)


def _number(sql_type: str) -> Typed:
    if sql_type in ("DOUBLE", "FLOAT"):
        return Typed("CASE WHEN isfinite(v) THEN CAST(v AS DOUBLE) END", "v IS NOT NULL AND isinf(v)", "infinite")
    if sql_type == "VARCHAR":
        return Typed("number_of(v)", "present(v) IS NOT NULL AND number_of(v) IS NULL", "not a number")
    return Typed("TRY_CAST(v AS DOUBLE)", "v IS NOT NULL AND TRY_CAST(v AS DOUBLE) IS NULL", "not a number")


def _flag(sql_type: str) -> Typed:
    if sql_type == "BOOLEAN":
        return Typed("v", "false", "")
    word = "lower(text_of(v))"
    value = (
        f"CASE WHEN {word} IN ('true', 't', 'yes', 'y', '1', '1.0') THEN true "
        f"WHEN {word} IN ('false', 'f', 'no', 'n', '0', '0.0') THEN false END"
    )
    return Typed(value, f"present(v) IS NOT NULL AND {value} IS NULL", "neither yes nor no")


def _time(target: Target, sql_type: str, where: str) -> Typed:
    if target.format is not None and (sql_type == "VARCHAR" or sql_type in _INTEGERS):
        return _formatted(target.format)
    if sql_type == "DATE":
        return Typed(
            "CASE WHEN isfinite(v) THEN CAST(v AS TIMESTAMP) END",
            "v IS NOT NULL AND NOT isfinite(v)",
            "infinite",
            "'date'",
        )
    if sql_type.startswith("TIMESTAMP"):
        zone = "'aware'" if "TIME ZONE" in sql_type else "'naive'"
        value = "CASE WHEN isfinite(v) THEN CAST(v AS TIMESTAMP) END"
        return Typed(value, f"v IS NOT NULL AND {value} IS NULL", "infinite, or outside the calendar", zone)
    if sql_type == "VARCHAR":
        return _iso()
    if sql_type == '"NULL"' or sql_type == "NULL":
        return Typed("CAST(NULL AS TIMESTAMP)", "false", "", "'naive'")
    raise _unfit(
        target,
        sql_type,
        where,
        "times or text",
        f'format.{target.name} = "%Y%m%d", or to_timestamp(…) for seconds since 1970',
    )


def _iso() -> Typed:
    word = "present(v)"
    aware = f"regexp_full_match({word}, '{_ISO}{_OFFSET}')"
    naive = f"regexp_full_match({word}, '{_ISO}')"
    comma = f"replace({word}, ',', '.')"
    value = (
        f"CASE WHEN {naive} THEN TRY_CAST({comma} AS TIMESTAMP) "
        f"WHEN {aware} THEN CAST(TRY_CAST({comma} AS TIMESTAMPTZ) AS TIMESTAMP) END"
    )
    zone = f"CASE WHEN {aware} AND NOT {naive} THEN 'aware' WHEN length({word}) > 10 THEN 'naive' ELSE 'date' END"
    return Typed(value, f"{word} IS NOT NULL AND {value} IS NULL", "not a time", zone)


def _formatted(format_: str) -> Typed:
    text, pattern = "CAST(present(v) AS VARCHAR)", "'" + format_.replace("'", "''") + "'"
    value = f"CAST(try_strptime({text}, {pattern}) AS TIMESTAMP)"
    timed = any(mark in format_ for mark in ("%H", "%I", "%c", "%X"))
    zone = "'aware'" if "%z" in format_ else "'naive'" if timed else "'date'"
    return Typed(value, f"{text} IS NOT NULL AND {value} IS NULL", f"not a time of the form {format_}", zone)


def likely_format(con: duckdb.DuckDBPyConnection, values: Sequence[str]) -> str | None:
    """Return the date format that most of these texts have, or None when no known one fits any."""
    import pyarrow as pa

    con.register("unread", pa.table({"v": pa.array(values, pa.string())}))
    formats = [date + tail for date in DATE_FORMATS for tail in TIME_TAILS]
    fits = ", ".join(f"count(try_strptime(trim(v), '{format_}'))" for format_ in formats)
    counts = con.execute(f"SELECT {fits} FROM unread").fetchall()[0]
    con.unregister("unread")
    best = max(range(len(formats)), key=lambda place: counts[place])
    return formats[best] if counts[best] else None


def _unfit(target: Target, sql_type: str, where: str, expected: str, do: str = "") -> ConfigError:
    return ConfigError(Problem(where, f"this column holds {sql_type}, which is no {target.kind}", "", expected, do))
