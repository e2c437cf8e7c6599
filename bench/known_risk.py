"""The best that anybody could know of when a simulated subscription ends: its true hazard, given all that can be seen.

What decides is how keen a company is, which nobody sees; its logins and tickets show it through noise. A particle
filter (Gordon, Salmond and Smith 1993) holds many guesses of it for each company, weighs them by the logins and tickets
that were seen, and lives each of them on with the simulator's own hazards. The mean over the guesses is the chance
of still being there that a reader of the simulator's code would state, knowing the past and no more.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tradewind.simulate.contracts import ACCESS, MONTH, Lives, Starts, risk_to_leave
from tradewind.simulate.world import World

Array = NDArray[np.float64]

GUESSES = 300
RETRY = 3


def known_survival(
    world: World, starts: Starts, lives: Lives, seen_logins: Array, seen_ticket: NDArray[np.bool_],
    who: NDArray[np.int64], days: int, rng: np.random.Generator,
) -> Array:  # fmt: skip
    """Return (k, months + 1) chance of still being there n periods of 30 days after the world's last day.

    Args:
        world: its settings.
        starts, lives: as simulated; of the present month only what was seen is used.
        seen_logins: (n,) logins of the present month that lie before the world's end.
        seen_ticket: (n,) whether a ticket of the present month lies before it.
        who: (k,) numbers of the subscriptions, paid and running.
        days: how far ahead.
        rng: for the guesses.
    """
    settings = world.subscriptions
    first = starts.day + settings.trial_days
    table = _by_month(lives, first)
    seats, yearly = starts.seats[who][:, None], starts.yearly[who][:, None]
    present = (world.days - 1 - first[who]) // MONTH
    keen = rng.normal(0, 0.8, (len(who), GUESSES))
    for month in range(int(present.max())):
        past = np.flatnonzero(month < present)
        logins, ticket = table[month][0][who[past]][:, None], table[month][1][who[past]][:, None]
        weight = _weight(settings, seats[past], keen[past], logins, ticket, 1.0)
        keen[past] = 0.8 * _resampled(keen[past], weight, rng) + rng.normal(0, 0.5, (len(past), GUESSES))
    begin = first[who] + present * MONTH
    over = ((world.days - begin) / MONTH)[:, None]
    logins, ticket = seen_logins[who][:, None], seen_ticket[who][:, None]
    keen = _resampled(keen, _weight(settings, seats, keen, logins, ticket, over), rng)
    rate = seats * settings.logins * np.exp(0.6 * keen)
    chance = np.clip(settings.tickets * np.exp(-0.4 * keen), 0, 1)
    logins = logins + rng.poisson(rate * (1 - over))
    later = chance * (1 - over) / np.maximum(1 - chance * over, 1e-9)
    ticket = ticket | (rng.random(keen.shape) < later)
    there = _survives_this_month(world, lives, who, begin)[:, None] * np.ones_like(keen)
    ends = np.empty((len(who), days // MONTH + 2))
    alive = np.empty_like(ends)
    month = present[:, None]
    for step in range(ends.shape[1]):
        if step:
            due = ~yearly | (month % 12 == 0)
            there = there * np.where(due, 1 - settings.failed_share * (1 - settings.recovered), 1.0)
            logins = rng.poisson(seats * settings.logins * np.exp(0.6 * keen))
            ticket = rng.random(keen.shape) < settings.tickets * np.exp(-0.4 * keen)
        there = there * (1 - risk_to_leave(settings, month, yearly, logins / seats, ticket))
        ends[:, step] = begin + (step + 1) * MONTH - world.days
        alive[:, step] = there.mean(axis=1)
        keen = 0.8 * keen + rng.normal(0, 0.5, keen.shape)
        month = month + 1
    return _on_grid(ends, alive, days)


def _by_month(lives: Lives, first: NDArray[np.int64]) -> list[tuple[Array, NDArray[np.bool_]]]:
    """Logins and tickets of all subscriptions by number of their month."""
    rows = lives.months
    number = (rows.begin - first[rows.who]) // MONTH
    table = []
    for month in range(int(number.max()) + 1):
        here = number == month
        logins, ticket = np.zeros(len(first)), np.zeros(len(first), dtype=bool)
        logins[rows.who[here]], ticket[rows.who[here]] = rows.logins[here], rows.ticket[here]
        table.append((logins, ticket))
    return table


def _weight(settings, seats, keen, logins, ticket, over) -> Array:  # type: ignore[no-untyped-def]
    """Likelihood of what was seen, given each guess; the part of the month that is over counts."""
    rate = seats * settings.logins * np.exp(0.6 * keen) * over
    chance = np.clip(settings.tickets * np.exp(-0.4 * keen) * over, 1e-9, 1 - 1e-9)
    log = logins * np.log(np.maximum(rate, 1e-12)) - rate + np.where(ticket, np.log(chance), np.log1p(-chance))
    made: Array = np.exp(log - log.max(axis=1, keepdims=True))
    return made / made.sum(axis=1, keepdims=True)


def _resampled(keen: Array, weight: Array, rng: np.random.Generator) -> Array:
    """Systematic resampling of each row (Kitagawa 1996)."""
    points = (np.arange(keen.shape[1]) + rng.random((len(keen), 1))) / keen.shape[1]
    ends = np.cumsum(weight, axis=1)
    ends[:, -1] = 1.0
    chosen = np.stack([np.searchsorted(row, point) for row, point in zip(ends, points, strict=True)])
    return np.take_along_axis(keen, np.minimum(chosen, keen.shape[1] - 1), axis=1)


def _survives_this_month(world: World, lives: Lives, who: NDArray[np.int64], begin: NDArray[np.int64]) -> Array:
    """Chance that this month's payment has gone through: a failed one that waits for its second attempt is seen."""
    settings, rows = world.subscriptions, lives.months
    now = np.flatnonzero(rows.begin + MONTH > world.days - 1)
    failed, paid = np.zeros(len(lives.ended), dtype=bool), np.ones(len(lives.ended), dtype=bool)
    failed[rows.who[now]], paid[rows.who[now]] = rows.failed[now], rows.paid[now]
    waiting = failed[who] & (begin + RETRY >= world.days)
    known = np.where(failed[who] & ~waiting & ~paid[who] & (begin + ACCESS >= world.days), 0.0, 1.0)
    return np.where(waiting, settings.recovered, known)


def _on_grid(ends: Array, alive: Array, days: int) -> Array:
    """The curves at every 30 days from today; an end on day 30 itself counts as after the first period."""
    grid = np.arange(0, days + 1, MONTH)
    made = np.ones((len(ends), len(grid)))
    for step in range(ends.shape[1]):
        made = np.where(ends[:, [step]] < grid, alive[:, [step]], made)
    return made
