"""Which columns the rows of a thing, or the entity itself, can be compared by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tradewind.core.contract import CONTRACT, LOCAL_COLUMNS, SYSTEM_COLUMNS, Column
from tradewind.features.questions.things import ENTITIES, THINGS

OURS = frozenset({*SYSTEM_COLUMNS, *LOCAL_COLUMNS, "amount_base"})
"""Columns that no source has: nobody asks about them."""

OF_LINES = ("product_id", "line", "quantity")
"""Columns that make of an order the order lines it consists of."""

OF_PRODUCTS = ("category", "brand", "product", "price", "cost")
"""Columns of the products in it; `product` is the product's name."""


@dataclass(frozen=True)
class Columns:
    """What can be compared.

    Args:
        many: the thing or entity in the plural, for errors.
        known: the contract's columns by the name they are spoken of.
        attributes: whether columns of the user's own may be named too.
        named: the column that `named '…'` speaks of; empty where none does.
    """

    many: str
    known: Mapping[str, Column]
    attributes: bool
    named: str = ""


def columns_of_entity(entity: str) -> Columns:
    """Return what entities are compared by: their table's columns, and any attribute."""
    table = CONTRACT[ENTITIES[entity].table]
    return Columns(ENTITIES[entity].many, _plain(table.name), table.attributes)


def columns_of_thing(thing: str) -> Columns:
    """Return what a thing's rows are compared by; of an order also what its lines and products are."""
    found = THINGS[thing]
    known = _plain(found.table)
    if found.table != "orders":
        return Columns(found.many, known, CONTRACT[found.table].attributes, found.named)
    lines, products = _plain("order_lines"), _plain("products")
    products["product"] = products.pop("name")
    known |= {name: lines[name] for name in OF_LINES} | {name: products[name] for name in OF_PRODUCTS}
    return Columns(found.many, known, attributes=True)


def _plain(table: str) -> dict[str, Column]:
    return {column.name: column for column in CONTRACT[table].columns}
