"""Which contract tables and columns a workspace has, and which of their columns may be used for the past."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

from tradewind.core.contract import BASE_AMOUNTS, CONTRACT, LOCAL_COLUMNS, SYSTEM_COLUMNS, Table
from tradewind.core.errors import ContractError, Problem
from tradewind.core.time import local_day

if TYPE_CHECKING:
    from tradewind.store.engines import Engine
    from tradewind.store.manifest import TableEntry

PRESENT_STATE: Mapping[str, frozenset[str]] = {"orders": frozenset({"status"})}
"""Columns of fact tables that say how things are today: usable for the past only when listed as stable."""


@dataclass(frozen=True)
class CatalogTable:
    """One contract table as it is stored here.

    Args:
        name: contract table name.
        columns: stored column names with their SQL types, in order.
        as_of_today: columns that hold today's value without history; not visible in any as-of view.
    """

    name: str
    columns: Mapping[str, str]
    as_of_today: frozenset[str] = frozenset()

    @property
    def contract(self) -> Table:
        """The contract this table obeys."""
        return CONTRACT[self.name]

    def has(self, *names: str) -> bool:
        """Whether all these columns are stored and may be used for the past."""
        return all(name in self.columns and name not in self.as_of_today for name in names)

    def revealed_by(self, name: str) -> str:
        """The column whose instant reveals this one, or an empty string."""
        column = self.contract.column(name)
        return column.revealed_by if column is not None else ""

    def is_personal(self, name: str) -> bool:
        """Whether the contract marks the column as personal."""
        column = self.contract.column(name)
        return column is not None and column.personal

    def attributes(self) -> tuple[str, ...]:
        """Columns that describe the entity: no keys, times of the row's life, personal or system columns."""
        skipped = {*self.contract.key, *SYSTEM_COLUMNS, *LOCAL_COLUMNS, "amount_base"}
        return tuple(name for name in self.columns if name not in skipped and not self.is_personal(name))


@dataclass(frozen=True)
class Catalog:
    """The contract tables of one workspace.

    Args:
        tables: contract table name to what is stored of it.
        zone: IANA name of the workspace's zone; days and cutoffs are local days in it.
        starts: first local day on which each fact table has a row that happened.
        linked: kinds of record that links join to persons (`core.identity`); empty where every id is a person.
    """

    tables: Mapping[str, CatalogTable]
    zone: str = "UTC"
    starts: Mapping[str, date] = field(default_factory=dict)
    linked: frozenset[str] = frozenset()

    def table(self, name: str) -> CatalogTable | None:
        """Return the stored table of that name, or None."""
        return self.tables.get(name)

    def has(self, table: str, *columns: str) -> bool:
        """Whether the table is there and all these columns may be used for the past."""
        found = self.tables.get(table)
        return found is not None and found.has(*columns)

    def as_it_stands(self) -> Catalog:
        """Return the catalog for an answer as of today: there, columns that hold today's value may be read."""
        tables = {
            name: replace(table, as_of_today=frozenset(_unrevealed(table.contract, table.columns)))
            for name, table in self.tables.items()
        }
        return replace(self, tables=tables)

    @property
    def history_start(self) -> date | None:
        """First local day of the purchases, or of any fact where there are none."""
        return self.starts.get("orders") or min(self.starts.values(), default=None)


def catalog_table(
    name: str, columns: Iterable[tuple[str, str]], as_of_today: Iterable[str] = (), stable: Iterable[str] = ()
) -> CatalogTable:
    """Describe one stored table and decide which of its columns may be used for the past.

    Args:
        name: contract table name.
        columns: stored column names with SQL types.
        as_of_today: columns that the load found to have no history.
        stable: columns that the user says never change.
    Returns:
        the table; hidden in it are as-of-today columns that nobody called stable, and columns whose revealing
        time was not mapped (nobody can say when they were known).
    Raises:
        ContractError: there is no contract table of that name.
    """
    if name not in CONTRACT:
        raise ContractError(Problem(f"tables.{name}", "there is no contract table of that name", name, _names()))
    contract, stored = CONTRACT[name], dict(columns)
    free = {*stable, *(column.name for column in contract.columns if column.stable), *contract.key}
    hidden = {*as_of_today, *PRESENT_STATE.get(name, frozenset())}
    if BASE_AMOUNTS.get(name) in hidden - free:
        hidden.add("amount_base")  # it is made of the amount, and is known no longer than that
    return CatalogTable(name, stored, frozenset((hidden - free) & set(stored) | _unrevealed(contract, stored)))


def _unrevealed(contract: Table, stored: Mapping[str, str]) -> set[str]:
    """Stored columns whose revealing time was not mapped: nobody can say when they were known."""
    late = (column for column in contract.columns if column.revealed_by)
    return {column.name for column in late if column.name in stored and column.revealed_by not in stored}


def _names() -> str:
    return "one of " + ", ".join(CONTRACT)


def catalog_of(
    entries: Mapping[str, TableEntry],
    zone: str,
    stable: Mapping[str, Iterable[str]] | None = None,
    linked: Iterable[str] = (),
) -> Catalog:
    """Describe the contract tables of a manifest; its other tables (results, rejected rows) are left out.

    Args:
        entries: manifest entries by table name; `meta["as_of_today"]` lists columns without history.
        zone: the workspace's zone.
        stable: table name to columns that config lists as stable.
        linked: kinds of record that links join to persons.
    """
    stable = stable or {}
    tables = {
        name: catalog_table(name, entry.columns, entry.meta.get("as_of_today", ()), stable.get(name, ()))
        for name, entry in entries.items()
        if name in CONTRACT
    }
    return Catalog(tables, zone, linked=frozenset(linked))


def with_starts(engine: Engine, catalog: Catalog) -> Catalog:
    """Return the catalog with the first local day of each fact table, read from the engine.

    Older rows that came late do not move it: on the days before it nothing was known yet.
    """
    from sqlglot import exp

    starts: dict[str, date] = {}
    for name, table in catalog.tables.items():
        if table.contract.kind == "fact" and "happened_on" in table.columns:
            oldest = (exp.alias_(exp.Min(this=exp.column(each)), each) for each in ("happened_on", "known_at"))
            row = engine.fetch(exp.select(*oldest).from_(name), {}).to_pylist()[0]
            if row["happened_on"] is not None:
                starts[name] = max(row["happened_on"], local_day(row["known_at"], catalog.zone))
    return Catalog(catalog.tables, catalog.zone, starts, catalog.linked)
