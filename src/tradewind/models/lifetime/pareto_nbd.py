"""Pareto/NBD: people buy at their own rate until an unseen end of their own (Schmittlein, Morrison, Colombo 1987)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from tradewind.core.time import Horizon
from tradewind.models.lifetime.expect import expected_ahead, refuse_unfit
from tradewind.models.lifetime.fit import Estimate, estimate_at, maximise
from tradewind.models.lifetime.groups import Groups, group_customers
from tradewind.models.lifetime.summary import Floats, Ints, LifetimeSummary

_NAMES = ("r", "alpha", "s", "beta")
_CHUNK = 1 << 9
_NODES = 32
_DEEP = 45.0
"""Integrands below e^−45 of their peak are not integrated: that is below rounding."""


@dataclass(frozen=True)
class ParetoNbd:
    """A fitted Pareto/NBD model.

    Purchases of customer i are Poisson with rate λ ~ Gamma(r, α) as long as the customer lives; the lifetime is
    exponential with rate μ ~ Gamma(s, β).

    Args:
        estimate: r, alpha, s, beta (alpha and beta in units of `unit_days`) with their covariance.
        unit_days: the unit of alpha and beta, in days.
    """

    estimate: Estimate
    unit_days: float = 7.0
    name = "pareto_nbd"

    @property
    def parameters(self) -> tuple[float, float, float, float]:
        """r, alpha, s, beta; alpha and beta in units of `unit_days`."""
        r, alpha, s, beta = self.estimate.values
        return r, alpha, s, beta

    @property
    def scale_days(self) -> float:
        """Beta in days: the time on which a new customer's expected rate changes."""
        return self.parameters[3] * self.unit_days

    def with_parameters(self, values: tuple[float, ...]) -> ParetoNbd:
        """Return the model with other parameters, in the order of `estimate.names`."""
        return replace(self, estimate=replace(self.estimate, values=values))

    def probability_alive(self, summary: LifetimeSummary) -> Floats:
        """Probability that a customer still lives at the end of the observation (Schmittlein et al. 1987, eq. 11).

        Returns:
            (n,) probabilities.
        """
        out = np.empty(len(summary))
        for first in range(0, len(out), _CHUNK):
            part = slice(first, first + _CHUNK)
            x = summary.frequency[part].astype(np.float64)
            tx, t = summary.recency_days[part] / self.unit_days, summary.age_days[part] / self.unit_days
            lives, dies = death_integrals(self.parameters, x, tx, t)[:2]
            out[part] = lives / (lives + dies)
        return out

    def expected_purchases(
        self, summary: LifetimeSummary, horizon: Horizon, annual_discount_rate: float = 0.0
    ) -> Floats:
        """Expected purchases in the horizon after the observation, each counted at its discounted worth.

        Without discount this is equation (41) of Fader and Hardie's note (2005) on the model.

        Returns:
            (n,) expected numbers.
        """
        return expected_ahead(self, summary, horizon, annual_discount_rate)

    def rate_given_alive(self, frequency: Floats, age_days: Floats, ahead_days: Floats) -> Floats:
        """Expected purchases per day at a time ahead, given that the customer is alive at the end of observation:
        (r+x)/(α+T) · ((β+T)/(β+T+h))^s.

        Args:
            frequency, age_days, ahead_days: arrays that broadcast together.
        """
        r, alpha, s, beta = self.parameters
        age, ahead = age_days / self.unit_days, ahead_days / self.unit_days
        survival = np.exp(-s * np.log1p(ahead / (beta + age)))
        return np.asarray((r + frequency) / (alpha + age) / self.unit_days * survival)

    def draw_counts(
        self, frequency: Ints, age_days: Floats, p_alive: Floats, exposure_days: Floats, rng: np.random.Generator
    ) -> Ints:
        """Draw futures: cumulative purchases at the end of each of k stretches of time ahead.

        Args:
            frequency, age_days, p_alive: (n,) per customer.
            exposure_days: (n, k) or (1, k) length of each stretch.
        """
        r, alpha, s, beta = self.parameters
        n, age = len(frequency), age_days / self.unit_days
        rate = rng.gamma(r + frequency) / (alpha + age) / self.unit_days
        dying = np.maximum(rng.gamma(s, size=n), 1e-300) / (beta + age) / self.unit_days
        life = np.where(rng.uniform(size=n) < p_alive, rng.exponential(size=n) / dying, 0.0)
        ends = np.cumsum(np.broadcast_to(exposure_days, (n, np.shape(exposure_days)[-1])), axis=1)
        lived = np.diff(np.minimum(ends, life[:, None]), axis=1, prepend=0.0)
        return np.cumsum(rng.poisson(rate[:, None] * lived), axis=1).astype(np.int64)

    def order_again_within(self, frequency: Floats, age_days: Floats, ahead_days: Floats) -> Floats:
        """Probability that a customer who is alive orders again within these days: the order comes before the end.

        ∫₀ʰ (R/A) (A/(A+t))^(R+1) (B/(B+t))^s dt with R = r+x, A = α+T, B = β+T, by quadrature.
        """
        r, alpha, s, beta = self.parameters
        shape = np.asarray(r + frequency)
        order, end = alpha + age_days / self.unit_days, beta + age_days / self.unit_days
        far = order * np.expm1(np.minimum(_DEEP / shape, 600.0))
        ahead = np.minimum(ahead_days / self.unit_days, far)
        base = np.minimum(order, end)
        node, weight = np.polynomial.legendre.leggauss(64)
        reach = np.log1p(ahead / base)[..., None]
        step = base[..., None] * np.expm1(reach * (node + 1) / 2)
        log_rate = -(shape + 1)[..., None] * np.log1p(step / order[..., None]) - s * np.log1p(step / end[..., None])
        inner = np.exp(log_rate) * (step + base[..., None])
        return np.asarray(shape / order * (inner @ weight) * reach[..., 0] / 2)


def fit_pareto_nbd(summary: LifetimeSummary, *, lean: bool = False) -> ParetoNbd:
    """Fit Pareto/NBD by maximum likelihood.

    Args:
        summary: customers with their whole lives known up to the end of the observation.
        lean: whether to lean on typical values where the customers alone do not determine the model.

    Raises:
        ModelError: the customers do not determine the model; says why.
    """
    refuse_unfit(summary, "Pareto/NBD")
    groups = group_customers(summary)
    rate = groups.purchases / groups.customers
    start: Floats = np.log([0.5, 0.3 / rate, 0.6, 0.5])
    top = maximise(lambda theta: _likelihood(groups, theta), start, _NAMES, groups.customers, "Pareto/NBD", lean)
    unit = groups.scale_days / summary.unit_days
    shift = -groups.purchases * float(np.log(unit))
    estimate = estimate_at(top, _NAMES, [1.0, unit, 1.0, unit], shift, groups.customers, lean)
    return ParetoNbd(estimate, summary.unit_days)


def _likelihood(groups: Groups, theta: Floats) -> tuple[float, Floats]:
    """Log-likelihood of grouped customers and its gradient by log-parameters.

    L = Γ(r+x) α^r β^s / Γ(r) · { (α+T)^−(r+x) (β+T)^−s + s ∫ₜₓᵀ (α+t)^−(r+x) (β+t)^−(s+1) dt }

    The two terms are "alive at T" and "ended at t". The integral is what the literature writes as a difference of two
    Gaussian hypergeometric functions; taken as an integral it has one sign, so that nothing cancels, α > β, α = β and
    α < β are one case, and it is differentiated under the integral sign.
    """
    from scipy.special import digamma, gammaln

    r, alpha, s, beta = (float(v) for v in np.exp(theta))
    level = r + groups.x_levels
    gamma_x, digamma_x = gammaln(level) - gammaln(r), digamma(level) - digamma(r)
    value, gradient = 0.0, np.zeros(4)
    for first in range(0, len(groups.x), _CHUNK):
        part = slice(first, first + _CHUNK)
        x, tx, t, count = groups.x[part], groups.tx[part], groups.t[part], groups.count[part]
        lives, dies, by = death_integrals((r, alpha, s, beta), x, tx, t)
        total = lives + dies
        shape, buy, end = r + x, alpha + tx, beta + tx
        log_buy, log_end = np.log(alpha / buy), np.log(beta / end)
        known = gamma_x[groups.x_index[part]] + r * log_buy + s * log_end - x * np.log(buy)
        value += float(count @ (known + np.log(total)))
        gradient += [
            count @ (digamma_x[groups.x_index[part]] + log_buy + by[0] / total),
            count @ (r / alpha - shape / buy + by[1] / total),
            count @ (log_end + by[2] / total),
            count @ (s / beta - s / end + by[3] / total),
        ]
    return value, gradient * [r, alpha, s, beta]


def death_integrals(
    parameters: tuple[float, float, float, float], x: Floats, tx: Floats, t: Floats
) -> tuple[Floats, Floats, tuple[Floats, Floats, Floats, Floats]]:
    """Return the weights of living on to T and of ending in (t_x, T), relative to the density at t_x.

    Gauss-Legendre in ln(t + min(α, β)), cut where the integrand falls below rounding.

    Returns:
        lives: (n,) ((α+t_x)/(α+T))^(r+x) ((β+t_x)/(β+T))^s.
        dies: (n,) ∫ₜₓᵀ ((α+t_x)/(α+t))^(r+x) ((β+t_x)/(β+t))^s s/(β+t) dt.
        by: derivatives of lives + dies by r, α, s, β.
    """
    r, alpha, s, beta = parameters
    shape, buy, end = r + x, alpha + tx, beta + tx
    span = t - tx
    far = np.minimum(buy * np.expm1(np.minimum(_DEEP / shape, 600.0)), end * np.expm1(min(_DEEP / s, 600.0)))
    base = np.minimum(buy, end)
    node, weight = np.polynomial.legendre.leggauss(_NODES)
    reach = np.log1p(np.minimum(span, far) / base)
    step = base[:, None] * np.expm1(reach[:, None] * (node + 1) / 2)
    log_buy, log_end = np.log1p(step / buy[:, None]), np.log1p(step / end[:, None])
    ending = 1 / (end[:, None] + step)
    mass = np.exp(-shape[:, None] * log_buy - s * log_end) * ending
    mass *= (step + base[:, None]) * (weight * (s / 2)) * reach[:, None]
    dies = mass.sum(axis=1)
    ratio_buy, ratio_end = np.log1p(span / buy), np.log1p(span / end)
    lives = np.exp(-shape * ratio_buy - s * ratio_end)
    # 1/(α+t) − 1/(α+t_x) is written as a product, so that it keeps its digits where t is near t_x.
    slope_buy = -step / (buy[:, None] * (buy[:, None] + step))
    slope_end = -step * ending / end[:, None]
    by_r = -lives * ratio_buy - (mass * log_buy).sum(axis=1)
    by_alpha = shape * (lives * span / (buy * (buy + span)) - (mass * slope_buy).sum(axis=1))
    by_s = -lives * ratio_end + dies / s - (mass * log_end).sum(axis=1)
    by_beta = s * (lives * span / (end * (end + span)) - (mass * slope_end).sum(axis=1)) - (mass * ending).sum(axis=1)
    return lives, dies, (by_r, by_alpha, by_s, by_beta)
