"""Ranking figures agree with scikit-learn under weights, with hand-made examples, and with brute force over ties."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from tradewind.stats.ranking import auc, average_precision, capture, lift, rank, total_in_first

# Few distinct scores and weights of zero, so that ties and empty groups are the rule and not the exception.
ROWS = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 6), st.sampled_from([0.0, 0.5, 1.0, 2.0, 3.25])),
    min_size=2,
    max_size=40,
).filter(lambda rows: {label for label, _, weight in rows if weight > 0} == {0, 1})


def columns(rows: list[tuple[int, int, float]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    label, score, weight = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    return label, score, weight


@given(ROWS)
@settings(max_examples=150, deadline=None)
def test_auc_and_average_precision_equal_scikit_learn_with_weights(rows: list[tuple[int, int, float]]) -> None:
    label, score, weight = columns(rows)
    assert auc(label, score, weight) == pytest.approx(metrics.roc_auc_score(label, score, sample_weight=weight))
    expected = metrics.average_precision_score(label, score, sample_weight=weight)
    assert average_precision(label, score, weight) == pytest.approx(expected)


@given(ROWS)
@settings(max_examples=50, deadline=None)
def test_a_batch_of_weights_gives_the_same_as_one_at_a_time(rows: list[tuple[int, int, float]]) -> None:
    label, score, weight = columns(rows)
    batch = np.stack([weight, weight[::-1], np.ones_like(weight), np.zeros_like(weight)])
    shares = [0.1, 0.33, 1.0]
    for figure in (auc, average_precision):
        one_by_one = [figure(label, score, row) for row in batch]
        np.testing.assert_allclose(figure(label, score, batch), one_by_one, rtol=1e-12)
    np.testing.assert_allclose(
        capture(label, score, batch, shares), [capture(label, score, row, shares) for row in batch], rtol=1e-12
    )


@given(ROWS)
@settings(max_examples=50, deadline=None)
def test_whole_number_weights_equal_repeated_rows(rows: list[tuple[int, int, float]]) -> None:
    label, score, weight = columns(rows)
    times = np.ceil(weight).astype(int)
    again, one = np.repeat(np.arange(len(label)), times), np.ones(times.sum())
    for figure in (auc, average_precision):
        assert figure(label, score, times.astype(float)) == pytest.approx(
            float(figure(label[again], score[again], one))
        )


def test_the_share_found_is_the_mean_over_all_orders_of_tied_rows() -> None:
    label = np.array([1, 0, 1, 0, 1, 0])
    score = np.array([3, 2, 2, 2, 1, 1])
    orders = [[0, *middle, *last] for middle in permutations((1, 2, 3)) for last in permutations((4, 5))]
    for contacted in range(7):
        by_hand = np.mean([label[order[:contacted]].sum() for order in orders]) / 3
        found = capture(label, score, np.ones(6), [contacted / 6])[0]
        assert found == pytest.approx(by_hand)


def test_lift_by_hand() -> None:
    # Ten rows, two positives, the best-scored one positive: the first tenth holds half of all, five times its share.
    label = np.array([1, 0, 0, 1, 0, 0, 0, 0, 0, 0])
    assert lift(label, -np.arange(10), np.ones(10), [0.1])[0] == pytest.approx(5.0)


def test_everybody_tied_is_chance() -> None:
    label, weight = np.array([1, 0, 0, 0]), np.array([1.0, 2.0, 3.0, 4.0])
    assert auc(label, np.zeros(4), weight) == 0.5
    np.testing.assert_allclose(capture(label, np.zeros(4), weight, [0.0, 0.25, 1.0]), [0.0, 0.25, 1.0])


def test_an_unknown_score_ranks_last() -> None:
    assert rank([np.nan, 1.0, -np.inf]).order.tolist() == [1, 0, 2]
    assert auc(np.array([1, 0]), [0.0, np.nan], np.ones(2)) == 1.0


def test_what_cannot_be_computed_is_not_a_number() -> None:
    assert np.isnan(auc(np.ones(3), np.arange(3), np.ones(3)))
    assert np.isnan(average_precision(np.zeros(3), np.arange(3), np.ones(3)))
    assert np.isnan(capture(np.zeros(3), np.arange(3), np.ones(3), [0.5])).all()
    assert np.isnan(auc(np.array([]), np.array([]), np.array([])))


def test_amounts_add_up_to_their_total_at_full_depth() -> None:
    rng = np.random.default_rng(0)
    amount, weight = rng.normal(size=50), rng.random((3, 50))
    found = total_in_first(amount, rng.integers(0, 5, 50), weight, [0.0, 1.0])
    np.testing.assert_allclose(found, np.stack([np.zeros(3), weight @ amount], axis=1), atol=1e-12)
