"""Whose a row is: a company's rows are those that name it and those of its people, deals and leads, as known then."""

from __future__ import annotations

from collections.abc import Sequence

from tradewind.core.contract import SYSTEM_COLUMNS
from tradewind.features.catalog import Catalog
from tradewind.features.feature_set import Group, Vocabulary
from tradewind.features.wording import Words

_MEMBERS = (("customers", "customer_id"), ("deals", "deal_id"), ("leads", "lead_id"))
"""Who belongs to a company, in the order in which their word on it counts; the row's own comes first."""


def is_tied(catalog: Catalog, table: str, entity: str, *columns: str) -> bool:
    """Whether rows of the table can be told to be an entity's, and have these columns."""
    return catalog.has(table, *columns) and (catalog.has(table, entity) or bool(_members(catalog, table, entity)))


def rows_of(catalog: Catalog, table: str, entity: str) -> str:
    """Return what stands in FROM for a table of which each row says whose it is: the table itself, or, where its rows
    name people of the company, those rows with the company that the people were known to belong to."""
    members = _members(catalog, table, entity)
    if not members:
        return table
    stored = catalog.tables[table]
    names = [name for name in stored.columns if stored.has(name) and name not in SYSTEM_COLUMNS and name != entity]
    whose = [f"of_{key}.{entity}" for _, key in members]
    whose = [f"rows_of.{entity}", *whose] if stored.has(entity) else whose
    company = whose[0] if len(whose) == 1 else f"COALESCE({', '.join(whose)})"
    joins = (
        f"LEFT JOIN (SELECT {key}, {entity} FROM {belongs}) AS of_{key} ON of_{key}.{key} = rows_of.{key}"
        for belongs, key in members
    )
    columns = ", ".join([*(f'rows_of."{name}"' for name in names), f"{company} AS {entity}"])
    return f"(SELECT {columns} FROM {table} AS rows_of {' '.join(joins)}) AS {table}"


def group_of(
    catalog: Catalog,
    table: str,
    entity: str,
    columns: Sequence[str],
    words: Words,
    vocabulary: Vocabulary | None = None,
    name: str = "",
) -> Group:
    """Return the step that adds up a table's rows for each entity.

    Args:
        columns: SQL of the raw columns, with their names.
        words: the features made of them.
        vocabulary: words that the columns use, or None.
        name: of the step; the table's where empty.
    """
    rows = rows_of(catalog, table, entity)
    select = f"SELECT {entity}, {', '.join(columns)} FROM {rows} WHERE {entity} IS NOT NULL GROUP BY {entity}"
    return Group(name or table, select, tuple(words.derivations), vocabulary, own_rows_only=rows == table)


def frequent(catalog: Catalog, table: str, entity: str, column: str, size: int) -> Vocabulary:
    """Return the vocabulary of a column's most frequent words among rows that are somebody's."""
    rows = rows_of(catalog, table, entity)
    select = f"SELECT {column} AS word, COUNT(*) AS weight FROM {rows} WHERE {entity} IS NOT NULL GROUP BY {column}"
    return Vocabulary(select, size)


def _members(catalog: Catalog, table: str, entity: str) -> tuple[tuple[str, str], ...]:
    """The tables that tell to whom rows of this one belong; people, deals and leads say it themselves."""
    if entity != "account_id" or table in dict(_MEMBERS):
        return ()
    return tuple(each for each in _MEMBERS if catalog.has(table, each[1]) and catalog.has(*each, entity))
