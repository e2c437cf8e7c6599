"""Rows of a proposed table's source, read as the mapping would read them: for counts that a proposal rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tradewind.core.errors import ConfigError
from tradewind.sources.joining import Joined, join_sources, register
from tradewind.sources.proposal import ProposedTable
from tradewind.sources.raw import Raw
from tradewind.sources.typed import define_functions
from tradewind.store.config import TableMapping

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True)
class ProposedRows:
    """The rows, open to be counted.

    Args:
        con: the engine.
        joined: the source with its lookups.
    """

    con: duckdb.DuckDBPyConnection
    joined: Joined

    def count(self, named: Mapping[str, str], select: str) -> list[tuple[Any, ...]]:
        """Return the rows of `select` over `named`, whose columns are expressions of a mapping."""
        columns = [f'{self.joined.expression(name, text)} AS "{name}"' for name, text in named.items()]
        inner = f"SELECT {', '.join(columns)} FROM {self.joined.from_clause()}"
        return self.con.execute(f"WITH named AS ({inner}) {select}").fetchall()


@contextmanager
def proposed_rows(table: ProposedTable, raws: Mapping[str, Raw], decimal: str | None) -> Iterator[ProposedRows | None]:
    """Open the rows of a proposed table's source; None where they cannot be read.

    Args:
        table: its source, lookups, and columns that are filled down.
        raws: every source table by name.
        decimal: decimal sign of the source's text, where it is known.
    """
    import duckdb

    mapping = TableMapping.model_validate({
        "from": table.from_, "columns": {}, "fill_down": table.fill_down, "within": table.within or None,
        "lookup": [{"table": name, "on": on} for name, on in table.lookups],
    })  # fmt: skip
    try:
        joined = join_sources(f"tables.{table.table}", mapping, raws)
    except ConfigError:
        yield None
        return
    with duckdb.connect(config={"threads": 1}) as con:
        define_functions(con, decimal)
        register(con, joined)
        yield ProposedRows(con, joined)


def headers_of(table: ProposedTable, raws: Mapping[str, Raw]) -> Sequence[str]:
    """Return the headers of a proposed table's own source that stand once."""
    raw = raws.get(table.from_)
    names = list(raw.data.column_names) if raw is not None else []
    lowered = [name.lower() for name in names]
    return [name for name in names if lowered.count(name.lower()) == 1]
