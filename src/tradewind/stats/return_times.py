"""How long customers take to come back: purchase gaps, those still open among them, as a curve of who has not yet.

The newest gap of every customer is still open: leaving it out would make a shop's customers look faster than they are,
and counting it like the others would count those who buy often once more for each purchase. The estimator is that of
Wang and Chang (1999, Journal of the American Statistical Association 94, 146-153) for gaps that recur: every customer
counts once, closed gaps of a customer share that weight, and the open one is used only where there is no closed one.
With one gap a customer it is the product-limit estimator of Kaplan and Meier (1958, ibid. 53, 457-481):

    S(t) = Π over s ≤ t of (1 − d(s) / r(s)),    d(s): weight of gaps closed at s;  r(s): weight of gaps that last to s.

Some never come back, so that S levels off; quantiles are those of customers who do come back within the time seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradewind.core.finding import Number, missing
from tradewind.stats.bootstrap import bootstrap_by_entity

Array = NDArray[np.float64]

FEWEST_AT_RISK = 30
"""Customers that must still be waiting for the curve to be believed: beyond that it is one person's luck."""
MOST_CUSTOMERS = 20_000
"""Gaps of a random sample of so many customers give intervals narrow enough, in a second."""
_RESAMPLES = 200


@dataclass(frozen=True)
class Gaps:
    """Gaps between a customer's purchase days.

    Args:
        customer: (n,) whose gap.
        days: (n,) its length so far, whole days, 1 or more.
        closed: (n,) whether a purchase ended it; otherwise the data ended first.
        weight: (n,) the weights of a customer's gaps add up to 1.
    """

    customer: NDArray[np.intp]
    days: NDArray[np.int64]
    closed: NDArray[np.bool_]
    weight: Array


@dataclass(frozen=True)
class Returns:
    """How soon customers come back.

    Args:
        come_back: share of customers who come back within the time seen.
        seen_days: the time seen: beyond it too few customers are still followed.
        quantiles: share of those who come back to the days by which they have.
        customers: how many customers there are.
    """

    come_back: Number
    seen_days: int
    quantiles: Mapping[float, Number]
    customers: int

    def days(self, share: float) -> float | None:
        """Return the days by which this share of those who come back has come, or None where it is not known."""
        return self.quantiles[share].value


def purchase_gaps(customer: NDArray[np.intp], day: NDArray[np.int64], end: int, first_only: bool = False) -> Gaps:
    """Return the gaps between purchase days, the open one at the end where a customer has no other.

    Args:
        customer: (m,) codes.
        day: (m,) day numbers before `end`; several purchases on a day are one.
        end: the first day that is not seen.
        first_only: whether only the gap after the first purchase counts.
    """
    order = np.lexsort((day, customer))
    code, when = customer[order], day[order]
    keep = np.ones(len(code), dtype=bool)
    keep[1:] = (np.diff(code) != 0) | (np.diff(when) != 0)
    code, when = code[keep], when[keep].astype(np.int64)
    last = np.ones(len(code), dtype=bool)
    last[:-1] = np.diff(code) != 0
    first = np.roll(last, 1)
    length = np.where(last, end - when, np.roll(when, -1) - when)
    chosen = first if first_only else ~last | (first & last)
    code, length, closed = code[chosen], length[chosen], ~last[chosen]
    sizes = np.bincount(code)[code] if len(code) else np.zeros(0)
    return Gaps(code.astype(np.intp), length.astype(np.int64), closed, 1.0 / np.maximum(sizes, 1))


def waiting_curve(gaps: Gaps, weight: Array) -> tuple[Array, Array]:
    """Return (b, t + 1): the share that has not come back after 0, 1 … t days, and the weight still followed.

    Args:
        gaps: the gaps.
        weight: (b, n) weights, one row for each resample.
    """
    from scipy.sparse import csr_matrix

    longest, count = int(gaps.days.max(initial=0)) + 1, len(gaps.days)
    lasts = csr_matrix((np.ones(count), (np.arange(count), gaps.days)), shape=(count, longest))
    closes = csr_matrix((gaps.closed.astype(float), (np.arange(count), gaps.days)), shape=(count, longest))
    ending = np.asarray(weight @ lasts)
    closing = np.asarray(weight @ closes)
    followed = np.cumsum(ending[:, ::-1], axis=1)[:, ::-1]
    with np.errstate(invalid="ignore", divide="ignore"):
        survive = np.where(followed > 0, 1.0 - closing / followed, 1.0)
    return np.cumprod(np.clip(survive, 0.0, 1.0), axis=1), followed


def time_to_return(gaps: Gaps, rng: np.random.Generator, shares: tuple[float, ...] = (0.5, 0.8, 0.9)) -> Returns:
    """Estimate who comes back and how soon, with 95 % intervals by resampling customers.

    Args:
        gaps: see `purchase_gaps`.
        rng: for the resamples.
        shares: of those who come back.
    """
    customers = len(np.unique(gaps.customer))
    if customers < FEWEST_AT_RISK:
        few = missing(f"{customers} customers are too few")
        return Returns(few, 0, dict.fromkeys(shares, few), customers)
    curve, followed = waiting_curve(gaps, gaps.weight[None, :])
    seen = int(np.flatnonzero(followed[0] >= FEWEST_AT_RISK)[-1])
    if curve[0, seen] >= 1.0:
        never = missing("nobody has come back yet")
        return Returns(Number(0.0), seen, dict.fromkeys(shares, never), customers)

    def figures(weight: Array) -> dict[str, Array]:
        gone = 1.0 - waiting_curve(gaps, weight)[0][:, : seen + 1]
        total = gone[:, -1:]
        # Between whole days by a straight line: a median that jumps by days has no smooth interval.
        times = {str(share): _crossing(gone, share * total[:, 0]) for share in shares}
        return {"come_back": total[:, 0], **times}

    draws = bootstrap_by_entity(figures, gaps.customer, gaps.weight, rng, _RESAMPLES)
    quantiles = {share: draws.number(str(share), "days") for share in shares}
    return Returns(draws.number("come_back"), seen, quantiles, customers)


def _crossing(gone: Array, level: Array) -> Array:
    at = np.argmax(gone >= level[:, None], axis=1)
    row = np.arange(len(gone))
    above, below = gone[row, at], gone[row, np.maximum(at - 1, 0)]
    step = np.where(above > below, (level - below) / np.where(above > below, above - below, 1.0), 1.0)
    return np.where(at > 0, at - 1 + step, 0.0)
