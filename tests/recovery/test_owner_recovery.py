"""Owners' win rates: intervals hold the truth, few deals are drawn further, and equal owners are not told apart."""

from __future__ import annotations

import numpy as np

from tradewind.models.pipeline.owners import owner_rates


def test_intervals_hold_the_true_rates_and_miss_less_than_the_raw_shares() -> None:
    """120 teams of 8 with 10 to 60 closed deals each: 960 intervals of nominally 95 %."""
    rng = np.random.default_rng(11)
    held, ours, raw = [], 0.0, 0.0
    for _ in range(120):
        truth = rng.beta(6, 18, 8)
        closed = rng.integers(10, 60, 8)
        won = rng.binomial(closed, truth)
        found = owner_rates(won, closed)
        held += ((found.low <= truth) & (truth <= found.high)).tolist()
        ours += float(((found.rate - truth) ** 2).sum())
        raw += float(((won / closed - truth) ** 2).sum())
    assert 0.93 <= np.mean(held) <= 0.99
    assert ours < 0.7 * raw


def test_few_deals_are_drawn_further_towards_the_average() -> None:
    found = owner_rates(np.array([8, 80, 20, 10]), np.array([10, 100, 100, 50]))
    assert found.rate[0] < found.rate[1] < 0.8
    assert found.low[0] < found.low[1]
    assert found.differ


def test_equal_owners_are_hardly_ever_said_to_differ() -> None:
    rng = np.random.default_rng(2)
    said = [owner_rates(rng.binomial(40, 0.25, 6), np.full(6, 40)).differ for _ in range(200)]
    assert np.mean(said) < 0.1


def test_owners_who_win_all_or_nothing_are_no_trouble() -> None:
    for won in (np.zeros(3, dtype=np.int64), np.full(3, 12)):
        found = owner_rates(won, np.full(3, 12))
        assert np.isfinite(found.rate).all()
        assert (found.low <= found.rate).all()
        assert (found.rate <= found.high).all()
