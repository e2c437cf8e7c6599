"""Gamma-Gamma: what a customer spends per purchase, drawn towards the average of all (Fader, Hardie 2013)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from tradewind.core.errors import ModelError, NotAnswerable, Problem
from tradewind.core.finding import Check, Number, missing
from tradewind.models.lifetime.fit import Estimate, estimate_at, maximise
from tradewind.models.lifetime.summary import Floats, Ints, LifetimeSummary

_NAMES = ("p", "q", "gamma")


@dataclass(frozen=True)
class GammaGamma:
    """A fitted Gamma-Gamma model.

    One purchase of customer i is Gamma(p, ν), ν ~ Gamma(q, γ) over customers; it does not depend on how often one buys.

    Args:
        estimate: p, q, gamma (gamma in the currency of the amounts) with their covariance.
        correlation: correlation of frequency and mean amount, which the model takes to be 0.
        left_out: customers with repeat purchases whose mean amount is not positive; the model cannot hold them.
    """

    estimate: Estimate
    correlation: Number
    left_out: int = 0
    name = "gamma_gamma"

    @property
    def parameters(self) -> tuple[float, float, float]:
        """p, q, gamma."""
        p, q, gamma = self.estimate.values
        return p, q, gamma

    def with_parameters(self, values: tuple[float, ...]) -> GammaGamma:
        """Return the model with other parameters, in the order of `estimate.names`."""
        return replace(self, estimate=replace(self.estimate, values=values))

    def expected_amount(self, summary: LifetimeSummary) -> Floats:
        """Expected amount of a further purchase: p (γ + x z̄) / (p x + q − 1) (Fader, Hardie 2013, equation 5).

        A customer without known repeat purchase gets the average of all; a mean amount below 0 (returns) counts as 0.

        Returns:
            (n,) amounts.

        Raises:
            NotAnswerable: amounts scatter so widely (q ≤ 1) that the average of all is not finite.
        """
        p, q, gamma = self.parameters
        count, total = _known_spend(summary)
        below = p * count + q - 1
        if np.any(below <= 0):
            raise NotAnswerable(
                Problem(
                    "Gamma-Gamma",
                    "amounts scatter so widely that customers without repeat purchase have no finite average",
                    f"q = {q:.3g}",
                    "q above 1",
                    "look for a few enormous amounts, or cap them",
                )
            )
        return np.asarray(p * (gamma + total) / below)

    def draw_spend(self, summary: LifetimeSummary, purchases: Ints, rng: np.random.Generator) -> Floats:
        """Draw what customers spend on a given number of further purchases: ν from its posterior, then amounts.

        Args:
            purchases: (n,) number of purchases.
        """
        p, q, gamma = self.parameters
        count, total = _known_spend(summary)
        nu = rng.gamma(q + p * count) / (gamma + total)
        return np.where(purchases > 0, rng.gamma(np.maximum(p * purchases, 1e-300)) / nu, 0.0)

    def check_independence(self) -> Check:
        """Say whether spend per purchase goes with frequency, which the model takes not to be so."""
        name, rho = "Spend per purchase does not depend on how often people buy", self.correlation
        if rho.value is None or rho.low is None or rho.high is None:
            return Check(name, "unknown", rho.reason or "no interval")
        said = f"correlation {rho.value:.2f}, between {rho.low:.2f} and {rho.high:.2f}"
        if max(abs(rho.low), abs(rho.high)) < 0.3:
            return Check(name, "pass", said)
        if min(abs(rho.low), abs(rho.high)) > 0.3 and rho.low * rho.high > 0:
            return Check(name, "fail", said, "do not multiply purchases by spend; predict spend directly")
        return Check(name, "warn", said, "compare the total value with a model that predicts spend directly")


def fit_gamma_gamma(summary: LifetimeSummary, *, lean: bool = False) -> GammaGamma:
    """Fit Gamma-Gamma by maximum likelihood (Fader, Hardie 2013, equation 1a) on customers with repeat purchases.

    Args:
        summary: customers with the mean amounts of their repeat purchases.
        lean: whether to lean on typical values where the customers alone do not determine the model.

    Raises:
        ModelError: fewer than two different mean amounts, or the customers do not determine the model; says why.
    """
    repeat = summary.amount_count > 0
    usable = repeat & (np.nan_to_num(summary.mean_amount) > 0)
    x, mean = summary.amount_count[usable].astype(np.float64), summary.mean_amount[usable]
    if len(np.unique(mean)) < 2:
        raise ModelError(
            Problem(
                "Gamma-Gamma",
                "amounts do not differ between customers" if len(mean) > 1 else "too few customers with amounts",
                f"{len(mean):,} customers with repeat purchases of known, positive amount",
                "customers with different mean amounts",
                "map the amounts of orders, or use more customers",
            )
        )
    scale = float(np.average(mean, weights=x))
    z = mean / scale
    start: Floats = np.log([5.0, 4.0, 3.0 / 5.0])
    top = maximise(lambda theta: _likelihood(x, z, theta), start, _NAMES, len(x), "Gamma-Gamma", lean)
    estimate = estimate_at(top, _NAMES, [1.0, 1.0, scale], -len(x) * float(np.log(scale)), len(x), lean)
    return GammaGamma(estimate, _correlation(x, mean), int(np.sum(repeat & ~usable)))


def _likelihood(x: Floats, z: Floats, theta: Floats) -> tuple[float, Floats]:
    """ln Γ(px+q) − ln Γ(px) − ln Γ(q) + q ln γ + (px−1) ln z̄ + px ln x − (px+q) ln(γ + x z̄), and its gradient."""
    from scipy.special import digamma, gammaln

    p, q, gamma = np.exp(theta)
    shape, total = p * x, x * z
    log_total, log_sum = np.log(total), np.log(gamma + total)
    value = gammaln(shape + q) - gammaln(shape) - gammaln(q) + q * np.log(gamma) + shape * (log_total - log_sum)
    value = value - np.log(z) - q * log_sum
    both = digamma(shape + q)
    d_p = x * (both - digamma(shape) + log_total - log_sum)
    d_q = both - digamma(q) + np.log(gamma) - log_sum
    d_gamma = q / gamma - (shape + q) / (gamma + total)
    return float(value.sum()), np.array([d_p.sum() * p, d_q.sum() * q, d_gamma.sum() * gamma])


def _known_spend(summary: LifetimeSummary) -> tuple[Floats, Floats]:
    count = summary.amount_count.astype(np.float64)
    return count, count * np.maximum(np.nan_to_num(summary.mean_amount), 0.0)


def _correlation(x: Floats, mean: Floats) -> Number:
    """Pearson's correlation with Fisher's interval."""
    if len(x) < 4 or np.ptp(x) == 0:
        return missing("too few customers, or all bought equally often")
    rho = float(np.corrcoef(x, mean)[0, 1])
    if abs(rho) >= 1:
        return missing("frequency and amount lie on one line")
    centre, spread = np.arctanh(rho), 1.959963984540054 / np.sqrt(len(x) - 3)
    return Number(rho, float(np.tanh(centre - spread)), float(np.tanh(centre + spread)))
