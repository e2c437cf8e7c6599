"""Pipelines made of plain random numbers, with known chances, for tests of forecasts."""

from __future__ import annotations

import numpy as np

from tradewind.models.pipeline.pipeline import Pipeline, Steps

STAGES, UNITS = 3, 3
FORWARD, DAYS = (0.7, 0.6, 0.8), (10.0, 15.0, 12.0)


def make_pipeline(seed: int, days: float = 900.0, a_day: float = 0.8, usual: float = 1000.0) -> Pipeline:
    """Deals that come at an even pace and move by chance; everything that ever happens to them is in it."""
    rng = np.random.default_rng(seed)
    count = int(rng.poisson(days * a_day))
    created = np.sort(rng.random(count) * days)
    deal, stage, entered, left, follows = [], [], [], [], []
    closed, won = np.zeros(count), np.zeros(count, dtype=bool)
    for each in range(count):
        at = float(created[each])
        for place in range(STAGES):
            until = at + float(rng.exponential(DAYS[place]))
            on = bool(rng.random() < FORWARD[place])
            end = STAGES + 1 if not on else place + 1
            deal.append(each), stage.append(place), entered.append(at), left.append(until), follows.append(end)
            at = until
            if not on or place == STAGES - 1:
                closed[each], won[each] = until, on
                break
    steps = Steps(np.array(deal, dtype=np.int64), np.array(stage, dtype=np.int64), np.array(entered, dtype=float),
                  np.array(left, dtype=float), np.array(follows, dtype=np.int64))  # fmt: skip
    amount = usual * np.exp(rng.normal(0, 0.5, count))
    unit = rng.integers(0, UNITS, count)
    return Pipeline(STAGES, created, closed, won, amount, unit, UNITS, steps, np.ones(count))
