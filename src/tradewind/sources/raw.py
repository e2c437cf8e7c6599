"""What came out of a file or database before any mapping: columns as found, and the rows that could not be read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray


@dataclass(frozen=True)
class BrokenRow:
    """A row that has no place in the table, such as a CSV row with a cell too many.

    Args:
        row: its number among the data rows, the first being 1.
        text: what stands there.
        reason: why it cannot be read, in plain words.
    """

    row: int
    text: str
    reason: str


@dataclass(frozen=True)
class Raw:
    """One source table as read: nothing converted that the source itself did not type, nothing dropped in silence.

    Args:
        data: columns under the source's own names; columns of text formats are text.
        names: every column the source has, also those that were not read because nothing needs them.
        broken: rows that could not be read.
        notes: choices made while reading that people should see (a guessed encoding, say).
        pieces: where several tables were put below each other: each one's name, and the row after which it begins.
    """

    data: pa.Table
    names: tuple[str, ...]
    broken: tuple[BrokenRow, ...] = ()
    notes: tuple[str, ...] = ()
    pieces: tuple[tuple[str, int], ...] = ()

    @property
    def rows(self) -> int:
        """How many rows the source holds, broken ones included."""
        return int(self.data.num_rows) + len(self.broken)

    def without_rows(self) -> Raw:
        """Return only what it is, for when its rows have been looked at and their memory is needed."""
        return replace(self, data=self.data.slice(0, 0), broken=())

    def row_numbers(self) -> NDArray[np.int64]:
        """Return the source's row number of each row of `data`; broken rows keep their own numbers."""
        numbers = np.arange(1, self.rows + 1, dtype=np.int64)
        return np.delete(numbers, [row.row - 1 for row in self.broken]) if self.broken else numbers
