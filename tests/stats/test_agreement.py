"""Shares and tails of counts against the posterior summed up, and against every outcome written out."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from tradewind.stats.agreement import count_distribution, jeffreys_interval, sign_test, surprise


@pytest.mark.parametrize(("successes", "trials"), [(1, 10), (5, 10), (9, 40), (39, 40)])
def test_jeffreys_intervals_leave_equal_tails_of_the_posterior(successes: int, trials: int) -> None:
    share = (np.arange(200_000) + 0.5) / 200_000
    density = share ** (successes - 0.5) * (1 - share) ** (trials - successes - 0.5)
    low, high = jeffreys_interval(successes, trials)
    assert density[share < low].sum() / density.sum() == pytest.approx(0.025, abs=2e-4)
    assert density[share > high].sum() / density.sum() == pytest.approx(0.025, abs=2e-4)


def test_jeffreys_intervals_reach_the_borders() -> None:
    assert jeffreys_interval(0, 10)[0] == 0.0
    assert jeffreys_interval(10, 10)[1] == 1.0
    with pytest.raises(ValueError, match="at least one"):
        jeffreys_interval(0, 0)


def test_a_split_is_as_uneven_as_coins_would_make_it() -> None:
    assert sign_test(0, 0) == 1.0
    assert sign_test(5, 5) == 1.0
    assert sign_test(9, 1) == pytest.approx(2 * (1 + 10) / 2**10)


def test_counts_of_different_chances_are_those_of_all_outcomes_written_out() -> None:
    chances = np.array([0.1, 0.35, 0.5, 0.9, 1.0, 0.0])
    expected = np.zeros(7)
    for outcome in product((0, 1), repeat=6):
        expected[sum(outcome)] += np.prod([c if came else 1 - c for c, came in zip(chances, outcome, strict=True)])
    assert count_distribution(chances) == pytest.approx(expected, abs=1e-15)
    assert surprise(1, chances) == pytest.approx(2 * expected[:2].sum())
    assert surprise(5, chances) == pytest.approx(2 * expected[5:].sum())


def test_chances_that_are_true_surprise_no_more_often_than_they_may() -> None:
    rng = np.random.default_rng(5)
    chances = rng.uniform(0.05, 0.6, 40)
    found = [surprise(int((rng.random(40) < chances).sum()), chances) < 0.05 for _ in range(1000)]
    assert np.mean(found) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 1000)
