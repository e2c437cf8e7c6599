"""When a contract can be left: at the end of its term, as the ends of others with the same term tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradewind.core.feature import Feature

Array = NDArray[np.float64]

MONTHS = (365.25 / 12, 30.0, 365.0 / 12)
"""Lengths of a month in days that contracts are written in."""
LATEST_OFFSET = 62
"""A contract begins at most so many days after the start (the trial)."""
NEAR = 1.5
"""Days by which an end may miss the renewal and still be at it."""
CLEAR = 0.4
"""Share of ends that must lie at renewals for them to be where contracts are left."""
LEAST_ENDS = 8

_SOURCE, _FAMILY = "subscriptions", "contract"
SCHEDULE = (
    Feature("periods_ahead", "how far ahead", "number", _SOURCE, "time ahead"),
    Feature("age_then", "how long it will have run by then", "days", _SOURCE, "age"),
    Feature("bound_then", "bound by contract then", "share", _SOURCE, _FAMILY),
    Feature("renewal_then", "a long contract comes up for renewal then", "share", _SOURCE, _FAMILY),
    Feature("first_renewal_then", "the first of its renewals", "share", _SOURCE, _FAMILY),
)
"""What is known today of each period ahead; the hazard reads it beside the features."""

AGE_STEPS = (1.0, 2.0, 3.0, 6.0, 12.0, 24.0)
"""Ages in periods at which the hazard of the linear model may step."""


@dataclass(frozen=True)
class Rhythm:
    """Where the ends of contracts of one term lie.

    Args:
        cycle: days from one renewal to the next.
        offset: days from the start to the first day of the first term.
        share: share of the ends seen that lie at a renewal.
    """

    cycle: float
    offset: float
    share: float

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return asdict(self)


def find_rhythms(term_months: Array, age_at_end: Array) -> Mapping[float, Rhythm]:
    """Find for each term of several months where contracts of it end.

    Args:
        term_months: (n,) months that each contract binds at a time; NaN where not known.
        age_at_end: (n,) days from the first day of the contract to the end, of those that ended.
    Returns:
        Term in months to where its renewals lie: at the calendar's months from the start where the ends do not tell.
    """
    found = {}
    for term in np.unique(term_months[np.isfinite(term_months) & (term_months > 1)]):
        ages = age_at_end[(term_months == term) & (age_at_end >= 15 * term)]
        found[float(term)] = _best_rhythm(float(term), ages)
    return found


def _best_rhythm(term: float, ages: Array) -> Rhythm:
    usual = Rhythm(term * MONTHS[0], 0.0, 0.0)
    if len(ages) < LEAST_ENDS:
        return usual
    tried = [
        Rhythm(term * month, float(offset), float(np.mean(_away(ages, term * month, offset) <= NEAR)))
        for month in MONTHS
        for offset in range(LATEST_OFFSET + 1)
    ]
    best = max(tried, key=lambda rhythm: rhythm.share)
    return best if best.share >= CLEAR else usual


def _away(ages: Array, cycle: float, offset: float) -> Array:
    phase = (ages - offset) % cycle
    return np.asarray(np.minimum(phase, cycle - phase))


def schedule_columns(
    age: Array, contract_age: Array, term_months: Array, until_renewal: Array, ahead: NDArray[np.int64], period: int,
    rhythms: Mapping[float, Rhythm],
) -> Array:  # fmt: skip
    """Return what is known of each period ahead: (m, 5), the columns of `SCHEDULE`.

    Args:
        age: (m,) days from the start to the landmark.
        contract_age: (m,) days from the first day of the present contract to the landmark.
        term_months: (m,) months that the contract binds at a time; NaN where not known.
        until_renewal: (m,) days from the landmark to the next renewal as then known; NaN where not known.
        ahead: (m,) number of the period after the landmark, from 1.
        period: days of a period.
        rhythms: where renewals of each term lie.
    """
    begin = (ahead - 1) * float(period)
    cycle = np.full(len(age), np.nan)
    first = np.full(len(age), np.nan)  # days from the landmark to a renewal, of which the others follow by the cycle
    for term, rhythm in rhythms.items():
        of_term = term_months == term
        cycle[of_term] = rhythm.cycle
        first[of_term] = rhythm.offset + rhythm.cycle - contract_age[of_term]
    first = np.where(np.isfinite(until_renewal) & np.isfinite(cycle), until_renewal, first)
    long = np.isfinite(cycle) & (cycle > 1.5 * period)
    with np.errstate(invalid="ignore"):
        # The next renewal not before the period begins; never one before the first of all.
        passed = first + np.maximum(np.ceil((begin - first) / cycle), 0.0) * cycle
        renewal = long & (passed < begin + period)
        number = np.round((contract_age + passed) / cycle)
    return np.column_stack(
        [ahead.astype(np.float64), age + begin, long & ~renewal, renewal, renewal & (number <= 1)]
    )  # fmt: skip
