"""Tickets: what some people write after an order, with words and a rating that follow from what it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tradewind.simulate.columns import DAY, Flags, Ints, ids, moments, words
from tradewind.simulate.orders import Orders
from tradewind.simulate.people import People, customer_ids
from tradewind.simulate.world import World

if TYPE_CHECKING:
    import pyarrow as pa

Topics = tuple[tuple[str, str, int], ...]

TOPICS = (
    ("Late delivery", "My parcel has not arrived yet, and the tracking has not changed for days.", 2),
    ("Damaged item", "One item was broken when I opened the box. Please send me a new one.", 2),
    ("Wrong item", "I received something that I had not ordered.", 2),
    ("Invoice needed", "Please send me an invoice for my last order.", 4),
    ("Question about a product", "Could you tell me where this is made?", 4),
    ("Thank you", "Everything arrived quickly and well packed, thank you.", 5),
)

SERVICE = (
    ("Cannot sign in", "I cannot sign in since this morning, although my password is right.", 2),
    ("Too slow", "Reports take minutes to open. This was faster last month.", 2),
    ("Wrong invoice", "The invoice names more people than we have.", 2),
    ("How to export", "How can I export all of our records?", 4),
    ("Add a colleague", "Please add one more colleague to our plan.", 4),
    ("Thank you", "Your answer helped, everything works again.", 5),
)
"""Subject, words and rating of tickets; `TOPICS` those of a shop."""


def tickets_table(world: World, people: People, orders: Orders, rng: np.random.Generator) -> pa.Table:
    """Return `texts` as a contract table."""
    chosen = np.flatnonzero(rng.random(len(orders.at)) < world.shop.ticket_share)
    at = orders.at[chosen] + rng.integers(1, 10, len(chosen)) * DAY
    chosen, at = chosen[at < world.days * DAY], at[at < world.days * DAY]
    person = orders.person[chosen]
    return write_texts(world, TOPICS, person, people.guest[person], at, rng)


def write_texts(
    world: World, topics: Topics, person: Ints, nameless: Flags, at: Ints, rng: np.random.Generator
) -> pa.Table:
    """Return tickets of these people at these local times, in order of time."""
    import pyarrow as pa

    order = np.argsort(at, kind="stable")
    person, nameless, at = person[order], nameless[order], at[order]
    topic = rng.integers(0, len(topics), len(at))
    ratings = np.array([rating for *_, rating in topics], dtype=float)
    return pa.table(
        {
            "text_id": ids("", np.arange(len(at)) + 1),
            "happened_at": moments(world, at),
            "text": words([text for _, text, _ in topics], topic),
            "customer_id": customer_ids(person, nameless),
            "kind": words(["ticket"], np.zeros(len(at), dtype=np.int64)),
            "rating": ratings[topic],
        }
    )
