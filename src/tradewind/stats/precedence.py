"""An order of steps, read from those who took them: which step is usually taken before which other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def order_steps(deal: NDArray[np.int64], name: NDArray[np.object_]) -> tuple[str, ...]:
    """Return the names of steps (stages of deals) in the order in which they are usually taken for the first time.

    Of each two the one comes first that more deals took first; steps are ordered by how many others they come before
    (Copeland's rule, 1951). Deals that skip steps do no harm: only pairs that one deal took both of count.

    Args:
        deal: (n,) codes; the steps of one deal stand together, oldest first.
        name: (n,) the step taken.
    """
    names, before = first_entries(deal, name)
    return tuple(names[place] for place in _best_first(before, _first_place(deal, name, names)))


def cyclic_pairs(deal: NDArray[np.int64], name: NDArray[np.object_]) -> tuple[tuple[str, str, int, int], ...]:
    """Return pairs of steps that stand against their order: (earlier, later, deals in order, deals against it).

    Only where more deals took the later one first: no order fits all of the pairs.
    """
    names, before = first_entries(deal, name)
    order = _best_first(before, _first_place(deal, name, names))
    found = []
    for at, one in enumerate(order):
        for two in order[at + 1 :]:
            if before[two, one] > before[one, two]:
                found.append((names[one], names[two], int(before[one, two]), int(before[two, one])))
    return tuple(found)


def first_entries(deal: NDArray[np.int64], name: NDArray[np.object_]) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Return the names and the (s, s) count of deals that took step i for the first time before step j."""
    words, code = np.unique(name.astype(str), return_inverse=True)
    names = tuple(words.tolist())
    count = int(deal.max()) + 1 if len(deal) else 0
    first = np.full((count, len(names)), np.inf)
    back = np.arange(len(deal))[::-1]
    first[deal[back], code[back]] = back  # of several entries the oldest is written last, and stands
    before = np.zeros((len(names), len(names)), dtype=np.int64)
    for one in range(len(names)):
        # Where the second was never entered nothing is said: infinity is before nothing.
        both = np.isfinite(first[:, [one]]) & np.isfinite(first)
        before[one] = (both & (first[:, [one]] < first)).sum(axis=0)
    return names, before


def _best_first(before: NDArray[np.int64], place: NDArray[np.float64]) -> list[int]:
    met = before + before.T
    share = np.where(met > 0, before / np.maximum(met, 1), 0.5)
    wins = (share > 0.5).sum(axis=1) - (share < 0.5).sum(axis=1)
    return sorted(range(len(before)), key=lambda each: (-int(wins[each]), float(place[each]), each))


def _first_place(deal: NDArray[np.int64], name: NDArray[np.object_], names: tuple[str, ...]) -> NDArray[np.float64]:
    """The mean place within its deal at which each step is taken: it decides where steps never met."""
    if len(deal) == 0:
        return np.zeros(len(names))
    starts = np.maximum.accumulate(np.where(np.r_[True, deal[1:] != deal[:-1]], np.arange(len(deal)), 0))
    within = np.arange(len(deal)) - starts
    code = {each: number for number, each in enumerate(names)}
    which = np.array([code[str(each)] for each in name])
    total = np.bincount(which, weights=within, minlength=len(names))
    return np.asarray(total / np.maximum(np.bincount(which, minlength=len(names)), 1))
