"""Lifetime models reproduce the published CDNOW figures, and brute-force arithmetic where nothing is published.

Sources: Fader, Hardie, Lee (2005), "Counting Your Customers the Easy Way", Marketing Science 24(2), and its spreadsheet
note; Fader, Hardie (2005), "A Note on Deriving the Pareto/NBD Model"; Fader, Hardie (2013), "The Gamma-Gamma Model of
Monetary Value"; the walkthrough of the R package BTYD for the figures of single customers.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from tradewind.core.time import Horizon, days, weeks
from tradewind.models.lifetime import (
    BetaGeometric,
    LifetimeSummary,
    ParetoNbd,
    count_purchases,
    fit_bg_nbd,
    fit_gamma_gamma,
    fit_pareto_nbd,
    hypergeometric,
    new_customers,
    summarise_orders,
    summary_from_arrays,
)
from tradewind.models.lifetime import bg_nbd as bg_module
from tradewind.models.lifetime import gamma_gamma as gamma_module
from tradewind.models.lifetime import pareto_nbd as pareto_module
from tradewind.models.lifetime.expect import expected_between, expected_given_alive, expected_since_first
from tradewind.models.lifetime.fit import Estimate
from tradewind.models.lifetime.groups import group_customers

CALIBRATION_END = date(1997, 10, 1)


@pytest.fixture(scope="module")
def orders(shared_data: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    table = pq.read_table(shared_data / "cdnow" / "cdnow_sample.parquet")
    return table["sample_id"].to_numpy(), table["date"].to_numpy(), table["value"].to_numpy()


@pytest.fixture(scope="module")
def cdnow(orders: tuple[np.ndarray, np.ndarray, np.ndarray]) -> LifetimeSummary:
    return summarise_orders(*orders, CALIBRATION_END, first_order_known=True)


@pytest.fixture(scope="module")
def bg_nbd(cdnow: LifetimeSummary) -> BetaGeometric:
    return fit_bg_nbd(cdnow)


@pytest.fixture(scope="module")
def pareto_nbd(cdnow: LifetimeSummary) -> ParetoNbd:
    return fit_pareto_nbd(cdnow)


def test_summary_has_the_published_counts(cdnow: LifetimeSummary, shared_data: Path) -> None:
    assert len(cdnow) == 2357
    assert int(np.sum(cdnow.frequency > 0)) == 946  # Fader, Hardie (2013)
    assert (cdnow.frequency[0], round(cdnow.recency_days[0] / 7, 2), round(cdnow.age_days[0] / 7, 2)) == (
        2,
        30.43,
        38.86,
    )
    shipped = pq.read_table(shared_data / "cdnow" / "cdnow_rfm_summary_39w.parquet")
    order = np.argsort(cdnow.entity_id)
    assert np.array_equal(cdnow.frequency[order], shipped["frequency"].to_numpy())
    assert np.allclose(cdnow.recency_days[order] / 7, shipped["recency"].to_numpy(), atol=0.0051)
    assert np.allclose(cdnow.age_days[order] / 7, shipped["T"].to_numpy(), atol=0.0051)


def test_bg_nbd_has_the_parameters_of_fader_hardie_lee_2005(bg_nbd: BetaGeometric) -> None:
    assert [round(v, 4) for v in bg_nbd.parameters] == [0.2426, 4.4136, 0.7929, 2.4259]
    assert round(bg_nbd.estimate.log_likelihood, 2) == -9582.43


def test_bg_nbd_on_the_shipped_summary_with_two_decimals(shared_data: Path) -> None:
    """Weeks rounded to two decimals are no whole days: the general way of grouping, nearly the same answer."""
    shipped = pq.read_table(shared_data / "cdnow" / "cdnow_rfm_summary_39w.parquet")
    model = fit_bg_nbd(summary_from_arrays(*(shipped[name].to_numpy() for name in ("frequency", "recency", "T"))))
    assert np.allclose(model.parameters, [0.2426, 4.4136, 0.7929, 2.4259], atol=2.5e-4)
    assert model.estimate.log_likelihood == pytest.approx(-9582.43, abs=0.02)


def test_pareto_nbd_has_the_parameters_of_fader_hardie_lee_2005(pareto_nbd: ParetoNbd) -> None:
    r, alpha, s, beta = pareto_nbd.parameters
    assert (round(r, 3), round(alpha, 2), round(s, 3), round(beta, 2)) == (0.553, 10.58, 0.606, 11.67)
    assert round(pareto_nbd.estimate.log_likelihood, 1) == -9595.0


def test_gamma_gamma_has_the_parameters_of_fader_hardie_2013(cdnow: LifetimeSummary) -> None:
    model = fit_gamma_gamma(cdnow)
    assert [round(v, 2) for v in model.parameters] == [6.25, 3.74, 15.44]
    assert round(model.estimate.log_likelihood, 1) == -4055.9
    assert model.estimate.customers == 946
    assert model.correlation.value is not None
    assert round(model.correlation.value, 2) == 0.11  # Fader, Hardie (2013), section 4
    assert model.check_independence().status == "pass"


def test_single_customers_have_the_published_expectations(bg_nbd: BetaGeometric, pareto_nbd: ParetoNbd) -> None:
    first = summary_from_arrays([2], [30.43], [38.86])  # spreadsheet note: 1.226
    assert bg_nbd.expected_purchases(first, Horizon(weeks(39)))[0] == pytest.approx(1.226, abs=5e-4)
    heavy = summary_from_arrays([26], [30.86], [31.0])  # BTYD: customer 1516
    assert pareto_nbd.expected_purchases(heavy, Horizon(weeks(52)))[0] == pytest.approx(25.46, abs=6e-3)
    assert pareto_nbd.probability_alive(heavy)[0] == pytest.approx(0.9979, abs=6e-5)
    assert pareto_nbd.expected_purchases(new_customers(), Horizon(weeks(52)))[0] == pytest.approx(1.473, abs=6e-4)
    assert bg_nbd.expected_purchases(new_customers(), Horizon(weeks(52)))[0] == pytest.approx(1.444, abs=6e-4)


def test_forecast_of_the_second_39_weeks_beats_carrying_rates_on(
    orders: tuple[np.ndarray, np.ndarray, np.ndarray], cdnow: LifetimeSummary, bg_nbd: BetaGeometric
) -> None:
    horizon = Horizon(weeks(39))
    later = count_purchases(cdnow, *orders, CALIBRATION_END, horizon)
    assert later.sum() == 1882  # Fader, Hardie, Lee (2005): 1,882 repeat purchases in weeks 40 to 78
    assert abs(bg_nbd.expected_purchases(cdnow, horizon).sum() / 1882 - 1) < 0.13


def _bg(r: float, alpha: float, a: float, b: float) -> BetaGeometric:
    return BetaGeometric(Estimate(("r", "alpha", "a", "b"), (r, alpha, a, b), ((),), 0.0, 1, 0.0, 0), 1.0)


def _pareto(r: float, alpha: float, s: float, beta: float) -> ParetoNbd:
    return ParetoNbd(Estimate(("r", "alpha", "s", "beta"), (r, alpha, s, beta), ((),), 0.0, 1, 0.0, 0), 1.0)


def test_bg_nbd_expectation_equals_equation_10() -> None:
    from scipy.special import hyp2f1

    r, alpha, a, b = 0.2426, 30.9, 0.7929, 2.4259
    x, tx, t, h = np.array([0, 1, 2, 7, 20]), np.array([0, 5, 200, 100, 260.0]), np.full(5, 272.0), 273
    summary = summary_from_arrays(x, tx, t, unit_days=1.0)
    series = hyp2f1(r + x, b + x, a + b + x - 1, h / (alpha + t + h))
    top = (a + b + x - 1) / (a - 1) * (1 - ((alpha + t) / (alpha + t + h)) ** (r + x) * series)
    odds = np.where(x > 0, a / (b + np.maximum(x, 1) - 1) * ((alpha + t) / (alpha + tx)) ** (r + x), 0.0)
    got = _bg(r, alpha, a, b).expected_purchases(summary, Horizon(days(h)))
    assert np.allclose(got, top / (1 + odds), rtol=1e-9)


def test_pareto_nbd_expectation_equals_the_closed_form() -> None:
    r, alpha, s, beta = 0.55, 74.0, 0.61, 82.0
    x, t, h = np.array([0.0, 3.0, 40.0]), np.array([10.0, 200.0, 300.0]), 365
    summary = summary_from_arrays(x, np.array([0, 150.0, 299.0]), t, unit_days=1.0)
    closed = (r + x) * (beta + t) / ((alpha + t) * (s - 1)) * (1 - ((beta + t) / (beta + t + h)) ** (s - 1))
    assert np.allclose(expected_given_alive(_pareto(r, alpha, s, beta), summary, Horizon(days(h))), closed, rtol=1e-12)


def test_pareto_nbd_likelihood_equals_the_hypergeometric_form_on_both_sides() -> None:
    """Fader, Hardie (2005), equations (22) and (23): alpha above, below and equal to beta."""
    from scipy.special import gammaln, hyp2f1

    x, tx, t = np.array([0.0, 1.0, 4.0]), np.array([0.0, 3.0, 20.0]), np.array([30.0, 25.0, 38.0])
    for r, alpha, s, beta in ((0.55, 10.6, 0.61, 11.7), (0.55, 11.7, 0.61, 10.6), (0.8, 9.0, 1.3, 9.0)):
        big, small = max(alpha, beta), min(alpha, beta)
        second = s + 1 if alpha >= beta else r + x
        shape = r + s + x

        def part(u: np.ndarray) -> np.ndarray:
            return hyp2f1(shape, second, shape + 1, (big - small) / (big + u)) / (big + u) ** shape  # noqa: B023

        both = (alpha + t) ** -(r + x) * (beta + t) ** -s + s / shape * (part(tx) - part(t))
        published = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta) + np.log(both)
        groups = group_customers(summary_from_arrays(x, tx, t, unit_days=1.0))
        scale = groups.scale_days
        value, _ = pareto_module._likelihood(groups, np.log([r, alpha / scale, s, beta / scale]))
        assert value - x.sum() * np.log(scale) == pytest.approx(published.sum(), rel=1e-11)


def _brute_force(f: object, low: float, high: float, finest: float) -> float:
    """Composite Gauss-Legendre on pieces that grow by half: slow, and right to rounding."""
    node, weight = np.polynomial.legendre.leggauss(40)
    total, at, step = 0.0, low, finest
    while at < high:
        end = min(at + step, high)
        total += (end - at) / 2 * float(np.sum(weight * f((at + end) / 2 + (end - at) / 2 * node)))  # type: ignore[operator]
        at, step = end, step * 1.5
    return total


def test_death_integral_equals_brute_force_over_extreme_parameters() -> None:
    rng = np.random.default_rng(5)
    worst = 0.0
    for _ in range(300):
        r, alpha, s, beta = np.exp(rng.uniform([-4, -7, -4, -7], [4, 5, 4, 5]))
        x, t = float(rng.choice([0, 0, 1, 2, 5, 20, 100, 1000])), rng.uniform(0.01, 3)
        tx = 0.0 if x == 0 else t * rng.uniform() ** 2

        def density(u: np.ndarray) -> np.ndarray:
            buying = -(r + x) * np.log1p(u / (alpha + tx))  # noqa: B023
            return np.exp(buying - s * np.log1p(u / (beta + tx))) * s / (beta + tx + u)  # noqa: B023

        lives, dies, _ = pareto_module.death_integrals((r, alpha, s, beta), *np.array([[x], [tx], [t]]))
        truth = _brute_force(density, 0.0, t - tx, (min(alpha, beta) + tx) / max(4.0, r + x + s))
        worst = max(worst, abs(dies[0] - truth) / (truth + lives[0]))
    assert worst < 1e-12


def test_hypergeometric_series_and_integral_equal_each_other_and_brute_force() -> None:
    """E[(1 + p z)^−k] for p ~ Beta(a, b), exponents from 0.1 to 1000, z from 0.001 to 200."""
    from scipy.special import betaln

    rng = np.random.default_rng(6)
    k, a, b, z = np.exp(rng.uniform([[-2], [-4], [-2.5], [-7]], [[7], [3], [5], [5]], (4, 400)))
    series, integral = hypergeometric.positive_series(k, a, b, z), hypergeometric.beta_integral(k, a, b, z)
    assert np.allclose(series, integral, rtol=1e-10)
    y = np.arange(-3000.0, 600.0, 0.02)  # the trapezoidal rule on the log-odds of p
    log_p, log_q = -np.logaddexp(0, -y), -np.logaddexp(0, y)
    for i in range(60):
        power = k[i] * np.log1p(np.exp(log_p) * z[i])
        truth = 0.02 * np.sum(np.exp(a[i] * log_p + b[i] * log_q - betaln(a[i], b[i]) - power))
        assert series[i] == pytest.approx(truth, rel=1e-10)
    assert hypergeometric.beta_power_mean(*np.array([[2.0], [1.0], [1.0], [1e6]]))[0] == pytest.approx(1 / (1 + 1e6))


@pytest.mark.parametrize("make", ["bg", "pareto"])
def test_expectations_equal_brute_force_over_extreme_parameters(make: str) -> None:
    """Rates that change within an hour or within decades, horizons of a day to ten years, discounted."""
    rng = np.random.default_rng(8)
    for _ in range(60):
        model = (_bg if make == "bg" else _pareto)(*np.exp(rng.uniform([-3, -3, -3, -3], [3, 7, 3, 7])))
        if make == "bg":
            model = _bg(*np.exp(rng.uniform([-3, -3, -3, -3], [3, 7, 3, 3])))
        x, age, h = float(rng.choice([0, 1, 5, 60])), rng.choice([0.0, 3.0, 400.0]), int(rng.choice([1, 30, 3650]))
        delta = float(np.log(1.1) / 365.25)

        def worth(u: np.ndarray) -> np.ndarray:
            rate = model.rate_given_alive(np.full_like(u, x), np.full_like(u, age), u)  # noqa: B023
            return rate * np.exp(-delta * u)  # noqa: B023

        truth = _brute_force(worth, 0.0, float(h), 0.01)
        got = expected_between(model, *np.array([[x], [age], [0.0], [float(h)]]), delta)[0]
        assert got == pytest.approx(truth, rel=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_gradients_equal_high_order_differences(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = 40
    x = rng.integers(0, 30, n)
    age = rng.uniform(1, 60, n)
    groups = group_customers(summary_from_arrays(x, np.where(x > 0, age * rng.uniform(0.01, 1, n), 0.0), age))
    amounts, counts = rng.gamma(3.0, size=n), np.maximum(x, 1).astype(float)
    for likelihood, size in (
        (bg_module._Likelihood(groups), 4),
        (lambda theta: pareto_module._likelihood(groups, theta), 4),
        (lambda theta: gamma_module._likelihood(counts, amounts, theta), 3),
    ):
        theta = rng.uniform(-2, 2, size)
        _, gradient = likelihood(theta)
        for i in range(size):
            step = np.zeros(size)
            step[i] = 2e-3
            # Eighth-order central difference: the error is of the order of step⁸.
            weights = (4 / 5, -1 / 5, 4 / 105, -1 / 280)
            rise = sum(
                w * (likelihood(theta + k * step)[0] - likelihood(theta - k * step)[0])
                for k, w in enumerate(weights, start=1)
            )
            assert gradient[i] == pytest.approx(rise / 2e-3, rel=1e-8, abs=1e-8 * np.abs(gradient).max())


def test_expected_since_first_equals_equation_9() -> None:
    from scipy.special import hyp2f1

    r, alpha, a, b = 0.2426, 4.4136, 0.7929, 2.4259
    t = np.array([1.0, 10.0, 78.0, 500.0])
    series = hyp2f1(r, b, a + b - 1, t / (alpha + t))
    published = (a + b - 1) / (a - 1) * (1 - (alpha / (alpha + t)) ** r * series)
    assert np.allclose(expected_since_first(_bg(r, alpha, a, b), t), published, rtol=1e-8)
