"""Deals: one for each converted lead, moving from stage to stage with known chances and durations until won or lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tradewind.simulate.accounts import Accounts, account_ids
from tradewind.simulate.columns import DAY, Flags, Floats, Ints, at_some_hour, flags, ids, moments, money, words
from tradewind.simulate.leads import Leads, lead_ids, log_odds, share
from tradewind.simulate.sellers import seller_names
from tradewind.simulate.world import World

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

WON, LOST = "Closed Won", "Closed Lost"
PRODUCTS = ("Starter package", "Team package", "Enterprise package")


@dataclass(frozen=True)
class Deals:
    """Deals, by time of opening; arrays are (n,), or (n, stages) where said.

    Args:
        lead: number of the lead it comes from.
        account, owner, product: numbers.
        amount: in cents.
        entered: (n, stages) local time of entering each stage; −1 where it never does.
        chance: (n, stages) true chance to move on from each.
        closed: local time of being won or lost, possibly after the world's end.
        won: how it ends.
    """

    lead: Ints
    account: Ints
    owner: Ints
    product: Ints
    amount: Ints
    entered: NDArray[np.int64]
    chance: NDArray[np.float64]
    closed: Ints
    won: Flags

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.lead)


def draw_deals(world: World, accounts: Accounts, leads: Leads, skill: Floats, rng: np.random.Generator) -> Deals:
    """Open a deal for each lead converted in the world's time, and follow it to its end."""
    sales = world.sales
    lead = np.flatnonzero((leads.converted >= 0) & (leads.converted < world.days * DAY))
    lead = lead[np.argsort(leads.converted[lead], kind="stable")]
    account, owner, n = leads.account[lead], leads.owner[lead], len(lead)
    entered = np.full((n, len(sales.stages)), -1, dtype=np.int64)
    chance = np.empty((n, len(sales.stages)))
    at, going, closed = leads.converted[lead], np.ones(n, dtype=bool), np.zeros(n, dtype=np.int64)
    for place, stage in enumerate(sales.stages):
        entered[going, place] = at[going]
        chance[:, place] = share(log_odds(stage.forward) + skill[owner] + accounts.fit[account])
        at = at_some_hour(at // DAY + rng.geometric(1 / max(stage.days, 1), n), rng)
        moves = going & (rng.random(n) < chance[:, place])
        ends = going & ~moves if place + 1 < len(sales.stages) else going
        closed[ends] = at[ends]
        going = moves
    size = np.log(accounts.employees[account] / 36.0)
    amount = np.exp(np.log(sales.amount) + 0.4 * size + rng.normal(0, 0.5, n)).round(-1)
    product = np.digitize(accounts.employees[account], [20, 120])
    return Deals(
        lead, account, owner, product, (amount * 100).astype(np.int64), entered, chance, closed, going,
    )  # fmt: skip


def deal_ids(numbers: Ints) -> pa.Array:
    """Return the ids of deals."""
    return ids("D", numbers, 6)


def stage_now(world: World, deals: Deals) -> Ints:
    """Return the number of the stage on the last day; beyond the stages: won, then lost."""
    stages, end = len(world.sales.stages), world.days * DAY
    inside = (deals.entered >= 0) & (deals.entered < end)
    reached = stages - 1 - np.argmax(inside[:, ::-1], axis=1)
    return np.where(deals.closed < end, np.where(deals.won, stages, stages + 1), reached)


def deals_table(world: World, deals: Deals) -> pa.Table:
    """Return `deals` as a contract table, as known on the world's last day."""
    import pyarrow as pa

    numbers, open_ = np.arange(deals.count), deals.closed >= world.days * DAY
    names = [*(stage.name for stage in world.sales.stages), WON, LOST]
    return pa.table(
        {
            "deal_id": deal_ids(numbers),
            "created_at": moments(world, deals.entered[:, 0]),
            "stage": words(names, stage_now(world, deals)),
            "amount": money(deals.amount),
            "currency": words([world.currency], numbers * 0),
            "owner": seller_names(deals.owner),
            "account_id": account_ids(deals.account),
            "product": words(PRODUCTS, deals.product),
            "closed_at": moments(world, np.where(open_, 0, deals.closed), open_),
            "won": flags(deals.won, open_),
            "lead_id": lead_ids(deals.lead),
        }
    )


def stages_table(world: World, deals: Deals) -> pa.Table:
    """Return `deal_stages` as a contract table, by time; being won or lost is a stage too."""
    import pyarrow as pa

    end, stages = world.days * DAY, len(world.sales.stages)
    at = np.column_stack([deals.entered, deals.closed]).ravel()
    deal = np.repeat(np.arange(deals.count), stages + 1)
    stage = np.tile(np.arange(stages + 1), deals.count)
    stage = np.where((stage == stages) & ~deals.won[deal], stages + 1, stage)
    kept = np.flatnonzero((at >= 0) & (at < end))
    kept = kept[np.argsort(at[kept], kind="stable")]
    names = [*(stage.name for stage in world.sales.stages), WON, LOST]
    return pa.table(
        {
            "deal_id": deal_ids(deal[kept]),
            "stage": words(names, stage[kept]),
            "entered_at": moments(world, at[kept]),
        }
    )


def deals_truth(world: World, deals: Deals) -> pa.Table:
    """Return each deal's true chance to move on from each stage, and how it ends if one waits long enough."""
    import pyarrow as pa

    chances = {f"chance_{place + 1}": deals.chance[:, place] for place in range(len(world.sales.stages))}
    return pa.table(
        {
            "deal_id": deal_ids(np.arange(deals.count)),
            **chances,
            "will_win": pa.array(deals.won),
            "closes_at": moments(world, deals.closed),
        }
    )
