"""Files into tables: CSV, TSV, JSON lines, Excel and Parquet; text stays text until the mapping types it."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tradewind.core.errors import Problem, SourceError
from tradewind.sources.delimited import read_delimited
from tradewind.sources.encodings import to_utf8
from tradewind.sources.excel import read_excel
from tradewind.sources.headers import Header
from tradewind.sources.json_lines import read_json
from tradewind.sources.raw import Raw
from tradewind.sources.totals import drop_blank, skip_totals

if TYPE_CHECKING:
    from tradewind.store.config import Source

FORMATS = {
    ".csv": "csv",
    ".txt": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".xlsx": "excel",
    ".xlsm": "excel",
    ".xlsb": "excel",
    ".xls": "excel",
    ".ods": "excel",
}
_ALIASES = {"json": "jsonl", "ndjson": "jsonl", "xlsx": "excel", "xls": "excel", "ods": "excel", "txt": "csv"}


def format_of(path: Path, declared: str | None) -> str:
    """Return the format of a file: what the config says, else what its ending says (`.gz` set aside).

    Raises:
        SourceError: neither names a format that can be read.
    """
    if declared is not None:
        name = _ALIASES.get(declared.lower(), declared.lower())
        if name in set(FORMATS.values()):
            return name
        found = declared
    else:
        suffix = (path.with_suffix("") if path.suffix.lower() == ".gz" else path).suffix.lower()
        if suffix in FORMATS:
            return FORMATS[suffix]
        found = path.name
    raise SourceError(
        Problem(
            str(path),
            "this kind of file cannot be read",
            found,
            "csv, tsv, jsonl, xlsx or parquet (text also as .gz)",
            'set format = "..." for this source, or export the data as CSV',
        )
    )


def can_read(path: Path) -> bool:
    """Whether a file's ending says that it holds a table."""
    bare = path.with_suffix("") if path.suffix.lower() == ".gz" else path
    return bare.suffix.lower() in FORMATS and not path.name.startswith(("~$", "."))


def read_file(path: Path, source: Source, columns: Collection[str] | None = None, shown: str = "") -> Raw:
    """Read one file as it stands.

    Args:
        path: the file.
        source: how to read it: format, delimiter, encoding, sheet.
        columns: the only columns that are needed, in lower case; a format that can skip others does. None reads all.
        shown: what to call the file in messages; its path when empty.
    Returns:
        the rows, and those that could not be read.
    Raises:
        SourceError: the file is missing, damaged, empty or of another format.
    """
    shown = shown or str(path)
    if not path.is_file():
        raise SourceError(Problem(shown, "this file does not exist", "", "a file", "check the path of the source"))
    kind = format_of(path, source.format)
    try:
        if path.stat().st_size == 0:
            raise SourceError(Problem(shown, "the file is empty", "0 bytes", "at least a line of column names"))
        if kind == "parquet":
            return _read_parquet(path, columns, shown)
        if kind == "excel":
            return _without_totals(read_excel(path, source.sheet, shown, _header_of(source)), source)
        data, notes = to_utf8(_bytes(path, shown), source.encoding, shown)
    except OSError as error:
        raise SourceError(
            Problem(shown, "the file cannot be read", error.strerror or str(error), "a readable file")
        ) from error
    if kind == "jsonl":
        raw = read_json(data, shown)
    else:
        mark = source.delimiter or ("\t" if kind == "tsv" else None)
        raw = _without_totals(read_delimited(data, mark, shown, _header_of(source)), source)
    return replace(raw, notes=(*notes, *raw.notes))


def _header_of(source: Source) -> Header:
    return Header(source.header_row or 1, source.header_rows or 1)


def _without_totals(raw: Raw, source: Source) -> Raw:
    bare = drop_blank(raw)
    return skip_totals(bare) if source.totals == "skip" else bare


def _bytes(path: Path, shown: str) -> bytes:
    data = path.read_bytes()
    if not data.startswith(b"\x1f\x8b"):
        return data
    try:
        return gzip.decompress(data)
    except (OSError, EOFError, zlib.error) as error:
        raise SourceError(
            Problem(shown, "the compressed file is damaged", str(error), "a complete .gz file", "copy it again")
        ) from error


def _read_parquet(path: Path, columns: Collection[str] | None, shown: str) -> Raw:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            names = tuple(file.schema_arrow.names)
            wanted = None if columns is None else [name for name in names if name.lower() in columns]
            data = file.read(columns=wanted)
    except (pa.ArrowException, OSError) as error:
        raise SourceError(
            Problem(
                shown,
                "this is not a Parquet file, or it is damaged",
                str(error).splitlines()[0],
                "a complete Parquet file",
                'export it again, or set format = "csv" if it is text',
            )
        ) from error
    return Raw(data, names)
