"""Round spans of days to ask over, and what each would mean: who is active, who stops, what there is to learn from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

HORIZONS = (30, 60, 90, 180, 365)
"""Horizons that people say; a shorter one leaves no time to act."""
WINDOWS = (30, 60, 90, 120, 180, 270, 365, 730)
COMPARED = (30, 60, 90, 180)
"""Spans whose consequences are shown side by side."""


@dataclass(frozen=True)
class SpanEffect:
    """What asking over one span would mean.

    Args:
        days: the span.
        share_active: share of all customers who bought within it.
        base_rate: share of active customers who then buy nothing for so long; None where no past date can tell.
        outcomes: how many of those there are at the past dates to learn from.
        past_dates: how many past dates there are to learn from.
    """

    days: int
    share_active: float
    base_rate: float | None
    outcomes: int
    past_dates: int


@dataclass(frozen=True)
class OrderDays:
    """Who bought on which day, each pair once, sorted by day.

    Args:
        customer: (n,) codes 0 … k − 1.
        day: (n,) day numbers.
        customers: k.
        end: the first day that is not seen.
    """

    customer: NDArray[np.intp]
    day: NDArray[np.int64]
    customers: int
    end: int

    def between(self, start: int, end: int) -> slice:
        """Return the rows of the days `[start, end)`."""
        first, last = np.searchsorted(self.day, [start, end])
        return slice(int(first), int(last))

    def some(self, most: int, rng: np.random.Generator) -> OrderDays:
        """Return all orders of a random sample of at most so many customers."""
        if self.customers <= most:
            return self
        taken = np.zeros(self.customers, dtype=bool)
        taken[rng.choice(self.customers, most, replace=False)] = True
        rows = taken[self.customer]
        return OrderDays(self.customer[rows], self.day[rows], self.customers, self.end)

    def buyers(self, start: int, end: int) -> NDArray[np.bool_]:
        """Return (k,): who bought on the days `[start, end)`."""
        found = np.zeros(self.customers, dtype=bool)
        found[self.customer[self.between(start, end)]] = True
        return found


def smallest_from(spans: Sequence[int], days: float) -> int:
    """Return the smallest span of at least so many days; the largest where there is none."""
    return next((span for span in spans if span >= days), spans[-1])


def count_lapsed(orders: OrderDays, cutoff: int, window: int, horizon: int) -> tuple[int, int]:
    """Return how many bought in the `window` days before a cutoff, and how many of them bought nothing after it.

    Args:
        orders: who bought when.
        cutoff: day number.
        window: days before the cutoff within which active customers have bought.
        horizon: days from the cutoff on.
    """
    active = orders.buyers(cutoff - window, cutoff)
    return int(active.sum()), int((active & ~orders.buyers(cutoff, cutoff + horizon)).sum())


def span_effect(orders: OrderDays, span: int, window: int, test: int | None, learning: Sequence[int]) -> SpanEffect:
    """Say what asking over a span would mean.

    Args:
        orders: who bought when.
        span: days, as a horizon and as the window in which a customer counts as active.
        window: days within which customers asked about have bought, for rates.
        test: the newest day whose horizon is over; None where the history is too short.
        learning: the earlier days to learn from.
    """
    share = float(orders.buyers(orders.end - span, orders.end).mean()) if orders.customers else 0.0
    if test is None:
        return SpanEffect(span, share, None, 0, 0)
    asked, lapsed = count_lapsed(orders, test, window, span)
    outcomes = sum(count_lapsed(orders, cutoff, window, span)[1] for cutoff in learning)
    return SpanEffect(span, share, lapsed / asked if asked else None, outcomes, len(learning))
