"""Default features from what describes the entity itself: its stable or versioned columns, never personal ones."""

from __future__ import annotations

from tradewind.core.contract import CONTRACT
from tradewind.features.catalog import Catalog, CatalogTable
from tradewind.features.feature_set import Group
from tradewind.features.wording import Words


def entity_table(catalog: Catalog, entity: str) -> CatalogTable | None:
    """Return the stored table whose key is the entity (`customers` for `customer_id`), or None."""
    return next((table for name, table in catalog.tables.items() if CONTRACT[name].key == (entity,)), None)


def attribute_groups(catalog: Catalog, entity: str) -> list[Group]:
    """Return the step over the entity's own table; none when nothing in it may be used for the past."""
    table = entity_table(catalog, entity)
    if table is None or table.contract.kind != "keyed":
        return []
    words, columns = Words(table.name), []
    for number, name in enumerate(name for name in table.attributes() if name not in table.as_of_today):
        column = f"attribute_{number}"
        selected = _attribute(words, table, name, column)
        if selected:
            columns.append(f"{selected} AS {column}")
    if not columns:
        return []
    select = f"SELECT {entity}, {', '.join(columns)} FROM {table.name}"
    return [Group(f"{table.name}_attributes", select, tuple(words.derivations))]


def _attribute(words: Words, table: CatalogTable, name: str, column: str) -> str:
    """Add the feature of one attribute and return the SQL that yields it; empty when it is no use as a feature."""
    kind, plain, quoted = table.columns[name].upper(), name.replace("_", " "), '"' + name.replace('"', '""') + '"'
    if name.endswith("_id"):
        return ""
    if kind.startswith("TIMESTAMP") or kind == "DATE":
        words.add(f"days_since_{name}", f"days since {_event(plain)}", "days", "tenure", "days_since", column)
        return f"CAST({quoted} AS DATE)"
    if kind.startswith(("VARCHAR", "TEXT")):
        words.add(name, plain, "category", "attribute", "category", column)
        return quoted
    if kind == "BOOLEAN":
        words.add(name, plain, "share", "attribute", "value", column)
        return f"CASE WHEN {quoted} THEN 1 WHEN NOT {quoted} THEN 0 END"
    words.add(name, plain, "number", "attribute", "value", column)
    return quoted


def _event(plain: str) -> str:
    return {"created at": "becoming known to us", "first order at": "the first order ever"}.get(
        plain, plain.removesuffix(" at")
    )
