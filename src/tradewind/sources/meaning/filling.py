"""What a table lacks and can have from elsewhere: the orders of lines, numbers of rows, amounts that are computed."""

from __future__ import annotations

from dataclasses import dataclass

from tradewind.sources.meaning.fitting import Fit, fit
from tradewind.sources.meaning.relations import Link, is_key
from tradewind.sources.meaning.shop import build_of_orders
from tradewind.sources.meaning.world import World, names_things


@dataclass(frozen=True)
class Header:
    """The table with one row for each order that a table of lines points to.

    Args:
        source: its place.
        key: place of its order id.
        column: place of the lines' column that points to it.
        fit: it, read as orders.
    """

    source: int
    key: int
    column: int
    fit: Fit


def header_of(world: World, lines: Fit) -> Header | None:
    """Return the table that says who bought and when, for lines that only name the order."""
    order = lines.picks.get("order_id")
    if order is None or order.place < 0:
        return None
    for link in world.out(lines.source, order.place):
        if world.times(link.to_table) and link.found > 0.5:
            return Header(
                link.to_table, link.to_column, order.place,
                fit(world, link.to_table, "orders", build_of_orders(world, link.to_table, link.to_column)),
            )  # fmt: skip
    return None


def can_fill(world: World, one: Fit, name: str) -> bool:
    """Whether a required column that no source column holds can be had otherwise."""
    own = world.tables[one.source]
    if name == "amount" and one.table in ("orders", "order_lines"):
        return any(not names_things(world, one.source, column) for column in world.measures(one.source))
    if name in ("order_id", "customer_id", "lead_id") and name == _key(one.table):
        return not any(is_key(column) and not column.running for column in own.columns) and not world.into(one.source)
    if one.table == "order_lines" and name in ("happened_at", "customer_id"):
        header = header_of(world, one)
        return header is not None and name in header.fit.picks
    return False


def _key(table: str) -> str:
    return {"orders": "order_id", "customers": "customer_id", "leads": "lead_id"}.get(table, "")


def conversions_of(world: World, leads: Fit) -> Link | None:
    """Return the link from the table in which only those leads stand, once each, who became customers later."""
    lead = leads.picks.get("lead_id")
    for link in world.into(leads.source):
        later = [time for time in world.times(link.table) if time.fill > 0.9]
        if lead is not None and link.to_column == lead.place and link.single and link.used <= 0.9 and later:
            return link
    return None
