"""Tables laid out to be looked at: a DuckDB over them, every column's shape, troubles with counts and examples."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from tradewind.core.contract import CONTRACT, LOCAL_COLUMNS, SYSTEM_COLUMNS, Column, Table
from tradewind.core.trouble import MOST_EXAMPLES, Example, Severity, Trouble

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

ColumnKind = Literal["text", "number", "time", "flag"]

HIDDEN = "(personal, not shown)"
ROW = "_row"
"""Column of a raw table: the source's row number."""

_OURS = {*SYSTEM_COLUMNS, *LOCAL_COLUMNS, "amount_base", "line"}
_LONGEST = 80


@dataclass(frozen=True)
class Given:
    """One table to look at.

    Args:
        rows: the contract table: in memory, or the Parquet files that hold it; None where no row could be used.
        raw: reads the source's rows under the contract's column names, with their number `_row`; None where they are
            not at hand. It is called once, and its rows are let go before the next table is looked at.
        rejected: rows that could not be used: column, value, reason, row.
        collapsed: rows equal to another one in every column.
        gone: rows of earlier loads that the source no longer holds.
        new: rows that the last load brought.
        as_of_today: columns whose past values nobody knows.
        labels: columns that hold an answer to be predicted.
        literal: columns that the mapping fills with a constant.
    """

    rows: pa.Table | Sequence[Path] | None
    raw: Callable[[], pa.Table | None] | None = None
    rejected: pa.Table | None = None
    collapsed: int = 0
    gone: int = 0
    new: int = 0
    as_of_today: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    literal: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Shape:
    """What a column holds.

    Args:
        name: the column.
        kind: text, number, time or flag.
        filled: rows with a value.
        distinct: about how many different ones.
        declared: the contract's column; None for an attribute.
    """

    name: str
    kind: ColumnKind
    filled: int
    distinct: int
    declared: Column | None = None

    @property
    def personal(self) -> bool:
        """Whether its values may not be shown."""
        return self.declared is not None and self.declared.personal

    @property
    def identity(self) -> bool:
        """Whether it names something, so that its values mean nothing by themselves."""
        return self.name.endswith("_id")


@dataclass(frozen=True)
class Looked:
    """One table, laid out.

    Args:
        con: the engine; `name` is the view of the rows that stand now, `raw` that of the source's rows.
        contract: the contract table.
        given: what was handed in.
        rows: rows that stand now.
        shapes: its columns, ours not among them.
        raw: name of the view of the source's rows; empty where they are not at hand.
        raw_rows: how many there are.
        texts: source columns of text, by contract column.
        today: the local day it is looked at.
        currency: the workspace's currency.
        columns: every column of the table, ours among them.
    """

    con: duckdb.DuckDBPyConnection = field(repr=False)
    contract: Table
    given: Given = field(repr=False)
    rows: int
    shapes: Mapping[str, Shape]
    raw: str
    raw_rows: int
    texts: tuple[str, ...]
    today: date
    currency: str
    columns: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The contract table's name."""
        return self.contract.name

    @property
    def time(self) -> str:
        """The column that says when a row happened; empty where there is none."""
        return self.contract.time if self.contract.time in self.shapes else ""

    def of_kind(self, kind: ColumnKind) -> tuple[Shape, ...]:
        """The columns of a kind."""
        return tuple(shape for shape in self.shapes.values() if shape.kind == kind)

    def ask(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of one SELECT."""
        return self.con.execute(sql, list(parameters)).fetchall()

    def one(self, sql: str) -> tuple[Any, ...]:
        """Return the only row of a SELECT."""
        return self.ask(sql)[0]

    def trouble(
        self, column: str, kind: str, severity: Severity, what: str, where: str, *, shown: str = "", raw: bool = False,
        hidden: bool = False, treat: str = "", do: str = "",
    ) -> Trouble | None:  # fmt: skip
        """Count the rows of a condition and return the trouble; None where there are none.

        Args:
            column: the column it is told of.
            kind: one of `KINDS`.
            severity: how bad.
            what: the sentence; `{rows}` and `{share}` are filled in.
            where: SQL condition of the rows.
            shown: SQL of the value that examples show; the column when empty.
            raw: whether the condition is over the source's rows.
            hidden: whether the values may not be shown.
            treat: the lines of config that treat it.
            do: what to do besides, or instead.
        """
        relation, of = (self.raw, self.raw_rows) if raw else (self.name, self.rows)
        money = "sum(abs(amount_base))" if "amount_base" in self.columns and not raw else "NULL"
        rows, carried = self.one(f'SELECT count(*), {money} FROM "{relation}" WHERE {where}')
        if not rows:
            return None
        shape = self.shapes.get(column)
        private = hidden or (shape is not None and shape.personal)
        value = f"'{HIDDEN}'" if private else shown or f'"{column}"'
        found = self.ask(
            f'SELECT {self.key(raw)}, left(CAST({value} AS VARCHAR), {_LONGEST}) FROM "{relation}" '
            f"WHERE {where} ORDER BY {self._order(raw)}, 2 LIMIT {MOST_EXAMPLES}"
        )
        examples = tuple(Example(row or "", text or "") for row, text in found)
        words = _of_one(what.format(rows=f"{rows:,}", share=say_share(rows, of)))
        return Trouble(
            self.name, column, kind, severity, words, rows, of, examples, treat, do,
            float(carried) if carried is not None else None, where="" if raw else where,
        )  # fmt: skip

    def _order(self, raw: bool) -> str:
        """SQL by which examples stand: the source's row number, or the key, so that every look shows the same ones."""
        names = [name for name in self.contract.key if name in self.columns] or [self.time]
        return ROW if raw else ", ".join(f'"{name}"' for name in names if name) or "1"

    def key(self, raw: bool = False) -> str:
        """SQL of the words that name a row."""
        if raw:
            return f"'row ' || {ROW}"
        names = [name for name in self.contract.key if name in self.columns]
        if not names:
            names = [name for name in (self.time,) if name]
        parts = [f"'{name} = ' || CAST(\"{name}\" AS VARCHAR)" for name in names]
        return f"concat_ws(', ', {', '.join(parts)})" if parts else "''"


def say_share(rows: int, of: int) -> str:
    """Say a share of rows as people do."""
    share = rows / of if of else 0.0
    return f"{share:.0%}" if share >= 0.1 else f"{share:.1%}" if share >= 0.001 else "less than 0.1%"


def lay_out(
    con: duckdb.DuckDBPyConnection, tables: Mapping[str, Given], today: date, currency: str
) -> dict[str, Looked]:
    """Make the tables known to the engine and take the shape of every column, in one pass per table.

    Args:
        con: an engine that may read the files handed in.
        tables: by contract table.
        today: the local day they are looked at.
        currency: the workspace's currency.
    """
    for name, given in tables.items():
        _register(con, name, given)
    return {name: _look(con, name, given, today, currency) for name, given in tables.items()}


def _register(con: duckdb.DuckDBPyConnection, name: str, given: Given) -> None:
    if given.rows is None:
        return
    if isinstance(given.rows, Sequence):
        files = ", ".join("'" + str(path).replace("'", "''") + "'" for path in given.rows)
        source = f"read_parquet([{files}])"
    else:
        con.register(f"all_{name}", given.rows)
        source = f"all_{name}"
    columns = [row[0] for row in con.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()]
    live = " WHERE valid_to IS NULL" if "valid_to" in columns else ""
    con.execute(f'CREATE OR REPLACE VIEW "{name}" AS SELECT * FROM {source}{live}')


def _look(con: duckdb.DuckDBPyConnection, name: str, given: Given, today: date, currency: str) -> Looked:
    contract = CONTRACT[name]
    shapes: dict[str, Shape] = {}
    rows, columns = 0, []
    if given.rows is not None:
        columns = con.execute(f'DESCRIBE SELECT * FROM "{name}"').fetchall()
        wanted = [(row[0], _kind(row[1])) for row in columns if row[0] not in _OURS]
        counted = ", ".join(f'count("{each}"), approx_count_distinct("{each}")' for each, _ in wanted)
        counts = con.execute(f'SELECT count(*), {counted} FROM "{name}"').fetchall()[0]
        rows = counts[0]
        for place, (each, kind) in enumerate(wanted):
            filled, distinct = counts[1 + 2 * place], counts[2 + 2 * place]
            shapes[each] = Shape(each, kind, filled, min(distinct, filled), contract.column(each))
    names = tuple(row[0] for row in columns)
    return Looked(con, contract, given, rows, shapes, "", 0, (), today, currency, names)


@contextmanager
def beside_its_source(looked: Looked) -> Iterator[Looked]:
    """Read a table's source and lay it out beside the table for as long as the block lasts."""
    raw = None if looked.given.raw is None else looked.given.raw()
    if raw is None:
        yield looked
        return
    view = f"raw_{looked.name}"
    looked.con.register(view, raw)
    described = looked.con.execute(f"DESCRIBE SELECT * FROM {view}").fetchall()
    texts = tuple(row[0] for row in described if row[1] == "VARCHAR")
    try:
        yield replace(looked, raw=view, raw_rows=raw.num_rows, texts=texts)
    finally:
        looked.con.unregister(view)


def _kind(sql_type: str) -> ColumnKind:
    if sql_type == "BOOLEAN":
        return "flag"
    if sql_type == "DATE" or sql_type.startswith("TIMESTAMP"):
        return "time"
    return "text" if sql_type == "VARCHAR" else "number"


_ONE = {"are": "is", "have": "has", "carry": "carries", "say": "says", "lie": "lies", "share": "shares", "do": "does"}


def _of_one(sentence: str) -> str:
    """A sentence that counts one row, in the singular: “1 values (2%) are missing” is “1 value (2%) is missing”."""
    match = re.match(r"1 (\w+)s( \([^)]*\))? (\w+)", sentence)
    if match is None:
        return sentence
    return f"1 {match[1]}{match[2] or ''} {_ONE.get(match[3], match[3])}{sentence[match.end() :]}"
