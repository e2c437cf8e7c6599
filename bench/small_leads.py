"""A hundred leads, fifteen conversions: is the chance better than the usual share, and do tiers mean what they say?

Each draw takes 100 leads at random from a large pool in which 15 in 100 convert (how many of the 100 do is left to
chance, as it is for a young company), learns from them as a workspace would, and is held against leads it never saw:
simulated ones against their true chances, real ones against what came. A tier's true rate is the mean over the
fresh leads that are put in it; tiers with fewer than 1 in 100 of them are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import labelled
from tradewind.core.feature import Feature, FeatureTable
from tradewind.models.candidates import DEPLOYABLE
from tradewind.models.choose import log_losses
from tradewind.models.deployed import Predictor
from tradewind.models.folds import stratified_folds
from tradewind.models.identifiers import drop_identifiers
from tradewind.models.learn import learner_of
from tradewind.models.recalibrate import PastDate, follow, match_spread, recalibrate
from tradewind.models.tiers import TIERS, choose_edges, rate_tiers, tier_of
from tradewind.simulate.sales import simulate_sales
from tradewind.simulate.world import SalesSettings, World

Row = dict[str, object]
Array = NDArray[np.float64]
DRAWS = 1_000
LEADS, SHARE, FRESH = 100, 0.15, 3_000
FOLDS = 5
SEEN = 0.01
SEED = 2024
"""Settings of `models.recalibrate` and `models.tiers` were chosen on draws of another seed."""


@dataclass(frozen=True)
class Pool:
    """Leads to draw from.

    Args:
        features: what is known of them.
        outcome: (n,) whether they convert.
        truth: (n,) their true chance where 15 in 100 convert; of real leads what came.
        weight: (n,) weights that make the share of conversions so.
    """

    features: FeatureTable
    outcome: Array
    truth: Array
    weight: Array


@dataclass(frozen=True)
class Draw:
    """One draw: log-loss of ours and of the usual share; each tier's (place, inside, width, share of fresh leads)."""

    ours: float
    base: float
    tiers: tuple[tuple[int, bool, float, float], ...]
    unseen: int


def run(shared: Path, draws: int = DRAWS) -> list[Row]:
    """Measure simulated and real leads."""
    pools: Mapping[str, Callable[[], Pool]] = {
        "simulated": simulated_pool, "X Education": lambda: real_pool(shared)
    }  # fmt: skip
    rows: list[Row] = []
    for name, make in pools.items():
        if name == "X Education" and not shared.is_dir():
            continue
        found = _rows(name, list(measure(make(), draws, SEED)))
        for row in found:
            print(f"  {row['what']}: {row['figure']}; {row['note']}", flush=True)
        rows += found
    return rows


def simulated_pool() -> Pool:
    """Twenty thousand leads of the simulated sales team, of whom 15 in 100 convert."""
    world = World(date(2023, 1, 1), 365, sales=SalesSettings(leads=20_000, accounts=4_000, converts=0.13))
    made = simulate_sales(world, 11)
    leads, accounts = made.tables["leads"], made.tables["accounts"]
    place = {name: at for at, name in enumerate(accounts["account_id"].to_pylist())}
    of = np.array([place[name] for name in leads["account_id"].to_pylist()])
    categories = {
        "source": np.array(leads["source"].to_pylist(), dtype=object),
        "title": np.array(leads["title"].to_pylist(), dtype=object),
        "industry": np.array(accounts["industry"].to_pylist(), dtype=object)[of],
    }
    numbers = np.column_stack(
        [leads["pages_viewed"].to_numpy(), np.array(accounts["employees"].to_pylist(), dtype=np.float64)[of]]
    )
    features = [Feature(name, name, "number", "leads", name) for name in ("pages_viewed", "employees")]
    features += [Feature(name, name, "category", "leads", name, kind="category") for name in categories]
    ids = np.array(leads["lead_id"].to_pylist(), dtype=object)
    day = np.full(len(ids), np.datetime64("2000-01-01"))
    table = FeatureTable(ids, day, tuple(features), numbers.astype(np.float32), categories)
    truth = made.truth["leads"]
    chance = truth["chance"].to_numpy()
    return _pool(table, truth["converts"].to_numpy(zero_copy_only=False).astype(float), chance)


def real_pool(shared: Path) -> Pool:
    """The leads of X Education without the columns filled in after contact, weighted so that 15 in 100 convert."""
    table = labelled.SETS["X Education"](shared)
    return _pool(table.features, table.outcome, table.outcome)


def _pool(features: FeatureTable, outcome: Array, chance: Array) -> Pool:
    """Weigh those who convert and those who do not so that `SHARE` do; a true chance moves with the weights."""
    up, down = SHARE / float(chance.mean()), (1 - SHARE) / (1 - float(chance.mean()))
    weight = chance * up + (1 - chance) * down
    return Pool(features, outcome, chance * up / weight, weight)


def measure(pool: Pool, draws: int, seed: int) -> Iterator[Draw]:
    """Draw, learn and compare; draws with fewer than two conversions answer nothing and are left out."""
    up, down = np.flatnonzero(pool.outcome == 1), np.flatnonzero(pool.outcome == 0)
    for draw in range(draws):
        rng = np.random.default_rng([seed, draw])
        converted = int(rng.binomial(LEADS, SHARE))
        if converted < 2:
            continue
        chosen = np.r_[rng.choice(up, converted, replace=False), rng.choice(down, LEADS - converted, replace=False)]
        others = np.setdiff1d(np.arange(len(pool.outcome)), chosen)
        fresh = rng.choice(others, min(FRESH, len(others)), replace=False)
        yield _one(pool, np.sort(chosen), fresh, rng)


def _one(pool: Pool, chosen: NDArray[np.intp], fresh: NDArray[np.intp], rng: np.random.Generator) -> Draw:
    known, _ = drop_identifiers(pool.features.rows(chosen))
    came, ones = pool.outcome[chosen], np.ones(len(chosen))
    model = _fit(known, came)
    own, said = model.mean(known), np.empty(len(chosen))
    fold = stratified_folds(came, np.arange(len(came)), FOLDS, rng)
    for part in range(FOLDS):
        here = fold == part
        then = _fit(known.rows(np.flatnonzero(~here)), came[~here]).mean(known.rows(np.flatnonzero(here)))
        said[here] = match_spread(then, own[here])
    past = [PastDate(said, came, ones)]
    calibrator = recalibrate(past, follow(past))
    rate = float((came.sum() + 1) / (len(came) + 2))
    edges = choose_edges(rate)
    tiers = rate_tiers(calibrator.apply(said), came, ones, np.zeros(len(came)), edges)
    mean = calibrator.apply(model.mean(pool.features.rows(fresh)))
    truth, weight, place = pool.truth[fresh], pool.weight[fresh], tier_of(mean, edges)
    found = []
    for number, tier in enumerate(tiers):
        here = place == number
        share = float(weight[here].sum() / weight.sum())
        if share >= SEEN and tier.seen:
            true = float(np.average(truth[here], weights=weight[here]))
            found.append((number, tier.low <= true <= tier.high, tier.high - tier.low, share))
    unseen = sum(not tier.seen and (place == number).mean() >= SEEN for number, tier in enumerate(tiers))
    return Draw(_loss(mean, truth, weight), _loss(np.full(len(fresh), rate), truth, weight), tuple(found), unseen)


def _fit(features: FeatureTable, outcome: Array) -> Predictor:
    return learner_of(features, outcome, 0, 1).fit(DEPLOYABLE["bayesian"], {})


def _rows(name: str, draws: list[Draw]) -> list[Row]:
    ours, base = np.array([draw.ours for draw in draws]), np.array([draw.base for draw in draws])
    gain = ours - base
    error = 1.96 * float(gain.std(ddof=1)) / np.sqrt(len(gain))
    inside = np.array([np.mean([tier[1] for tier in draw.tiers]) for draw in draws if draw.tiers])
    each = [tier for draw in draws for tier in draw.tiers]
    covered = float(np.mean([tier[1] for tier in each]))
    doubt = 1.96 * float(inside.std(ddof=1)) / np.sqrt(len(inside))
    by_tier = []
    for place, letter in enumerate(TIERS):
        here = [tier for tier in each if tier[0] == place]
        if here:
            by_tier.append(f"{letter} {np.mean([tier[1] for tier in here]):.0%} of {len(here)}")
    share = np.average([tier[1] for tier in each], weights=[tier[3] for tier in each])
    wide, unseen = np.mean([tier[2] for tier in each]), sum(draw.unseen for draw in draws)
    return [
        {
            "what": f"{name}, {LEADS} leads, about {LEADS * SHARE:.0f} conversions: log-loss less the usual share's",
            "figure": f"{gain.mean():+.4f} ({gain.mean() - error:+.4f} to {gain.mean() + error:+.4f}), "
            f"{ours.mean():.4f} against {base.mean():.4f}",
            "target": "< 0 on average",
            "reached": bool(gain.mean() < 0),
            "note": f"{len(draws):,} draws; better in {np.mean(gain < 0):.0%} of them",
        },
        {
            "what": f"{name}: 80 % intervals of tiers' rates cover",
            "figure": f"{covered:.1%} ({covered - doubt:.1%} to {covered + doubt:.1%})",
            "target": "75 to 85 %",
            "reached": 0.75 <= covered <= 0.85,
            "note": f"{len(each):,} tiers: {', '.join(by_tier)}; counted by fresh leads {share:.0%}; mean width "
            f"{100 * wide:.0f} in 100; {unseen} tiers that nobody was in before have no interval",
        },
    ]


def _loss(mean: Array, truth: Array, weight: Array) -> float:
    """Expected log-loss under the true chances."""
    losses = truth * log_losses(mean, np.ones(len(mean))) + (1 - truth) * log_losses(mean, np.zeros(len(mean)))
    return float(np.average(losses, weights=weight))
