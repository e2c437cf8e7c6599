"""The rate of an outcome with a pattern beside that of others at risk at the same age without it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_Z = 1.959964


@dataclass(frozen=True)
class AtRisk:
    """Leads that could still convert, one row a lead and cutoff.

    Args:
        outcome: (n,) 1 where the lead converted within the horizon after the cutoff.
        lead: (n,) number of the lead; rows of one lead vary together.
        age: (n,) number of the age class at the cutoff.
    """

    outcome: Floats
    lead: Ints
    age: Ints

    def only(self, kept: Flags) -> AtRisk:
        """Return some of the rows."""
        return AtRisk(self.outcome[kept], self.lead[kept], self.age[kept])


@dataclass(frozen=True)
class AgeMatched:
    """A rate with a pattern and without it, at the same ages.

    Args:
        leads: different leads with the pattern.
        rate: share of their rows that converted, with its 95 % interval.
        rate_low, rate_high: its ends.
        expected: share among the others, weighted to the same ages.
        lift: rate over expected; its ends are those of the 95 % interval.
        lift_low, lift_high: its ends.
        p_value: one-sided, of a rate no higher than that of the others; 1 where nothing can be told.
    """

    leads: int
    rate: float
    rate_low: float
    rate_high: float
    expected: float
    lift: float
    lift_low: float
    lift_high: float
    p_value: float

    def lift_at_least(self, chance: float) -> float:
        """Return the lift below which the true one lies with this chance."""
        from scipy.special import ndtri

        spread = np.log(self.lift / self.lift_low) / _Z
        return float(self.lift * np.exp(spread * ndtri(chance)))


def match_by_age(holds: Flags, risk: AtRisk) -> AgeMatched | None:
    """Compare rows with a pattern to the others of the same age (direct standardisation; variance by lead).

    Args:
        holds: (n,) whether the pattern holds at the row's cutoff.
        risk: the rows.
    Returns:
        The comparison; None where there is nothing to compare: no age has rows of both kinds, or nobody converted.
    """
    ages = int(risk.age.max()) + 1 if len(risk.age) else 0
    with_it = np.bincount(risk.age[holds], minlength=ages)
    without = np.bincount(risk.age[~holds], minlength=ages)
    usable = (with_it > 0) & (without > 0)
    kept = usable[risk.age] if ages else np.zeros(0, dtype=np.bool_)
    if not kept.any():
        return None
    holds, risk = holds[kept], risk.only(kept)
    share = np.where(usable, with_it, 0) / with_it[usable].sum()
    others = np.bincount(risk.age[~holds], risk.outcome[~holds], minlength=ages) / np.maximum(without, 1)
    rate, expected = float(risk.outcome[holds].mean()), float(share @ others)
    if rate <= 0 or expected <= 0:
        return None
    number = int(holds.sum())
    moves_rate = np.where(holds, risk.outcome - rate, 0.0) / number
    pull = (share / np.maximum(without, 1))[risk.age]
    moves_expected = np.where(holds, (others[risk.age] - expected) / number, pull * (risk.outcome - others[risk.age]))
    return _told(holds, risk.lead, rate, expected, moves_rate, moves_expected)


def _told(
    holds: Flags, lead: Ints, rate: float, expected: float, moves_rate: Floats, moves_expected: Floats
) -> AgeMatched:
    from scipy.special import expit, logit, ndtr

    spread_rate = _spread(moves_rate, lead)
    spread_gap = _spread(moves_rate - moves_expected, lead)
    spread_lift = _spread(moves_rate / rate - moves_expected / expected, lead)
    p_value = float(ndtr((expected - rate) / spread_gap)) if spread_gap > 0 else 1.0
    inside = float(np.clip(rate, 1e-6, 1 - 1e-6))
    reach = _Z * spread_rate / (inside * (1 - inside))
    low, high = (float(expit(logit(inside) + side * reach)) for side in (-1, 1))
    lift = rate / expected
    wide = float(np.exp(_Z * spread_lift))
    return AgeMatched(
        len(np.unique(lead[holds])), rate, low, high, expected, lift, lift / wide, lift * wide, p_value
    )  # fmt: skip


def _spread(moves: Floats, lead: Ints) -> float:
    """Standard error of a figure from what each row moves it, rows of a lead taken together."""
    together = np.bincount(lead, moves)
    seen = int((np.bincount(lead) > 0).sum())
    return float(np.sqrt((together**2).sum() * seen / max(seen - 1, 1)))
