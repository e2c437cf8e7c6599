"""One sheet of a workbook into a table of text columns."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from tradewind.core.errors import Problem, SourceError
from tradewind.sources.raw import Raw


def read_excel(path: Path, sheet: str | None, where: str) -> Raw:
    """Read one sheet: its first row names the columns.

    Args:
        path: the workbook.
        sheet: which sheet; None takes the only one that holds anything.
        where: the file, for messages.
    Raises:
        SourceError: it is no workbook, or the sheet cannot be told or is empty.
    """
    import pyarrow as pa
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        with CalamineWorkbook.from_path(path) as book:
            chosen = _choose_sheet(
                book.sheet_names, sheet, lambda name: bool(book.get_sheet_by_name(name).height), where
            )
            rows = book.get_sheet_by_name(chosen).to_python(skip_empty_area=True)
    except (CalamineError, OSError, ValueError) as error:
        raise SourceError(
            Problem(where, "this is not an Excel file, or it is damaged or locked", str(error), "a plain workbook")
        ) from error
    if not rows:
        raise SourceError(Problem(where, f"sheet {chosen!r} is empty", "", "a line of column names, then rows"))
    names = [_cell(value) or f"column_{place + 1}" for place, value in enumerate(rows[0])]
    texts = [[_cell(value) for value in row] for row in rows[1:]]
    texts = [row for row in texts if any(value is not None for value in row)]
    arrays = [pa.array([row[place] for row in texts], pa.string()) for place in range(len(names))]
    return Raw(pa.Table.from_arrays(arrays, names=names), tuple(names))


def _choose_sheet(names: list[str], wanted: str | None, filled: Callable[[str], bool], where: str) -> str:
    usable = [wanted] if wanted in names else [] if wanted is not None else [name for name in names if filled(name)]
    if len(usable) == 1 or (not usable and wanted is None and names):
        return (usable or names)[0]
    what = "the workbook has several sheets" if wanted is None else "the workbook has no such sheet"
    raise SourceError(
        Problem(where, what, ", ".join(names), "the name of one sheet", f'set sheet = "{names[0]}" for this source')
    )


def _cell(value: object) -> str | None:
    """A cell as text: whole numbers without the `.0` that Excel stores, times in ISO form."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    return str(value).strip() or None
