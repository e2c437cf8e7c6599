"""Reports and exports that write a value once, on the first of the rows it holds for: the rows below get it too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from tradewind.core.errors import ConfigError, Problem
from tradewind.sources.raw import Raw

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray


def fill_down(raw: Raw, columns: Sequence[str], within: str | None, where: str) -> Raw:
    """Give blank cells the value that stands above them.

    Args:
        raw: the source as read.
        columns: the columns to fill.
        within: a column whose value names the group (an order, say): nothing is carried from one group's rows into the
            next one's. None carries on until another value stands there, as in a grouped report.
        where: the mapping's place in the config, for messages.
    Returns:
        the source with those columns filled; a first row that is blank stays blank.
    Raises:
        ConfigError: the source has no such column.
    """
    if not columns:
        return raw
    places = {name.lower(): place for place, name in enumerate(raw.data.column_names)}
    wanted = [("fill_down", name) for name in columns] + ([("within", within)] if within else [])
    missing = [
        Problem(f"{where}.{key}", f"there is no column {name!r}", "", f"one of: {', '.join(raw.names)}")
        for key, name in wanted
        if name.lower() not in places
    ]
    if missing:
        raise ConfigError(missing)
    rows = np.arange(raw.data.num_rows)
    begin = _group_begins(raw.data.column(places[within.lower()]), rows) if within else None
    data = raw.data
    for name in columns:
        place = places[name.lower()]
        data = data.set_column(place, data.column_names[place], _filled(data.column(place), rows, begin))
    return replace(raw, data=data)


def _group_begins(keys: pa.ChunkedArray, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """The row at which each row's group of neighbours with one key begins; a blank key belongs to no group."""
    codes = keys.combine_chunks().dictionary_encode().indices.fill_null(-1).to_numpy(zero_copy_only=False)
    new = np.ones(len(rows), dtype=bool)
    new[1:] = (codes[1:] != codes[:-1]) | (codes[1:] < 0)
    return np.maximum.accumulate(np.where(new, rows, 0))


def _filled(column: pa.ChunkedArray, rows: NDArray[np.int64], begin: NDArray[np.int64] | None) -> pa.ChunkedArray:
    import pyarrow as pa

    present = np.asarray(column.is_valid())
    above = np.maximum.accumulate(np.where(present, rows, -1))
    blank = above < (0 if begin is None else begin)
    return column.take(pa.array(above, pa.int64(), mask=blank))
