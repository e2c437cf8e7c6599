"""Tiers A to D: steps on the scale of chance that stay where they are, and what a step will mean in the next month.

A tier is cut at fixed chances, not at shares of the list: of a month with better leads more are in tier A, but A means
the same. What it means is counted at past dates, each foretold by what was known then, and held near what had been said
of it where little was seen. The interval is one for the coming month's rate: it holds the doubt about the line that
puts chances right, the tier's own departure from that line, and how far months differ beyond chance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradewind.models.recalibrate import LEVEL, SLOPE, expit, fit_posterior, logit

Array = NDArray[np.float64]
Places = NDArray[np.intp]

TIERS = ("A", "B", "C", "D")
ODDS = (3.0, 1.2, 0.4)
"""Where tiers begin, as factors on the odds of the usual share: A is three times the usual odds and more."""
NEAT = (
    0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 35, 40, 45, 50, 60, 70, 80, 90, 95, 98,
)  # fmt: skip
"""Chances in 100 that one can say, at which tiers begin; a month that is a little better moves none of them."""
APART = 0.5
"""How far a tier departs from the line that holds for all, in log-odds (standard deviation)."""
MONTHS_DIFFER, MONTHS_BELIEF = 0.1, 3.0
"""Before they are seen, months are thought to differ by so much in log-odds, as firmly as so many months would show."""
INTERVAL = 0.8


@dataclass(frozen=True)
class Tier:
    """What one tier means.

    Args:
        name: A, B, C or D.
        begins: the chance at which it begins.
        seen: cases in it at past dates.
        happened: outcomes among them.
        said: mean chance that had been said of them; NaN, as what follows, where nobody was in it.
        rate: share expected in the coming month.
        low: lower end of the 80 % interval of that share.
        high: upper end.
    """

    name: str
    begins: float
    seen: int
    happened: int
    said: float
    rate: float
    low: float
    high: float


def choose_edges(rate: float) -> tuple[float, ...]:
    """Return where A, B and C begin, as neat chances: 3, 1.2 and 0.4 times the odds of the usual share.

    Args:
        rate: usual share of the outcome, 0 to 1.
    """
    odds = max(rate, 1e-3) / max(1 - rate, 1e-3)
    neat = np.log(NEAT)
    a, b, c = (int(np.abs(neat - np.log(100 * factor * odds / (1 + factor * odds))).argmin()) for factor in ODDS)
    b = max(b, c + 1)
    a = max(a, b + 1)
    down = max(a - len(NEAT) + 1, 0)
    return tuple(NEAT[place - down] / 100 for place in (a, b, c))


def tier_of(chance: Array, edges: tuple[float, ...]) -> Places:
    """Return (n,) numbers of tiers, 0 for A."""
    return np.asarray(len(edges) - np.searchsorted(np.sort(edges), chance, side="right"), dtype=np.intp)


def rate_tiers(chance: Array, outcome: Array, weight: Array, date: Array, edges: tuple[float, ...]) -> tuple[Tier, ...]:
    """Say what each tier will mean in the coming month.

    Args:
        chance: (n,) chances said at past dates by what was known then; the horizons of two dates do not overlap.
        outcome: (n,) 0/1.
        weight: (n,) sampling weights.
        date: (n,) number of the past date of each row.
        edges: falling chances at which A, B and C begin.
    Returns:
        One row for each tier. Its log-odds are a + b·(what was said) + its own departure + its month's; a and b have
        the priors of `recalibrate`, departures are normal around 0, and a month to come adds its whole variance.
    """
    tier, differ = tier_of(chance, edges), months_differ(chance, outcome, weight, date)
    x = logit(chance)
    centre = float(np.average(x, weights=weight))
    spread = max(float(np.sqrt(np.average((x - centre) ** 2, weights=weight))), 1e-3)
    months = np.unique(date)
    rows = np.column_stack(
        [np.ones(len(x)), x - centre, tier[:, None] == np.arange(len(TIERS)), date[:, None] == months]
    )
    doubt = np.r_[LEVEL, SLOPE / spread, np.full(len(TIERS), APART), np.full(len(months), differ)]
    mean = np.r_[centre, 1.0, np.zeros(len(TIERS) + len(months))]
    state, covariance = fit_posterior(rows.astype(np.float64), outcome, weight, mean, np.diag(1 / doubt**2))
    return tuple(
        _rate(place, (*edges, 0.0)[place], chance, outcome, tier == place, centre, state, covariance, differ)
        for place in range(len(TIERS))
    )


def _rate(
    place: int, begins: float, chance: Array, outcome: Array, here: NDArray[np.bool_], centre: float, state: Array,
    covariance: Array, differ: float,
) -> Tier:  # fmt: skip
    from scipy.special import ndtri

    if not here.any():
        return Tier(TIERS[place], begins, 0, 0, np.nan, np.nan, np.nan, np.nan)
    said = float(chance[here].mean())
    row = np.zeros(len(state))
    row[[0, 1, 2 + place]] = 1.0, logit(np.array([said]))[0] - centre, 1.0
    middle = float(row @ state)
    reach = float(ndtri((1 + INTERVAL) / 2)) * float(np.sqrt(row @ covariance @ row + differ**2))
    rate, low, high = expit(np.array([middle, middle - reach, middle + reach])).tolist()
    return Tier(TIERS[place], begins, int(here.sum()), int(outcome[here].sum()), said, rate, low, high)


def months_differ(chance: Array, outcome: Array, weight: Array, date: Array) -> float:
    """Return the standard deviation of months' levels in log-odds, beyond chance and beyond what had been said of them.

    A month's level is one step of Newton's method from what was said, (O − E)/V; the variance between months is that of
    DerSimonian and Laird (1986, eq. 8), drawn towards `MONTHS_DIFFER` where months are few.
    """
    level, sure = [], []
    for each in np.unique(date):
        here = date == each
        variance = float(weight[here] @ (chance[here] * (1 - chance[here])))
        if variance > 0.5:
            level.append(float(weight[here] @ (outcome[here] - chance[here])) / variance)
            sure.append(variance)
    free = len(level) - 1
    if free < 1:
        return MONTHS_DIFFER
    w, x = np.array(sure), np.array(level)
    found = (float(w @ (x - w @ x / w.sum()) ** 2) - free) / float(w.sum() - (w @ w) / w.sum())
    return float(np.sqrt((MONTHS_BELIEF * MONTHS_DIFFER**2 + free * max(found, 0.0)) / (MONTHS_BELIEF + free)))
