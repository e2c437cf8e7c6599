"""Small helpers of the sources' tests: a source table from lists, and rows as tuples."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from tradewind.sources.mapping import Mapped
from tradewind.sources.raw import Raw

ORDERS = {"order_id": "id", "customer_id": "who", "happened_at": "at", "amount": "paid"}

MapRows = Callable[..., Mapped]


def raw_of(columns: Mapping[str, Sequence[Any]] | pa.Table) -> Raw:
    """A source table from Python lists."""
    table = columns if isinstance(columns, pa.Table) else pa.table(dict(columns))
    return Raw(table, tuple(table.column_names))


def rows_of(table: pa.Table, *names: str) -> list[tuple[Any, ...]]:
    """The rows of some columns, as tuples."""
    return list(zip(*(table[name].to_pylist() for name in names), strict=True))
