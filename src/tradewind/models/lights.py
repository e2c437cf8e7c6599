"""Traffic lights from what is seen of each customer: which signs there are, and which light they make with the risk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Days = NDArray[np.datetime64]
Flags = NDArray[np.bool_]

Light = Literal["red", "amber", "green"]
LIGHTS: tuple[Light, ...] = ("red", "amber", "green")

MONTH = 30
"""Days of one window of use."""
RECENT = 60
"""Days for which a bad rating counts."""
FALLEN = 0.6
"""Use of at most this share of one's own usual month is a fall …"""
CHANCE = 0.02
"""… where chance alone would bring so little this seldom."""
USED = 3.0
"""A usual month with fewer uses than this says nothing when it falls."""
HARDLY = 0.25
"""Use of at most this share of what others use is hardly any."""
LONG_TERM = 3.0
"""Months that a contract must bind for its renewal to be a moment at which one decides."""


@dataclass(frozen=True)
class Seen:
    """What is known of customers, one row for each customer and day of looking; NaN and NaT where not known.

    Args:
        day: (n,) datetime64[D], the day of looking.
        began: (n,) day on which the paid subscription began.
        used: (n, 6) uses in each of the last six months of 30 days, the newest first; NaN before the customer began or
            the data do.
        used_on: (n,) last day of use.
        payments: (n,) payments so far.
        first_paid: (n,) day of the first.
        paid: (n,) day of the last.
        failed: (n,) day of the last failed payment.
        wrote: (n,) day of the last message.
        bad: (n,) day of the last bad rating.
        renews: (n,) next renewal.
        term: (n,) months that the contract binds.
    """

    day: Days
    began: Days
    used: Array
    used_on: Days
    payments: Array
    first_paid: Days
    paid: Days
    failed: Days
    wrote: Days
    bad: Days
    renews: Days
    term: Array

    @property
    def usual_use(self) -> Array:
        """(n,) mean uses a month before the last; NaN where fewer than two such months are known."""
        before = self.used[:, 1:]
        known = np.isfinite(before)
        count = known.sum(axis=1)
        total = np.where(known, before, 0.0).sum(axis=1)
        return np.where(count >= 2, total / np.maximum(count, 1), np.nan)

    @property
    def others_use(self) -> Array:
        """(n,) middle of what all of the same day used in the last month; NaN where nobody's use is known."""
        found = np.full(len(self.day), np.nan)
        for day in np.unique(self.day):
            here = self.day == day
            now = self.used[here, 0]
            found[here] = np.median(now[np.isfinite(now)]) if np.isfinite(now).any() else np.nan
        return found

    @property
    def usual_gap(self) -> Array:
        """(n,) mean days between payments; NaN with fewer than three of them."""
        span = days_between(self.first_paid, self.paid)
        return np.where(self.payments >= 3, span / np.maximum(self.payments - 1, 1), np.nan)


@dataclass(frozen=True)
class Signs:
    """Which signs there are, one flag each per row of `Seen`.

    Args:
        failed: a payment failed within a month and none came since.
        overdue: no payment for half as long again as usual, and some days.
        stopped: nothing was used for a month by somebody who used it.
        fallen: far less was used than usual, more than chance explains.
        hardly: far less is used than others use.
        bad: a bad rating within two months.
        renewal: a contract of some months can be left within a month.
    """

    failed: Flags
    overdue: Flags
    stopped: Flags
    fallen: Flags
    hardly: Flags
    bad: Flags
    renewal: Flags

    @property
    def count(self) -> NDArray[np.intp]:
        """(n,) how many there are; use that stopped has fallen too, and counts once."""
        use = self.stopped | self.fallen | self.hardly
        return np.asarray(np.sum([self.failed, self.overdue, use, self.bad, self.renewal], axis=0))


def days_between(earlier: Days, later: Days) -> Array:
    """Return (n,) days from one day to another; NaN where either is not known."""
    span = (later - earlier).astype("timedelta64[D]")
    return np.where(np.isnat(span), np.nan, span.astype(np.float64))


def find_signs(seen: Seen) -> Signs:
    """Return the signs of each row."""
    from scipy.stats import binom

    def within(day: Days, span: int, ahead: bool = False) -> Flags:
        gone = days_between(seen.day, day) if ahead else days_between(day, seen.day)
        return np.asarray((gone >= 0) & (gone <= span))

    usual = np.nan_to_num(seen.usual_use)
    now = seen.used[:, 0]
    known = np.isfinite(now) & (usual >= USED)
    months = np.isfinite(seen.used[:, 1:]).sum(axis=1)
    # Were every month alike, each use would fall into the last one with the same chance as into any other.
    rare = binom.cdf(np.nan_to_num(now), np.round(np.nan_to_num(now) + usual * months), 1 / (months + 1)) <= CHANCE
    since = days_between(seen.paid, seen.day)
    paid_since = ~np.isnat(seen.paid) & (seen.paid > seen.failed)
    return Signs(
        failed=within(seen.failed, MONTH) & ~paid_since,
        overdue=np.asarray(since > 1.5 * seen.usual_gap + 3),
        stopped=known & rare & (now == 0),
        fallen=known & rare & (now > 0) & (now <= FALLEN * usual),
        hardly=np.asarray(np.isfinite(now) & (seen.others_use >= USED) & (now <= HARDLY * seen.others_use)),
        bad=within(seen.bad, RECENT),
        renewal=within(seen.renews, MONTH, ahead=True) & (np.nan_to_num(seen.term) >= LONG_TERM),
    )


def is_bound(seen: Seen, ahead: int) -> Flags:
    """Return (n,) whether a contract of some months cannot be left for more than so many days ahead."""
    return np.asarray((days_between(seen.day, seen.renews) > ahead) & (np.nan_to_num(seen.term) >= LONG_TERM))


def set_lights(signs: Signs, risk: Array, bound: Flags, red_from: float, amber_from: float) -> NDArray[np.int8]:
    """Return (n,) the place in `LIGHTS` of each row's light.

    Red: a payment that failed and has not come since, a chance to leave of at least `red_from` times what is usual, or
    two signs. Amber: a chance of at least `amber_from` times, or one sign. A renewal alone makes no light, and whoever
    is bound for long is amber at most: there is time.

    Args:
        signs: of each row.
        risk: (n,) chance to leave beside what is usual on that day, 1 is as usual; NaN where nothing was learned.
        bound: (n,) whether the contract cannot be left soon.
        red_from: how many times the usual chance is red.
        amber_from: how many times it is amber.
    """
    chance = np.nan_to_num(risk)
    told = signs.count - (signs.renewal & (signs.count == 1))
    red = signs.failed | (((told >= 2) | (chance >= red_from)) & ~bound)
    amber = (told >= 1) | (chance >= amber_from)
    return np.where(red, 0, np.where(amber, 1, 2)).astype(np.int8)


def fallen_since(used: Array, usual: Array) -> NDArray[np.intp]:
    """Return (n,) for how many months in a row, up to now, use has been at most `FALLEN` of the usual; at least 1."""
    low = used[:, :5] <= FALLEN * usual[:, None]
    return np.asarray(np.maximum(np.cumprod(low, axis=1).sum(axis=1), 1))
