"""Files into tables: CSV, TSV, JSON lines, Excel and Parquet; text stays text until the mapping types it."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING

from tradewind.core.errors import Problem, SourceError
from tradewind.sources.delimited import read_delimited
from tradewind.sources.encodings import to_utf8
from tradewind.sources.raw import BrokenRow, Raw

if TYPE_CHECKING:
    import pyarrow as pa

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


def read_file(path: Path, source: Source, columns: Collection[str] | None = None) -> Raw:
    """Read one file as it stands.

    Args:
        path: the file.
        source: how to read it: format, delimiter, encoding, sheet.
        columns: the only columns that are needed; a format that can skip the others does. None reads all.
    Returns:
        the rows, and those that could not be read.
    Raises:
        SourceError: the file is missing, damaged, empty or of another format.
    """
    if not path.is_file():
        raise SourceError(
            Problem(str(path), "this file does not exist", "", "a file", "check the path of the source in tradewind.toml")
        )
    kind = format_of(path, source.format)
    try:
        if path.stat().st_size == 0:
            raise SourceError(Problem(str(path), "the file is empty", "0 bytes", "at least a line of column names"))
        if kind == "parquet":
            return _read_parquet(path, columns)
        if kind == "excel":
            return _read_excel(path, source.sheet)
        data, notes = to_utf8(_bytes(path), source.encoding, str(path))
        if kind == "jsonl":
            raw = _read_json(data, str(path))
        else:
            raw = read_delimited(data, source.delimiter or ("\t" if kind == "tsv" else None), str(path))
    except OSError as error:
        raise SourceError(
            Problem(str(path), "the file cannot be read", error.strerror or str(error), "a readable file")
        ) from error
    return Raw(raw.data, raw.names, raw.broken, (*notes, *raw.notes))


def _bytes(path: Path) -> bytes:
    data = path.read_bytes()
    if not data.startswith(b"\x1f\x8b"):
        return data
    try:
        return gzip.decompress(data)
    except (OSError, EOFError, zlib.error) as error:
        raise SourceError(
            Problem(str(path), "the compressed file is damaged", str(error), "a complete .gz file", "copy it again")
        ) from error


def _read_parquet(path: Path, columns: Collection[str] | None) -> Raw:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            names = tuple(file.schema_arrow.names)
            wanted = None if columns is None or len(set(names)) < len(names) else [c for c in names if c in set(columns)]
            data = file.read(columns=wanted)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError, OSError) as error:
        raise SourceError(
            Problem(
                str(path),
                "this is not a Parquet file, or it is damaged",
                str(error).splitlines()[0],
                "a complete Parquet file",
                'export it again, or set format = "csv" if it is text',
            )
        ) from error
    return Raw(data, names)


def _read_json(data: bytes, where: str) -> Raw:
    """JSON lines, or one JSON array of objects; every value becomes text, nested ones stay JSON."""
    import duckdb
    import pyarrow as pa

    lines = data.decode("utf-8").split("\n")
    if data.lstrip()[:1] == b"[":
        lines = _array_lines(data, where)
    texts = pa.table({"line": [line for line in lines if line.strip()]}, schema=pa.schema([("line", pa.string())]))
    with duckdb.connect() as con:
        con.register("texts", texts)
        con.execute(
            "CREATE TABLE items AS SELECT row_number() OVER () AS row, line, "
            "coalesce(try(json_type(line)), '') = 'OBJECT' AS good FROM texts"
        )
        keys = con.execute(
            "SELECT key FROM (SELECT row, unnest(json_keys(line)) AS key FROM items WHERE good) GROUP BY key ORDER BY min(row)"
        ).fetchall()
        names = _key_order([key for (key,) in keys], lines)
        chosen = ", ".join(f"json_extract_string(line, {_pointer(name)})" for name in names) or "NULL AS nothing"
        table = con.execute(f"SELECT {chosen} FROM items WHERE good ORDER BY row").to_arrow_table()
        broken = con.execute("SELECT row, line FROM items WHERE NOT good ORDER BY row").fetchall()
    if not names:
        raise SourceError(Problem(where, "no JSON object was found", "", 'one object per line, such as {"id": 1}'))
    return Raw(
        table.rename_columns(names),
        tuple(names),
        tuple(BrokenRow(row, line[:500], "this line is no JSON object") for row, line in broken),
    )


def _key_order(keys: list[str], lines: list[str]) -> list[str]:
    """Columns in the order of the first line that parses, then as they first appear."""
    for line in lines:
        try:
            first = json.loads(line)
        except ValueError:
            continue
        if isinstance(first, dict):
            return [*first, *(key for key in keys if key not in first)]
    return keys


def _pointer(name: str) -> str:
    pointer = "/" + name.replace("~", "~0").replace("/", "~1")
    return "'" + pointer.replace("'", "''") + "'"


def _array_lines(data: bytes, where: str) -> list[str]:
    try:
        return [json.dumps(item, ensure_ascii=False) for item in json.loads(data)]
    except ValueError as error:
        raise SourceError(
            Problem(where, "this is not JSON", str(error), "one object per line, or one array of objects")
        ) from error


def _read_excel(path: Path, sheet: str | None) -> Raw:
    import pyarrow as pa
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        with CalamineWorkbook.from_path(path) as book:
            chosen = _choose_sheet(book.sheet_names, sheet, lambda name: bool(book.get_sheet_by_name(name).height), path)
            rows = book.get_sheet_by_name(chosen).to_python(skip_empty_area=True)
    except (CalamineError, OSError, ValueError) as error:
        raise SourceError(
            Problem(str(path), "this is not an Excel file, or it is damaged or locked", str(error), "a plain workbook")
        ) from error
    if not rows:
        raise SourceError(Problem(str(path), f"sheet {chosen!r} is empty", "", "a line of column names, then rows"))
    names = [_cell(value) or f"column_{place + 1}" for place, value in enumerate(rows[0])]
    texts = [[_cell(value) for value in row] for row in rows[1:]]
    texts = [row for row in texts if any(value is not None for value in row)]
    arrays = [pa.array([row[place] for row in texts], pa.string()) for place in range(len(names))]
    return Raw(pa.Table.from_arrays(arrays, names=names), tuple(names))


def _choose_sheet(names: list[str], wanted: str | None, filled: Callable[[str], bool], path: Path) -> str:
    usable = [wanted] if wanted in names else [] if wanted is not None else [name for name in names if filled(name)]
    if len(usable) == 1 or (not usable and wanted is None and names):
        return (usable or names)[0]
    what = "the workbook has several sheets" if wanted is None else "the workbook has no such sheet"
    raise SourceError(
        Problem(str(path), what, ", ".join(names), "the name of one sheet", f'set sheet = "{names[0]}" for this source')
    )


def _cell(value: object) -> str | None:
    """A cell as text: whole numbers without the `.0` that Excel stores, times in ISO form."""
    from datetime import datetime

    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    return str(value).strip() or None
