"""JSON lines, or one JSON array of objects, into a table of text columns; nested values stay JSON text."""

from __future__ import annotations

import json

from tradewind.core.errors import Problem, SourceError
from tradewind.sources.raw import BrokenRow, Raw


def read_json(data: bytes, where: str) -> Raw:
    """Read JSON objects; a line that is none is kept aside.

    Args:
        data: UTF-8 text.
        where: the file, for messages.
    Raises:
        SourceError: there is no JSON object in it.
    """
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
            "SELECT key FROM (SELECT row, unnest(json_keys(line)) AS key FROM items WHERE good) "
            "GROUP BY key ORDER BY min(row)"
        ).fetchall()
        names = _key_order([key for (key,) in keys], lines)
        chosen = ", ".join(f"json_extract_string(line, {_pointer(name)})" for name in names) or "NULL AS nothing"
        table = con.sql(f"SELECT {chosen} FROM items WHERE good ORDER BY row").to_arrow_table()
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
