"""A file sent for scoring, read within limits: CSV or Parquet, every column as text or number, nothing run."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Literal

from tradewind.core.errors import Problem, SourceError

if TYPE_CHECKING:
    import pyarrow as pa

MOST_ROWS = 200_000
MOST_COLUMNS = 1_000
MOST_UNPACKED = 400_000_000
"""Bytes that a packed file may become."""

Format = Literal["csv", "parquet"]


def read_upload(content: bytes, kind: Format) -> pa.Table:
    """Return the rows of a file.

    Args:
        content: of the file.
        kind: of the file.
    Returns:
        Its rows; columns of CSV are text, those of Parquet as they are stored.
    Raises:
        SourceError: it cannot be read, or holds more than is taken.
    """
    rows = _read_csv(content) if kind == "csv" else _read_parquet(content)
    if rows.num_rows == 0:
        raise _refused("there are no rows in it", "0 rows", "at least one row below the names of the columns")
    return rows


def _read_csv(content: bytes) -> pa.Table:
    import pyarrow as pa
    import pyarrow.csv as arrow_csv

    names = _header(content)
    try:
        rows = arrow_csv.read_csv(
            io.BytesIO(content.removeprefix(b"\xef\xbb\xbf")),
            read_options=arrow_csv.ReadOptions(use_threads=False),
            parse_options=arrow_csv.ParseOptions(newlines_in_values=True),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True, null_values=[""]
            ),
        )
        _checked_names(rows.column_names)
    except (pa.ArrowException, UnicodeError) as error:
        raise _refused("this CSV cannot be read", str(error).splitlines()[0][:200], "UTF-8, one header line") from error
    if rows.num_rows > MOST_ROWS:
        raise _too_many(rows.num_rows)
    return rows


def _header(content: bytes) -> list[str]:
    """The names of the columns, looked at before anything else is read."""
    try:
        first = content[:1_000_000].decode("utf-8-sig", errors="replace")
        names = next(csv.reader(io.StringIO(first, newline="")), [])
    except csv.Error as error:
        raise _refused("this CSV cannot be read", str(error), "UTF-8, one header line") from error
    if not names or not any(names):
        raise _refused("there is nothing in it", "", "one header line, then rows")
    _checked_names(names)
    return names


def _read_parquet(content: bytes) -> pa.Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(io.BytesIO(content))
        about = file.metadata
        unpacked = sum(about.row_group(place).total_byte_size for place in range(about.num_row_groups))
        if about.num_rows > MOST_ROWS:
            raise _too_many(about.num_rows)
        if unpacked > MOST_UNPACKED:
            raise _refused(
                "it becomes too large when it is unpacked", f"{unpacked:,} bytes", f"{MOST_UNPACKED:,} bytes"
            )
        _checked_names(file.schema_arrow.names)
        return file.read()
    except (pa.ArrowException, OSError, ValueError, MemoryError) as error:
        raise _refused("this is no Parquet file", str(error).splitlines()[0][:200], "a whole Parquet file") from error


def _checked_names(names: list[str]) -> None:
    if len(names) > MOST_COLUMNS:
        raise _refused("it has too many columns", f"{len(names):,}", f"at most {MOST_COLUMNS:,}")
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise _refused("two columns have one name", twice[:80], "a name of its own for each column")


def _too_many(rows: int) -> SourceError:
    return _refused("it has too many rows", f"{rows:,}", f"at most {MOST_ROWS:,}", "send it in parts")


def _refused(what: str, found: str, expected: str, do: str = "") -> SourceError:
    return SourceError(Problem("the file", what, found, expected, do))
