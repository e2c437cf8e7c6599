"""What becomes of the subscriptions that run on a world's last day: the same contracts, lived on."""

from __future__ import annotations

import numpy as np

from tradewind.simulate.columns import Ints
from tradewind.simulate.contracts import ACCESS, MONTH, Lives, Starts, risk_to_leave
from tradewind.simulate.world import World

NOT_YET = 10**9
"""The day of an end that does not come within the days lived on."""


def live_on(world: World, starts: Starts, lives: Lives, rng: np.random.Generator, days: int) -> Ints:
    """Follow the subscriptions that run on the last day for so many days more, with the hazards of `contracts.live`.

    Args:
        world: its settings.
        starts: how they began.
        lives: what became of them until the last day.
        rng: for the future; the past stays as it is.
        days: how far to follow them.
    Returns:
        (n,) local day of the end; `NOT_YET` for what still runs then. Trials still open on the last day run on.
    """
    settings, n = world.subscriptions, len(starts.day)
    first = starts.day + settings.trial_days
    ended = np.where(lives.ended >= 0, lives.ended, NOT_YET)
    month, keen = np.full(n, -1, dtype=np.int64), lives.engagement.copy()
    rows = lives.months
    number = (rows.begin - first[rows.who]) // MONTH
    np.maximum.at(month, rows.who, number)
    newest = number == month[rows.who]
    who = rows.who[newest]
    open_end = lives.ended[who] < 0
    ends = np.where(rows.paid[newest], np.where(rows.left[newest], rows.begin[newest] + MONTH, NOT_YET),
                    rows.begin[newest] + ACCESS)  # fmt: skip
    ended[who[open_end]] = ends[open_end]
    for _ in range(days // MONTH + 1):
        month += 1
        begin = first + month * MONTH
        on = np.flatnonzero((ended == NOT_YET) & (first < world.days) & (begin < world.days + days))
        rate = settings.logins * np.exp(0.6 * keen[on])
        logins = rng.poisson(starts.seats[on] * rate)
        ticket = rng.random(len(on)) < settings.tickets * np.exp(-0.4 * keen[on])
        risk = risk_to_leave(settings, month[on], starts.yearly[on], logins / starts.seats[on], ticket)
        due = ~starts.yearly[on] | (month[on] % 12 == 0)
        unpaid = due & (rng.random(len(on)) < settings.failed_share) & (rng.random(len(on)) >= settings.recovered)
        leaves = ~unpaid & (rng.random(len(on)) < risk)
        ended[on[unpaid]] = begin[on[unpaid]] + ACCESS
        ended[on[leaves]] = begin[on[leaves]] + MONTH
        keen[on] = 0.8 * keen[on] + rng.normal(0, 0.5, len(on))
    return np.where(ended < world.days + days, ended, NOT_YET)
