"""Exports that overlap, looked at as one: rows that a later file says again would hide which column names a row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tradewind.sources.duplicates import file_of_each
from tradewind.sources.meaning.times import time_shape

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa
    from numpy.typing import NDArray

    from tradewind.sources.raw import Raw

_LOOKED_AT = 2_000
_MOSTLY = 0.5
"""Share of different values that a column which names rows has, overlaps and all."""


def without_overlap(raw: Raw) -> pa.Table:
    """Return the rows of several files below each other as if each thing stood in one of them.

    Rows that are equal in every column are kept as often as that file holds them which holds most. Where a column
    names rows (once in each file, and of one time wherever it comes back), the last file's row is kept.

    Args:
        raw: a source as read; `pieces` knows its files.
    Returns:
        rows to find meaning in; what is loaded is settled by the key that is found.
    """
    import duckdb
    import pyarrow as pa

    data = raw.data
    if len(raw.pieces) < 2 or not data.num_rows or not data.num_columns:
        return data
    files = file_of_each(pa.table({"_row": raw.row_numbers()}), raw)
    with duckdb.connect() as con:
        kept = _content_once(con, data, files)
        data, file = data.take(kept), files.take(kept).to_numpy()
        return data.take(pa.array(_last_of_each(con, data, file)))


def _content_once(con: duckdb.DuckDBPyConnection, data: pa.Table, files: pa.Array) -> pa.ChunkedArray:
    """Places of rows, those equal in every column from the one file only that holds most of them."""
    plain = data.rename_columns([f"c{place}" for place in range(data.num_columns)])
    con.register("stacked", plain.append_column("file", files))
    con.execute(
        "CREATE TEMP TABLE hashed AS SELECT row_number() OVER () - 1 AS place, file, "
        f"hash({', '.join(plain.column_names)}) AS content FROM stacked"
    )
    return con.sql(
        "SELECT place FROM hashed SEMI JOIN (SELECT content, arg_max(file, (n, file)) AS file FROM "
        "(SELECT content, file, count(*) AS n FROM hashed GROUP BY ALL) GROUP BY content) USING (content, file) "
        "ORDER BY place"
    ).to_arrow_table()["place"]


def _last_of_each(con: duckdb.DuckDBPyConnection, data: pa.Table, file: NDArray[np.int64]) -> NDArray[np.int64]:
    """Places of rows, those that one column names from the last file only."""
    everywhere = np.arange(data.num_rows)
    times = [place for place in range(data.num_columns) if _is_time(con, data.column(place))]
    for place in range(data.num_columns):
        if place in times:
            continue
        codes = _codes(data.column(place))
        filled = codes >= 0
        count = int(filled.sum())
        distinct = int(codes.max(initial=-1)) + 1
        if not _MOSTLY * count <= distinct < count or _pairs(codes[filled], file[filled]) < count:
            continue
        if times and not any(_pairs(codes[filled], _codes(data.column(time))[filled]) == distinct for time in times):
            continue
        last = np.zeros(distinct, dtype=np.int64)
        last[codes[filled]] = everywhere[filled]
        return np.sort(np.concatenate([last, everywhere[~filled]]))
    return everywhere


def _is_time(con: duckdb.DuckDBPyConnection, column: pa.ChunkedArray) -> bool:
    import pyarrow as pa

    values = [value for value in column.slice(0, _LOOKED_AT).to_pylist() if value is not None and str(value).strip()]
    if pa.types.is_temporal(column.type):
        return True
    text = pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
    return text and time_shape(con, [value.strip() for value in values], "VARCHAR") is not None


def _codes(column: pa.ChunkedArray) -> NDArray[np.int64]:
    """A number for each different value, -1 where there is none."""
    codes = column.combine_chunks().dictionary_encode().indices
    return np.asarray(codes.fill_null(-1).to_numpy(zero_copy_only=False), dtype=np.int64)


def _pairs(one: NDArray[np.int64], other: NDArray[np.int64]) -> int:
    """How many different pairs there are."""
    return len(np.unique(one * (int(other.max(initial=0)) + 2) + other + 1))
