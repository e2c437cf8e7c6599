"""People: when they come, by which way, how often they buy, when they leave, what they like — and what they tell us."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tradewind.simulate.columns import DAY, Flags, Floats, Ints, at_some_hour, draw, ids, moments, words
from tradewind.simulate.names import COUNTRIES, emails, full_names
from tradewind.simulate.world import World

if TYPE_CHECKING:
    import pyarrow as pa

WIDTH = 7


@dataclass(frozen=True)
class People:
    """Everybody who ever orders; arrays are (n,), a person's number is its place.

    Args:
        joined: local time of the first order's day, microseconds since the world's first midnight.
        rate: repeat orders per day while still a customer.
        life: days from joining until leaving; infinite where people leave after an order.
        leave_chance: chance of leaving after an order; 0 where people leave in time.
        channel: number of the way of acquisition.
        favourite: number of the favourite category.
        loyalty: share of lines from it beyond chance.
        guest: leaves no e-mail address.
        bargain: factor on the chance of using a discount code.
        attention: factor on the chance of opening a mailing.
        country, first, last: what they tell.
    """

    joined: Ints
    rate: Floats
    life: Floats
    leave_chance: Floats
    channel: Ints
    favourite: Ints
    loyalty: Floats
    guest: Flags
    bargain: Floats
    attention: Floats
    country: Ints
    first: Ints
    last: Ints

    @property
    def count(self) -> int:
        """How many people there are."""
        return len(self.joined)

    @property
    def joined_day(self) -> Ints:
        """The local day of joining."""
        return self.joined // DAY


def draw_people(world: World, rng: np.random.Generator) -> People:
    """Draw people by the shop's settings."""
    from tradewind.simulate.names import FIRST, LAST

    shop, n = world.shop, world.shop.customers
    channel = draw([c.share for c in shop.channels], n, rng)
    quality = np.array([c.quality for c in shop.channels])[channel]
    in_time = shop.leaves == "in time"
    leaving = np.maximum(rng.gamma(shop.life_shape, size=n) / shop.life_days, 1e-12)
    life = rng.exponential(size=n) / leaving
    chance = np.clip(rng.beta(shop.leave_a, shop.leave_b, n), 1e-9, 1 - 1e-9)
    return People(
        joined=at_some_hour(np.sort(rng.integers(0, world.days, n)), rng),
        rate=rng.gamma(shop.rate_shape, size=n) / shop.rate_days * quality,
        life=life if in_time else np.full(n, np.inf),
        leave_chance=np.zeros(n) if in_time else chance,
        channel=channel,
        favourite=rng.integers(0, len(shop.categories), n),
        loyalty=rng.beta(shop.loyalty, 2.0, n),
        guest=rng.random(n) < shop.guest_share,
        bargain=rng.gamma(2.0, 0.5, n),
        attention=rng.beta(4.0, 4.0, n) * 2,
        country=draw([share for _, share in COUNTRIES], n, rng),
        first=rng.integers(0, len(FIRST), n),
        last=rng.integers(0, len(LAST), n),
    )


def customer_ids(numbers: Ints, absent: Flags | None = None) -> pa.Array:
    """Return the ids of people by number."""
    return ids("C", numbers, WIDTH, absent)


def customers_table(world: World, people: People) -> pa.Table:
    """Return `customers` as a contract table: all but guests."""
    import pyarrow as pa

    known = np.flatnonzero(~people.guest)
    return pa.table(
        {
            "customer_id": customer_ids(known),
            "created_at": moments(world, people.joined[known]),
            "email": emails(people.first[known], people.last[known], known),
            "name": full_names(people.first[known], people.last[known]),
            "country": words([name for name, _ in COUNTRIES], people.country[known]),
            "acquired_by": words([c.name for c in world.shop.channels], people.channel[known]),
        }
    )


def people_truth(world: World, people: People, left_after: Floats) -> pa.Table:
    """Return what only the simulator knows of people.

    Args:
        left_after: (n,) days after joining at which the person stopped being a customer; infinite when not yet.
    """
    import pyarrow as pa

    stays = people.joined_day + left_after >= world.days
    return pa.table(
        {
            "customer_id": customer_ids(np.arange(people.count)),
            "joined_at": moments(world, people.joined),
            "rate": people.rate,
            "left_after_days": pa.array(left_after, mask=np.isinf(left_after)),
            "alive_at_end": pa.array(stays),
            "channel": words([c.name for c in world.shop.channels], people.channel),
            "favourite": words(world.shop.categories, people.favourite),
            "loyalty": people.loyalty,
            "guest": pa.array(people.guest),
        }
    )
