"""Subscriptions lived through month by month: usage, trouble, failed payments, upgrades, and a known risk to leave."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tradewind.simulate.columns import Flags, Floats, Ints, draw
from tradewind.simulate.leads import log_odds, share
from tradewind.simulate.world import SubscriptionSettings, World

MONTH = 30
"""Days of a month of a contract; a year has twelve."""
RETRY = 3
"""Days after which a failed payment is tried again."""
ACCESS = 7
"""Days of access after a payment has failed for good."""


@dataclass(frozen=True)
class Starts:
    """Subscriptions as they begin; arrays are (n,).

    Args:
        day: first local day, of the trial.
        plan: number of the plan.
        yearly: whether the contract runs for a year.
        seats: people it is paid for.
        stays: whether the trial becomes paid.
        engagement: how keen the company is in the first month; 0 on average.
    """

    day: Ints
    plan: Ints
    yearly: Flags
    seats: Ints
    stays: Flags
    engagement: Floats


@dataclass(frozen=True)
class Months:
    """One row for each month of each paid subscription within the world's time, by month.

    Args:
        who: number of the subscription.
        begin: local day on which the month begins.
        logins: how often its people came.
        ticket: whether one of them wrote.
        risk: true chance to leave at the month's end; 0 while a yearly contract binds.
        due: cents to be paid at its beginning; 0 where a yearly payment covers it.
        failed: the payment failed at first.
        paid: the payment went through in the end, or none was due.
        left: the company left at the month's end.
    """

    who: Ints
    begin: Ints
    logins: Ints
    ticket: Flags
    risk: Floats
    due: Ints
    failed: Flags
    paid: Flags
    left: Flags


@dataclass(frozen=True)
class Lives:
    """What became of the subscriptions; arrays are (n,).

    Args:
        months: everything month by month.
        ended: local day of the end; −1 while it runs on the world's last day.
        why: 0 still runs, 1 trial not continued, 2 left, 3 payment failed.
        plan: the plan at last.
        monthly: cents per month at last.
        failed: local day of the last failed payment; −1 for none.
        engagement: how keen the company is at last.
    """

    months: Months
    ended: Ints
    why: Ints
    plan: Ints
    monthly: Ints
    failed: Ints
    engagement: Floats


def draw_starts(world: World, rng: np.random.Generator) -> Starts:
    """Draw how subscriptions begin."""
    settings = world.subscriptions
    n = settings.accounts
    return Starts(
        day=np.sort(rng.integers(0, world.days, n)),
        plan=draw([plan.share for plan in settings.plans], n, rng),
        yearly=rng.random(n) < settings.yearly,
        seats=1 + rng.poisson(settings.colleagues, n),
        stays=rng.random(n) < settings.trial_stays,
        engagement=rng.normal(0, 0.8, n),
    )


def live(world: World, starts: Starts, rng: np.random.Generator) -> Lives:
    """Follow every subscription month by month.

    The log-odds to leave at a month's end are those of `hazard`, less `usage` for each doubling of logins per person
    over the mean, plus `trouble` with a ticket. A yearly contract can be left at the end of each year only, with the
    risk that its last three months add up to.
    """
    settings, n = world.subscriptions, len(starts.day)
    prices = np.array([round(plan.monthly * 100) for plan in settings.plans])
    plan, keen = starts.plan.copy(), starts.engagement.copy()
    first = starts.day + settings.trial_days
    ended = np.where(starts.stays, -1, first)
    why, failed_day = np.where(starts.stays, 0, 1), np.full(n, -1, dtype=np.int64)
    rows: list[Months] = []
    for month in range(world.days // MONTH + 1):
        begin = first + month * MONTH
        who = np.flatnonzero((ended < 0) & (begin < world.days))
        if not len(who):
            break
        rate = settings.logins * np.exp(0.6 * keen[who])
        logins = rng.poisson(starts.seats[who] * rate)
        ticket = rng.random(len(who)) < settings.tickets * np.exp(-0.4 * keen[who])
        bound = starts.yearly[who]
        risk = risk_to_leave(settings, month, bound, logins / starts.seats[who], ticket)
        price = prices[plan[who]] * starts.seats[who]
        due = np.where(bound, np.where(month % 12 == 0, price * 10, 0), price)
        failed = (due > 0) & (rng.random(len(who)) < settings.failed_share)
        paid = ~failed | (rng.random(len(who)) < settings.recovered)
        failed_day[who[failed]] = begin[who[failed]]
        _end(ended, why, who[~paid], begin[who[~paid]] + ACCESS, 3, world.days)
        leaves = paid & (rng.random(len(who)) < risk)
        rows.append(Months(who, begin[who], logins, ticket, risk, due, failed, paid, leaves))
        _end(ended, why, who[leaves], begin[who[leaves]] + MONTH, 2, world.days)
        rises = rng.random(len(who)) < settings.upgrade
        plan[who[rises]] = np.minimum(plan[who[rises]] + 1, len(prices) - 1)
        keen[who] = 0.8 * keen[who] + rng.normal(0, 0.5, len(who))
    ended = np.where(ended >= world.days, -1, ended)
    monthly = np.where(starts.yearly, (prices[plan] * starts.seats * 10 + 6) // 12, prices[plan] * starts.seats)
    return Lives(_stack(rows), ended, np.where(ended < 0, 0, why), plan, monthly, failed_day, keen)


def risk_to_leave(
    settings: SubscriptionSettings, month: Ints | int, yearly: Flags, logins: Floats, ticket: Flags
) -> Floats:  # fmt: skip
    """Return the true chance to leave at a month's end, of those whose payment went through.

    Args:
        settings: of the business.
        month: number of the month since the trial, from 0.
        yearly: whether the contract runs for a year.
        logins: in the month, per person.
        ticket: whether anybody wrote.
    """
    doubling = np.log2((1 + logins) / (1 + settings.logins))
    risk = share(log_odds(settings.hazard) - settings.usage * doubling + settings.trouble * ticket)
    return np.where(yearly, np.where(np.asarray(month) % 12 == 11, 1 - (1 - risk) ** 3, 0.0), risk)


def _end(ended: Ints, why: Ints, who: Ints, day: Ints, reason: int, days: int) -> None:
    """Note an end; one beyond the world's time has not come yet, and stops the months all the same."""
    ended[who], why[who] = np.minimum(day, days), reason


def _stack(rows: list[Months]) -> Months:
    if not rows:
        none, no = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=bool)
        return Months(none, none, none, no, np.zeros(0), none, no, no, no)
    parts = {name: np.concatenate([getattr(row, name) for row in rows]) for name in Months.__dataclass_fields__}
    return Months(**parts)
