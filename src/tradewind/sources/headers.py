"""Where a table begins: the line of its column names below titles and filters, and names that take two lines."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

Cells = Sequence[str | None]

LOOKED_AT = 60
"""Lines among which the column names are looked for."""

_VALUE = re.compile(
    r"[-+(]?[\d.,'\s\u00a0]*\d[\d.,'\s\u00a0]*[)%€$£¥]?|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}.*|[€$£¥]\s*[\d.,]+"
)
_FULL = 0.6
"""Share of a table's width that the line of its names has filled."""


@dataclass(frozen=True)
class Header:
    """Where the column names stand.

    Args:
        row: their line, the first being 1.
        rows: how many lines they take.
    """

    row: int = 1
    rows: int = 1


FIRST = Header()
"""The usual place."""


def find_header(lines: Sequence[Cells]) -> Header:
    """Return where the column names stand among a file's first lines.

    Args:
        lines: the cells of each line, blank ones None; blank lines included.
    """
    widths = Counter(_last(cells) for cells in lines if _filled(cells))
    if not widths or max(widths) < 2:
        return Header()
    usual = _usual_width(lines)
    for place, cells in enumerate(lines):
        if _filled(cells) >= max(2, _FULL * usual) and _is_names(cells):
            return _with_second_line(lines, place)
        if place and _filled(cells) >= max(2, _FULL * usual) and not _is_names(cells):
            break  # values already: there was no line of names
    return Header()


def join_names(lines: Sequence[Cells]) -> list[str]:
    """Return one name for each column: lines above each other joined, a name over several columns carried on.

    Args:
        lines: the one or more lines of the header, of equal width.
    """
    width = max((len(cells) for cells in lines), default=0)
    parts: list[list[str]] = [[] for _ in range(width)]
    for place, cells in enumerate(lines):
        over = ""
        below = [line[i] if i < len(line) else None for line in lines[place + 1 :] for i in range(width)]
        for column in range(width):
            name = _clean(cells[column] if column < len(cells) else None)
            carried = bool(below) and any(below[column + step * width] for step in range(len(lines) - place - 1))
            over = name or (over if carried else "")
            if over:
                parts[column].append(over)
    return [" / ".join(dict.fromkeys(names)) or f"column_{place + 1}" for place, names in enumerate(parts)]


def _with_second_line(lines: Sequence[Cells], place: int) -> Header:
    """Whether the line found is the upper or the lower of two."""
    cells = lines[place]
    below = lines[place + 1] if place + 1 < len(lines) else ()
    body = lines[place + 2 : place + 12]
    upper_has_gaps = _filled(cells) < _last(cells) or _repeats(cells) or _last(below) > _last(cells)
    if below and upper_has_gaps and _filled(below) >= 2 and _is_names(below) and _values_under(below, body):
        return Header(place + 1, 2)
    above = lines[place - 1] if place else ()
    if _filled(above) >= 2 and _is_heading(above) and _repeats(cells) and _last(above) > 1:
        return Header(place, 2)
    return Header(place + 1, 1)


def _usual_width(lines: Sequence[Cells]) -> int:
    """Columns filled in the lines that look like rows: the usual number among the fuller half."""
    filled = sorted(_filled(cells) for cells in lines if _filled(cells))
    return filled[int(len(filled) * 0.75)] if filled else 0


def _values_under(names: Cells, body: Sequence[Cells]) -> bool:
    """Whether some column that is named in text holds numbers or dates below."""
    return any(
        name and sum(bool(_value(row[place])) for row in body if place < len(row)) >= max(1, len(body) // 2)
        for place, name in enumerate(names)
    )


def _is_names(cells: Cells) -> bool:
    texts = [cell for cell in cells if cell]
    # A year or a month may be a name, but not where every cell is a number.
    return bool(texts) and sum(_value(text) for text in texts) <= 0.2 * len(texts)


def _is_heading(cells: Cells) -> bool:
    """Whether a line above names could name groups of them: words or years."""
    return all(not _value(cell) or re.fullmatch(r"(19|20)\d\d", cell.strip()) for cell in cells if cell)


def _value(text: str | None) -> bool:
    return bool(text and _VALUE.fullmatch(text.strip()))


def _repeats(cells: Cells) -> bool:
    texts = [cell for cell in cells if cell]
    return len(set(texts)) < len(texts)


def _filled(cells: Cells) -> int:
    return sum(bool(cell) for cell in cells)


def _last(cells: Cells) -> int:
    return max((place + 1 for place, cell in enumerate(cells) if cell), default=0)


def _clean(text: str | None) -> str:
    return re.sub(r"\s+", " ", text or "").strip()
