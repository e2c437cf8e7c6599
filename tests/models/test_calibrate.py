"""Calibration mends what is wrong, keeps the order, and keeps still when there is too little to learn from."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradewind.models.calibrate import Calibrator, fit_amount_calibrator, fit_probability_calibrator


def logistic(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def ece(p: np.ndarray, y: np.ndarray) -> float:
    bands = np.array_split(np.argsort(p), 10)
    return float(np.mean([abs(p[band].mean() - y[band].mean()) for band in bands]))


def overconfident(n: int, seed: int, shift: float = -1.0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    truth = rng.normal(shift, 1.2, n)
    return logistic(2 * truth + 0.8), (rng.random(n) < logistic(truth)).astype(float)


@pytest.mark.parametrize(("n", "kind"), [(1500, "platt"), (20_000, "isotonic")])
def test_miscalibrated_probabilities_are_mended_on_data_not_seen(n, kind) -> None:
    p, y = overconfident(n, 0)
    calibrator = fit_probability_calibrator(p, y, np.ones(n))
    assert calibrator.kind == kind
    fresh, came = overconfident(20_000, 1)
    assert ece(fresh, came) > 0.05
    assert ece(calibrator.apply(fresh), came) < 0.02


def test_a_bend_that_two_parameters_cannot_follow_is_followed_by_the_free_curve() -> None:
    rng = np.random.default_rng(3)
    truth = rng.uniform(0, 1, 30_000)
    y = (rng.random(30_000) < truth).astype(float)
    said = np.where(truth < 0.5, truth / 5, 0.1 + (truth - 0.5) * 1.8)
    calibrated = fit_probability_calibrator(said[:20_000], y[:20_000], np.ones(20_000)).apply(said[20_000:])
    assert np.abs(calibrated - truth[20_000:]).mean() < 0.02


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([200, 3000]), st.floats(-3, 3))
def test_order_is_kept_and_probabilities_stay_inside(seed, n, shift) -> None:
    p, y = overconfident(n, seed, shift)
    made = fit_probability_calibrator(p, y, np.ones(n)).apply(np.linspace(1e-6, 1 - 1e-6, 501))
    assert (np.diff(made) >= 0).all()
    assert ((made > 0) & (made < 1)).all()
    assert len(np.unique(made)) > 400, "people with different scores must not tie"


def test_weights_count() -> None:
    p, y = overconfident(20_000, 4)
    weight = np.where(y > 0.5, 3.0, 1.0)
    made = fit_probability_calibrator(p, y, weight).apply(p)
    assert np.average(made, weights=weight) == pytest.approx(np.average(y, weights=weight), abs=0.01)
    platt = fit_probability_calibrator(p[:1000], y[:1000], weight[:1000])
    assert np.average(platt.apply(p[:1000]), weights=weight[:1000]) == pytest.approx(
        np.average(y[:1000], weights=weight[:1000]), abs=0.01
    )


def test_too_few_outcomes_change_nothing_and_say_so() -> None:
    p = np.linspace(0.1, 0.9, 100)
    y = np.zeros(100)
    y[:5] = 1
    calibrator = fit_probability_calibrator(p, y, np.ones(100))
    assert calibrator.kind == "identity"
    assert "Only 5" in calibrator.said
    assert np.array_equal(calibrator.apply(p), p)


def test_scores_without_any_information_become_the_base_rate() -> None:
    rng = np.random.default_rng(5)
    p, y = rng.uniform(0, 1, 2000), (rng.random(2000) < 0.2).astype(float)
    made = fit_probability_calibrator(p, y, np.ones(2000)).apply(p)
    assert made.mean() == pytest.approx(y.mean(), abs=0.01)
    assert made.std() < 0.05


def test_platt_targets_are_those_of_the_paper() -> None:
    """Platt (1999), eq. 13: with all scores equal the fitted probability is the mean of the smoothed targets."""
    y = np.r_[np.ones(30), np.zeros(70)]
    made = fit_probability_calibrator(np.full(100, 0.5), y, np.ones(100)).apply(np.array([0.5]))
    target = (30 * 31 / 32 + 70 * 1 / 72) / 100
    assert made[0] == pytest.approx(target, abs=0.01)


def amounts(n: int, level: float, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    truth = rng.lognormal(3, 1, n)
    came = np.where(rng.random(n) < 0.3, 0, truth * rng.lognormal(0, 0.3, n) / 0.7)
    origin = np.repeat(np.array(["2024-01-01", "2024-02-01", "2024-03-01"], dtype="datetime64[D]"), n // 3 + 1)[:n]
    return truth**0.7 * level, came, origin


def test_amounts_too_close_together_are_spread_out_again() -> None:
    said, came, origin = amounts(9000, 1.0, 0)
    said = said * came.sum() / said.sum()
    calibrator = fit_amount_calibrator(said, came, np.ones(9000), origin)
    assert calibrator.kind == "power"
    assert calibrator.slope == pytest.approx(1 / 0.7, abs=0.1)
    made = calibrator.apply(said)
    assert ((made - came) ** 2).mean() < ((said - came) ** 2).mean()
    assert (np.diff(calibrator.apply(np.sort(said))) >= 0).all()


def test_a_total_that_is_wrong_is_put_right_where_there_are_enough_people_to_see_it() -> None:
    said, came, origin = amounts(30_000, 1.0, 1)
    said = said * came.sum() / said.sum()
    for factor in (1.0, 0.8, 1.5):
        made = fit_amount_calibrator(factor * said, came, np.ones(30_000), origin).apply(factor * said)
        assert made.sum() / came.sum() == pytest.approx(1, abs=0.02)


def test_the_total_of_a_handful_of_people_is_not_believed() -> None:
    rng = np.random.default_rng(8)
    said = np.full(120, 10.0) + rng.normal(0, 0.1, 120)
    came = np.where(np.arange(120) == 7, 3000.0, 5.0)  # one enormous order doubles the total
    day = np.full(120, np.datetime64("2024-01-01"))
    made = fit_amount_calibrator(said, came, np.ones(120), day).apply(said).sum()
    assert made < 1.3 * said.sum() < came.sum()


def test_the_newest_origin_says_most_about_the_level() -> None:
    said, came, origin = amounts(30_000, 1.0, 1)
    said = said * came.sum() / said.sum()
    drifting = came * np.where(origin == origin.max(), 1.2, 1.0)
    made = fit_amount_calibrator(said, drifting, np.ones(30_000), origin).apply(said)
    assert 1.1 < made.sum() / came.sum() < 1.2


def test_returns_make_a_line_and_few_rows_change_nothing() -> None:
    rng = np.random.default_rng(2)
    said = rng.normal(5, 20, 500)
    came = 3 + 1.5 * said + rng.normal(0, 5, 500)
    day = np.full(500, np.datetime64("2024-01-01"))
    line = fit_amount_calibrator(said, came, np.ones(500), day)
    assert (line.kind, round(line.slope, 1)) == ("line", 1.5)
    assert line.apply(said).sum() == pytest.approx(came.sum(), rel=1e-6)
    few = fit_amount_calibrator(said[:50], came[:50], np.ones(50), day[:50])
    assert few.kind == "identity"
    assert "Only 50" in few.said


@pytest.mark.parametrize("n", [300, 20_000])
def test_it_survives_json_to_the_bit(n) -> None:
    p, y = overconfident(n, 6)
    calibrator = fit_probability_calibrator(p, y, np.ones(n))
    again = Calibrator.from_json(json.loads(json.dumps(calibrator.to_json())))
    assert again == calibrator
    assert again.apply(p).tobytes() == calibrator.apply(p).tobytes()
