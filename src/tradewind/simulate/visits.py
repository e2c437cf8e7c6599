"""Visits to the web shop: those that end in an order, and those that do not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tradewind.simulate.columns import DAY, at_some_hour, ids, moments, money, words
from tradewind.simulate.orders import Orders
from tradewind.simulate.people import People, customer_ids
from tradewind.simulate.world import World

if TYPE_CHECKING:
    import pyarrow as pa

_NAMES = ("page_view", "add_to_cart", "purchase")
_DEVICES = ("mobile", "desktop", "tablet")


def events_table(world: World, people: People, orders: Orders, rng: np.random.Generator) -> pa.Table:
    """Return `events` as a contract table, by time: before an order a page view and a cart, else one page view.

    A purchase is seen only where the payment went through; cancelled orders were never paid. A visitor is known by
    name only in some visits, and guests never are.
    """
    import pyarrow as pa

    count = len(orders.at)
    looks = rng.poisson(world.shop.visits, count)
    idle = np.repeat(np.arange(count), looks)
    idle_at = at_some_hour(orders.at[idle] // DAY - rng.integers(1, 30, len(idle)), rng)
    idle, idle_at = idle[idle_at >= 0], idle_at[idle_at >= 0]
    of = np.concatenate([np.repeat(np.arange(count), 3), idle])
    kind = np.concatenate([np.tile([0, 1, 2], count), np.zeros(len(idle), dtype=np.int64)])
    before = np.tile([600, 120, 0], count) * 1_000_000
    at = np.concatenate([np.repeat(orders.at, 3) - before, idle_at])
    seen = (kind != 2) | (orders.status[of] == 0)
    known = np.concatenate([np.ones(3 * count, dtype=bool), rng.random(len(idle)) < 0.3])
    order = np.argsort(at, kind="stable")
    order = order[seen[order]]
    of, kind, at, known = of[order], kind[order], at[order], known[order]
    person = orders.person[of]
    named = known & ~people.guest[person]
    return pa.table(
        {
            "customer_id": customer_ids(person, ~named),
            "anonymous_id": ids("V", person, 7),
            "happened_at": moments(world, at),
            "name": words(_NAMES, kind),
            "session_id": ids("S", of),
            "device": words(_DEVICES, person % 3),
            "channel": words([c.name for c in world.shop.channels], orders.channel[of]),
            "value": money(orders.total[of], kind != 2),
        }
    )
