"""Files and sheets read for the first time: where their names stand, what is no row, how numbers are written."""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tradewind.core.errors import Problem, SourceError
from tradewind.sources.decimals import find_decimal
from tradewind.sources.delimited import find_delimiter, first_lines
from tradewind.sources.encodings import to_utf8
from tradewind.sources.excel import filled_sheets, sheet_lines
from tradewind.sources.files import format_of, read_file
from tradewind.sources.found import stack, stem
from tradewind.sources.headers import LOOKED_AT, Header, find_header
from tradewind.sources.inventory import MOST_COLUMNS, Found, FoundSource, FoundTable, Ignored, with_names_once
from tradewind.sources.places import as_glob, dated_pattern, path_from
from tradewind.sources.raw import Raw
from tradewind.sources.totals import find_fill_down, find_totals, skip_totals
from tradewind.store.config import Source

_HEAD = 400_000
_SAME_COLUMNS = 0.8
"""Share of their columns that files of one kind have in common."""


@dataclass(frozen=True)
class Read:
    """A file or sheet as read.

    Args:
        path: the file.
        shown: what people call it.
        raw: its rows.
        settings: what its source must say for the same reading; empty where nothing is special.
        sheet: which sheet, where the workbook has several.
        fill_down: columns written only on the first row of each group.
    """

    path: Path
    shown: str
    raw: Raw
    settings: Mapping[str, Any]
    sheet: str = ""
    fill_down: tuple[str, ...] = ()


def read_plain(path: Path, shown: str) -> Read:
    """Read a file that holds one table.

    Raises:
        SourceError: it cannot be read, or holds no table.
    """
    kind = format_of(path, None)
    header = _text_header(path, kind, shown) if kind in ("csv", "tsv") else Header()
    return _finished(path, shown, _header_settings(header), "")


def read_workbook(path: Path, shown: str) -> tuple[list[Read], list[Ignored]]:
    """Read every filled sheet of a workbook; those without a table are ignored.

    Raises:
        SourceError: it is no workbook, or it is locked.
    """
    sheets = filled_sheets(path, shown)
    reads, ignored = [], []
    for sheet in sheets:
        said = shown if len(sheets) == 1 else f"{shown}, sheet {sheet}"
        try:
            lines = sheet_lines(path, sheet, shown, LOOKED_AT)
            own = {"sheet": sheet} if len(sheets) > 1 else {}
            read = _finished(path, said, own | _header_settings(find_header(lines)), sheet if own else "")
        except SourceError as error:
            ignored.append(Ignored(said, error.problems[0].what, trouble=True))
            continue
        if len(read.raw.names) < 2 or not read.raw.data.num_rows:
            ignored.append(Ignored(said, "no table: fewer than two columns, or no rows"))
        else:
            reads.append(read)
    if not sheets:
        raise SourceError(Problem(shown, "the workbook is empty", "", "at least one sheet with a table"))
    return reads, ignored


def single_source(found: Found, read: Read, root: Path) -> tuple[FoundSource, list[FoundTable]]:
    """Return a source of its own for one file or sheet."""
    path, allow = path_from(root, read.path)
    text = f"{stem(read.path)} {read.sheet}".strip()
    name = found.name_for(text)
    settings = {"path": as_glob(path), **read.settings}
    source = FoundSource(name, settings, allow, read.shown)
    return source, [FoundTable(name, name, read.shown, with_names_once(read.raw), read.fill_down)]


def plain_source(found: Found, folder: Path, reads: Sequence[Read], root: Path) -> tuple[FoundSource, list[FoundTable]]:
    """Return one source for the plain files of a folder; files of one kind, told apart by a date only, are one table.

    A file with settings of its own (a title above its names, say) gets its own source, which is added to `found`.
    """
    groups = [group for each in _by_date(reads) for group in _alike(each)]
    common = _commonest([read.settings for group in groups for read in group])
    for group in groups:
        for read in group if dict(group[0].settings) != common else ():
            found.add(*single_source(found, read, root))
    usual = [group for group in groups if dict(group[0].settings) == common]
    path, allow = path_from(root, folder)
    name = found.name_for(folder.resolve().name)
    base = "" if path == "." else f"{as_glob(path)}/"
    settings = {"path": f"{base}{_file_pattern([read for group in usual for read in group])}", **common}
    source = FoundSource(name, settings, allow, folder.name)
    stems = [stem(read.path) for read in reads]
    return source, [table for group in usual for table in _tables(name, group, stems)]


def _tables(source: str, group: Sequence[Read], stems: Sequence[str]) -> list[FoundTable]:
    """One table of files that only a date tells apart, where their pattern means no other file; else one for each."""
    first = group[0]
    pattern = dated_pattern(stem(first.path))
    dated = pattern != as_glob(stem(first.path))
    if dated and sum(fnmatch.fnmatchcase(each, pattern) for each in stems) == len(group):
        raw = first.raw if len(group) == 1 else stack([(read.shown, read.raw) for read in group], source)
        shown = first.shown if len(group) == 1 else f"{first.shown} and {len(group) - 1:,} more like it"
        return [FoundTable(f"{source}.{pattern}", source, shown, with_names_once(raw), first.fill_down)]
    return [
        FoundTable(f"{source}.{read.path.name if stems.count(stem(read.path)) > 1 else stem(read.path)}", source,
                   read.shown, with_names_once(read.raw), read.fill_down)
        for read in group
    ]  # fmt: skip


def _by_date(reads: Sequence[Read]) -> list[list[Read]]:
    """Files whose names differ by a date only, together."""
    groups: dict[object, list[Read]] = {}
    for read in reads:
        pattern = dated_pattern(stem(read.path))
        groups.setdefault(pattern if pattern != as_glob(stem(read.path)) else read.path, []).append(read)
    return list(groups.values())


def _alike(group: list[Read]) -> list[list[Read]]:
    """A group whose files have nearly the same columns and can be read in one way, or its files one by one."""
    columns = [{name.lower() for name in read.raw.names} for read in group]
    common = set.intersection(*columns)
    together: dict[str, Any] = {}
    for read in group:  # what one file shows (a decimal comma, a row of totals) does the others no harm
        together.update(read.settings)
    fits = all(together[key] == value for read in group for key, value in read.settings.items())
    heads = {(read.settings.get("header_row"), read.settings.get("header_rows")) for read in group}
    if fits and len(heads) == 1 and len(common) >= _SAME_COLUMNS * max(map(len, columns)):
        return [[replace(read, settings=together) for read in group]]
    return [[read] for read in group]


def _file_pattern(reads: Sequence[Read]) -> str:
    """`*.csv` where all are of one kind, else `*`."""
    endings = {"".join(read.path.suffixes[-2:]) if read.path.suffix == ".gz" else read.path.suffix for read in reads}
    return f"*{next(iter(endings))}" if len(endings) == 1 else "*"


def _commonest(settings: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The settings that most files share; those of one sheet never."""
    plain = [dict(each) for each in settings]
    return max(plain, key=plain.count)


def _finished(path: Path, shown: str, settings: dict[str, Any], sheet: str) -> Read:
    raw = read_file(path, Source.model_validate({"path": "x", **settings}), None, shown)
    if path.suffix.lower() == ".txt" and (len(raw.names) < 2 or len(raw.broken) >= raw.rows / 5):
        raise SourceError(Problem(shown, "text, and no table", "", "a table"))
    if raw.data.num_columns > MOST_COLUMNS:
        raise SourceError(
            Problem(shown, f"it has {raw.data.num_columns:,} columns, which is no table about customers or sales", "",
                    f"at most {MOST_COLUMNS:,} columns", "export the columns that matter")
        )  # fmt: skip
    if raw.data.num_rows == 0:
        raise SourceError(Problem(shown, "it has column names and no rows", "", "rows"))
    if format_of(path, None) not in ("parquet", "jsonl") and find_totals(raw).count:
        raw, settings = skip_totals(raw), {**settings, "totals": "skip"}
    decimal = find_decimal(raw.data) if format_of(path, None) in ("csv", "tsv", "excel") else None
    if decimal is not None:
        settings = {**settings, "decimal": decimal}
    return Read(path, shown, raw, settings, sheet, find_fill_down(raw.data) if settings.get("totals") else ())


def _text_header(path: Path, kind: str, shown: str) -> Header:
    """Where the names stand in a text file, from its beginning alone."""
    import gzip

    try:
        with open(path, "rb") as file:
            head = file.read(_HEAD)
        if head.startswith(b"\x1f\x8b"):
            with gzip.open(path) as file:
                head = file.read(_HEAD)
        data = to_utf8(head[: head.rfind(b"\n") + 1] or head, None, shown)[0]
    except (OSError, EOFError, SourceError):
        return Header()  # the reading itself says what is wrong
    if not data.strip():
        return Header()
    delimiter = "\t" if kind == "tsv" else find_delimiter(data)
    return find_header(first_lines(data, delimiter, LOOKED_AT))


def _header_settings(header: Header) -> dict[str, Any]:
    settings: dict[str, Any] = {"header_row": header.row} if header.row > 1 else {}
    return settings | ({"header_rows": header.rows} if header.rows > 1 else {})
