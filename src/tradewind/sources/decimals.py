"""How a text file writes numbers: whether 12,50 is twelve and a half, from the values themselves."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

_SAMPLE = 2_000
_COMMA = re.compile(r"[-+]?(\d{1,3}(\.\d{3})+|\d+),\d+|[-+]?\d{1,3}(\.\d{3}){2,}")
_POINT = re.compile(r"[-+]?(\d{1,3}(,\d{3})+|\d+)\.\d+|[-+]?\d{1,3}(,\d{3}){2,}")
_THREE = re.compile(r"[-+]?\d{1,3}[.,]\d{3}")
_GROUPED = re.compile(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?")


def find_decimal(data: pa.Table) -> str | None:
    """Return `,` or `.` where a table's numbers show that it must be stated, or None.

    A comma must be stated always; a point only where thousands are parted by commas, which stating it allows.

    Args:
        data: text columns as read.
    """
    comma = point = grouped = 0
    for column in data.columns:
        votes = _votes(column)
        comma, point, grouped = comma + votes[0], point + votes[1], grouped + votes[2]
    if comma > point:
        return ","
    return "." if grouped and point >= comma else None


def _votes(column: pa.ChunkedArray) -> tuple[int, int, int]:
    """Whether a column's numbers are written with a comma, with a point, with thousands parted by commas."""
    import pyarrow as pa

    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return 0, 0, 0
    texts = [str(value).strip() for value in column.slice(0, _SAMPLE).to_pylist() if value]
    marked = [text for text in texts if re.fullmatch(r"[-+]?[\d.,]*\d[\d.,]*", text) and re.search(r"[.,]", text)]
    if len(marked) < 0.05 * max(1, len(texts)) or not marked:
        return 0, 0, 0
    comma = sum(bool(_COMMA.fullmatch(text)) and not _THREE.fullmatch(text) for text in marked)
    point = sum(bool(_POINT.fullmatch(text)) and not _THREE.fullmatch(text) for text in marked)
    grouped = sum(bool(_GROUPED.fullmatch(text)) for text in marked)
    numbers = sum(bool(re.fullmatch(r"[-+]?[\d.,]*\d[\d.,]*", text)) for text in texts)
    mostly = numbers >= 0.8 * len(texts)
    return int(mostly and comma > point), int(mostly and point > comma), int(mostly and grouped > 0 and comma == 0)
