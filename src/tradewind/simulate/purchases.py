"""When people order: the first time they come, then at a rate of their own until they leave, faster in busy seasons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tradewind.simulate.columns import DAY, Flags, Floats, Ints, at_some_hour
from tradewind.simulate.people import People
from tradewind.simulate.seasons import BusyClock
from tradewind.simulate.world import World


@dataclass(frozen=True)
class Visits:
    """Moments of ordering.

    Args:
        person: (k,) who.
        at: (k,) local time.
    """

    person: Ints
    at: Ints


def draw_purchases(world: World, people: People, clock: BusyClock, rng: np.random.Generator) -> tuple[Visits, Floats]:
    """Draw every person's orders.

    Purchases of a living customer are a Poisson process on the busy clock at the person's rate. In time: the person
    leaves after `life` days (Schmittlein, Morrison, Colombo 1987). After an order: after each repeat order the person
    leaves with `leave_chance` (Fader, Hardie, Lee 2005).

    Returns:
        first and repeat orders; (n,) days after joining at which each person left, infinite where not yet.
    """
    joined = people.joined_day.astype(float) + 1  # repeat orders come on later days than the first
    until = np.minimum(joined + people.life, world.days)
    begin, end = clock.felt(joined), clock.felt(until)
    wished = rng.poisson(people.rate * np.maximum(end - begin, 0))
    count, last = wished, np.full(people.count, np.iinfo(np.int64).max)
    if world.shop.leaves == "after an order":
        draws = np.log(rng.uniform(size=people.count)) / np.log1p(-people.leave_chance)
        last = (np.minimum(draws, 1e9)).astype(np.int64) + 1
        count = np.minimum(wished, last)
    person = np.repeat(np.arange(people.count), wished)
    felt = begin[person] + rng.random(len(person)) * (end - begin)[person]
    order = np.lexsort((felt, person))
    felt = felt[order]
    place = np.arange(len(person)) - np.repeat(np.cumsum(wished) - wished, wished)
    kept = place < count[person]
    person, days, place = person[kept], clock.days(felt[kept]), place[kept]
    left_after = people.life.copy()
    ended = place == last[person] - 1
    left_after[person[ended]] = days[ended] - people.joined_day[person[ended]]
    visits = Visits(
        np.concatenate([np.arange(people.count), person]),
        np.concatenate([people.joined, at_some_hour(days, rng)]),
    )
    return visits, left_after


def in_order_of_time(visits: Visits, more: Visits) -> tuple[Visits, Flags]:
    """Put two sets of orders together.

    Returns:
        all of them by time; (k,) whether each is the person's first.
    """
    person, at = np.concatenate([visits.person, more.person]), np.concatenate([visits.at, more.at])
    order = np.argsort(at, kind="stable")
    person, at = person[order], at[order]
    first = np.zeros(len(person), dtype=bool)
    first[np.unique(person, return_index=True)[1]] = True
    return Visits(person, at), first


def alive_on(people: People, left_after: Floats, day: int) -> Flags:
    """Return who has joined before a day and not left by it."""
    return (people.joined_day < day) & (people.joined // DAY + left_after > day)
