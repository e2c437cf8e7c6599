"""Forecasts of simulated pipelines: do the intervals hold what they say, and do the rules of thumb do as well?

Each seed is a company of its own with 28 quarters; the first four are only history. The moment of the forecast is the
start, a third or two thirds of the quarter, by seed. Widths are scaled from a seed's own earlier quarters only.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradewind.models.pipeline.backtest import Spread, learn_scale, spread_of, widen
from tradewind.models.pipeline.chain import QUARTER
from tradewind.models.pipeline.pipeline import Pipeline, Steps
from tradewind.models.pipeline.rules import RULES, Quarter, forecast_by_rules
from tradewind.models.pipeline.simulate import simulate_pipeline
from tradewind.simulate.accounts import draw_accounts
from tradewind.simulate.columns import DAY
from tradewind.simulate.deals import Deals, draw_deals
from tradewind.simulate.leads import draw_leads
from tradewind.simulate.sellers import draw_skill
from tradewind.simulate.world import SalesSettings, World

SEEDS, QUARTERS, HISTORY, DRAWS = 200, 24, 4, 300
LEADS_A_QUARTER = 375
"""The default simulated team: about 115 new deals and 29 sales in a quarter."""
Row = dict[str, Any]
Array = NDArray[np.float64]
World_ = Callable[[int], Pipeline]


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
    closes = deals.closed / DAY / (QUARTER * (HISTORY + QUARTERS))
    # A rate that falls, and quarters that differ: a rival, a price rise, a good trade fair.
    quarter = np.maximum(deals.closed // (DAY * QUARTER), 0).astype(np.int64)
    luck = np.exp(np.random.default_rng([seed, 2]).normal(-0.02, 0.2, int(quarter.max()) + 1))[quarter]
    stays = deals.won & (rng.random(deals.count) < np.clip((1 - 0.4 * closes) * luck * 0.85, 0, 1))
    kept = rng.random(deals.count) < busy
    whole = pipeline_of(world, replace(deals, won=stays))
    return _only(whole, kept)


WORLDS: dict[str, World_] = {"steady": steady, "seasons and drift": drifting}


def run(seeds: int = SEEDS, first: int = 0, draws: int = DRAWS) -> list[Row]:
    """Return the rows of both worlds."""
    return [row for name in WORLDS for row in _rows(name, measure(name, seeds, first, draws))]


def measure(name: str, seeds: int, first: int = 0, draws: int = DRAWS) -> dict[str, Array]:
    """Return, (seeds, quarters) each, what was forecast and what came in one world."""
    begun = time.perf_counter()
    with ProcessPoolExecutor(max_workers=min(2, os.cpu_count() or 1)) as pool:
        found = list(pool.map(_one, [(name, first + seed, draws) for seed in range(seeds)], chunksize=2))
    figures = {key: np.array([each[key] for each in found]) for key in found[0]}
    return {**figures, "seconds": np.array(time.perf_counter() - begun)}


def _one(job: tuple[str, int, int]) -> dict[str, Array]:
    """Forecast every quarter of one seed."""
    name, seed, draws = job
    pipeline, rng = WORLDS[name](seed), np.random.default_rng([seed, 7])
    quarters = [_quarter(number, seed) for number in range(HISTORY + QUARTERS)]
    spreads, came, rows = [], [], []
    sellers: list[tuple[Spread, float]] = []
    for number in range(HISTORY, HISTORY + QUARTERS):
        each = quarters[number]
        futures = simulate_pipeline(pipeline, each.now, each.starts, np.array([each.ends]), rng, draws)
        raw, won = futures.total(0).sum(1), float(futures.won.sum())
        scaled = spread_of(widen(raw, learn_scale(spreads, came), won))
        actual = float(pipeline.revenue(each.starts, each.ends).sum())
        plain = spread_of(raw)
        held = _sellers(futures.total(0), futures.won, sellers, pipeline.revenue(each.starts, each.ends))
        rules = forecast_by_rules(pipeline, each, quarters[:number])
        figures = {"actual": actual, "mean": scaled.mean, "low": scaled.low, "high": scaled.high,
                   "raw_low": plain.low, "raw_high": plain.high, "sellers": held}  # fmt: skip
        rows.append(figures | {rule: rules[rule] for rule in RULES})
        spreads.append(plain)
        came.append(actual)
    return {key: np.array([row[key] for row in rows]) for key in rows[0]}


def _sellers(draws: Array, won: Array, before: list[tuple[Spread, float]], came: Array) -> float:
    """Share of sellers whose revenue lay within their own 80 % interval, scaled from what came before."""
    scale = learn_scale([spread for spread, _ in before], [actual for _, actual in before])
    inside = []
    for seller in range(draws.shape[1]):
        spread = spread_of(widen(draws[:, seller], scale, float(won[seller])))
        inside.append(spread.low <= came[seller] <= spread.high)
        before.append((spread_of(draws[:, seller]), float(came[seller])))
    return float(np.mean(inside))


def _quarter(number: int, seed: int) -> Quarter:
    starts = number * QUARTER
    return Quarter(starts, starts + (seed % 3) * QUARTER / 3, starts + QUARTER)


def _rows(name: str, found: dict[str, Array]) -> list[Row]:
    actual = found["actual"]
    inside = (found["low"] <= actual) & (actual <= found["high"])
    share, low, high = _clustered(inside.mean(1))
    width = ((found["high"] - found["low"]).mean(1) / actual.mean(1)).mean()
    plain = ((found["raw_low"] <= actual) & (actual <= found["raw_high"])).mean()
    main = name == "steady"
    third = [inside[place::3].mean() for place in range(3) if len(inside) > place]
    rows: list[Row] = [
        {"what": f"{name}: 80 % intervals of revenue hold, {actual.shape[1]} quarters × {len(actual)} seeds",
         "figure": f"{100 * share:.1f} % ({100 * low:.1f} to {100 * high:.1f}, by seed)",
         "target": "77 to 83 %" if main else "", "reached": bool(0.77 <= share <= 0.83) if main else None,
         "note": f"width {100 * width:.0f} % of revenue on average; without scaling from earlier quarters "
                 f"{100 * plain:.1f} %; forecast at the start / a third / two thirds of the quarter: "
                 + " / ".join(f"{100 * each:.1f}" for each in third)
                 + f"; all {actual.size:,} quarters answered; {float(found['seconds']):.0f} s"},
    ]  # fmt: skip
    sold, low, high = _clustered(found["sellers"].mean(1))
    rows.append({"what": f"{name}: 80 % intervals of single sellers hold", "target": "", "reached": None,
                 "figure": f"{100 * sold:.1f} % ({100 * low:.1f} to {100 * high:.1f}, by seed)",
                 "note": "eight sellers with about four sales a quarter each; the ends count as inside"})  # fmt: skip
    ours = np.abs(found["mean"] - actual).mean(1) / actual.mean(1)
    for rule in RULES:
        theirs = np.abs(found[rule] - actual).mean(1) / actual.mean(1)
        gap, low, high = _clustered(ours - theirs)
        target = main and rule.startswith("stage weights")
        rows.append(
            {"what": f"{name}: mean error, against the rule: {rule}",
             "figure": f"{100 * ours.mean():.1f} % against {100 * theirs.mean():.1f} % of revenue",
             "target": "below the rule's" if target else "", "reached": bool(high < 0) if target else None,
             "note": f"paired difference {100 * gap:+.1f} ({100 * low:+.1f} to {100 * high:+.1f}, by seed)"}
        )  # fmt: skip
    return rows


def _clustered(of_seeds: Array) -> tuple[float, float, float]:
    mean, error = float(of_seeds.mean()), float(of_seeds.std(ddof=1) / np.sqrt(len(of_seeds)))
    return mean, mean - 1.96 * error, mean + 1.96 * error


def _team(seed: int) -> tuple[World, Deals]:
    quarters = HISTORY + QUARTERS
    sales = replace(SalesSettings(), leads=LEADS_A_QUARTER * quarters, accounts=110 * quarters)
    world = World(days=int(np.ceil(quarters * QUARTER)), sales=sales)
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


if __name__ == "__main__":
    import sys

    count, first = (int(text) for text in sys.argv[1:3])
    for row in run(count, first):
        print(f"{row['what']:100} {row['figure']:45} {row['note']}")
