"""BG/NBD: people buy at their own rate and may be gone after any purchase (Fader, Hardie, Lee 2005)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from tradewind.core.time import Horizon
from tradewind.models.lifetime.expect import expected_ahead, refuse_unfit
from tradewind.models.lifetime.fit import Estimate, estimate_at, maximise
from tradewind.models.lifetime.groups import Groups, group_customers
from tradewind.models.lifetime.hypergeometric import beta_power_mean
from tradewind.models.lifetime.summary import Floats, Ints, LifetimeSummary

_CHUNK = 1 << 13
"""Groups per pass: few enough for the cache and for a dot product to stay on one thread."""
_NAMES = ("r", "alpha", "a", "b")


@dataclass(frozen=True)
class BetaGeometric:
    """A fitted BG/NBD model.

    Purchases of customer i are Poisson with rate λ ~ Gamma(r, α); after each purchase the customer is gone with
    probability p ~ Beta(a, b).

    Args:
        estimate: r, alpha, a, b (alpha in units of `unit_days`) with their covariance.
        unit_days: the unit of alpha, in days.
    """

    estimate: Estimate
    unit_days: float = 7.0
    name = "bg_nbd"

    @property
    def parameters(self) -> tuple[float, float, float, float]:
        """r, alpha, a, b; alpha in units of `unit_days`."""
        r, alpha, a, b = self.estimate.values
        return r, alpha, a, b

    @property
    def scale_days(self) -> float:
        """Alpha in days: the time on which a new customer's expected rate changes."""
        return self.parameters[1] * self.unit_days

    def with_parameters(self, values: tuple[float, ...]) -> BetaGeometric:
        """Return the model with other parameters, in the order of `estimate.names`."""
        return replace(self, estimate=replace(self.estimate, values=values))

    def probability_alive(self, summary: LifetimeSummary) -> Floats:
        """Probability that a customer is not gone at the end of the observation (Fader, Hardie, Lee 2005, note on
        P(alive)): 1 / (1 + [x > 0] a/(b+x−1) ((α+T)/(α+t_x))^(r+x)).

        Returns:
            (n,) probabilities; 1 for customers without repeat purchase, who had no occasion to go.
        """
        r, alpha, a, b = self.parameters
        x = summary.frequency.astype(np.float64)
        tx, t = summary.recency_days / self.unit_days, summary.age_days / self.unit_days
        repeat = x > 0
        odds = np.log(a) - np.log(b + np.where(repeat, x, 1.0) - 1) + (r + x) * (np.log(alpha + t) - np.log(alpha + tx))
        return np.where(repeat, _expit(-odds), 1.0)

    def expected_purchases(
        self, summary: LifetimeSummary, horizon: Horizon, annual_discount_rate: float = 0.0
    ) -> Floats:
        """Expected purchases in the horizon after the observation, each counted at its discounted worth.

        Without discount this is equation (10) of Fader, Hardie, Lee (2005).

        Returns:
            (n,) expected numbers.
        """
        return expected_ahead(self, summary, horizon, annual_discount_rate)

    def rate_given_alive(self, frequency: Floats, age_days: Floats, ahead_days: Floats) -> Floats:
        """Expected purchases per day at a time ahead, given that the customer is alive at the end of observation.

        λ | alive ~ Gamma(r+x, α+T) and p | alive ~ Beta(a, b+x), so the rate at h is E[λ exp(−λ p h)]
        = (r+x)/(α+T) · ₂F₁(r+x+1, a; a+b+x; −h/(α+T)).

        Args:
            frequency, age_days, ahead_days: arrays that broadcast together.
        """
        r, alpha, a, b = self.parameters
        size = alpha + age_days / self.unit_days
        ratio = ahead_days / self.unit_days / size
        shape = r + frequency
        series = beta_power_mean(shape + 1, a, b + frequency, ratio)
        return np.asarray(shape / size / self.unit_days * series)

    def draw_counts(
        self, frequency: Ints, age_days: Floats, p_alive: Floats, exposure_days: Floats, rng: np.random.Generator
    ) -> Ints:
        """Draw futures: cumulative purchases at the end of each of k stretches of time ahead.

        Args:
            frequency, age_days, p_alive: (n,) per customer.
            exposure_days: (n, k) or (1, k) length of each stretch.
        """
        r, alpha, a, b = self.parameters
        n = len(frequency)
        rate = rng.gamma(r + frequency) / (alpha + age_days / self.unit_days) / self.unit_days
        leave = np.maximum(rng.beta(a, b + frequency), 1e-300)
        # A customer alive makes at most G more purchases, G geometric: the last one is followed by leaving.
        last = np.floor(np.log(rng.uniform(size=n)) / np.log1p(-np.minimum(leave, 1 - 1e-16))) + 1
        last = np.where(rng.uniform(size=n) < p_alive, last, 0.0)
        steps = rng.poisson(rate[:, None] * np.broadcast_to(exposure_days, (n, np.shape(exposure_days)[-1])))
        return np.asarray(np.minimum(np.cumsum(steps, axis=1), last[:, None]), dtype=np.int64)

    def order_again_within(self, frequency: Floats, age_days: Floats, ahead_days: Floats) -> Floats:
        """Probability that a customer who is alive orders again within these days: 1 − (α+T / α+T+h)^(r+x)."""
        r, alpha, _, _ = self.parameters
        size = alpha + age_days / self.unit_days
        return np.asarray(-np.expm1(-(r + frequency) * np.log1p(ahead_days / self.unit_days / size)))


def fit_bg_nbd(summary: LifetimeSummary, *, lean: bool = False) -> BetaGeometric:
    """Fit BG/NBD by maximum likelihood (Fader, Hardie, Lee 2005, equation 6).

    Args:
        summary: customers with their whole lives known up to the end of the observation.
        lean: whether to lean on typical values where the customers alone do not determine the model.

    Raises:
        ModelError: the customers do not determine the model; says why.
    """
    refuse_unfit(summary, "BG/NBD")
    groups = group_customers(summary)
    likelihood = _Likelihood(groups)
    rate = groups.purchases / groups.customers
    start: Floats = np.log([0.5, 0.5 / rate, 0.8, 2.5])
    top = maximise(likelihood, start, _NAMES, groups.customers, "BG/NBD", lean)
    unit = groups.scale_days / summary.unit_days
    shift = -groups.purchases * float(np.log(unit))
    return BetaGeometric(
        estimate_at(top, _NAMES, [1.0, unit, 1.0, 1.0], shift, groups.customers, lean), summary.unit_days
    )


class _Likelihood:
    """The log-likelihood of grouped customers with its gradient; everything that groups share is computed once.

    ln L = ln Γ(r+x)/Γ(r) + r ln α + ln B(a, b+x)/B(a, b) − (r+x) ln(α+T) + [x > 0] ln(1 + e^d),
    d = ln a − ln(b+x−1) + (r+x) (ln(α+T) − ln(α+t_x)). Only the last term needs the groups; the rest needs the
    number of customers per frequency and per age.
    """

    def __init__(self, groups: Groups) -> None:
        g = groups
        self.levels, self.times = g.x_levels, g.t_levels
        self.n_x = np.bincount(g.x_index, weights=g.count, minlength=len(g.x_levels))
        self.n_t = np.bincount(g.t_index, weights=g.count, minlength=len(g.t_levels))
        self.x_t = np.bincount(g.t_index, weights=g.count * g.x, minlength=len(g.t_levels))
        repeat = g.x > 0
        self.x, self.count = g.x[repeat], g.count[repeat]
        self.x_index, self.t_index, self.tx_index = g.x_index[repeat], g.t_index[repeat], g.tx_index[repeat]

    def __call__(self, theta: Floats) -> tuple[float, Floats]:
        from scipy.special import digamma, gammaln

        r, alpha, a, b = np.exp(theta)
        n, x = self.n_x, self.levels
        total = n.sum()
        log_t, inverse_t = np.log(alpha + self.times), 1 / (alpha + self.times)
        value = n @ (gammaln(r + x) + gammaln(b + x) - gammaln(a + b + x)) - (self.n_t * r + self.x_t) @ log_t
        value += total * (gammaln(a + b) - gammaln(b) - gammaln(r) + r * np.log(alpha))
        d_r = n @ digamma(r + x) + total * (np.log(alpha) - digamma(r)) - self.n_t @ log_t
        d_alpha = total * r / alpha - (self.n_t * r + self.x_t) @ inverse_t
        shared = total * digamma(a + b) - n @ digamma(a + b + x)
        d_a, d_b = shared, shared + n @ digamma(b + x) - total * digamma(b)
        after = np.maximum(b + x - 1, b * 1e-9)  # b for x = 1; the level x = 0 is never looked up
        log_odds, inverse_b = np.log(a) - np.log(after), 1 / after
        for first in range(0, len(self.x), _CHUNK):
            part = slice(first, first + _CHUNK)
            t, tx, level = self.t_index[part], self.tx_index[part], self.x_index[part]
            gone = log_t[t] - log_t[tx]
            shape = r + self.x[part]
            d = log_odds[level] + shape * gone
            small = np.exp(-np.abs(d))
            value += self.count[part] @ (np.maximum(d, 0) + np.log1p(small))
            weight = self.count[part] * np.where(d > 0, 1.0, small) / (1 + small)
            d_r += weight @ gone
            d_alpha += (weight * shape) @ (inverse_t[t] - inverse_t[tx])
            d_a += weight.sum() / a
            d_b -= weight @ inverse_b[level]
        return float(value), np.array([d_r * r, d_alpha * alpha, d_a * a, d_b * b])


def _expit(value: Floats) -> Floats:
    small = np.exp(-np.abs(value))
    return np.asarray(np.where(value >= 0, 1.0, small) / (1 + small), dtype=np.float64)
