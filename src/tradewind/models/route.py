"""Who gets which lead: the assignment worth most that fits what each can take, dealt evenly where that is free."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Places = NDArray[np.intp]

EVEN = 1e-6
"""How much less a colleague's next place is worth than the one before: of equal assignments the even one is taken."""


def route(
    worth: Array, capacity: Places, allowed: NDArray[np.bool_], skill: Array | None = None, fair: bool = False
) -> Places:
    """Assign leads to colleagues so that their worth together is greatest (Kuhn 1955, by SciPy's solver).

    Args:
        worth: (n,) expected worth of each lead, zero or more.
        capacity: (k,) how many each colleague can take.
        allowed: (n, k) who may get it.
        skill: (k,) factor on the worth in each colleague's hands; None where all are equal.
        fair: whether a colleague's first places count far more than the last, so that everybody gets some of the best
            leads, even where skill says otherwise.
    Returns:
        (n,) number of the colleague; −1 where the lead waits.
    """
    from scipy.optimize import linear_sum_assignment

    factor = np.ones(len(capacity)) if skill is None else skill
    rows = _enough(worth, capacity, allowed)
    owner = np.repeat(np.arange(len(capacity)), capacity)
    place = np.concatenate([np.arange(count) for count in capacity]) if len(capacity) else np.zeros(0)
    found = np.full(len(worth), -1, dtype=np.intp)
    if not len(rows) or not len(owner):
        return found
    better = 1.0 / (1.0 + place) if fair else 1.0 - EVEN * place
    # A pair that is not allowed is worth nothing and is left out afterwards, as is a lead for whom no place was left.
    may = allowed[np.ix_(rows, owner)]
    value = np.where(may, (worth[rows] + 1e-12)[:, None] * (factor[owner] * better)[None, :], 0.0)
    taken, given = linear_sum_assignment(value, maximize=True)
    kept = may[taken, given]
    found[rows[taken[kept]]] = owner[given[kept]]
    return found


def _enough(worth: Array, capacity: Places, allowed: NDArray[np.bool_]) -> Places:
    """Return the leads that a best assignment may hold: of those the same colleagues may get, the best that fit."""
    order = np.argsort(-worth, kind="stable")
    groups, member = np.unique(allowed[order], axis=0, return_inverse=True)
    kept = []
    for number, may in enumerate(groups):
        kept.append(order[np.ravel(member) == number][: int(capacity[may].sum())])
    return np.sort(np.concatenate(kept)) if kept else np.zeros(0, dtype=np.intp)
