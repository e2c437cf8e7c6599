"""Pipelines of simulated teams, as arrays: one whose chances never change, and one with seasons, drift and luck."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tradewind.models.pipeline.chain import QUARTER
from tradewind.models.pipeline.pipeline import Pipeline, Steps, without_stages
from tradewind.simulate.accounts import draw_accounts
from tradewind.simulate.columns import DAY
from tradewind.simulate.deals import Deals, draw_deals
from tradewind.simulate.leads import draw_leads
from tradewind.simulate.sellers import draw_skill
from tradewind.simulate.world import SalesSettings, World

QUARTERS = 28
"""Length of each world."""
LEADS_A_QUARTER = 375
"""The default simulated team: about 115 new deals and 29 sales in a quarter."""


def steady(seed: int) -> Pipeline:
    """A team whose chances never change."""
    world, deals = _team(seed)
    return pipeline_of(world, deals)


def drifting(seed: int) -> Pipeline:
    """The same with seasons and drift: fewer deals in summer, win rates that fall by 40 % over the years."""
    world, deals = _team(seed)
    rng = np.random.default_rng([seed, 1])
    year = deals.entered[:, 0] / DAY / 365.25
    busy = 0.75 + 0.25 * np.cos(2 * np.pi * year)
    closes = deals.closed / DAY / (QUARTER * QUARTERS)
    # A rate that falls, and quarters that differ: a rival, a price rise, a good trade fair.
    quarter = np.maximum(deals.closed // (DAY * QUARTER), 0).astype(np.int64)
    luck = np.exp(np.random.default_rng([seed, 2]).normal(-0.02, 0.2, int(quarter.max()) + 1))[quarter]
    stays = deals.won & (rng.random(deals.count) < np.clip((1 - 0.4 * closes) * luck * 0.85, 0, 1))
    kept = rng.random(deals.count) < busy
    whole = pipeline_of(world, replace(deals, won=stays))
    return _only(whole, kept)


def unrecorded(seed: int) -> Pipeline:
    """The steady team, of which nobody recorded stages."""
    return without_stages(steady(seed))


def _team(seed: int) -> tuple[World, Deals]:
    sales = replace(SalesSettings(), leads=LEADS_A_QUARTER * QUARTERS, accounts=110 * QUARTERS)
    world = World(days=int(np.ceil(QUARTERS * QUARTER)), sales=sales)
    parts = np.random.default_rng(seed).spawn(4)
    accounts = draw_accounts(sales.accounts, sales.fit, parts[0])
    skill = draw_skill(sales.sellers, sales.skill, parts[1])
    return world, draw_deals(world, accounts, draw_leads(world, accounts, parts[2]), skill, parts[3])


def pipeline_of(world: World, deals: Deals) -> Pipeline:
    """Return simulated deals as a pipeline, with all that ever happens to them."""
    stages = len(world.sales.stages)
    deal, stage = np.nonzero(deals.entered >= 0)
    later = deals.entered[deal, np.minimum(stage + 1, stages - 1)] / DAY
    last = (stage == stages - 1) | (later < 0)
    end = np.where(deals.won[deal], stages, stages + 1)
    steps = Steps(deal, stage, deals.entered[deal, stage] / DAY,
                  np.where(last, deals.closed[deal] / DAY, later), np.where(last, end, stage + 1))  # fmt: skip
    return Pipeline(
        stages, deals.entered[:, 0] / DAY, deals.closed / DAY, deals.won, deals.amount / 100,
        deals.owner.astype(np.int64), world.sales.sellers, steps, np.ones(deals.count),
    )  # fmt: skip


def _only(pipeline: Pipeline, kept: NDArray[np.bool_]) -> Pipeline:
    place = np.cumsum(kept) - 1
    steps, held = pipeline.steps, kept[pipeline.steps.deal]
    return replace(
        pipeline, created=pipeline.created[kept], closed=pipeline.closed[kept], won=pipeline.won[kept],
        amount=pipeline.amount[kept], unit=pipeline.unit[kept], ratio=pipeline.ratio[kept],
        steps=Steps(place[steps.deal[held]], steps.stage[held], steps.entered[held],
                    steps.left[held], steps.next[held]),
    )  # fmt: skip
