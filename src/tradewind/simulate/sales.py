"""A sales team: companies, leads by source, deals with their stages, colleagues and what they do, from one seed."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from tradewind.simulate.accounts import account_ids, accounts_table, draw_accounts
from tradewind.simulate.activities import activities_table
from tradewind.simulate.columns import DAY
from tradewind.simulate.deals import Deals, deals_table, deals_truth, draw_deals, stages_table
from tradewind.simulate.lead_events import lead_events_table
from tradewind.simulate.leads import Leads, draw_leads, leads_table, leads_truth
from tradewind.simulate.sellers import draw_skill, sellers_truth
from tradewind.simulate.spend import daily_costs
from tradewind.simulate.world import Simulated, World

if TYPE_CHECKING:
    import pyarrow as pa


def simulate_sales(world: World, seed: int) -> Simulated:
    """Simulate a team that sells to companies.

    Args:
        world: its settings.
        seed: the same seed and settings give the same tables again, byte for byte.
    Returns:
        `accounts, leads, deals, deal_stages, activities`; truth: `accounts` (fit), `leads` (chance), `deals` (chances
        by stage), `sellers` (skill), `stages` (settings), `totals`.
    """
    import pyarrow as pa

    parts = np.random.default_rng(seed).spawn(5)  # one each, so that a change to one part leaves the others alone
    accounts = draw_accounts(world.sales.accounts, world.sales.fit, parts[0])
    skill = draw_skill(world.sales.sellers, world.sales.skill, parts[1])
    leads = draw_leads(world, accounts, parts[2])
    deals = draw_deals(world, accounts, leads, skill, parts[3])
    tables = {
        "accounts": accounts_table(accounts),
        "leads": leads_table(world, leads),
        "deals": deals_table(world, deals),
        "deal_stages": stages_table(world, deals),
        "activities": activities_table(world, leads, deals, parts[4]),
    }
    truth = {
        "accounts": pa.table({"account_id": account_ids(np.arange(accounts.count)), "fit": accounts.fit}),
        "leads": leads_truth(leads),
        "deals": deals_truth(world, deals),
        "sellers": sellers_truth(skill),
        "stages": pa.table(
            {key: [getattr(stage, key) for stage in world.sales.stages] for key in ("name", "forward", "days")}
        ),
        "totals": _totals(world, leads, deals),
    }
    return Simulated(world, seed, tables, truth)


def simulate_website(world: World, seed: int) -> dict[str, pa.Table]:
    """Simulate what the leads of `simulate_sales` do on the website, and what their sources cost.

    They are handed out apart: most teams have them in other tools, or not at all.

    Args:
        world: its settings.
        seed: that of the team.
    Returns:
        `events` and `spend` as contract tables.
    """
    parts = np.random.default_rng(seed).spawn(6)
    accounts = draw_accounts(world.sales.accounts, world.sales.fit, parts[0])
    leads = draw_leads(world, accounts, parts[2])
    return {
        "events": lead_events_table(world, leads, parts[5]),
        "spend": daily_costs(world, world.sales.sources, leads.created // DAY, leads.source),
    }


def _totals(world: World, leads: Leads, deals: Deals) -> pa.Table:
    """What must be found again on the world's last day."""
    import pyarrow as pa

    end = world.days * DAY
    won = deals.won & (deals.closed < end)
    what = {
        "leads": Decimal(leads.count),
        "converted": Decimal(int(((leads.converted >= 0) & (leads.converted < end)).sum())),
        "deals": Decimal(deals.count),
        "won": Decimal(int(won.sum())),
        "lost": Decimal(int((~deals.won & (deals.closed < end)).sum())),
        "won_amount": Decimal(int(deals.amount[won].sum())) / 100,
    }
    return pa.table({"what": list(what), "value": pa.array(list(what.values()), pa.decimal128(18, 4))})
