"""Deals not yet born: how many come in each week to come, and what they are like.

Weekly counts with a level that forgets, a trend pulled to none, months pulled to even, more spread than chance where
history shows it; what comes is drawn again from deals opened lately.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradewind.models.pipeline.pipeline import Floats, Ints, Pipeline

WEEK = 7.0
YEAR = 365.25
LEVEL_HALF_LIFE = 52.0
"""Weeks after which a week counts half for the level."""
_TREND_SD = 0.15
"""How far the yearly log-growth of new deals may reasonably lie from none."""
_LATELY = 2 * YEAR
"""Days back from which new deals are drawn again."""


@dataclass(frozen=True)
class Births:
    """How many deals come.

    Args:
        level: expected deals a week now, in an average month.
        level_sd: what is not known of it, as a share.
        trend: growth of log deals a year.
        trend_sd: what is not known of it.
        season: (12,) factor of each twelfth of the year.
        dispersion: variance over mean of weekly counts, 1 or more.
        shock_sd: spread of quarters beyond all this, as a share.
    """

    level: float
    level_sd: float
    trend: float
    trend_sd: float
    season: Floats
    dispersion: float
    shock_sd: float


def fit_births(pipeline: Pipeline, now: float, since: float) -> Births:
    """Learn how many deals come from those opened so far.

    Args:
        pipeline: as known at `now`.
        now: the moment.
        since: when the record of new deals begins.
    """
    weeks = max(int((now - since) // WEEK), 1)
    back = ((now - pipeline.created) // WEEK).astype(np.int64)
    count = np.bincount(back[(back >= 0) & (back < weeks)], minlength=weeks).astype(np.float64)
    middle = np.asarray(now - (np.arange(weeks) + 0.5) * WEEK, dtype=np.float64)
    weight = 0.5 ** (np.arange(weeks) / LEVEL_HALF_LIFE)
    month = _month(middle)
    season = _season(count, month, weeks)
    level = max(float(weight @ count) / float(weight @ season[month]), 0.1 / weeks)
    years = (middle - now) / YEAR
    centre = float(weight @ years / weight.sum())
    expected = level * season[month]
    dispersion = max(1.0, float((weight * (count - expected) ** 2 / expected).sum() / weight.sum()))
    information = float((weight * expected * (years - centre) ** 2).sum()) / dispersion
    pulled = information + 1 / _TREND_SD**2
    trend = float((weight * (count - expected) * (years - centre)).sum()) / dispersion / pulled
    own = dispersion * float((weight**2 * expected).sum()) / float((weight * expected).sum()) ** 2
    return Births(
        level * float(np.exp(-trend * centre)),
        float(np.sqrt(own)),
        trend,
        float(np.sqrt(1 / pulled)),
        season,
        dispersion,
        _between_quarters(count, season[month], dispersion),
    )


def draw_births(
    births: Births, now: float, days: float, draws: int, quarters: Ints, rng: np.random.Generator
) -> tuple[Ints, Floats]:
    """Draw when deals come.

    Args:
        births: learned.
        now: the moment.
        days: how far ahead.
        draws: how many futures.
        quarters: (weeks,) number of the quarter that each week to come lies in; sets how many weeks.
        rng: the source of chance.
    Returns:
        For each new deal the draw it belongs to, and days from now at which it is opened.
    """
    weeks = len(quarters)
    middle = np.minimum((np.arange(weeks) + 0.5) * WEEK, days)
    length = np.minimum(WEEK, days - np.arange(weeks) * WEEK) / WEEK
    level = births.level * _around_one(births.level_sd, (draws, 1), rng)
    trend = np.exp(rng.normal(births.trend, births.trend_sd, (draws, 1)) * middle / YEAR)
    # The trend's own doubt up to now is in the level; from now on it grows with time.
    shock = _around_one(births.shock_sd, (draws, int(quarters.max()) + 1), rng)[:, quarters]
    mean = level * trend * births.season[_month(now + middle)] * length * shock
    extra = births.dispersion - 1
    if extra > 1e-9:
        mean = rng.gamma(mean / extra + 1e-12) * extra
    count = rng.poisson(mean)
    draw = np.repeat(np.arange(draws), count.sum(1))
    week = np.repeat(np.tile(np.arange(weeks), draws), count.ravel())
    return draw, (week + rng.random(len(week)) * length[week]) * WEEK


def recent_deals(pipeline: Pipeline, now: float) -> tuple[Ints, Floats]:
    """Return the deals that new ones are like, and the chance of each to be taken: the latest weigh most."""
    age = now - pipeline.created
    deals = np.flatnonzero(age <= _LATELY)
    if len(deals) == 0:
        deals = np.arange(pipeline.count)
    weight = 0.5 ** (age[deals] / YEAR)
    return deals, weight / weight.sum()


def far_amount(pipeline: Pipeline) -> float:
    """Return the amount beyond which a deal is unlike all others: five robust standard deviations of log amounts."""
    logs = np.log(pipeline.amount[pipeline.amount > 0])
    if len(logs) == 0:
        return np.inf
    middle = float(np.median(logs))
    spread = max(1.4826 * float(np.median(np.abs(logs - middle))), 0.3)
    return float(np.exp(middle + 5 * spread))


def _month(day: Floats) -> Ints:
    return np.asarray((day % YEAR) / YEAR * 12, dtype=np.int64) % 12


def _season(count: Floats, month: Ints, weeks: int) -> Floats:
    """Factors of the months, pulled to one as far as chance alone would spread them; all one in the first two years."""
    if weeks < 2 * 52 or count.sum() == 0:
        return np.ones(12)
    # A running year takes trend and level out before months are compared.
    kernel = np.ones(53)
    smooth = np.convolve(count, kernel, "same") / np.convolve(np.ones(weeks), kernel, "same")
    expected = np.maximum(smooth, 1e-9)
    came, should = np.bincount(month, count, 12), np.bincount(month, expected, 12)
    factor = came / np.maximum(should, 1e-9)
    noise = max(1.0, float(((count - expected) ** 2 / expected).mean())) / np.maximum(should, 1e-9)
    between = max(float(((factor - 1) ** 2 - noise).mean()), 0.0)
    pulled = 1 + (factor - 1) * between / (between + noise)
    return np.asarray(np.maximum(pulled, 0.05) / np.mean(np.maximum(pulled, 0.05)))


def _between_quarters(count: Floats, season: Floats, dispersion: float) -> float:
    """Spread of a quarter's count around what the year before it led to expect, beyond chance, as a share."""
    blocks = len(count) // 13
    if blocks < 6:
        return 0.1
    came = count[: blocks * 13].reshape(blocks, 13).sum(1)[::-1]
    share = season[: blocks * 13].reshape(blocks, 13).sum(1)[::-1]
    before = np.array([came[place - 4 : place].sum() / share[place - 4 : place].sum() for place in range(4, blocks)])
    expected = np.maximum(before * share[4:], 1.0)
    noise = dispersion / expected * (1 + share[4:] / (4 * share.mean()))
    return float(np.sqrt(max(float(((came[4:] / expected - 1) ** 2 - noise).mean()), 0.0)))


def _around_one(sd: float, shape: tuple[int, ...], rng: np.random.Generator) -> NDArray[np.float64]:
    """Positive factors with mean one and this standard deviation."""
    if sd <= 1e-9:
        return np.ones(shape)
    return rng.gamma(1 / sd**2, sd**2, shape)
