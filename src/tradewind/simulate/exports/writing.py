"""What all writers of exports share: rows into CSV files, amounts and times as text."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    import pyarrow as pa

Row = dict[str, object]


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Row]) -> Path:
    """Write rows under a header; what a row does not say stays blank."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header, restval="", extrasaction="raise")
        writer.writeheader()
        writer.writerows(rows)
    return path


def cents(amount: Decimal) -> str:
    """Write an amount with two decimals, as nearly every vendor does."""
    return f"{amount:.2f}"


def local(moment: datetime, timezone: str) -> datetime:
    """Return a stored instant (naive UTC) as local time with its offset."""
    return moment.replace(tzinfo=UTC).astimezone(ZoneInfo(timezone))


def rows_of(table: pa.Table) -> list[dict[str, Any]]:
    """Return a table's rows."""
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows
