"""Does the history begin with the customers' first orders, or in the middle of their lives?

A panel that starts mid-life is full of "first" orders that are none. Questions about first orders cannot be answered
from it unless each customer's first order is known from elsewhere. Where creation dates are known, they decide.
Otherwise three tests, in order:

1. **Level.** Acquisition does not know when our data begin: newcomers of the first four weeks should be about as many
   as those of the next four. If not significantly more (binomial test, and half as many again), it is complete.
2. **Cohort.** If the early ones were old customers, slower buyers among them would keep appearing: a customer with gaps
   G between order days, met at a random moment, shows up within t days with probability E[min(G, t)] / E[G] (forward
   recurrence time of a renewal process; Cox 1962, Renewal Theory, section 5.2). If far fewer appear in the second four
   weeks than that predicts, acquisition stopped: a cohort chosen by design.
3. **Behaviour.** Old customers met by chance are frequent buyers. If the early ones order again within four weeks
   significantly more often than those first seen later (two-proportion z-test), they are old customers: partial. If
   not, it may be an opening or a season, and we do not know.

Tried on the Complete Journey and Online Retail (both begin mid-life: partial) and on CDNOW and a grocery panel (both
cohorts by design: complete; partial when their first months are cut away). It misses a panel whose season hides the
excess: Online Retail cut off at 1 February 2011 looks level.

Config decides where it says `first_orders = "complete"` or `"partial"`.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import erfc, sqrt
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tradewind.core.finding import Check

PERIOD = 28
"""Days of one period: four whole weeks, so that weekdays weigh the same."""
FEWEST = 30
"""Newcomers needed in the first period, and later ones needed to compare with."""
EXCESS = 1.5
"""How many times the newcomers of the second period the first must have before they are suspect."""
SIGNIFICANT = 0.001
"""Level of the one-sided tests; strict, because a wrong "partial" takes answers away."""
TRICKLE = 0.25
"""Share of the predicted later newcomers below which the early ones are a cohort by design."""

MOSTLY, OLDER = 0.8, 0.02
"""Share of customers whose creation day must be known for it to decide; share of older ones that makes partial."""

Answer = Literal["complete", "partial", "unknown"]


@dataclass(frozen=True)
class HistoryStart:
    """Whether the history holds first orders.

    Args:
        answer: `complete`: first orders are first orders; `partial`: many customers are older than the data;
            `unknown`: cannot be told.
        reason: why, in plain words with the figures.
        early: customers first seen in the first four weeks.
        next: customers first seen in the four weeks after.
        again_early: share of the early ones who ordered again within four weeks; None where not computed.
        again_later: the same of those first seen later.
    """

    answer: Answer
    reason: str
    early: int = 0
    next: int = 0
    again_early: float | None = None
    again_later: float | None = None

    @property
    def check(self) -> Check:
        """The check that reports show; unknown never counts as pass."""
        status: dict[Answer, Literal["pass", "warn", "unknown"]] = {
            "complete": "pass",
            "partial": "warn",
            "unknown": "unknown",
        }
        do = "" if self.answer == "complete" else 'map customers.first_order_at, or set first_orders = "complete"'
        return Check("The history begins with first orders", status[self.answer], self.reason, do)


def starts_mid_life(
    customer: NDArray[np.intp],
    day: NDArray[np.datetime64],
    declared: Literal["complete", "partial"] | None = None,
    created: NDArray[np.datetime64] | None = None,
) -> HistoryStart:
    """Tell from order days whether the history begins in the middle of customers' lives.

    Args:
        customer: (n,) codes of customers, 0 … k − 1.
        day: (n,) datetime64[D], local day of each order, in any order; several on a day count once.
        declared: what config says; it is believed.
        created: (k,) datetime64[D], the local day on which each customer became known, NaT where unknown; it decides
            when most are known.
    """
    if declared is not None:
        return HistoryStart(declared, f"your configuration says that first orders are {declared}")
    if len(day) == 0:
        return HistoryStart("unknown", "there are no orders")
    if created is not None and np.mean(~np.isnat(created)) >= MOSTLY:
        return _by_creation(created, day.min())
    since = (day - day.min()).astype(np.int64)
    span = int(since.max()) + 1
    pairs = np.sort(customer.astype(np.int64) * span + since)
    code, when = np.divmod(pairs[np.r_[True, np.diff(pairs) > 0]], span)
    starts = np.flatnonzero(np.r_[True, np.diff(code) > 0])
    first, last = when[starts], int(when.max())
    early, following = int(np.sum(first < PERIOD)), int(np.sum((first >= PERIOD) & (first < 2 * PERIOD)))
    if last < 3 * PERIOD or early < FEWEST:
        return HistoryStart(
            "unknown", f"{early} customers in the first four weeks are too few to tell", early, following
        )
    if early < EXCESS * following or _tail(early, early + following, 0.5) > SIGNIFICANT:
        reason = f"{early} customers are first seen in the first four weeks and {following} in the next: no excess"
        return HistoryStart("complete", reason, early, following)
    predicted = early * _trickle(code, when, first)
    if predicted >= FEWEST and following < TRICKLE * predicted:
        reason = f"a chosen group: {following} came after the first four weeks, {predicted:.0f} would if they were old"
        return HistoryStart("complete", reason, early, following)
    return _by_behaviour(code, when, starts, last, early, following)


def _by_creation(created: NDArray[np.datetime64], begin: np.datetime64) -> HistoryStart:
    older = float(np.mean(created[~np.isnat(created)] < begin))
    reason = f"{older:.0%} of the customers became known before the first order in the data"
    return HistoryStart("partial" if older > OLDER else "complete", reason)


def _by_behaviour(
    code: NDArray[np.int64], when: NDArray[np.int64], starts: NDArray[np.intp], last: int, early: int, following: int
) -> HistoryStart:
    first = when[starts]
    second = np.full(len(first), np.iinfo(np.int64).max)
    has_second = np.flatnonzero(np.diff(np.r_[starts, len(code)]) > 1)
    second[has_second] = when[starts[has_second] + 1]
    again = second - first <= PERIOD
    seen_long_enough = first <= last - PERIOD
    groups = (first < PERIOD) & seen_long_enough, (first >= PERIOD) & seen_long_enough
    counts = [int(group.sum()) for group in groups]
    if min(counts) < FEWEST:
        return HistoryStart("unknown", f"only {counts[1]} customers are first seen later", early, following)
    share_early, share_later = (float(again[group].mean()) for group in groups)
    seen = f"{share_early:.0%} of the {early} first seen in the first four weeks order again within four weeks, "
    reason = f"{seen}{share_later:.0%} of those first seen later"
    both = float(again[groups[0] | groups[1]].mean())
    deviation = sqrt(both * (1 - both) * (1 / counts[0] + 1 / counts[1]))
    z = (share_early - share_later) / deviation if deviation > 0 else 0.0
    answer: Answer = "partial" if 0.5 * erfc(z / sqrt(2)) < SIGNIFICANT else "unknown"
    return HistoryStart(answer, reason, early, following, share_early, share_later)


def _trickle(code: NDArray[np.int64], when: NDArray[np.int64], first: NDArray[np.int64]) -> float:
    """Newcomers of the second period per newcomer of the first, if the early ones were old customers met by chance."""
    gaps, owner = np.diff(when), code[1:]
    gaps = gaps[(np.diff(code) == 0) & (first[owner] < PERIOD)]
    if len(gaps) == 0:
        return 0.0
    one, two = (float(np.minimum(gaps, span).sum()) for span in (PERIOD, 2 * PERIOD))
    return (two - one) / one


def _tail(successes: int, trials: int, chance: float) -> float:
    """One-sided p-value of at least so many successes, by the normal approximation with continuity correction."""
    z = (successes - 0.5 - trials * chance) / sqrt(trials * chance * (1 - chance))
    return 0.5 * erfc(z / sqrt(2))
