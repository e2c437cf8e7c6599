"""Figures at the edge of their range still have an honest interval."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from tradewind.stats.boundary import newcombe_interval, wilson_interval


@pytest.mark.parametrize(("hits", "trials"), [(0, 3), (3, 3), (5, 40), (39, 40)])
def test_wilson_is_that_of_statsmodels(hits: int, trials: int) -> None:
    expected = proportion_confint(hits, trials, method="wilson")
    assert wilson_interval(hits / trials, trials) == pytest.approx(expected, abs=1e-12)


def test_newcombe_holds_the_truth_with_five_positives() -> None:
    rng = np.random.default_rng(40)
    apart, held = stats.norm.ppf(0.9) * np.sqrt(2), []
    for _ in range(400):
        positive, negative = rng.normal(apart, 1, 5), rng.normal(0, 1, 60)
        area = float(np.mean(positive[:, None] > negative))
        low, high = newcombe_interval(area, 5, 60)
        held.append(low <= 0.9 <= high)
    assert 0.91 <= np.mean(held) <= 1.0


def test_a_perfect_ranking_of_three_is_far_from_certain() -> None:
    low, high = newcombe_interval(1.0, 3, 50)
    assert high == 1.0
    assert low < 0.75
    assert newcombe_interval(0.0, 3, 50) == pytest.approx((0.0, 1 - low))
