"""What an uploaded file is, told from its content, and refused in plain words where no table can be read from it."""

from __future__ import annotations

import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from tradewind.core.errors import Problem, SourceError
from tradewind.flow.uploads.inflate import inflated
from tradewind.sources.encodings import to_utf8
from tradewind.sources.inventory import MOST_COLUMNS

MB = 1_000_000
_HEAD = MB
_OFFICE_HOLDS = re.compile(rb"(?:W.o.r.d.D.o.c.u.m.e.n.t)|(?:P.o.w.e.r.P.o.i.n.t)", re.DOTALL)


@dataclass(frozen=True)
class Limits:
    """How much an upload may be.

    Args:
        file: bytes of one file as sent, and of one file of an archive.
        unpacked: bytes of everything in an archive or workbook together.
        files: files in one archive, and in one set of uploads.
        ratio: how many times larger than sent an archive may become, where it becomes larger than `free`.
        free: bytes up to which the ratio is not looked at: tables pack well.
        columns: of one table.
        cells: of one sheet, from the first to the last that is used.
        total: bytes of all uploads of a workspace together.
    """

    file: int = 500 * MB
    unpacked: int = 2_000 * MB
    files: int = 200
    ratio: int = 100
    free: int = 50 * MB
    columns: int = MOST_COLUMNS
    cells: int = 30_000_000
    total: int = 20_000 * MB


_MARKS: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF", "a PDF", ""),
    (b"\x89PNG", "a picture", ""),
    (b"\xff\xd8\xff", "a picture", ""),
    (b"GIF8", "a picture", ""),
    (b"BM", "a picture", ""),
    (b"II*\0", "a picture", ""),
    (b"MM\0*", "a picture", ""),
    (b"RIFF", "a picture, sound or film", ""),
    (b"ID3", "sound", ""),
    (b"MZ", "a program", ""),
    (b"\x7fELF", "a program", ""),
    (b"7z\xbc\xaf", "an archive of a kind that is not unpacked here", "unpack it, or make a .zip of it"),
    (b"Rar!", "an archive of a kind that is not unpacked here", "unpack it, or make a .zip of it"),
    (b"BZh", "an archive of a kind that is not unpacked here", "unpack it, or make a .zip of it"),
    (b"\xfd7zXZ", "an archive of a kind that is not unpacked here", "unpack it, or make a .zip of it"),
    (b"\x28\xb5\x2f\xfd", "an archive of a kind that is not unpacked here", "unpack it, or make a .zip of it"),
    (b"SQLite format 3", "a database file", "export its tables as CSV, or name its address in tradewind.toml"),
)
_TABLES = "CSV, Excel, JSON or Parquet, also as .zip or .gz"


def kind_of(path: Path, shown: str, limits: Limits) -> str:
    """Return what a file is: `csv`, `tsv`, `json`, `parquet`, `xlsx`, `xls`, `ods`, `zip` or `gz`.

    Args:
        path: the file, as received.
        shown: its name, for messages.
        limits: how much a table may be.
    Raises:
        SourceError: it holds no table that can be read: empty, locked, another kind, too many columns.
    """
    with open(path, "rb") as file:
        head = file.read(_HEAD)
    if not head.strip(b"\0 \t\r\n\xef\xbb\xbf"):
        raise refused(shown, "the file is empty", f"{path.stat().st_size:,} bytes", "a line of column names, then rows")
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zipped(path, shown, limits)
    if head.startswith(b"\x1f\x8b"):
        return "gz"
    if head.startswith(b"PAR1"):
        return _parquet(path, shown, limits)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return _old_workbook(path, head, shown)
    for mark, what, do in _MARKS:
        if head.startswith(mark) and (b"\0" in head[:4000] or not head.startswith((b"BM", b"MZ", b"ID3"))):
            raise refused(shown, f"this is {what}, and holds no table", "", _TABLES, do or "export the data as CSV")
    if head[8:12] == b"DUCK":
        raise refused(shown, "this is a database file, and holds no single table", "", _TABLES, "export it as CSV")
    if head[257:262] == b"ustar":
        raise refused(shown, "this is an archive of a kind that is not unpacked here", "", _TABLES, "make a .zip of it")
    return _text(head, shown, limits)


def refused(shown: str, what: str, found: str = "", expected: str = _TABLES, do: str = "") -> SourceError:
    """Return the refusal of an upload."""
    return SourceError(Problem(shown, what, found, expected, do))


def _text(head: bytes, shown: str, limits: Limits) -> str:
    try:
        whole = head if len(head) < _HEAD else head[: head.rfind(b"\n") + 1] or head  # no letter is cut in two
        plain = to_utf8(whole, None, shown)[0]
    except SourceError:
        raise refused(shown, "this is no kind of table that is known", "", _TABLES, "export the data as CSV") from None
    if b"\0" in plain[:4000]:
        raise refused(shown, "this is no kind of table that is known", "", _TABLES, "export the data as CSV")
    begins = plain[:4000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if re.match(rb"(<!--.*?-->\s*)?<(!doctype html|html|head|body|table|meta|style|div)", begins, re.DOTALL):
        raise refused(
            shown, "this is a web page that was saved under a table's name", "", _TABLES,
            "open it in Excel, choose Save as, and save it as .xlsx or CSV",
        )  # fmt: skip
    if begins.startswith(b"<"):
        raise refused(shown, "this is XML, and no table", "", _TABLES, "export the data as CSV")
    if begins.startswith((b"{", b"[{", b"[\n", b"[\r", b"[ ")):
        return "json"
    lines = [line for line in plain.splitlines()[:50] if line.strip()]
    widest = max((max(line.count(mark) for mark in (b",", b";", b"\t", b"|")) for line in lines), default=0)
    if not widest:
        raise refused(shown, "this is text, and no table: no line has more than one column", "", _TABLES)
    if widest >= limits.columns:
        raise too_wide(shown, widest + 1, limits)
    tabs = sum(line.count(b"\t") > 0 for line in lines)
    others = sum(line.count(b",") > 0 or line.count(b";") > 0 for line in lines)
    return "tsv" if tabs > others else "csv"


def too_wide(shown: str, columns: int, limits: Limits) -> SourceError:
    """Return the refusal of a table with too many columns."""
    return refused(
        shown, f"it has {columns:,} columns, which is no table about customers or sales", "",
        f"at most {limits.columns:,} columns", "export the columns that matter",
    )  # fmt: skip


def _parquet(path: Path, shown: str, limits: Limits) -> str:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        facts = pq.read_metadata(path)
        size = sum(facts.row_group(place).total_byte_size for place in range(facts.num_row_groups))
        columns = facts.num_columns
    except (pa.ArrowException, OSError) as error:
        raise refused(
            shown, "this Parquet file is damaged or incomplete", "", "a complete file", "send it again"
        ) from error
    if columns > limits.columns:
        raise too_wide(shown, columns, limits)
    if size > limits.unpacked:
        raise too_large_inside(shown, limits)
    return "parquet"


def _old_workbook(path: Path, head: bytes, shown: str) -> str:
    from tradewind.sources.excel import filled_sheets

    if _OFFICE_HOLDS.search(head) and b"W\0o\0r\0k\0b\0o\0o\0k" not in path.read_bytes()[-4 * MB :] + head:
        raise refused(
            shown, "this is a letter or presentation, and holds no table", "", _TABLES, "export the data as CSV"
        )
    filled_sheets(path, shown)  # says that it is locked, or damaged
    return "xls"


def _zipped(path: Path, shown: str, limits: Limits) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = {info.filename for info in archive.infolist()}
            sheet = "mimetype" in names and b"opendocument.spreadsheet" in archive.open("mimetype").read(100)
            if "[Content_Types].xml" in names or sheet:
                if not sheet and not any(name.startswith("xl/") for name in names):
                    what = "this is a letter or presentation, and holds no table"
                    raise refused(shown, what, "", _TABLES, "export the data as CSV")
                _measure_workbook(archive, path, shown, limits)
                return "ods" if sheet else "xlsb" if "xl/workbook.bin" in names else "xlsx"
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, zlib.error, EOFError, ValueError) as error:
        raise refused(
            shown, "this archive or workbook is damaged or incomplete", "", _TABLES, "send it again"
        ) from error
    return "zip"


def _measure_workbook(archive: zipfile.ZipFile, path: Path, shown: str, limits: Limits) -> None:
    """Refuse a workbook that becomes enormous when it is opened, whatever it says of itself."""
    total = 0
    most = max(limits.free, min(limits.unpacked, limits.ratio * path.stat().st_size))
    for info in archive.infolist():
        if info.is_dir():
            continue
        columns: set[bytes] = set()
        rows, rest = 0, b""
        sheet = info.filename.startswith("xl/worksheets/") and info.filename.endswith(".xml")
        with open(path, "rb") as file:
            for piece in inflated(file, info):
                total += len(piece)
                if total > most:
                    raise too_large_inside(shown, limits)
                if sheet:
                    text = rest + piece
                    columns.update(re.findall(rb'<c\s[^>]*?r="([A-Z]{1,3})\d', text))
                    last = re.findall(rb'<row\s[^>]*?r="(\d{1,7})"', text)
                    rows, rest = max([rows, *map(int, last[-1:])]), text[-60:]
        widest = max(map(_column_number, columns), default=0)
        if widest > limits.columns:
            raise too_wide(shown, widest, limits)
        if widest * rows > limits.cells:
            raise refused(
                shown, "one of its sheets is used over an enormous area", f"{rows:,} rows times {widest:,} columns",
                f"at most {limits.cells:,} cells", "delete the empty rows and columns, or save the sheet as CSV",
            )  # fmt: skip


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def too_large_inside(shown: str, limits: Limits) -> SourceError:
    """Return the refusal of something that is small as sent and enormous unpacked."""
    return refused(
        shown, "unpacked, this would be far larger than a table is", "",
        f"at most {limits.unpacked // MB:,} MB, and at most {limits.ratio} times what was sent",
        "send the tables themselves, one by one",
    )  # fmt: skip
