"""Default features from what describes the entity itself: its stable or versioned columns, never personal ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tradewind.core.contract import BASE_AMOUNTS, CONTRACT
from tradewind.features.catalog import Catalog, CatalogTable
from tradewind.features.feature_set import Group
from tradewind.features.wording import Words


def entity_table(catalog: Catalog, entity: str) -> CatalogTable | None:
    """Return the stored table whose key is the entity (`customers` for `customer_id`), or None."""
    return next((table for name, table in catalog.tables.items() if CONTRACT[name].key == (entity,)), None)


_NAMES: Mapping[str, frozenset[str]] = {"accounts": frozenset({"name", "domain"})}
"""Columns that only name one of a kind: each has another value, and nothing can be learned from it."""

_TIMES: Mapping[tuple[str, str], str] = {
    ("customers", "created_at"): "days since becoming known to us",
    ("customers", "first_order_at"): "days since the first order ever",
    ("leads", "created_at"): "days since {it} came in",
    ("deals", "created_at"): "days since {it} was opened",
}
_AHEAD: Mapping[tuple[str, str], str] = {("deals", "expected_close_at"): "days until it is hoped to close"}
"""Times that usually lie ahead."""


@dataclass(frozen=True)
class Told:
    """How attributes are named and worded that are not the entity's own.

    Args:
        prefix: begins the feature's name (`company_`).
        of: ends the sentence (` of the company`).
        it: what the one that they belong to is called in a sentence.
        alias: of the table in SQL, with its dot.
    """

    prefix: str = ""
    of: str = ""
    it: str = "it"
    alias: str = ""


def attribute_groups(catalog: Catalog, entity: str) -> list[Group]:
    """Return the step over the entity's own table; none when nothing in it may be used for the past."""
    table = entity_table(catalog, entity)
    if table is None or table.contract.kind != "keyed":
        return []
    words = Words(table.name)
    columns = attribute_columns(words, table, Told())
    if not columns:
        return []
    select = f"SELECT {entity}, {', '.join(columns)} FROM {table.name}"
    return [Group(f"{table.name}_attributes", select, tuple(words.derivations))]


def attribute_columns(words: Words, table: CatalogTable, told: Told) -> list[str]:
    """Add the features of a table's attributes and return the SQL of their raw columns.

    What is revealed with the end of a lead or deal is no attribute: it is empty for all who are still asked about.
    """
    columns = []
    usable = (name for name in table.attributes() if name not in table.as_of_today and not table.revealed_by(name))
    for number, name in enumerate(name for name in usable if name not in _NAMES.get(table.name, ())):
        selected = _attribute(words, table, name, f"attribute_{number}", told)
        if selected:
            columns.append(f"{selected} AS attribute_{number}")
    return columns


def _attribute(words: Words, table: CatalogTable, name: str, column: str, told: Told) -> str:
    """Add the feature of one attribute and return the SQL that yields it; empty when it is no use as a feature."""
    kind, plain = table.columns[name].upper(), f"{name.replace('_', ' ')}{told.of}"
    quoted, feature = told.alias + '"' + name.replace('"', '""') + '"', told.prefix + name
    if name.endswith("_id"):
        return ""
    if kind.startswith("TIMESTAMP") or kind == "DATE":
        if (table.name, name) in _AHEAD:
            feature, ahead = f"{told.prefix}days_until_{name.removesuffix('_at')}", _AHEAD[table.name, name]
            words.add(feature, ahead, "days", "hoped for", "days_since", column, scale=-1.0)
        else:
            since = _TIMES.get((table.name, name), f"days since {plain.removesuffix(' at')}")
            feature, sentence = f"{told.prefix}days_since_{name}", since.format(it=told.it)
            words.add(feature, sentence, "days", "tenure", "days_since", column)
        return f"CAST({quoted} AS DATE)"
    if kind.startswith(("VARCHAR", "TEXT")):
        words.add(feature, plain, "category", "attribute", "category", column)
        return quoted
    if kind == "BOOLEAN":
        words.add(feature, plain, "share", "attribute", "value", column)
        return f"CASE WHEN {quoted} THEN 1 WHEN NOT {quoted} THEN 0 END"
    if name == BASE_AMOUNTS.get(table.name) and table.has("amount_base"):
        words.add(feature, plain, "money", "attribute", "value", column)
        return f"{told.alias}amount_base"  # amounts of several currencies are never compared
    words.add(feature, plain, "number", "attribute", "value", column)
    return quoted
