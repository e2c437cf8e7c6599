"""Delimited text into a table of text columns; a row with too many or too few cells is kept aside, not dropped."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tradewind.core.errors import Problem, SourceError
from tradewind.sources.headers import FIRST, Header, join_names
from tradewind.sources.raw import BrokenRow, Raw

if TYPE_CHECKING:
    import pyarrow as pa

_DELIMITERS = (",", ";", "\t", "|")
_BLOCK = 4 << 20


def read_delimited(data: bytes, delimiter: str | None, where: str, header: Header = FIRST) -> Raw:
    """Read CSV or the like: one line names the columns, every cell stays text, an empty cell is missing.

    Args:
        data: UTF-8 text.
        delimiter: what separates cells, or None to find out among comma, semicolon, tab and bar.
        where: the file, for messages.
        header: where the column names stand.
    Raises:
        SourceError: there is no header, or a quotation mark opens and never closes.
    """
    if _is_blank(data):
        raise SourceError(Problem(where, "the file is empty", "", "a line of column names"))
    chosen = delimiter or find_delimiter(data)
    if len(chosen) != 1:
        raise SourceError(Problem(where, "a delimiter is one character", repr(chosen), 'such as ";" or "\\t"'))
    above, data = _split_lines(data, header.row - 1)
    if _is_blank(data):
        raise SourceError(Problem(where, "the file ends above its column names", f"{above:,} lines", "a lower line"))
    names, data = _header(data, chosen, header.rows)
    table, broken = _parse(data, chosen, len(names), where)
    _check_last_quote(data, table, broken, where)
    notes = (f"{above:,} lines above the column names were skipped",) if above else ()
    return Raw(table.rename_columns(names), tuple(names), tuple(broken), notes)


def _is_blank(data: bytes) -> bool:
    # Stripping copies the text: the first page nearly always tells.
    return not data[:4096].strip() and not data.strip()


def first_lines(data: bytes, delimiter: str, most: int) -> list[list[str | None]]:
    """Return the cells of the first lines, blank lines included, blank cells as None."""
    lines = data[:1_000_000].decode("utf-8", "ignore").splitlines()[:most]
    return [[cell.strip() or None for cell in row] for row in csv.reader(lines, delimiter=delimiter)]


def find_delimiter(data: bytes) -> str:
    """Return the character that splits most of the first rows into equally many columns, the more the better."""
    lines = data[:100_000].decode("utf-8", "ignore").splitlines()[:50]

    def score(delimiter: str) -> tuple[float, int]:
        widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if row]
        usual = Counter(widths).most_common(1)[0][0] if widths else 0
        alike = widths.count(usual) / len(widths) if usual > 1 else 0.0
        return (round(alike, 1), usual)

    return max(_DELIMITERS, key=score)


def _header(data: bytes, delimiter: str, rows: int) -> tuple[list[str], bytes]:
    """The names, and the text from their last line on."""
    text = data[:1_000_000].decode("utf-8", "ignore")
    lines = (row for row in csv.reader(text.splitlines(keepends=True), delimiter=delimiter) if row)
    if rows == 1:
        return [name.strip() or f"column_{place + 1}" for place, name in enumerate(next(lines))], data
    names = join_names([[cell.strip() or None for cell in row] for _, row in zip(range(rows), lines, strict=False)])
    return names, _split_lines(data, rows - 1)[1]


def _split_lines(data: bytes, count: int) -> tuple[int, bytes]:
    """How many lines were left out at the beginning, and the rest."""
    start, left = 0, 0
    while left < count and (end := data.find(b"\n", start)) >= 0:
        start, left = end + 1, left + 1
    return left, data[start:]


def _parse(data: bytes, delimiter: str, width: int, where: str) -> tuple[pa.Table, list[BrokenRow]]:
    import pyarrow as pa

    try:
        return _arrow(data, delimiter, width, None, _BLOCK), []
    except pa.ArrowInvalid:
        # Slower second reading, in one thread and one block: only so do broken rows carry their numbers.
        broken: list[BrokenRow] = []
    try:
        table = _arrow(data, delimiter, width, broken, min(max(len(data) + 1, _BLOCK), (1 << 31) - 1))
    except pa.ArrowInvalid as error:
        raise SourceError(
            Problem(where, "the text cannot be split into columns", str(error), "delimited text")
        ) from error
    return table, broken


def _check_last_quote(data: bytes, table: pa.Table, broken: Sequence[BrokenRow], where: str) -> None:
    """A mark that opens and never closes swallows every row after it into one cell, the last one read."""
    if data.count(b'"') % 2 == 0:
        return
    last = table.column(table.num_columns - 1)[-1].as_py() if table.num_rows else None
    swallowed = [last or "", *(row.text for row in broken[-1:] if row.text.count('"') % 2)]
    for text in swallowed:
        if "\n" in text.strip():
            raise SourceError(
                Problem(
                    where,
                    "a quotation mark is never closed, so that the rows after it cannot be told apart",
                    repr(text[:80]),
                    "quotation marks in pairs",
                    "close or remove the mark",
                )
            )


def _arrow(data: bytes, delimiter: str, width: int, broken: list[BrokenRow] | None, block: int) -> pa.Table:
    import pyarrow as pa
    import pyarrow.csv as arrow_csv

    places: Sequence[str] = [str(place) for place in range(width)]

    def set_aside(row: arrow_csv.InvalidRow) -> str:
        if broken is None:
            return "error"
        reason = f"{row.actual_columns} cells where the header has {row.expected_columns}"
        broken.append(BrokenRow(row.number - 1, row.text[:2000], reason))
        return "skip"

    return arrow_csv.read_csv(
        pa.BufferReader(data if data.endswith(b"\n") else data + b"\n"),
        # The header is skipped, not used: two columns of one name must both arrive.
        read_options=arrow_csv.ReadOptions(
            column_names=places, skip_rows_after_names=1, use_threads=broken is None, block_size=block
        ),
        parse_options=arrow_csv.ParseOptions(
            delimiter=delimiter, newlines_in_values=b'"' in data, invalid_row_handler=set_aside
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(places, pa.string()), strings_can_be_null=True, null_values=[""]
        ),
    )
