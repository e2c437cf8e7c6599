"""What contacting the first k would earn, and how good a contact must be before it pays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from tradewind.core.use_case import Economics
from tradewind.models.evaluation.result import SHARES
from tradewind.stats.ranking import Ranking, Values, divide, rank, total_in_first

NOT_PROFIT = "revenue, not profit: neither product cost nor a margin is known"
TOP = 0.10


@dataclass(frozen=True)
class Contacts:
    """How many of the best-scored are contacted.

    Args:
        share: share of all weight, 0 to 1.
        threshold: contact where predicted ≥ threshold.
        rule: `profit-best` or, where no contact would pay or money is not profit, `top 10 %`.
        profit_best_share: the share that pays best as expected from the predictions; None where money is not profit.
    """

    share: float
    threshold: float
    rule: Literal["profit-best", "top 10 %"]
    profit_best_share: float | None


def choose_contacts(
    predicted: ArrayLike, value: ArrayLike, weight: Values, economics: Economics, is_profit: bool
) -> Contacts:
    """Choose how many to contact from the predictions alone, so that outcomes judge the choice and do not make it.

    The first k (best predicted first, equal predictions together) maximise Σ (success_share · p · value −
    contact_cost). Choosing k on the outcomes themselves would report the luckiest point of the curve.

    Args:
        predicted: (n,) probabilities.
        value: (n,) gross margin at stake per entity.
        weight: (n,).
        economics: cost of a contact and the assumed share of would-be outcomes that a contact changes.
        is_profit: whether `value` is gross margin and not revenue.
    """
    p, ranking = np.asarray(predicted, dtype=np.float64), rank(predicted)
    best_first = p[ranking.order][ranking.starts]
    reached = np.cumsum(ranking.totals(weight))
    if len(reached) == 0 or reached[-1] == 0:
        return Contacts(0.0, np.inf, "top 10 %", None)
    top = int(min(np.searchsorted(reached, TOP * reached[-1] * (1 - 1e-12)), len(reached) - 1))
    chosen, rule, best_share = top, "top 10 %", None
    if is_profit:
        gain = economics.success_share * p * np.asarray(value, dtype=np.float64) - economics.contact_cost
        profit = np.cumsum(ranking.totals(weight * gain))
        best = int(np.argmax(profit))
        best_share = float(reached[best] / reached[-1]) if profit[best] > 0 else 0.0
        if profit[best] > 0:
            chosen, rule = best, "profit-best"
    share = float(reached[chosen] / reached[-1])
    return Contacts(
        share, float(best_first[chosen]), "profit-best" if rule == "profit-best" else "top 10 %", best_share
    )


def profit_curve(
    label: ArrayLike,
    value: ArrayLike,
    score: ArrayLike | Ranking,
    weight: Values,
    economics: Economics,
    shares: ArrayLike = SHARES,
) -> Values:
    """Profit of contacting the first k: Σ over contacted of success_share × outcome × value − contact_cost.

    `success_share` is assumed until a test has measured it, and so is this profit. Equal scores enter by expectation.

    Args:
        label: (n,) outcome 0 or 1.
        value: (n,) gross margin at stake per entity, in currency.
        score: (n,) or a ranking; best first.
        weight: (n,) or (b, n).
        economics: cost of a contact and the assumed success share.
        shares: (k,) shares of weight contacted.
    Returns:
        (k,) or (b, k) in currency, for rows of the weight given.
    """
    gain = economics.success_share * np.asarray(label, dtype=np.float64) * np.asarray(value, dtype=np.float64)
    return total_in_first(gain - economics.contact_cost, score, weight, shares)


def break_even_share(
    label: ArrayLike,
    value: ArrayLike,
    score: ArrayLike | Ranking,
    weight: Values,
    economics: Economics,
    share: float,
) -> Values:
    """The share of would-be outcomes that a contact must change so that contacting the first `share` just pays.

    break_even = contact_cost × contacted / Σ over contacted of (outcome × value): the success share at which
    `profit_curve` is zero at this depth. It needs no assumed success share, only the depth. 0.07 reads "pays if
    contact changes 1 in 14 of those who would otherwise have the outcome, weighted by what they are worth"; above 1
    it cannot pay. NaN where nothing was at stake among the contacted.

    Args:
        share: depth, as a share of weight; see `choose_contacts`.
    Returns:
        () or (b,).
    """
    at_stake = np.asarray(label, dtype=np.float64) * np.asarray(value, dtype=np.float64)
    reached = total_in_first(at_stake, score, weight, [share])[..., 0]
    cost = economics.contact_cost * share * weight.sum(axis=-1)
    return np.where(reached > 0, divide(cost, reached), np.nan)
