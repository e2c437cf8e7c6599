"""Regression figures agree with scikit-learn and scipy under weights."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn import metrics

from tradewind.stats.amounts import mae, r2, rmse, spearman, total_bias

AMOUNTS = st.lists(
    st.tuples(st.integers(0, 8), st.integers(0, 8), st.sampled_from([0.5, 1.0, 2.0])), min_size=3, max_size=40
)


@given(AMOUNTS)
@settings(max_examples=100, deadline=None)
def test_errors_equal_scikit_learn_with_weights(rows: list[tuple[int, int, float]]) -> None:
    actual, predicted, weight = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    named = {"sample_weight": weight}
    assert mae(actual, predicted, weight) == pytest.approx(metrics.mean_absolute_error(actual, predicted, **named))
    assert rmse(actual, predicted, weight) == pytest.approx(metrics.root_mean_squared_error(actual, predicted, **named))
    if len(set(actual)) > 1:
        assert r2(actual, predicted, weight) == pytest.approx(metrics.r2_score(actual, predicted, **named))
    else:
        assert np.isnan(r2(actual, predicted, weight))


@given(AMOUNTS)
@settings(max_examples=100, deadline=None)
def test_spearman_equals_scipy_on_repeated_rows(rows: list[tuple[int, int, float]]) -> None:
    actual, predicted, weight = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    times = (2 * weight).astype(int)
    ours = spearman(actual, predicted, times.astype(float))
    if len(set(actual)) == 1 or len(set(predicted)) == 1:
        assert np.isnan(ours)
    else:
        assert ours == pytest.approx(stats.spearmanr(np.repeat(actual, times), np.repeat(predicted, times)).statistic)


def test_total_bias_by_hand() -> None:
    assert total_bias([10.0, 0.0, 30.0], [20.0, 12.0, 10.0], np.array([1.0, 1.0, 1.0])) == pytest.approx(0.05)
    assert total_bias([10.0, 0.0], [20.0, 5.0], np.array([1.0, 2.0])) == pytest.approx(2.0)
    assert np.isnan(total_bias([0.0, 0.0], [1.0, 2.0], np.ones(2)))


def test_variance_is_exact_far_from_zero() -> None:
    actual = 1e8 + np.array([0.0, 1.0, 2.0, 3.0])
    assert r2(actual, actual + 0.5, np.ones(4)) == pytest.approx(0.8)


def test_a_batch_is_the_same_as_one_at_a_time() -> None:
    rng = np.random.default_rng(4)
    actual, predicted = rng.gamma(1, 10, 60).round(), rng.gamma(1, 10, 60).round()
    batch = rng.poisson(1, (10, 60)).astype(float)
    for figure in (mae, rmse, r2, total_bias, spearman):
        one_by_one = [float(figure(actual, predicted, row)) for row in batch]
        np.testing.assert_allclose(figure(actual, predicted, batch), one_by_one, rtol=1e-10)


def test_no_rows_is_not_a_number() -> None:
    nothing = np.array([])
    for figure in (mae, rmse, r2, total_bias, spearman):
        assert np.isnan(figure(nothing, nothing, nothing))
