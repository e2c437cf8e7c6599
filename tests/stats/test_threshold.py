"""The confusion table agrees with scikit-learn and says when a ratio does not exist."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from tradewind.stats.threshold import confusion

RNG = np.random.default_rng(2)
LABEL, SCORE, WEIGHT = RNG.integers(0, 2, 80), RNG.random(80), RNG.random(80)


def test_counts_and_ratios_equal_scikit_learn() -> None:
    ours, contacted = confusion(LABEL, SCORE, WEIGHT, 0.6), SCORE >= 0.6
    matrix = metrics.confusion_matrix(LABEL, contacted, sample_weight=WEIGHT).ravel()
    names = ("true_negatives", "false_positives", "false_negatives", "true_positives")
    np.testing.assert_allclose([ours[name] for name in names], matrix)
    ratios = metrics.precision_recall_fscore_support(LABEL, contacted, sample_weight=WEIGHT, average="binary")[:3]
    np.testing.assert_allclose([ours["precision"], ours["recall"], ours["f1"]], ratios)


def test_the_threshold_itself_is_contacted() -> None:
    assert confusion([1, 0], [0.5, 0.4], np.ones(2), 0.5)["true_positives"] == 1


def test_ratios_without_denominator_are_not_numbers() -> None:
    nobody = confusion(LABEL, SCORE, WEIGHT, 2.0)
    assert np.isnan(nobody["precision"])
    assert nobody["recall"] == 0
    assert np.isnan(confusion(np.zeros(80), SCORE, WEIGHT, 0.5)["recall"])


def test_batches() -> None:
    batch = RNG.random((5, 80))
    expected = [float(confusion(LABEL, SCORE, row, 0.3)["f1"]) for row in batch]
    np.testing.assert_allclose(confusion(LABEL, SCORE, batch, 0.3)["f1"], expected)
    assert confusion(LABEL, SCORE, batch, 0.3)["true_positives"] == pytest.approx(
        batch @ ((SCORE >= 0.3) & (LABEL == 1))
    )
