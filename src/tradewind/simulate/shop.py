"""A shop: people, products, orders, mailings, visits, tickets and permissions, put together from one seed."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from tradewind.simulate.campaigns import campaigns_table, draw_mailings, mailings_truth, touches_table
from tradewind.simulate.consents import consents_table
from tradewind.simulate.orders import Orders, fill_orders, lines_table, lines_truth, orders_table, orders_truth
from tradewind.simulate.people import People, customers_table, draw_people, people_truth
from tradewind.simulate.products import draw_products, products_table
from tradewind.simulate.purchases import draw_purchases, in_order_of_time
from tradewind.simulate.seasons import BusyClock, day_factors
from tradewind.simulate.spend import spend_table
from tradewind.simulate.tickets import tickets_table
from tradewind.simulate.visits import events_table
from tradewind.simulate.world import Simulated, World

if TYPE_CHECKING:
    import pyarrow as pa


def simulate_shop(world: World, seed: int) -> Simulated:
    """Simulate a shop.

    Args:
        world: its settings.
        seed: the same seed and settings give the same tables again, byte for byte.
    Returns:
        `customers, products, orders, order_lines, campaigns, touches, events, texts, consents, spend`; truth: `people,
        orders, lines, season, mailings, totals`.
    """
    parts = np.random.default_rng(seed).spawn(8)  # one each, so that a change to one part leaves the others alone
    people, products = draw_people(world, parts[0]), draw_products(world, parts[1])
    factors = day_factors(world, world.shop.season, world.shop.weekend)
    usual, left_after = draw_purchases(world, people, BusyClock(factors), parts[2])
    agrees = ~people.guest & (parts[3].random(people.count) < world.shop.consent_share)
    mailings = draw_mailings(world, people, left_after, agrees, parts[4])
    visits, first = in_order_of_time(usual, mailings.caused)
    orders = fill_orders(world, people, products, visits, first, parts[5])
    tables = {
        "customers": customers_table(world, people),
        "products": products_table(world, products),
        "orders": orders_table(world, people, orders),
        "order_lines": lines_table(world, people, orders),
        "campaigns": campaigns_table(world, mailings),
        "touches": touches_table(world, mailings, parts[6]),
        "events": events_table(world, people, orders, parts[7]),
        "texts": tickets_table(world, people, orders, parts[7]),
        "consents": consents_table(world, people, agrees, parts[3]),
        "spend": spend_table(world, people),
    }
    truth = {
        "people": people_truth(world, people, left_after),
        "orders": orders_truth(world, people, orders),
        "lines": lines_truth(orders),
        "season": _season(factors),
        "mailings": mailings_truth(mailings),
        "totals": _totals(people, orders),
    }
    return Simulated(world, seed, tables, truth)


def _season(factors: np.ndarray[Any, np.dtype[np.float64]]) -> pa.Table:
    import pyarrow as pa

    return pa.table({"day": np.arange(len(factors)), "factor": factors})


def _totals(people: People, orders: Orders) -> pa.Table:
    """What must be found again: paid orders, people among them who are known by address, and what they paid in all."""
    import pyarrow as pa

    paid = orders.status == 0
    known = len(np.unique(orders.person[~people.guest[orders.person]]))
    revenue = int((orders.total - orders.refunded)[paid].sum())
    what = {"customers": Decimal(known), "orders": Decimal(int(paid.sum())), "revenue": Decimal(revenue) / 100}
    return pa.table({"what": list(what), "value": pa.array(list(what.values()), pa.decimal128(18, 4))})
