"""Tiers after seeded drift: what they say before and after the chances are put right by the last complete horizon.

Months of leads with known chances. A model learns from six months. Then the usual share, the mix of sources and what a
page viewed is worth all change, by amounts that the seed draws. The seventh month is the last complete horizon; the
eighth is held against what is said of it with nothing put right, with the chances put right, and by the truth itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradewind.core.feature import Feature, FeatureTable
from tradewind.models.candidates import DEPLOYABLE
from tradewind.models.learn import learner_of
from tradewind.models.recalibrate import PastDate, expit, follow, recalibrate
from tradewind.models.tiers import choose_edges, rate_tiers, tier_of
from tradewind.stats.calibration import expected_calibration_error

Row = dict[str, object]
Array = NDArray[np.float64]
SEEDS = 20
LEARNED, LAST, FRESH = 1_000, (1_000, 5_000), 5_000
"""Leads of each of six months learned from, of the last complete horizon, and of the month to come."""
MONTHS = 6
MODELS = ("linear", "boosting")
SOURCES = np.log([1.2, 0.8, 2.5, 1.0, 0.3])


@dataclass(frozen=True)
class World:
    """How leads are: shares of sources, the level of log-odds, and what a page viewed adds to them."""

    shares: Array
    level: float
    page: float

    def drifted(self, rng: np.random.Generator) -> World:
        """The same after a change: the level up or down, sources mixed anew, pages worth 0.4 to 1.6 as much."""
        shares = self.shares * np.exp(rng.normal(0, 0.8, len(self.shares)))
        level = self.level + float(rng.choice([-1, 1])) * float(rng.uniform(0.3, 0.8))
        return World(shares / shares.sum(), level, self.page * float(rng.choice([0.4, 0.7, 1.3, 1.6])))


def run(seeds: int = SEEDS) -> list[Row]:
    """Measure every kind of model and size of the last horizon."""
    rows: list[Row] = []
    for model in MODELS:
        for last in LAST:
            found = np.array([measure(model, last, seed) for seed in range(seeds)])
            rows.append(_row(model, last, found))
            print(f"  {rows[-1]['what']}: {rows[-1]['figure']}; {rows[-1]['note']}", flush=True)
    return rows


def measure(model: str, last: int, seed: int) -> tuple[float, float, float, float]:
    """Return the calibration error before, after and of the truth, and the share of tiers inside their interval."""
    rng = np.random.default_rng([seed, last])
    was = World(np.array([0.30, 0.25, 0.15, 0.15, 0.15]), -2.0, 0.25)
    now = was.drifted(rng)
    features, chance = _leads(was, MONTHS * LEARNED, rng)
    outcome = (rng.random(len(chance)) < chance).astype(float)
    month = np.repeat(np.arange(MONTHS), LEARNED)
    settings = DEPLOYABLE[model].settings[0]
    dates = []
    for at in range(MONTHS - 2, MONTHS):
        learned, here = np.flatnonzero(month < at), np.flatnonzero(month == at)
        then = learner_of(features.rows(learned), outcome[learned], 0, 2).fit(DEPLOYABLE[model], settings)
        dates.append(PastDate(then.mean(features.rows(here)), outcome[here], np.ones(len(here))))
    predictor = learner_of(features, outcome, 0, 2).fit(DEPLOYABLE[model], settings)
    newest, true = _leads(now, last, rng)
    came = (rng.random(last) < true).astype(float)
    dates.append(PastDate(predictor.mean(newest), came, np.ones(last)))
    coming, truth = _leads(now, FRESH, rng)
    label = (rng.random(FRESH) < truth).astype(float)
    followed = follow(dates)
    raw = predictor.mean(coming)
    made = recalibrate(dates, followed).apply(raw)
    ones = np.ones(FRESH)
    errors = [float(expected_calibration_error(label, each, ones)) for each in (raw, made, truth)]
    return errors[0], errors[1], errors[2], _inside(dates, made, truth)


def _inside(dates: list[PastDate], made: Array, truth: Array) -> float:
    """Return the share of tiers whose true rate among the coming month's leads lies in its 80 % interval."""
    followed = follow(dates)
    lines = (followed.after[0], *followed.before[1:])
    chances = [line.apply(each.said) for line, each in zip(lines, dates, strict=True)]
    outcome = np.concatenate([each.outcome for each in dates])
    date = np.repeat(np.arange(len(dates)), [len(each) for each in chances]).astype(np.float64)
    edges = choose_edges(float(outcome.mean()))
    tiers = rate_tiers(np.concatenate(chances), outcome, np.ones(len(outcome)), date, edges)
    place = tier_of(made, edges)
    inside = [tier.low <= truth[place == number].mean() <= tier.high
              for number, tier in enumerate(tiers) if tier.seen and (place == number).mean() >= 0.01]  # fmt: skip
    return float(np.mean(inside))


def _leads(world: World, count: int, rng: np.random.Generator) -> tuple[FeatureTable, Array]:
    source = rng.choice(len(SOURCES), count, p=world.shares)
    pages, size = rng.poisson(rng.gamma(2.0, 2.0, count)), rng.normal(0, 1, count)
    chance = expit(world.level + SOURCES[source] + world.page * np.minimum(pages - 4, 8) + 0.3 * size)
    features = (
        Feature("pages", "pages viewed", "count", "leads", "pages"),
        Feature("size", "size", "number", "leads", "size"),
        Feature("source", "source", "category", "leads", "source", kind="category"),
    )
    names = np.array([f"source {each}" for each in source], dtype=object)
    ids = np.array([f"L{at}" for at in range(count)], dtype=object)
    day = np.full(count, np.datetime64("2000-01-01"))
    return FeatureTable(
        ids, day, features, np.column_stack([pages, size]).astype(np.float32), {"source": names}
    ), chance


def _row(model: str, last: int, found: Array) -> Row:
    before, after, truth, inside = found.mean(axis=0)
    few = int((found[:, 1] <= 0.03).sum())
    return {
        "what": f"{model}, last complete horizon of {last:,} leads: calibration error on {FRESH:,} fresh leads",
        "figure": f"{after:.3f} on average, {found[:, 1].max():.3f} at worst of {len(found)} seeds",
        "target": "≤ 0.03",
        "reached": bool(after <= 0.03),
        "note": f"before: {before:.3f}, at worst {found[:, 0].max():.3f}; at most 0.03 in {few} of {len(found)}; the "
        f"true chances themselves show {truth:.3f}; {inside:.0%} of tiers' true rates in their 80 % range",
    }
