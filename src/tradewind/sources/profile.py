"""What a source table looks like: each column's fill, distinct values and shape, over as many rows as is cheap."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal, cast

import numpy as np
from numpy.typing import NDArray

from tradewind.sources.meaning.counting import Counts, count_columns
from tradewind.sources.meaning.numbers import NumberShape, number_shape
from tradewind.sources.meaning.texts import flag_sides, text_kind
from tradewind.sources.meaning.times import TimeShape, still_fits, time_shape

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

Kind = Literal[
    "empty", "constant", "flag", "time", "money", "integer", "number", "category", "code", "text", "email", "phone",
    "url", "postcode", "country", "currency", "person", "ip",
]  # fmt: skip
"""What the values of a column look like; `code` is short text with many values, as ids and names of things are."""

SAMPLE_ROWS = 20_000
"""Rows, evenly spaced, from which shapes are read; blanks and uniqueness are counted over all rows."""


@dataclass(frozen=True)
class ColumnProfile:
    """One column of a source table.

    Args:
        name: the header as it stands.
        place: its number, the first being 0.
        sql_type: DuckDB's type of it.
        kind: what its values look like.
        rows: rows of the table.
        filled: rows that hold a value: no NULL, no blanks, no word that means "no value".
        distinct: different values; an estimate within some per cent where `distinct_exact` is false.
        distinct_exact: whether they were counted (64-bit hashes of the values, not the values, are compared).
        unique: whether no filled value occurs twice, over all rows.
        blanks: words that stand for "no value" and how often they occur, over all rows ("Select", "-", "n/a", " ").
        top: its most frequent values and their counts, over all rows; all of them where there are at most 60.
        time: how its values read as times; None where they do not.
        number: how they read as numbers, from the sample; None where they do not.
        positive: for a flag, the value that means yes; empty where no word says so.
        doubled: whether another column has the same header, so that no expression can mean this one.
        running: whether it counts the rows 1, 2, 3 … as they stand.
    """

    name: str
    place: int
    sql_type: str
    kind: Kind
    rows: int
    filled: int
    distinct: int
    distinct_exact: bool = True
    unique: bool = False
    blanks: Mapping[str, int] = field(default_factory=dict)
    top: tuple[tuple[str, int], ...] = ()
    time: TimeShape | None = None
    number: NumberShape | None = None
    positive: str = ""
    doubled: bool = False
    running: bool = False

    @property
    def fill(self) -> float:
        """Share of rows that hold a value."""
        return self.filled / self.rows if self.rows else 0.0

    @property
    def idlike(self) -> bool:
        """Whether its values could name something: whole numbers, codes, names or addresses; not amounts or times."""
        return self.kind in ("integer", "code", "email", "person", "postcode", "phone") or (
            self.kind == "category" and self.distinct > 2
        )


@dataclass(frozen=True)
class SourceProfile:
    """One source table.

    Args:
        name: as the config will write it (`shop.orders`).
        rows: how many it has.
        columns: its columns in order.
        data: the rows themselves, for questions that only they answer; not part of what makes two profiles equal.
        sample: up to 20,000 of its rows, evenly spaced, in their order.
    """

    name: str
    rows: int
    columns: tuple[ColumnProfile, ...]
    data: pa.Table = field(repr=False, compare=False)
    sample: pa.Table = field(repr=False, compare=False)
    _numbers: dict[int, NDArray[np.float64]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def short(self) -> str:
        """The name without its source (`orders`)."""
        return self.name.rsplit(".", 1)[-1]

    @cached_property
    def texts(self) -> tuple[tuple[str | None, ...], ...]:
        """The sample's values as trimmed text, None where there is none, column by column."""
        return tuple(as_texts(self.sample.column(place)) for place in range(self.sample.num_columns))

    def numbers(self, place: int) -> NDArray[np.float64]:
        """Return the sample's values of a column as numbers, NaN where there is none."""
        if place not in self._numbers:
            self._numbers[place] = _as_numbers(self.sample.column(place), self.texts[place], self.columns[place].blanks)
        return self._numbers[place]

    def column(self, name: str) -> ColumnProfile | None:
        """Return the column of that header, or None."""
        return next((column for column in self.columns if column.name == name), None)


def profile_table(name: str, data: pa.Table) -> SourceProfile:
    """Look at every column of a table as it was read.

    Args:
        name: of the table, as the config will write it.
        data: its rows; columns are text from text files, typed from Parquet and databases.
    Returns:
        the profile; nothing in it depends on the names of the columns.
    """
    data = _plain(data)
    rows = data.num_rows
    sample = (
        data.take(np.unique(np.linspace(0, rows - 1, SAMPLE_ROWS).astype(np.int64))) if rows > SAMPLE_ROWS else data
    )
    if not data.num_columns:
        return SourceProfile(name, rows, (), data, data)
    names = [name.lower() for name in data.column_names]
    with open_rows(data) as con:
        counts = count_columns(con, data.num_columns, rows)
        columns = tuple(_column(con, data, sample, place, counts[place]) for place in range(data.num_columns))
    doubled = tuple(
        replace(column, doubled=data.column_names.count(column.name) > 1 and names.count(column.name.lower()) > 1)
        for column in columns
    )
    return SourceProfile(name, rows, doubled, data, sample)


@contextmanager
def open_rows(data: pa.Table) -> Iterator[duckdb.DuckDBPyConnection]:
    """An engine that knows the rows as `data`, under neutral column names, so that doubled headers do no harm."""
    import duckdb

    from tradewind.sources.typed import define_functions

    with duckdb.connect() as con:
        define_functions(con, None)
        con.register("data", data.rename_columns([f"c{place}" for place in range(data.num_columns)]))
        yield con


def _column(
    con: duckdb.DuckDBPyConnection, data: pa.Table, sample: pa.Table, place: int, counts: Counts
) -> ColumnProfile:
    values = filled_values(sample.column(place), counts.blanks)
    texts = [str(value) for value in values] if counts.sql_type == "VARCHAR" else as_texts_of(values)
    time = time_shape(con, values, counts.sql_type)
    if time is not None and time.twin and counts.sql_type == "VARCHAR":
        time = _settled(con, f"c{place}", time)
    numbers = texts if counts.sql_type == "VARCHAR" else _floats(values)
    number = number_shape(numbers)[0] if counts.sql_type not in _NOT_NUMBERS else None
    column = ColumnProfile(
        data.column_names[place],
        place,
        counts.sql_type,
        "empty",
        data.num_rows,
        counts.filled,
        counts.distinct,
        counts.exact,
        unique=counts.exact and counts.distinct == counts.filled > 0,
        blanks=counts.blanks,
        top=counts.top,
        time=time,
        number=number,
        positive=flag_sides([value for value, _ in counts.top]) if counts.distinct <= 2 else "",
        running=_running(con, place, counts, data.num_rows),
    )
    return replace(column, kind=_kind(column, texts))


_NOT_NUMBERS = ("BOOLEAN", "DATE", "TIME", "UUID", "BLOB", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "TIMESTAMP_NS",
                "TIMESTAMP_MS", "TIMESTAMP_S")  # fmt: skip


def _kind(column: ColumnProfile, texts: Sequence[str]) -> Kind:
    number, distinct = column.number, column.distinct
    if column.filled == 0:
        return "empty"
    if distinct == 1 and column.rows > 1:
        return "constant" if column.filled == column.rows or not column.positive else "flag"
    if column.time is not None:
        return "time"
    if number is None:
        return cast("Kind", text_kind(texts, distinct, column.filled))
    if distinct == 2 and number.whole == 1:
        return "flag"
    padded = sum(text[:1] == "0" and text.isdigit() and len(text) > 1 for text in texts) > 0
    if padded and column.sql_type == "VARCHAR":
        return cast("Kind", text_kind(texts, distinct, column.filled))  # numbers do not begin with a zero, codes do
    if number.whole == 1 and not number.currency and not number.dressed:
        return "integer"
    return "money" if number.currency or (number.cents > 0.98 and number.skew > -0.5 and number.high > 1) else "number"


def _settled(con: duckdb.DuckDBPyConnection, column: str, time: TimeShape) -> TimeShape:
    """Day first or month first, asked of all rows: one day above 12 decides."""
    mine, other = still_fits(con, column, time.format), still_fits(con, column, time.twin)
    if mine > other:
        return replace(time, format=time.twin, twin="")
    return replace(time, twin="" if other > mine else time.twin)


def _running(con: duckdb.DuckDBPyConnection, place: int, counts: Counts, rows: int) -> bool:
    """Whether a column numbers the rows as they stand, from 0 or 1."""
    if counts.distinct != rows or rows < 3 or not counts.exact or "INT" not in counts.sql_type + _digits(counts):
        return False
    value = f"TRY_CAST(c{place} AS BIGINT)"
    found = con.execute(
        f"SELECT bool_and(v = n + first), any_value(first) FROM (SELECT {value} AS v, row_number() OVER () - 1 AS n, "
        f"first_value({value}) OVER () AS first FROM data)"
    ).fetchall()[0]
    return bool(found[0] and found[1] in (0, 1))


def _digits(counts: Counts) -> str:
    return "INT" if counts.top and all(value.isdigit() for value, _ in counts.top) else ""


def filled_values(column: pa.ChunkedArray, blanks: Mapping[str, int]) -> list[object]:
    """Return the values of a column that are there, text trimmed, words for "no value" left out."""
    found: list[object] = []
    for value in column.to_pylist():
        if isinstance(value, str):
            value = value.strip(_SPACES)
            if not value or value in blanks:
                continue
        if value is not None and value == value:
            found.append(value)
    return found


_SPACES = " \t\r\n\u00a0\ufeff"


def as_texts_of(values: Sequence[object]) -> list[str]:
    """Return values as text; a float that is whole is written as the whole number."""
    return [str(int(value)) if isinstance(value, float) and value.is_integer() else str(value) for value in values]


def as_texts(column: pa.ChunkedArray) -> tuple[str | None, ...]:
    """Return a column's values as trimmed text, None where nothing stands."""
    found: list[str | None] = []
    for value in column.to_pylist():
        if isinstance(value, float):
            found.append(None if value != value else str(int(value)) if value.is_integer() else str(value))
        else:
            found.append((str(value).strip(_SPACES) or None) if value is not None else None)
    return tuple(found)


def _as_numbers(column: pa.ChunkedArray, texts: Sequence[str | None], blanks: Mapping[str, int]) -> NDArray[np.float64]:
    import pyarrow as pa

    if pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
        return np.asarray(column.cast(pa.float64()).fill_null(float("nan")).to_numpy(), dtype=np.float64)
    out = np.full(len(texts), np.nan)
    filled = [place for place, text in enumerate(texts) if text is not None and text not in blanks]
    values = [texts[place] or "" for place in filled]
    try:
        out[filled] = np.array(values, dtype=np.float64)
    except ValueError:
        out[filled] = number_shape(values)[1]
    return out


def _floats(values: Sequence[object]) -> NDArray[np.float64]:
    try:
        return np.array([float(value) for value in values], dtype=np.float64)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return np.full(len(values), np.nan)


def _plain(data: pa.Table) -> pa.Table:
    """Dictionary columns as what they mean."""
    import pyarrow as pa

    columns = [
        column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column
        for column in data.columns
    ]
    return pa.Table.from_arrays(columns, names=data.column_names)
