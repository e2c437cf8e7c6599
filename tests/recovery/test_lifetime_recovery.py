"""Lifetime models find the truth again in simulated customers, and their intervals hold it as often as they say."""

from __future__ import annotations

import numpy as np
import pytest

from tradewind.core.time import Horizon, weeks
from tradewind.models.lifetime import (
    LifetimeSummary,
    compare_holdout,
    draw_purchases,
    expected_value,
    fit_bg_nbd,
    fit_gamma_gamma,
    fit_pareto_nbd,
    fit_purchases,
    summary_from_arrays,
    track_weeks,
)
from tradewind.models.lifetime.simulate import SimulatedLives, simulate_bg_nbd, simulate_pareto_nbd, simulate_spend
from tradewind.models.lifetime.summary import weeks_observed

BG_NBD = (0.4, 4.5, 0.8, 2.5)
PARETO_NBD = (0.6, 10.0, 0.7, 11.0)
GAMMA_GAMMA = (6.25, 3.74, 15.44)
AHEAD = 39


def _ages(n: int, rng: np.random.Generator) -> np.ndarray:
    return rng.integers(20, 40, n).astype(float)


def _bg_lives(n: int, rng: np.random.Generator) -> SimulatedLives:
    return simulate_bg_nbd(BG_NBD, _ages(n, rng), AHEAD, rng)


def _pareto_lives(n: int, rng: np.random.Generator) -> SimulatedLives:
    return simulate_pareto_nbd(PARETO_NBD, _ages(n, rng), AHEAD, rng)


def _covered(model: object, truth: tuple[float, ...]) -> np.ndarray:
    numbers = list(model.estimate.numbers().values())[: len(truth)]  # type: ignore[attr-defined]
    return np.array([n.low <= true <= n.high for n, true in zip(numbers, truth, strict=True)])


def test_bg_nbd_intervals_hold_the_truth_in_95_of_100_fits() -> None:
    rng = np.random.default_rng(1)
    held = np.array([_covered(fit_bg_nbd(_bg_lives(3000, rng).summary), BG_NBD) for _ in range(120)])
    assert np.all(held.mean(axis=0) >= 0.89)
    assert 0.92 <= held.mean() <= 0.985


def test_pareto_nbd_intervals_hold_the_truth_in_95_of_100_fits() -> None:
    rng = np.random.default_rng(2)
    held = np.array([_covered(fit_pareto_nbd(_pareto_lives(2500, rng).summary), PARETO_NBD) for _ in range(60)])
    assert np.all(held.mean(axis=0) >= 0.86)
    assert 0.91 <= held.mean() <= 0.99


def test_gamma_gamma_intervals_hold_the_truth_in_95_of_100_fits() -> None:
    rng = np.random.default_rng(3)
    held = []
    for _ in range(100):
        count = rng.geometric(0.4, 1500)
        amount, _ = simulate_spend(GAMMA_GAMMA, count, rng)
        held.append(_covered(fit_gamma_gamma(_with_amounts(count, amount)), GAMMA_GAMMA))
    assert np.all(np.mean(held, axis=0) >= 0.88)
    assert 0.92 <= np.mean(held) <= 0.985


def _with_amounts(count: np.ndarray, amount: np.ndarray) -> LifetimeSummary:
    age = np.full(len(count), 50.0)
    return summary_from_arrays(count, np.where(count > 0, 25.0, 0.0), age, amount)


@pytest.mark.parametrize("name", ["bg_nbd", "pareto_nbd"])
def test_expectations_are_unbiased_and_probabilities_are_frequencies(name: str) -> None:
    rng = np.random.default_rng(4)
    lives = (_bg_lives if name == "bg_nbd" else _pareto_lives)(60_000, rng)
    model = (fit_bg_nbd if name == "bg_nbd" else fit_pareto_nbd)(lives.summary.rows(np.arange(20_000)))
    expected = model.expected_purchases(lives.summary, Horizon(weeks(AHEAD)))
    assert expected.sum() / lives.later.sum() == pytest.approx(1, abs=0.04)
    order = np.argsort(expected)
    for part in np.array_split(order, 5)[2:]:  # busier groups, each on its own
        assert expected[part].sum() / lives.later[part].sum() == pytest.approx(1, abs=0.09)
    alive = model.probability_alive(lives.summary)
    for low in (0.0, 0.25, 0.5, 0.75):
        some = (alive >= low) & (alive < low + 0.25) & (lives.summary.frequency > 0)
        if some.sum() > 300:
            assert lives.alive[some].mean() == pytest.approx(alive[some].mean(), abs=0.04)


@pytest.mark.parametrize("name", ["bg_nbd", "pareto_nbd"])
def test_drawn_futures_hold_the_counts_that_follow_at_their_stated_rate(name: str) -> None:
    """Counts are whole numbers, so an interval covers more than 80 %; spread over its step (a randomised rank),
    a right distribution covers 80 % exactly."""
    rng = np.random.default_rng(5)
    lives = (_bg_lives if name == "bg_nbd" else _pareto_lives)(3000, rng)
    model, _ = fit_purchases(lives.summary, name)  # type: ignore[arg-type]
    drawn = draw_purchases(model, lives.summary, Horizon(weeks(AHEAD)), rng, 200)
    later = lives.later[:, None]
    below, same = np.mean(drawn < later, axis=1), np.mean(drawn == later, axis=1)
    rank = below + rng.uniform(size=3000) * same
    assert np.mean((rank > 0.1) & (rank < 0.9)) == pytest.approx(0.8, abs=0.025)
    low, high = np.quantile(drawn, [0.1, 0.9], axis=1, method="inverted_cdf")
    assert np.mean((low <= lives.later) & (lives.later <= high)) >= 0.8


def test_total_value_of_all_and_of_a_segment_lies_in_the_interval_of_the_sum() -> None:
    """95 % intervals of sums, over 40 simulated shops."""
    rng, held = np.random.default_rng(6), []
    for _ in range(40):
        n = 800
        lives = _bg_lives(n, rng)
        x, summary = lives.summary.frequency, lives.summary
        both, own = simulate_spend(GAMMA_GAMMA, x, rng)
        summary = _with_mean(summary, both)
        spend = fit_gamma_gamma(summary)
        model, _ = fit_purchases(summary)
        busy = np.where(x > 0, "came back", "came once")
        values = expected_value(model, spend, summary, Horizon(weeks(AHEAD)), 0.0, None, rng, draws=120, segments=busy)
        p = GAMMA_GAMMA[0]
        truth = np.where(lives.later > 0, rng.gamma(np.maximum(p * lives.later, 1e-9)) / p * own, 0.0)
        for number, some in ((values.total, x >= 0), (values.segments["came back"], x > 0)):
            assert number.low is not None
            assert number.high is not None
            held.append(number.low <= truth[some].sum() <= number.high)
    assert np.mean(held) >= 0.87


def _with_mean(summary: LifetimeSummary, amount: np.ndarray) -> LifetimeSummary:
    return summary_from_arrays(summary.frequency, summary.recency_days / 7, summary.age_days / 7, amount)


def test_holdout_of_a_true_model_shows_no_bias_and_beats_carrying_rates_on() -> None:
    rng = np.random.default_rng(7)
    lives = _bg_lives(6000, rng)
    found = compare_holdout(fit_bg_nbd(lives.summary), lives.summary, lives.later, Horizon(weeks(AHEAD)), rng)
    assert found.bias.low is not None
    assert found.bias.high is not None
    assert found.bias.low < 0 < found.bias.high
    assert found.predicted.low is not None
    assert found.predicted.high is not None
    assert found.predicted.low < found.actual < found.predicted.high
    assert found.naive_bias.low is not None
    assert found.naive_bias.low > 0.1
    assert found.error_gap.low is not None
    assert found.error_gap.low > 0


def test_weekly_range_holds_the_week_by_week_truth() -> None:
    """Final hold-out week of 30 simulated shops."""
    rng, held = np.random.default_rng(8), []
    for _ in range(30):
        lives = _bg_lives(600, rng)
        model, _ = fit_purchases(lives.summary)
        past, so_far = weeks_observed(lives.summary), int(lives.summary.frequency.sum())
        actual = np.concatenate([np.zeros(past, dtype=np.int64), np.full(AHEAD, so_far + int(lives.later.sum()))])
        table = track_weeks(model, lives.summary, actual, rng)
        last = table.slice(len(table) - 1).to_pylist()[0]
        held.append(last["low"] <= last["actual"] <= last["high"])
        assert table["predicted"][past - 1].as_py() == pytest.approx(so_far, rel=0.12)
    assert np.mean(held) >= 0.85
