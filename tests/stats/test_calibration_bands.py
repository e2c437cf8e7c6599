"""Calibration bands keep ties together, and perfect probabilities leave their band one time in twenty."""

from __future__ import annotations

import numpy as np
import pytest

from tradewind.stats.calibration import calibrate_bands, equal_mass_bands, expected_calibration_error


def test_bands_hold_equal_weight_and_never_split_equal_predictions() -> None:
    predicted = np.array([0.1, 0.1, 0.1, 0.4, 0.5, 0.9])
    assert equal_mass_bands(predicted, np.ones(6), 2).tolist() == [0, 0, 0, 1, 1, 1]
    assert equal_mass_bands(predicted, np.array([1.0, 1, 1, 1, 1, 10]), 2).tolist() == [0, 0, 0, 0, 0, 1]
    assert equal_mass_bands(np.full(4, 0.3), np.ones(4)).tolist() == [0, 0, 0, 0]


def test_ece_by_hand() -> None:
    # Two bands of two: |0.5 − 0.15| and |1.0 − 0.7|, half of the weight each.
    label, predicted = [0, 1, 1, 1], [0.1, 0.2, 0.6, 0.8]
    assert expected_calibration_error(label, predicted, np.ones(4), bands=2) == pytest.approx(0.325)
    # With the second row weighing three: |0.75 − 0.175| · 4/6 + |1 − 0.7| · 2/6.
    weight = np.array([1.0, 3.0, 1.0, 1.0])
    assert expected_calibration_error(label, predicted, weight, bands=2) == pytest.approx(
        (abs(3 - 0.7) + abs(2 - 1.4)) / 6
    )


def test_perfect_probabilities_are_inside_their_band_as_often_as_stated() -> None:
    rng = np.random.default_rng(30)
    predicted, weight = rng.beta(1, 4, 400), np.ones(400)
    inside = []
    for _ in range(300):
        label = (rng.random(400) < predicted).astype(float)
        inside.append(calibrate_bands(label, predicted, weight, rng, simulations=300).inside)
    assert 0.91 <= np.mean(inside) <= 0.985


def test_each_band_range_holds_what_perfect_probabilities_show() -> None:
    rng = np.random.default_rng(31)
    predicted, weight = rng.beta(2, 2, 1_000), rng.gamma(2, 1, 1_000)
    held = []
    for _ in range(60):
        bands = calibrate_bands((rng.random(1_000) < predicted).astype(float), predicted, weight, rng, simulations=300)
        held.append((bands.low <= bands.observed) & (bands.observed <= bands.high))
    assert 0.92 <= np.mean(held) <= 0.98


def test_wrong_probabilities_are_outside() -> None:
    rng = np.random.default_rng(32)
    truth = rng.beta(2, 5, 2_000)
    label = (rng.random(2_000) < truth).astype(float)
    bands = calibrate_bands(label, np.clip(truth * 1.5, 0, 1), np.ones(2_000), rng)
    assert not bands.inside
    assert bands.ece == pytest.approx(
        float(expected_calibration_error(label, np.clip(truth * 1.5, 0, 1), np.ones(2_000)))
    )
    assert bands.n.sum() == 2_000
    assert (np.diff(bands.predicted) > 0).all()


def test_rows_without_weight_do_not_count() -> None:
    rng = np.random.default_rng(33)
    label, predicted = np.array([0.0, 1, 1, 0]), np.array([0.2, 0.8, 0.5, 0.99])
    bands = calibrate_bands(label, predicted, np.array([1.0, 1, 1, 0]), rng, bands=2)
    assert bands.n.sum() == 3
