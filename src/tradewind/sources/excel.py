"""One sheet of a workbook into a table of text columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from tradewind.core.errors import Problem, SourceError
from tradewind.sources.headers import FIRST, Header, join_names
from tradewind.sources.raw import Raw

Row = list[str | None]


def read_excel(path: Path, sheet: str | None, where: str, header: Header = FIRST) -> Raw:
    """Read one sheet: its first filled row names the columns, or the row that `header` says.

    Args:
        path: the workbook.
        sheet: which sheet; None takes the only one that holds anything.
        where: the file, for messages.
        header: where the column names stand, counted from the first filled row.
    Raises:
        SourceError: it is no workbook, or the sheet cannot be told or is empty.
    """
    import pyarrow as pa

    with _opened(path, where) as book:
        chosen = _choose_sheet(book.sheet_names, sheet, lambda name: bool(book.get_sheet_by_name(name).height), where)
        rows = _texts(book, chosen)
    above, rest = rows[: header.row - 1], rows[header.row - 1 :]
    if not rest:
        raise SourceError(Problem(where, f"sheet {chosen!r} is empty", "", "a line of column names, then rows"))
    names = join_names(rest[: header.rows])
    texts = [row for row in rest[header.rows :] if any(value is not None for value in row)]
    arrays = [pa.array([row[place] for row in texts], pa.string()) for place in range(len(names))]
    notes = (f"{len(above):,} lines above the column names were skipped",) if above else ()
    return Raw(pa.Table.from_arrays(arrays, names=names), tuple(names), notes=notes)


def filled_sheets(path: Path, where: str) -> list[str]:
    """Return the sheets of a workbook that hold anything, in its order.

    Raises:
        SourceError: it is no workbook, or it is locked.
    """
    with _opened(path, where) as book:
        return [name for name in book.sheet_names if book.get_sheet_by_name(name).height]


def sheet_lines(path: Path, sheet: str, where: str, most: int) -> list[Row]:
    """Return the cells of a sheet's first lines, from its first filled row on."""
    with _opened(path, where) as book:
        return _texts(book, sheet)[:most]


@contextmanager
def _opened(path: Path, where: str) -> Iterator[Any]:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        with CalamineWorkbook.from_path(path) as book:
            yield book
    except (CalamineError, OSError, ValueError) as error:
        if isinstance(error, PasswordError) or _is_encrypted(path):
            raise SourceError(
                Problem(where, "this workbook is locked with a password", "", "a workbook without one",
                        "open it, remove the password (File, Info), and save it again")
            ) from None  # fmt: skip
        raise SourceError(
            Problem(where, "this is not an Excel file, or it is damaged", str(error), "a plain workbook")
        ) from error


def _is_encrypted(path: Path) -> bool:
    """A locked .xlsx is no zip archive but an old compound file that holds an encrypted package."""
    with open(path, "rb") as file:
        head = file.read(1 << 16)
    return head.startswith(b"\xd0\xcf\x11\xe0") and "EncryptedPackage".encode("utf-16-le") in head + _tail(path)


def _tail(path: Path) -> bytes:
    with open(path, "rb") as file:
        file.seek(max(0, path.stat().st_size - (1 << 16)))
        return file.read()


def _texts(book: Any, sheet: str) -> list[Row]:
    return [[_cell(value) for value in row] for row in book.get_sheet_by_name(sheet).to_python(skip_empty_area=True)]


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
