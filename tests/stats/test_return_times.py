"""How soon customers come back: published figures, a known truth, and weights that count each customer once."""

from __future__ import annotations

import numpy as np
import pytest

from tradewind.stats.return_times import Gaps, purchase_gaps, time_to_return, waiting_curve


def test_the_curve_is_that_of_a_published_example() -> None:
    """The 6-MP arm of Freireich et al. (1963), as in Kalbfleisch and Prentice: S(6) = 0.857 … S(23) = 0.448."""
    days = np.array([6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35])
    open_ones = {(6, 1), (9, 1), (10, 1), (11, 1), (17, 1), (19, 1), (20, 1), (25, 1), (32, 2), (34, 1), (35, 1)}
    closed = np.ones(len(days), dtype=bool)
    for day, count in open_ones:
        closed[np.flatnonzero(days == day)[-count:]] = False
    gaps = Gaps(np.arange(len(days)), days, closed, np.ones(len(days)))
    curve = waiting_curve(gaps, gaps.weight[None, :])[0][0]
    published = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}
    for day, share in published.items():
        assert curve[day] == pytest.approx(share, abs=0.0006)


def test_gaps_of_a_customer_share_one_weight_and_an_open_gap_counts_only_alone() -> None:
    gaps = purchase_gaps(np.array([0, 1, 0, 0, 0]), np.array([10, 5, 0, 10, 40]), 100)
    assert list(zip(gaps.customer, gaps.days, gaps.closed, gaps.weight, strict=True)) == [
        (0, 10, True, 0.5), (0, 30, True, 0.5), (1, 95, False, 1.0),
    ]  # fmt: skip
    first = purchase_gaps(np.array([0, 1, 0, 0]), np.array([10, 5, 0, 40]), 100, first_only=True)
    assert list(zip(first.days, first.closed, strict=True)) == [(10, True), (95, False)]


def _simulated(rng: np.random.Generator, customers: int, once: float, end: int = 730) -> tuple[np.ndarray, np.ndarray]:
    """Customers with exponential gaps whose mean is their own; a share of them never comes back."""
    codes, days = [], []
    for code in range(customers):
        at, mean = float(rng.uniform(0, end - 1)), float(rng.gamma(4.0, 15.0))
        back = rng.random() >= once
        while at < end:
            codes.append(code)
            days.append(int(at))
            if not back:
                break
            at += 1 + rng.exponential(mean)
    return np.array(codes), np.array(days)


def test_the_truth_of_a_simulated_shop_is_recovered_although_most_gaps_are_cut_short() -> None:
    rng = np.random.default_rng(3)
    true = 1 + rng.exponential(rng.gamma(4.0, 15.0, 400_000))
    for seed in range(3):
        code, day = _simulated(np.random.default_rng(seed), 3_000, once=0.3)
        found = time_to_return(purchase_gaps(code, day, 730), np.random.default_rng(1))
        median = found.quantiles[0.5]
        assert median.low is not None
        assert median.high is not None
        assert median.low - 1.5 <= np.median(true) <= median.high + 1.5
        assert found.come_back.value == pytest.approx(0.7, abs=0.03)
        naive = np.median(np.diff(day)[np.diff(code) == 0])
        assert abs(median.value - np.median(true)) < abs(naive - np.median(true))


def test_few_customers_and_customers_who_never_come_back_are_said() -> None:
    rng = np.random.default_rng(0)
    few = time_to_return(purchase_gaps(np.arange(5), np.arange(5), 50), rng)
    assert "too few" in few.come_back.reason
    once = time_to_return(purchase_gaps(np.arange(100), np.arange(100), 200), rng)
    assert once.come_back.value == 0
    assert once.days(0.5) is None
    assert "nobody" in once.quantiles[0.5].reason
