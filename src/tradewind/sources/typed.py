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
    """SQL for one column, in terms that are worked out one after the other, so that none is written out twice.

    `v` is the value as it came, `w` its text (trimmed, NULL when empty), `p` that without words that mean "no value",
    `x` the text of a number with a decimal point, `t` the typed value.

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


TERMS = {"w": "text_of(v)", "p": "known_text(w)", "x": "number_text(p)"}
"""How each term follows from the one before."""


def define_functions(con: duckdb.DuckDBPyConnection, decimal: str | None) -> None:
    """Create the small SQL functions that typing uses.

    Args:
        con: the in-memory engine.
        decimal: the decimal sign the config states; stating it also allows thousands separators.
    """
    con.execute("SET TimeZone = 'UTC'")
    # Trimming is slow, and most values begin and end in a visible character: only the others are trimmed.
    whole, visible = "CAST(v AS VARCHAR)", "BETWEEN '!' AND '~'"
    trimmed = f"nullif(trim({whole}, ' \t\r\n\u00a0\ufeff'), '')"
    con.execute(
        f"CREATE TEMP MACRO text_of(v) AS CASE WHEN ({whole})[1] {visible} AND ({whole})[-1] {visible} "
        f"THEN {whole} ELSE {trimmed} END"
    )
    # Words by which other tools write "no value"; a text column keeps them, a number or id cannot be one.
    words = "('NULL', 'NAN', 'NA', 'N/A', '<NA>', 'NONE', '\\N', '-', 'NAT')"
    con.execute(f"CREATE TEMP MACRO known_text(w) AS CASE WHEN upper(w) NOT IN {words} THEN w END")
    plain = r"'[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?'"
    con.execute(f"CREATE TEMP MACRO ungrouped(p) AS {_grouping(decimal) if decimal is not None else 'p'}")
    matches = f"regexp_full_match(ungrouped(p), {plain})"
    con.execute(f"CREATE TEMP MACRO number_text(p) AS CASE WHEN {matches} THEN ungrouped(p) END")
    con.execute("CREATE TEMP MACRO present(v) AS known_text(text_of(v))")
    con.execute("CREATE TEMP MACRO number_of(v) AS TRY_CAST(number_text(present(v)) AS DOUBLE)")


def _grouping(decimal: str) -> str:
    """SQL that removes thousands separators from `p` and makes the decimal sign a point."""
    thousands = "." if decimal == "," else ","
    marks = rf"[{thousands} \x{{00a0}}''’]"
    grouped = rf"[+-]?\d{{1,3}}({marks}\d{{3}})+([{decimal}]\d*)?"
    bare = f"CASE WHEN regexp_full_match(p, '{grouped}') THEN regexp_replace(p, '{marks}', '', 'g') ELSE p END"
    if decimal == ".":
        return bare
    # In a file with decimal commas "1.5" is no number: a point there can only part thousands.
    return f"replace(replace({bare}, '.', '?'), ',', '.')"


def typed_column(target: Target, sql_type: str, where: str) -> Typed:
    """Return how a value of a SQL type becomes the target's type.

    Args:
        target: the column to fill.
        sql_type: DuckDB type of the value as it comes.
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
    return Typed("p" if identity else "w", "false", "")


def _exact(sql_type: str) -> Typed:
    reason = "not a number that fits (at most 14 digits before the point)"
    if sql_type in ("DOUBLE", "FLOAT"):
        value = "CASE WHEN isfinite(v) THEN TRY_CAST(v AS DECIMAL(18,4)) END"
        return Typed(value, "v IS NOT NULL AND NOT isnan(v) AND t IS NULL", "infinite, or too large")
    if sql_type == "VARCHAR":
        return Typed("TRY_CAST(x AS DECIMAL(18,4))", "p IS NOT NULL AND t IS NULL", "not a number")
    return Typed("TRY_CAST(v AS DECIMAL(18,4))", "v IS NOT NULL AND t IS NULL", reason)


def _number(sql_type: str) -> Typed:
    if sql_type in ("DOUBLE", "FLOAT"):
        return Typed("CASE WHEN isfinite(v) THEN CAST(v AS DOUBLE) END", "v IS NOT NULL AND isinf(v)", "infinite")
    if sql_type == "VARCHAR":
        return Typed("TRY_CAST(x AS DOUBLE)", "p IS NOT NULL AND t IS NULL", "not a number")
    return Typed("TRY_CAST(v AS DOUBLE)", "v IS NOT NULL AND t IS NULL", "not a number")


def _flag(sql_type: str) -> Typed:
    if sql_type == "BOOLEAN":
        return Typed("v", "false", "")
    value = (
        "CASE WHEN lower(w) IN ('true', 't', 'yes', 'y', '1', '1.0') THEN true "
        "WHEN lower(w) IN ('false', 'f', 'no', 'n', '0', '0.0') THEN false END"
    )
    return Typed(value, "p IS NOT NULL AND t IS NULL", "neither yes nor no")


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
        return Typed(value, "v IS NOT NULL AND t IS NULL", "infinite, or outside the calendar", zone)
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
    naive, aware = f"regexp_full_match(p, '{_ISO}')", f"regexp_full_match(p, '{_ISO}{_OFFSET}')"
    # "+0100" is how many shops write it; the engine reads "+01:00" only.
    colon = r"regexp_replace(replace(p, ',', '.'), '\s*([+-]\d{2})(\d{2})$', '\1:\2')"
    value = (
        f"CASE WHEN {naive} THEN TRY_CAST(replace(p, ',', '.') AS TIMESTAMP) "
        f"WHEN {aware} THEN CAST(TRY_CAST({colon} AS TIMESTAMPTZ) AS TIMESTAMP) END"
    )
    zone = f"CASE WHEN {naive} THEN CASE WHEN length(p) > 10 THEN 'naive' ELSE 'date' END ELSE 'aware' END"
    return Typed(value, "p IS NOT NULL AND t IS NULL", "not a time", zone)


def _formatted(format_: str) -> Typed:
    pattern = "'" + format_.replace("'", "''") + "'"
    timed = any(mark in format_ for mark in ("%H", "%I", "%c", "%X"))
    zone = "'aware'" if "%z" in format_ else "'naive'" if timed else "'date'"
    value = f"CAST(try_strptime(p, {pattern}) AS TIMESTAMP)"
    return Typed(value, "p IS NOT NULL AND t IS NULL", f"not a time of the form {format_}", zone)


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
