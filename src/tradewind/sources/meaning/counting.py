"""Counts over all rows of a table: filled, blank words, distinct values, the most frequent, uniqueness."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tradewind.sources.meaning.vocabulary import known_values

if TYPE_CHECKING:
    import duckdb

FEW = 60
"""Columns with at most so many values list them all."""
_NEARLY = 0.9
_SMALL = 5_000


@dataclass(frozen=True)
class Counts:
    """What was counted of one column over all rows.

    Args:
        sql_type: DuckDB's type of it.
        filled: rows with a value.
        distinct: different values.
        exact: whether `distinct` was counted, not estimated (HyperLogLog).
        blanks: words for "no value", as written, and their counts; blank text under a single blank.
        top: the most frequent values and their counts.
    """

    sql_type: str
    filled: int
    distinct: int
    exact: bool
    blanks: Mapping[str, int] = field(default_factory=dict)
    top: tuple[tuple[str, int], ...] = ()


def count_columns(con: duckdb.DuckDBPyConnection, columns: int, rows: int) -> list[Counts]:
    """Count every column of the registered table `data`, whose columns are c0, c1 …

    Args:
        con: the engine, with the typing functions defined.
        columns: how many it has.
        rows: how many it has.
    """
    types = [str(row[1]) for row in con.execute("DESCRIBE data").fetchall()][:columns]
    if not rows or not columns:
        return [Counts(sql_type, 0, 0, True) for sql_type in types]
    parts = [part for place, sql_type in enumerate(types) for part in _measures(place, sql_type)]
    found = con.execute(f"SELECT {', '.join(parts)} FROM data").fetchall()[0]
    return [_count(con, rows, place, types[place], *found[3 * place : 3 * place + 3]) for place in range(columns)]


def value_sql(place: int, sql_type: str) -> str:
    """Return the SQL of a column's value as text, so that the number 7, 7.0 and the text "7" meet; NULL where blank."""
    column = f"c{place}"
    if sql_type in ("DOUBLE", "FLOAT"):
        whole = f"{column} = trunc({column}) AND abs({column}) < 9007199254740992"
        return (
            f"CASE WHEN NOT isfinite({column}) THEN NULL WHEN {whole} THEN CAST(CAST({column} AS BIGINT) AS VARCHAR) "
            f"ELSE CAST({column} AS VARCHAR) END"
        )
    return f"text_of({column})"


def _measures(place: int, sql_type: str) -> tuple[str, str, str]:
    """SQL of a column's filled rows, of an estimate of its distinct values, and of its rows with blank text."""
    column = f"c{place}"
    if sql_type == "VARCHAR":
        # What is blank sorts before "!": the few values that do are looked at closely.
        blank = f"count(*) FILTER (CASE WHEN {column} < '!' THEN trim({column}, ' \t\r\n') = '' ELSE false END)"
        return f"count({column})", f"approx_count_distinct({column})", blank
    finite = f" FILTER (isfinite({column}))" if sql_type in ("DOUBLE", "FLOAT") else ""
    return f"count({column}){finite}", f"approx_count_distinct({column})", "0"


def _count(
    con: duckdb.DuckDBPyConnection, rows: int, place: int, sql_type: str, present: int, estimate: int, blank: int
) -> Counts:
    column = f"c{place}"
    filled, blanks = present - blank, {" ": blank} if blank else {}
    if filled == 0:
        return Counts(sql_type, 0, 0, True, blanks)
    if estimate <= _SMALL:
        counted = _as_texts(con.execute(f"SELECT {column}, count(*) FROM data GROUP BY 1").fetchall())
        empty = {word: count for word, count in counted.items() if _is_blank(word, sql_type)}
        kept = sorted(((word, count) for word, count in counted.items() if word not in empty), key=_most_first)
        filled -= sum(empty.values())
        return Counts(sql_type, filled, len(kept), True, _by_word(blanks | empty), tuple(kept[:FEW]))
    empty = _blank_words(con, column) if sql_type == "VARCHAR" else {}
    filled -= sum(empty.values())
    exact = estimate >= _NEARLY * filled
    if exact:
        estimate = con.execute(f"SELECT count(DISTINCT hash({column})) FROM data").fetchall()[0][0]
        estimate -= len(empty) + (blank > 0) + (present < rows)
    first = con.execute(f"SELECT {column}, count(*) FROM (SELECT {column} FROM data LIMIT 50000) GROUP BY 1").fetchall()
    top = sorted(_as_texts(first).items(), key=_most_first)[:20]
    return Counts(sql_type, filled, min(int(estimate), filled), exact, _by_word(blanks | empty), tuple(top))


def _by_word(counted: Mapping[str, int]) -> dict[str, int]:
    """Groups come in any order; what is said of them must not."""
    return dict(sorted(counted.items()))


def _most_first(counted: tuple[str, int]) -> tuple[int, str]:
    return -counted[1], counted[0]


def _as_texts(rows: list[tuple[object, int]]) -> dict[str, int]:
    """Values as trimmed text; those that differ in blanks around them only are one."""
    found: dict[str, int] = {}
    for value, count in rows:
        if value is None or value != value:
            continue
        whole = isinstance(value, float) and value.is_integer()
        text = str(int(value)) if whole else str(value).strip(" \t\r\n\u00a0\ufeff")  # type: ignore[call-overload]
        if text:
            found[text] = found.get(text, 0) + int(count)
    return found


def _blank_words(con: duckdb.DuckDBPyConnection, column: str) -> dict[str, int]:
    words = sorted(
        {form for word in known_values().blank for form in (word, word.upper(), word.title(), word.capitalize())}
    )
    rows = con.execute(
        f"SELECT {column}, count(*) FROM data WHERE {column} IN (SELECT unnest($1)) GROUP BY 1", [words]
    ).fetchall()
    return {str(word): int(count) for word, count in rows}


def _is_blank(word: str, sql_type: str) -> bool:
    return sql_type == "VARCHAR" and word.lower() in known_values().blank
