"""What a customer of each group brings in, drawn from those seen; few of a group lean on all of them."""

from __future__ import annotations

import numpy as np

from tradewind.models.delay.counts import Floats, Ints

LEAN = 5.0
"""So many customers of the average kind are added to each group's own."""


def draw_amounts(group: Ints, groups: int, amount: Floats, draws: int, rng: np.random.Generator) -> Floats | None:
    """Draw each group's mean amount (the Bayesian bootstrap of Rubin 1981, with `LEAN` customers of the whole added).

    Args:
        group: (n,) number of each lead's group.
        groups: how many there are.
        amount: (n,) what each customer brought in; NaN where unknown.
        draws: how many.
        rng: source of all randomness.
    Returns:
        (draws, groups); None where no amount is known.
    """
    seen = np.isfinite(amount)
    if not seen.any():
        return None
    group, amount = group[seen], amount[seen]
    weight = rng.standard_exponential((draws, len(amount)))
    overall = weight @ amount / weight.sum(axis=1)
    mean = np.empty((draws, groups))
    for each in range(groups):
        mine = group == each
        own = weight[:, mine]
        mean[:, each] = (own @ amount[mine] + LEAN * overall) / (own.sum(axis=1) + LEAN)
    return mean
