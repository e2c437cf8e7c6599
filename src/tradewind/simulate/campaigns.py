"""Mailings with a random hold-out and a known effect: what was sent, opened and clicked, and what it truly caused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tradewind.simulate.columns import DAY, Flags, Floats, Ints, at_some_hour, ids, moments, words
from tradewind.simulate.people import People, customer_ids
from tradewind.simulate.purchases import Visits, alive_on
from tradewind.simulate.world import World

if TYPE_CHECKING:
    import pyarrow as pa

_SUBJECTS = ("Spring offers", "Summer news", "Back from holidays", "Autumn picks", "Early gifts", "New arrivals")


@dataclass(frozen=True)
class Mailings:
    """One row for each person meant for each mailing.

    Args:
        campaign: (k,) number of the mailing.
        person: (k,) who.
        sent: (k,) not held out.
        alive: (k,) truly still a customer on the day.
        opened, clicked: (k,) what the person did.
        at: (k,) local time of sending.
        day: (campaigns,) local day of each mailing.
        caused: orders that came only because of a mailing.
    """

    campaign: Ints
    person: Ints
    sent: Flags
    alive: Flags
    opened: Flags
    clicked: Flags
    at: Ints
    day: Ints
    caused: Visits


def draw_mailings(
    world: World, people: People, left_after: Floats, agrees: Flags, rng: np.random.Generator
) -> Mailings:
    """Send mailings to people who agreed, all but a random hold-out.

    Args:
        left_after: (n,) days after joining at which each person left.
        agrees: (n,) who takes mailings.
    """
    shop = world.shop
    latest = max(world.days - shop.effect_days - 1, 1)
    day = np.linspace(min(60, latest), latest, shop.campaigns).astype(np.int64)
    meant = [np.flatnonzero(agrees & (people.joined_day < d) & (rng.random(people.count) < shop.reached)) for d in day]
    person = np.concatenate([np.zeros(0, dtype=np.int64), *meant])
    campaign = np.repeat(np.arange(len(day)), [len(chosen) for chosen in meant])
    alive = np.concatenate(
        [np.zeros(0, dtype=bool), *(alive_on(people, left_after, d)[c] for d, c in zip(day, meant, strict=True))]
    )
    count = len(person)
    sent = rng.random(count) >= shop.held_out
    opened = sent & (rng.random(count) < shop.open_share * people.attention[person])
    clicked = opened & (rng.random(count) < shop.click_share)
    moved = sent & alive & (rng.random(count) < shop.effect)
    later = day[campaign[moved]] + rng.integers(0, shop.effect_days, int(moved.sum()))
    caused = Visits(person[moved], np.maximum(at_some_hour(later, rng), day[campaign[moved]] * DAY + 10 * DAY // 24))
    at = day[campaign] * DAY + 9 * DAY // 24 + (np.arange(count) % 1800) * 1_000_000
    return Mailings(campaign, person, sent, alive, opened, clicked, at, day, caused)


def campaign_ids(numbers: Ints) -> pa.Array:
    """Return the ids of mailings."""
    return ids("M", numbers + 1, 3)


def campaigns_table(world: World, mailings: Mailings) -> pa.Table:
    """Return `campaigns` as a contract table."""
    import pyarrow as pa

    numbers = np.arange(len(mailings.day))
    names = [f"{_SUBJECTS[n % len(_SUBJECTS)]} {n + 1}" for n in numbers]
    return pa.table(
        {
            "campaign_id": campaign_ids(numbers),
            "name": pa.array(names, pa.string()),
            "channel": pa.array(["email"] * len(numbers), pa.string()),
            "started_at": moments(world, mailings.day * DAY + 9 * DAY // 24),
        }
    )


def touches_table(world: World, mailings: Mailings, rng: np.random.Generator) -> pa.Table:
    """Return `touches` as a contract table: one row for each sending, opening and click, by time."""
    import pyarrow as pa

    sent, opened, clicked = (np.flatnonzero(m) for m in (mailings.sent, mailings.opened, mailings.clicked))
    rows = np.concatenate([sent, opened, clicked])
    kind = np.repeat([0, 1, 2], [len(sent), len(opened), len(clicked)])
    delay = np.zeros(mailings.at.shape, dtype=np.int64)
    delay[opened] = rng.integers(60, 12 * 3600, len(opened))
    at = mailings.at[rows] + np.where(kind == 0, 0, delay[rows] + (kind == 2) * 30) * 1_000_000
    order = np.argsort(at, kind="stable")
    rows, kind, at = rows[order], kind[order], at[order]
    return pa.table(
        {
            "customer_id": customer_ids(mailings.person[rows]),
            "happened_at": moments(world, at),
            "channel": words(["email"], np.zeros(len(rows), dtype=np.int64)),
            "campaign_id": campaign_ids(mailings.campaign[rows]),
            "kind": words(["sent", "open", "click"], kind),
        }
    )


def mailings_truth(mailings: Mailings) -> pa.Table:
    """Return who was meant for which mailing, who was held out, and who could still be moved."""
    import pyarrow as pa

    return pa.table(
        {
            "campaign_id": campaign_ids(mailings.campaign),
            "customer_id": customer_ids(mailings.person),
            "arm": words(["held out", "sent"], mailings.sent.astype(np.int64)),
            "alive": pa.array(mailings.alive),
            "opened": pa.array(mailings.opened),
            "clicked": pa.array(mailings.clicked),
        }
    )
