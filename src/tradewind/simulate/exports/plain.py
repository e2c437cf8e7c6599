"""Contract tables as plain CSV files, as a tool that somebody wrote for the company would write them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tradewind.simulate.exports.writing import local, rows_of, write_csv

if TYPE_CHECKING:
    import pyarrow as pa


def write_plain(table: pa.Table, path: Path, timezone: str) -> Path:
    """Write a table under its own column names; times are local ones with their offset.

    Args:
        table: any table.
        path: where to.
        timezone: whose local times are written.
    """

    def text(value: object) -> object:
        return f"{local(value, timezone):%Y-%m-%d %H:%M:%S%z}" if isinstance(value, datetime) else value

    rows = ({name: text(value) for name, value in row.items()} for row in rows_of(table))
    return write_csv(path, table.column_names, rows)
