"""Leads: people who ask, by sources of different worth, and which of them become a deal, and when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tradewind.simulate.accounts import Accounts, account_ids, domains
from tradewind.simulate.columns import DAY, Floats, Ints, at_some_hour, draw, ids, moments, words
from tradewind.simulate.names import FIRST, LAST, full_names, plain
from tradewind.simulate.seasons import day_factors
from tradewind.simulate.sellers import seller_names
from tradewind.simulate.world import World

if TYPE_CHECKING:
    import pyarrow as pa

TITLES = (("Assistant", -0.6), ("Manager", 0.0), ("Head", 0.5), ("Director", 0.7))
"""Job titles, and what each adds to the log-odds of being converted."""
MEAN_PAGES = 4.0


@dataclass(frozen=True)
class Leads:
    """Everybody who asks, by time; arrays are (n,).

    Args:
        created: local time of asking.
        source, title, account, owner, first, last: numbers of what they are.
        pages: pages viewed before asking.
        chance: true chance of becoming a deal.
        converted: local time of becoming one; −1 for those who never do.
    """

    created: Ints
    source: Ints
    title: Ints
    account: Ints
    owner: Ints
    first: Ints
    last: Ints
    pages: Ints
    chance: Floats
    converted: Ints

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.created)


def draw_leads(world: World, accounts: Accounts, rng: np.random.Generator) -> Leads:
    """Draw leads; they come on working days above all."""
    sales, n = world.sales, world.sales.leads
    factors = day_factors(world, 0.1, -0.7)
    days = np.sort(rng.choice(world.days, n, p=factors / factors.sum()))
    created = np.sort(at_some_hour(days, rng))
    source, title = draw([s.share for s in sales.sources], n, rng), rng.integers(0, len(TITLES), n)
    account, pages = rng.integers(0, accounts.count, n), rng.poisson(rng.gamma(2.0, MEAN_PAGES / 2, n))
    quality = np.log([max(s.quality, 1e-6) for s in sales.sources])[source]
    bonus = np.array([extra for _, extra in TITLES])[title]
    interest = sales.interest * np.minimum(pages - MEAN_PAGES, 8)
    chance = share(log_odds(sales.converts) + quality + bonus + interest + accounts.fit[account])
    later = at_some_hour(created // DAY + rng.geometric(1 / max(sales.convert_days, 1), n), rng)
    converted = np.where(rng.random(n) < chance, later, -1)
    return Leads(
        created, source, title, account, rng.integers(0, sales.sellers, n),
        rng.integers(0, len(FIRST), n), rng.integers(0, len(LAST), n), pages, chance, converted,
    )  # fmt: skip


def log_odds(chance: float) -> float:
    """Return the log-odds of a chance."""
    return float(np.log(chance / (1 - chance)))


def share(odds: Floats) -> Floats:
    """Return chances of log-odds."""
    return np.asarray(1 / (1 + np.exp(-odds)))


def lead_ids(numbers: Ints, absent: np.ndarray[tuple[int], np.dtype[np.bool_]] | None = None) -> pa.Array:
    """Return the ids of leads."""
    return ids("L", numbers, 6, absent)


def leads_table(world: World, leads: Leads) -> pa.Table:
    """Return `leads` as a contract table, as known on the world's last day."""
    import pyarrow as pa

    numbers = np.arange(leads.count)
    open_ = (leads.converted < 0) | (leads.converted >= world.days * DAY)
    return pa.table(
        {
            "lead_id": lead_ids(numbers),
            "created_at": moments(world, leads.created),
            "source": words([s.name for s in world.sales.sources], leads.source),
            "owner": seller_names(leads.owner),
            "converted_at": moments(world, np.where(open_, 0, leads.converted), open_),
            "account_id": account_ids(leads.account),
            "title": words([name for name, _ in TITLES], leads.title),
            "pages_viewed": leads.pages.astype(float),
        }
    )


def leads_truth(leads: Leads) -> pa.Table:
    """Return each lead's true chance of becoming a deal, whether it ever does, and who it is (leads hold no names)."""
    import pyarrow as pa
    import pyarrow.compute as pc

    numbers = np.arange(leads.count)
    first, last = words([plain(n) for n in FIRST], leads.first), words([plain(n) for n in LAST], leads.last)
    local = pc.binary_join_element_wise(first, last, ids("", numbers), ".")
    return pa.table(
        {
            "lead_id": lead_ids(numbers),
            "name": full_names(leads.first, leads.last),
            "email": pc.binary_join_element_wise(local, domains(leads.account), "@"),
            "chance": leads.chance,
            "converts": pa.array(leads.converted >= 0),
        }
    )
