"""Ask an engine one SELECT written in DuckDB's dialect, with bound parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tradewind.store.engines import Engine, parse_query

if TYPE_CHECKING:
    import pyarrow as pa

KNOWN = "known_at < :now AND (valid_to IS NULL OR valid_to >= :now)"
"""The rows as they were known at the instant `:now`: no later row, and no older version of one."""


def ask(engine: Engine, sql: str, **parameters: object) -> pa.Table:
    """Return the rows of a SELECT; `:name` in it is bound to the keyword of that name."""
    return engine.fetch(parse_query(sql, "Tradewind's own question"), parameters)
