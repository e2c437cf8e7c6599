"""Forecasts of simulated pipelines: do the intervals hold what they say, and do the rules of thumb do as well?

Each seed is a company of its own with 28 quarters; the first four are only history, all others are forecast. The moment
of the forecast is the start, a third or two thirds of the quarter, by seed. Widths are scaled from a seed's own earlier
quarters only. Constants of the method were chosen on seeds from 5000 on; the bench has those from 0 on.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline_worlds import drifting, steady, unrecorded
from tradewind.models.pipeline.backtest import Spread, learn_scale, spread_of, widen
from tradewind.models.pipeline.chain import QUARTER
from tradewind.models.pipeline.pipeline import Pipeline
from tradewind.models.pipeline.rules import RULES, Quarter, forecast_by_rules
from tradewind.models.pipeline.simulate import simulate_pipeline

QUARTERS, HISTORY, DRAWS = 24, 4, 300
Row = dict[str, Any]
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Case:
    """One world as it is forecast.

    Args:
        world: makes the pipeline of a seed.
        seeds: how many.
        ahead: 0 for the running quarter, 1 for the next.
        target: whether figures to reach were set for it.
    """

    world: Callable[[int], Pipeline]
    seeds: int
    ahead: int = 0
    target: bool = False


CASES = {
    "steady": Case(steady, 200, target=True),
    "seasons and drift": Case(drifting, 100),
    "steady, stages not recorded": Case(unrecorded, 60),
    "steady, the next quarter": Case(steady, 40, ahead=1),
}


def run(share: float = 1.0, first: int = 0, draws: int = DRAWS) -> list[Row]:
    """Return the rows of all cases, on a share of their seeds from a first one on."""
    rows = []
    for name, case in CASES.items():
        rows += _rows(name, measure(name, max(int(case.seeds * share), 2), first, draws))
    return rows


def measure(name: str, seeds: int, first: int = 0, draws: int = DRAWS) -> dict[str, Array]:
    """Return, (seeds, quarters) each, what was forecast and what came in one case."""
    begun = time.perf_counter()
    with ProcessPoolExecutor(max_workers=min(2, os.cpu_count() or 1)) as pool:
        found = list(pool.map(_one, [(name, first + seed, draws) for seed in range(seeds)], chunksize=2))
    figures = {key: np.array([each[key] for each in found]) for key in found[0]}
    return {**figures, "seconds": np.array(time.perf_counter() - begun)}


def _one(job: tuple[str, int, int]) -> dict[str, Array]:
    """Forecast every quarter of one seed."""
    name, seed, draws = job
    ahead = CASES[name].ahead
    pipeline, rng = CASES[name].world(seed), np.random.default_rng([seed, 7])
    quarters = [_quarter(number, seed) for number in range(HISTORY + QUARTERS)]
    spreads: list[Spread] = []
    came, rows = [], []
    sellers: list[tuple[Spread, float]] = []
    for number in range(HISTORY, HISTORY + QUARTERS - ahead):
        each, aim = quarters[number], quarters[number + ahead]
        ends = np.array([quarter.ends for quarter in quarters[number : number + ahead + 1]])
        futures = simulate_pipeline(pipeline, each.now, each.starts, ends, rng, draws)
        raw, won = futures.total(ahead).sum(1), 0.0 if ahead else float(futures.won.sum())
        over = len(spreads) - ahead  # of the newest ones the quarter aimed at is not over yet
        scaled, plain = (
            spread_of(widen(raw, learn_scale(spreads[: max(over, 0)], came[: max(over, 0)]), won)),
            spread_of(raw),
        )
        actual = pipeline.revenue(aim.starts, aim.ends)
        row = {"actual": float(actual.sum()), "mean": scaled.mean, "low": scaled.low, "high": scaled.high,
               "raw_low": plain.low, "raw_high": plain.high}  # fmt: skip
        if not ahead:
            row["sellers"] = _sellers(futures.total(0), futures.won, sellers, actual)
            rules = forecast_by_rules(pipeline, each, quarters[:number])
            row |= {rule: rules[rule] for rule in RULES}
        rows.append(row)
        spreads.append(plain)
        came.append(float(actual.sum()))
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
    main = CASES[name].target
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
    return rows if CASES[name].ahead else [*rows, *_beside(name, found)]


def _beside(name: str, found: dict[str, Array]) -> list[Row]:
    """Rows of single sellers and of the rules of thumb."""
    actual, main, rows = found["actual"], CASES[name].target, []
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


if __name__ == "__main__":
    for row in run(float(sys.argv[1]), int(sys.argv[2])):
        print(f"{row['what']:80} {row['figure']:45} {row['note']}")
