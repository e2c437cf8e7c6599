"""What a purchase model expects ahead: purchases over a horizon, discounted, and the day of the next order."""

from __future__ import annotations

from typing import Protocol, Self

import numpy as np

from tradewind.core.errors import ContractError, ModelError, Problem
from tradewind.core.time import Horizon
from tradewind.models.lifetime.fit import Estimate
from tradewind.models.lifetime.summary import Floats, Ints, LifetimeSummary

DAYS_PER_YEAR = 365.25
_NODES = 32


class PurchaseModel(Protocol):
    """What BG/NBD and Pareto/NBD have in common: all that values, hold-outs and reports need of them."""

    @property
    def name(self) -> str: ...
    @property
    def estimate(self) -> Estimate: ...
    @property
    def unit_days(self) -> float: ...
    @property
    def scale_days(self) -> float: ...
    def with_parameters(self, values: tuple[float, ...]) -> Self: ...
    def probability_alive(self, summary: LifetimeSummary) -> Floats: ...
    def expected_purchases(
        self, summary: LifetimeSummary, horizon: Horizon, annual_discount_rate: float = 0.0
    ) -> Floats: ...
    def rate_given_alive(self, frequency: Floats, age_days: Floats, ahead_days: Floats) -> Floats: ...
    def draw_counts(
        self, frequency: Ints, age_days: Floats, p_alive: Floats, exposure_days: Floats, rng: np.random.Generator
    ) -> Ints: ...
    def order_again_within(self, frequency: Floats, age_days: Floats, ahead_days: Floats) -> Floats: ...


def expected_ahead(
    model: PurchaseModel, summary: LifetimeSummary, horizon: Horizon, annual_discount_rate: float = 0.0
) -> Floats:
    """Expected purchases in `[end, end + horizon)`, each discounted continuously: P(alive) × ∫ e^(−δt) rate(t) dt.

    The integral depends on frequency and age only and is taken once per distinct pair.

    Args:
        annual_discount_rate: 0.1 means that a purchase a year ahead counts 1/1.1.
    """
    given_alive = expected_given_alive(model, summary, horizon, annual_discount_rate)
    return np.asarray(model.probability_alive(summary) * given_alive)


def expected_given_alive(
    model: PurchaseModel, summary: LifetimeSummary, horizon: Horizon, annual_discount_rate: float = 0.0
) -> Floats:
    """Expected discounted purchases in the horizon of customers who are still alive at the end of the observation."""
    delta = daily_discount(annual_discount_rate)
    frequency, age, index = distinct_pairs(summary)
    ahead = np.full(len(age), float(horizon.length.count))
    return np.asarray(expected_between(model, frequency, age, np.zeros(len(age)), ahead, delta)[index])


def expected_since_first(model: PurchaseModel, days: Floats) -> Floats:
    """Expected repeat purchases of a customer within so many days of the first purchase.

    For BG/NBD this is equation (9) of Fader, Hardie, Lee (2005).

    Args:
        days: (k,) time since the first purchase.
    """
    zero = np.zeros(len(days))
    return expected_between(model, zero, zero, zero, days)


def expected_between(
    model: PurchaseModel,
    frequency: Floats,
    age_days: Floats,
    start: Floats,
    end: Floats,
    delta: float = 0.0,
    nodes: int = _NODES,
) -> Floats:
    """Expected purchases of customers who are alive, in [start, end) days ahead: ∫ e^(−δt) rate(t) dt.

    Gauss-Legendre in ln(1 + t/(scale + age)), in which the rate is smooth however long the stretch.

    Args:
        frequency, age_days, start, end: (k,) arrays.
        delta: continuous discount rate per day.
    """
    node, weight = np.polynomial.legendre.leggauss(nodes)
    base = (age_days + model.scale_days)[:, None]
    low, high = np.log1p(start[:, None] / base), np.log1p(end[:, None] / base)
    step = np.expm1(low + (high - low) * (node + 1) / 2) * base
    rate = model.rate_given_alive(frequency[:, None], age_days[:, None], step)
    return np.asarray((rate * np.exp(-delta * step) * (step + base) * weight).sum(axis=1) * (high - low)[:, 0] / 2)


def daily_discount(annual_rate: float) -> float:
    """Return the continuous discount rate per day that makes a year worth 1/(1 + annual_rate)."""
    if not (np.isfinite(annual_rate) and annual_rate >= 0):
        raise ContractError(
            Problem("annual_discount_rate", "a discount rate is a share, zero or more", repr(annual_rate), "0.1")
        )
    return float(np.log1p(annual_rate) / DAYS_PER_YEAR)


def distinct_pairs(summary: LifetimeSummary) -> tuple[Floats, Floats, Ints]:
    """Return the distinct (frequency, age) pairs and the pair of each customer."""
    pairs = summary.frequency + 1j * summary.age_days
    distinct, index = np.unique(pairs, return_inverse=True)
    return distinct.real.copy(), distinct.imag.copy(), index.astype(np.int64)


def refuse_unfit(summary: LifetimeSummary, what: str) -> None:
    """Refuse, with the reason, customers from whom no purchase model can be learned.

    Raises:
        ModelError: too few customers, no repeat purchase, no time, or no differences.
    """
    n, x = len(summary), summary.frequency
    reason = ""
    if n < 2:
        reason = "one customer shows no differences between customers" if n else "there is no customer"
    elif not np.any(summary.age_days > 0):
        reason = "nobody has been a customer for any time"
    elif not np.any(x > 0):
        reason = "nobody has bought a second time, so neither rates nor leaving can be seen"
    elif x.min() == x.max() and np.ptp(summary.recency_days) == 0 and np.ptp(summary.age_days) == 0:
        reason = "all customers are the same in frequency, recency and age"
    if reason:
        raise ModelError(
            Problem(
                what,
                reason,
                f"{n:,} customers, {int(x.sum()) if n else 0:,} repeat purchases",
                "customers with repeat purchases who differ from each other",
                "use a longer history or more customers",
            )
        )
