"""What stands in a report and is no row of its table: totals, headings of groups, lines of text beneath."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from tradewind.sources.raw import Raw

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

TOTAL = (
    r"(?i)^\s*((grand|sub|overall|report)[ -]?)?totals?\b|^\s*(zwischen|gesamt)?summe\b|^\s*gesamt\b|"
    r"^\s*(sous-|sub)?total(e|en|es)?\b|^\s*(suma|razem|łącznie|totaal|subtotaal|итого|всего|promedio)\b|"
    r"^\s*(合計|小計|总计|小计|合计|總計)|"
    r"^\s*(sum|count|average|avg|record count)\s*:?\s*$|\(\d[\d,.]* (records?|rows?)\)\s*$"
)
"""How a row of totals begins, in several languages."""

BENEATH = r"(?i)copyright|confidential|all rights reserved|generated (by|on|at)|exported (by|on|at)|^\s*page \d|©"
"""What lines beneath a table say."""

_ANY_WORD = (
    "(?i)total|totaal|sum|gesamt|razem|łącznie|итого|всего|promedio|count|average|avg|record|row|[合小总總][計计]"
)
"""Every text that `TOTAL` finds holds one of these."""

_MANY = 10_000
_FEW = 12
"""Rows at the end of a table among which lines of text are looked for."""


@dataclass(frozen=True)
class Aside:
    """Rows that are no rows of the table.

    Args:
        rows: true where a row is one.
        broken: places in `Raw.broken` of lines that are one.
    """

    rows: NDArray[np.bool_]
    broken: tuple[int, ...]

    @property
    def count(self) -> int:
        """How many there are."""
        return int(self.rows.sum()) + len(self.broken)


def find_totals(raw: Raw) -> Aside:
    """Return which rows are totals, headings of groups, or lines of text beneath the table."""
    rows = np.zeros(raw.data.num_rows, dtype=bool)
    if raw.data.num_columns >= 2 and raw.data.num_rows:
        filled = _filled(raw.data)
        usual = np.median(filled)
        few = np.flatnonzero((filled < usual) | (np.arange(len(filled)) >= len(filled) - _FEW))
        few = _perhaps(raw.data, few, filled)
        for place, text in zip(few, _first_texts(raw.data, few), strict=True):
            rows[place] = _is_aside(text, int(filled[place]), raw.data.num_columns, float(usual))
    lines = [place for place, row in enumerate(raw.broken) if _is_line(row.text)]
    return Aside(rows, tuple(lines))


def _perhaps(data: pa.Table, places: NDArray[np.int64], filled: NDArray[np.int64]) -> NDArray[np.int64]:
    """Leave out rows that cannot be meant: of millions with a blank cell few are then looked at one by one."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if len(places) < _MANY or not all(pa.types.is_string(kind) for kind in data.schema.types):
        return places
    at = pa.array(places)
    first = pc.coalesce(*(column.take(at) for column in data.columns))
    words = pc.fill_null(pc.match_substring_regex(first, _ANY_WORD), False)
    said: NDArray[np.bool_] = np.asarray(words.to_numpy(zero_copy_only=False), dtype=bool)
    return places[said | (filled[places] <= 1)]


def skip_totals(raw: Raw) -> Raw:
    """Take out of a table what is no row of it, and say so."""
    import pyarrow as pa

    aside = find_totals(raw)
    if not aside.count:
        return raw
    places = np.flatnonzero(aside.rows)
    shown = [text for text in _first_texts(raw.data, places[:1]) if text]
    shown += [raw.broken[place].text.strip(' ",;\t') for place in aside.broken[:1]]
    said = (
        "1 row of totals or text is no row of the table and was skipped"
        if aside.count == 1
        else f"{aside.count:,} rows of totals or text are no rows of the table and were skipped"
    )
    note = f'{said} (first: "{shown[0][:60]}")' if shown else said
    kept = tuple(row for place, row in enumerate(raw.broken) if place not in aside.broken)
    data = raw.data.filter(pa.array(~aside.rows))
    # Numbers of rows that could not be read count the rows before them that are left.
    gone = np.sort(np.concatenate([raw.row_numbers()[places], [raw.broken[p].row for p in aside.broken]]))
    moved = tuple(replace(row, row=row.row - int(np.searchsorted(gone, row.row))) for row in kept)
    return replace(raw, data=data, broken=moved, notes=(*raw.notes, note))


def drop_blank(raw: Raw) -> Raw:
    """Leave out columns without a name or a value, and rows without a value."""
    import pyarrow as pa

    data = raw.data
    empty = [
        name for name, column in zip(data.column_names, data.columns, strict=True)
        if re.fullmatch(r"column_\d+", name) and column.null_count == len(column)
    ]  # fmt: skip
    if empty and len(empty) < data.num_columns:
        data = data.select([place for place, name in enumerate(data.column_names) if name not in empty])
    if data.num_rows and data.num_columns and data.column(0).null_count and not raw.broken:
        blank = _filled(data) == 0
        if blank.any():
            data = data.filter(pa.array(~blank))
    return replace(raw, data=data, names=tuple(data.column_names)) if data is not raw.data else raw


def find_fill_down(data: pa.Table) -> tuple[str, ...]:
    """Return the leading columns that are written only on the first row of each group, as grouped reports do."""
    found: list[str] = []
    for place, name in enumerate(data.column_names[:4]):
        column = data.column(place)
        if not _groups(column):
            break
        found.append(name)
    full = data.num_columns > len(found) and data.num_rows and data.column(len(found)).null_count == 0
    return tuple(found) if found and full else ()


def _groups(column: pa.ChunkedArray) -> bool:
    """First row filled, most others blank, no value twice: each stands at the head of its group."""
    rows = len(column)
    if rows < 4 or not column[0].is_valid:
        return False
    values = [value for value in column.drop_null().to_pylist() if str(value).strip()]
    return 1 < len(values) <= 0.6 * rows and len(set(values)) == len(values)


def _filled(data: pa.Table) -> NDArray[np.int64]:
    counts = np.zeros(data.num_rows, dtype=np.int64)
    for column in data.columns:
        counts += np.asarray(column.is_valid()) if column.null_count else 1
    return counts


def _first_texts(data: pa.Table, places: NDArray[np.int64]) -> list[str]:
    """The first filled cell of each of these rows."""
    import pyarrow as pa

    rows = data.take(pa.array(places)).to_pydict() if len(set(data.column_names)) == data.num_columns else None
    columns = list(rows.values()) if rows is not None else [c.take(pa.array(places)).to_pylist() for c in data.columns]
    return [next((str(c[i]) for c in columns if c[i] is not None), "") for i in range(len(places))]


def _is_aside(text: str, filled: int, width: int, usual: float) -> bool:
    if filled == 0:
        return False
    if re.search(TOTAL, text) and (filled < usual or re.fullmatch(r"(?i)\s*(grand |sub)?total\s*|summe", text)):
        return True
    return width >= 3 and filled == 1 and (" " in text.strip() or bool(re.search(BENEATH, text)))


def _is_line(text: str) -> bool:
    """Whether a line that has too few cells is text or a total, no row whose cells went astray."""
    bare = text.strip(' ",;\t\r\n')
    return bool(re.search(TOTAL, bare) or re.search(BENEATH, bare)) or not re.search(r"[,;\t|]", bare)
