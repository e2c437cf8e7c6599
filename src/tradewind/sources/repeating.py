"""Every row of a source once for each of some words: where one row says several things that are rows of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tradewind.sources.raw import BrokenRow, Raw

WORD = "row_for"
"""The column in which an expression finds for which word the row stands."""


def repeat_rows(raw: Raw, words: Sequence[str], name: str) -> Raw:
    """Return the rows below each other, once for each word, which stands beside them; without words, as they are.

    Args:
        raw: the source table.
        words: such as `email` and `phone`.
        name: of the source table, for messages about its rows.
    """
    import pyarrow as pa

    if not words:
        return raw
    each = [raw.data.append_column(WORD, pa.array([word] * raw.data.num_rows, pa.string())) for word in words]
    starts = [place * raw.rows for place in range(len(words))]
    broken = tuple(BrokenRow(row.row + start, row.text, row.reason) for start in starts for row in raw.broken)
    pieces = raw.pieces or ((name, 0),)
    return replace(
        raw,
        data=pa.concat_tables(each),
        names=(*raw.names, WORD),
        broken=broken,
        pieces=tuple((piece, begin + start) for start in starts for piece, begin in pieces),
    )
