"""How well a score ranks: AUC, average precision, capture and lift, from weights alone and with ties handled exactly.

Every function takes weights of shape (n,) or (b, n) and answers (…,) or (b, …), so that a bootstrap of b resamples
is one call. Inside these arrays NaN marks what cannot be computed; `bootstrap.Draws.number` turns it into a reason.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Ranking:
    """Rows from the highest score to the lowest, equal scores in one group.

    Args:
        order: (n,) row numbers, best first.
        starts: (g,) position in `order` where each group of equal scores begins.
        in_order: whether the rows already lie in this order, which saves a gather of all weights per figure.
    """

    order: NDArray[np.intp]
    starts: NDArray[np.intp]
    in_order: bool = False

    def totals(self, weight: Values) -> Values:
        """Return the weight in each group of equal scores, best group first: (…, n) → (…, g)."""
        ranked = weight if self.in_order else np.take(weight, self.order, axis=-1)
        return ranked if len(self.starts) == len(self.order) else np.add.reduceat(ranked, self.starts, axis=-1)

    def spread(self, per_group: Values) -> Values:
        """Return each row's own group's value: (…, g) → (…, n)."""
        group = np.zeros(len(self.order), dtype=np.intp)
        group[self.starts[1:]] = 1
        group_of_row = np.empty_like(group)
        group_of_row[self.order] = np.cumsum(group)
        return np.take(per_group, group_of_row, axis=-1)


def rank(score: ArrayLike | Ranking) -> Ranking:
    """Rank rows by score, highest first; an unknown (NaN) score ranks below every known one.

    Args:
        score: (n,) scores, or a ranking, which is returned as it is.
    """
    if isinstance(score, Ranking):
        return score
    values = np.asarray(score, dtype=np.float64)
    values = np.where(np.isnan(values), -np.inf, values)
    order = np.argsort(-values, kind="stable")
    ranked = values[order]
    starts = np.flatnonzero(np.r_[True, ranked[1:] != ranked[:-1]][: len(ranked)])
    return Ranking(order, starts, bool((order == np.arange(len(order))).all()))


def auc(label: ArrayLike, score: ArrayLike | Ranking, weight: Values) -> Values:
    """Area under the ROC curve: the chance that a random positive scores above a random negative, ties counting half.

    Hanley and McNeil (1982), the Wilcoxon form, with each row counted by its weight.

    Args:
        label: (n,) 0 or 1.
        score: (n,) or a ranking.
        weight: (n,) or (b, n), not negative.
    Returns:
        () or (b,); NaN where one of the classes has no weight.
    """
    positive, all_ = positives_and_all(label, score, weight)
    negative = all_ - positive
    above = np.cumsum(positive, axis=-1) - positive / 2
    return divide((negative * above).sum(axis=-1), positive.sum(axis=-1) * negative.sum(axis=-1))


def average_precision(label: ArrayLike, score: ArrayLike | Ranking, weight: Values) -> Values:
    """Average precision: Σ (recall_k − recall_{k−1}) · precision_k over the distinct scores, best first.

    Without interpolation (Davis and Goadrich 2006 show why); the definition of scikit-learn.
    """
    positive, all_ = positives_and_all(label, score, weight)
    precision = divide(np.cumsum(positive, axis=-1), np.cumsum(all_, axis=-1), otherwise=0.0)
    return divide((positive * precision).sum(axis=-1), positive.sum(axis=-1))


def total_in_first(amount: ArrayLike, score: ArrayLike | Ranking, weight: Values, shares: ArrayLike) -> Values:
    """Expected total of an amount over the best-scored shares of all weight.

    Where a share ends inside a group of equal scores, the group's rows are taken in random order and the answer is
    the expectation over those orders (linear within the group), so it depends on no order of rows.

    Args:
        amount: (n,) what is added up (the label, value at stake, 1 for a cost).
        score: (n,) or a ranking.
        weight: (n,) or (b, n).
        shares: (k,) shares of total weight, 0 to 1.
    Returns:
        (k,) or (b, k), in units of amount × weight.
    """
    ranking, wanted = rank(score), np.atleast_1d(np.asarray(shares, dtype=np.float64))
    groups = ranking.totals(weight)
    worth = ranking.totals(weight * np.asarray(amount, dtype=np.float64))
    reached = _from_zero(np.atleast_2d(groups))
    gained = _from_zero(np.atleast_2d(worth))
    found = np.stack([np.interp(wanted * at[-1], at, total) for at, total in zip(reached, gained, strict=True)])
    return found[0] if weight.ndim == 1 else found


def capture(label: ArrayLike, score: ArrayLike | Ranking, weight: Values, shares: ArrayLike) -> Values:
    """Share of all positives that lie in the best-scored shares (recall at a depth; the gain curve)."""
    found = total_in_first(label, score, weight, shares)
    every = (weight * np.asarray(label, dtype=np.float64)).sum(axis=-1)
    return divide(found, every[..., None])


def lift(label: ArrayLike, score: ArrayLike | Ranking, weight: Values, shares: ArrayLike) -> Values:
    """How many times more positives the best-scored share holds than a random share of the same size."""
    return divide(capture(label, score, weight, shares), np.atleast_1d(np.asarray(shares, dtype=np.float64)))


def positives_and_all(label: ArrayLike, score: ArrayLike | Ranking, weight: Values) -> tuple[Values, Values]:
    """Return the weight of positives and of all rows in each group of equal scores, best first."""
    ranking = rank(score)
    return ranking.totals(weight * np.asarray(label, dtype=np.float64)), ranking.totals(weight)


def divide(above: ArrayLike, below: ArrayLike, otherwise: float = np.nan) -> Values:
    """Return above / below, and `otherwise` where below is zero."""
    top, bottom = np.broadcast_arrays(np.asarray(above, dtype=np.float64), np.asarray(below, dtype=np.float64))
    result = np.full(top.shape, otherwise)
    np.divide(top, bottom, out=result, where=bottom != 0)
    return result


def _from_zero(groups: Values) -> Values:
    return np.concatenate([np.zeros((len(groups), 1)), np.cumsum(groups, axis=-1)], axis=-1)
