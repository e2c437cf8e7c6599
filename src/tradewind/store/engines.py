"""What every SQL engine offers: load tables, run SELECT steps that leave named tables, fetch rows as equal Arrow types.

DuckDB's type of a column is the contract: the other engines ask it and cast to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol, Self

from sqlglot import exp

from tradewind.core.errors import Problem, StoreError
from tradewind.store.expressions import check_query, parse_query, placeholders_of
from tradewind.store.manifest import TableEntry

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

__all__ = ["Engine", "canonical_select", "check_query", "parse_query", "select_used"]


class Engine(Protocol):
    """One SQL engine at work on a workspace's tables.

    Its tables live as long as it does; results worth keeping are fetched and written to the workspace.
    """

    name: str
    dialect: str

    def load_table(self, name: str, data: TableEntry | pa.Table) -> None:
        """Make a table readable under a name; a table of that name is replaced."""

    def create(self, name: str, select: exp.Expression, parameters: Mapping[str, object] | None = None) -> None:
        """Run a SELECT and leave its result as a named table; a table of that name is replaced.

        Args:
            name: of the new table.
            select: sqlglot expression in DuckDB's dialect; `:name` placeholders.
            parameters: value of each placeholder; those not used are ignored.
        Raises:
            StoreError: the engine refuses the statement.
        """

    def fetch(self, select: exp.Expression, parameters: Mapping[str, object] | None = None) -> pa.Table:
        """Run a SELECT and return its rows with canonical Arrow types; see `create`."""

    def fetch_each(self, select: exp.Expression, parameters: Sequence[Mapping[str, object]]) -> list[pa.Table]:
        """Run one SELECT once for each set of parameters: a hundred of them cost less planned apart than in one."""

    def tables(self) -> tuple[str, ...]:
        """Return the names of the tables that can be read."""

    def drop(self, name: str) -> None:
        """Remove a table if it is there."""

    def close(self) -> None:
        """Release everything the engine holds."""

    def __enter__(self) -> Self:
        """Return the engine; leaving the block closes it."""

    def __exit__(self, *_: object) -> None:
        """Close the engine."""


CANONICAL: Mapping[str, str] = {
    **dict.fromkeys(("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT"), "BIGINT"),
    **dict.fromkeys(("UINTEGER", "UBIGINT", "UHUGEINT", '"NULL"'), "BIGINT"),
    **dict.fromkeys(("FLOAT", "DOUBLE"), "DOUBLE"),
    **dict.fromkeys(("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"), "TIMESTAMP"),
    "TIMESTAMP WITH TIME ZONE": "TIMESTAMP",
    "DATE": "DATE",
    "BOOLEAN": "BOOLEAN",
    "VARCHAR": "VARCHAR",
}
"""DuckDB type of a result column to the one type it is handed out as; decimals become DECIMAL(38,4)."""


def canonical_type(name: str, duckdb_type: str) -> str:
    """Return the type a result column is handed out as.

    Raises:
        StoreError: a result cannot have such a column.
    """
    if duckdb_type.startswith("DECIMAL"):
        return "DECIMAL(38,4)"
    if duckdb_type.startswith("ENUM"):
        return "VARCHAR"
    if duckdb_type not in CANONICAL:
        raise StoreError(
            Problem(name, "a step cannot leave a column of this type", duckdb_type, "number, text, time, day or flag")
        )
    return CANONICAL[duckdb_type]


def result_types(
    connection: duckdb.DuckDBPyConnection, sql: str, parameters: Mapping[str, object]
) -> list[tuple[str, str]]:
    """Return (column, DuckDB type) of a SELECT without running it."""
    described = connection.execute(f"DESCRIBE {sql}", dict(parameters)).fetchall()
    return [(str(row[0]), str(row[1])) for row in described]


def canonical_select(select: exp.Expression, types: list[tuple[str, str]], every: bool = False) -> exp.Expression:
    """Wrap a SELECT so that every column leaves it in its canonical type.

    Args:
        select: the SELECT.
        types: its columns and their DuckDB types, from `result_types`.
        every: cast also the columns that have their type already, for engines whose own types differ.
    """
    columns = _canonical_columns(types, every)
    if columns is None:
        return select
    inner = exp.Subquery(this=select.copy(), alias=exp.TableAlias(this=exp.to_identifier("q")))
    return exp.select(*columns).from_(inner)


def canonical_sql(sql: str, types: list[tuple[str, str]]) -> str:
    """Return `canonical_select` of a SELECT in DuckDB's own words."""
    columns = _canonical_columns(types, every=False)
    if columns is None:
        return sql
    return f"{exp.select(*columns).sql('duckdb')} FROM ({sql}) AS q"


def _canonical_columns(types: list[tuple[str, str]], every: bool) -> list[exp.Expr] | None:
    """The cast of each column; None where none is needed."""
    wanted = [(name, found, canonical_type(name, found)) for name, found in types]
    if not every and all(found == target for _, found, target in wanted):
        return None
    columns: list[exp.Expr] = []
    for name, found, target in wanted:
        column: exp.Expr = exp.column(exp.to_identifier(name, quoted=True))
        if every or found != target:
            column = exp.cast(column, exp.DataType.build(target, dialect="duckdb"), dialect="duckdb")
        columns.append(exp.alias_(column, name, quoted=True))
    return columns


def divide_safely(select: exp.Expression) -> exp.Expression:
    """Return the SELECT with every division by zero giving NULL: never an infinity, never a step that fails."""
    kinds = (exp.Div, exp.IntDiv, exp.Mod)
    if select.find(*kinds) is None:
        return select
    safe = select.copy()
    for node in list(safe.find_all(*kinds)):
        node.set("expression", exp.func("NULLIF", node.expression.copy(), exp.Literal.number(0)))
    return safe


def select_used(select: exp.Expression, parameters: Mapping[str, object] | None) -> dict[str, object]:
    """Return the parameters that a SELECT uses.

    Raises:
        StoreError: one that it uses has no value.
    """
    given = parameters or {}
    names = set(placeholders_of(select))
    missing = sorted(names - set(given))
    if missing:
        raise StoreError(Problem(missing[0], "this placeholder has no value", f":{missing[0]}", "a bound parameter"))
    return {name: given[name] for name in sorted(names)}
