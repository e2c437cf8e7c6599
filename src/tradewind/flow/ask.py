"""Ask an engine one SELECT written in DuckDB's dialect, with bound parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tradewind.core.time import Cutoff
from tradewind.features.as_of import view_as_of
from tradewind.features.catalog import Catalog
from tradewind.store.engines import Engine, parse_query

if TYPE_CHECKING:
    import pyarrow as pa

KNOWN = "known_at < :now AND (valid_to IS NULL OR valid_to >= :now)"
"""The rows of one table as they were known at the instant `:now`; `ask_known` also sees who is one person."""


def ask(engine: Engine, sql: str, **parameters: object) -> pa.Table:
    """Return the rows of a SELECT; `:name` in it is bound to the keyword of that name."""
    return engine.fetch(parse_query(sql, "Tradewind's own question"), parameters)


def ask_known(engine: Engine, catalog: Catalog, sql: str, known_by: Cutoff) -> pa.Table:
    """Return the rows of a SELECT over contract tables as they were known by a day: no later row, no older version of
    one, every row under the person it was known to belong to. A column of the contract that is not there is NULL."""
    where = "Tradewind's own question"
    view = view_as_of(parse_query(sql, where), catalog, where, "known_by", blanks=True)
    return engine.fetch(view, {"known_by": known_by.at, "cutoff": known_by.at})
