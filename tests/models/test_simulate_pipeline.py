"""Futures of a pipeline: they add up, know nothing of the future, and find the chances that made the past."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.models.made_pipelines import FORWARD, STAGES, UNITS, make_pipeline

from tradewind.models.pipeline.backtest import Spread, learn_scale, spread_of, widen
from tradewind.models.pipeline.born import draw_births, fit_births
from tradewind.models.pipeline.chain import fit_chain
from tradewind.models.pipeline.level import find_level
from tradewind.models.pipeline.moves import draw_moves, follow
from tradewind.models.pipeline.pipeline import Pipeline, without_stages
from tradewind.models.pipeline.rules import Quarter, forecast_by_rules, win_rates
from tradewind.models.pipeline.simulate import Futures, simulate_pipeline


def _simulate(pipeline: Pipeline, now: float = 700.0, seed: int = 1, draws: int = 200) -> Futures:
    return simulate_pipeline(pipeline, now, 650.0, np.array([740.0, 830.0]), np.random.default_rng(seed), draws)


def _totals(futures: Futures) -> NDArray[np.float64]:
    return np.asarray(futures.total(0).sum(1))


def _all(futures: Futures) -> NDArray[np.float64]:
    return np.concatenate([futures.total(0), futures.total(1)], axis=1)


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 1000))
def test_parts_and_sellers_add_up(seed: int) -> None:
    futures = _simulate(make_pipeline(seed, a_day=0.3), seed=seed, draws=40)
    assert futures.total(0).shape == (40, UNITS)
    np.testing.assert_allclose(futures.total(0), futures.won + futures.open(0) + futures.new(0))
    np.testing.assert_allclose(futures.total(1), futures.open(1) + futures.new(1))
    draws = _totals(futures)
    np.testing.assert_allclose(draws, sum(futures.total(0)[:, unit] for unit in range(UNITS)))
    spread = spread_of(draws)
    assert futures.won.sum() <= spread.low <= spread.median <= spread.high
    assert spread.low <= spread.mean <= draws.max()
    path = futures.path(np.array([0.0, 20.0, 40.0]))
    assert np.all(np.diff(path, axis=1) >= 0)
    np.testing.assert_allclose(path[:, 0], futures.won.sum())
    np.testing.assert_allclose(path[:, 2], draws)


def test_the_same_seed_gives_the_same_futures() -> None:
    pipeline = make_pipeline(3, a_day=0.3)
    np.testing.assert_array_equal(_all(_simulate(pipeline)), _all(_simulate(pipeline)))
    assert not np.array_equal(_all(_simulate(pipeline)), _all(_simulate(pipeline, seed=2)))


def test_nothing_that_happens_later_moves_a_forecast() -> None:
    whole = make_pipeline(4, a_day=0.4)
    later = whole.closed >= 700
    other = replace(
        whole,
        won=np.where(later, ~whole.won, whole.won),
        closed=np.where(later, whole.closed + 400, whole.closed),
        ratio=np.where(later, 9.0, whole.ratio),
    )
    np.testing.assert_array_equal(_all(_simulate(whole)), _all(_simulate(other)))
    np.testing.assert_array_equal(_all(_simulate(whole)), _all(_simulate(whole.known(700))))
    moment = Quarter(650.0, 700.0, 740.0)
    earlier = [Quarter(650.0 - 90 * back, 700.0 - 90 * back, 740.0 - 90 * back) for back in range(5, 0, -1)]
    assert forecast_by_rules(whole, moment, earlier) == forecast_by_rules(other, moment, earlier)


def test_nothing_open_and_nothing_new_leaves_what_was_won() -> None:
    pipeline = make_pipeline(5, days=300.0, a_day=0.3)
    last = float(pipeline.closed.max())
    # Years without a new deal: the level of new ones has faded, and one of five futures may still bring one.
    now = last + 20_000
    won = replace(pipeline, closed=np.where(pipeline.won, now - 1, pipeline.closed))
    futures = simulate_pipeline(won, now, now - 30, np.array([now + 60]), np.random.default_rng(1), 100)
    assert np.all(futures.open(0) == 0)
    assert np.median(_totals(futures)) == pytest.approx(won.amount[won.won].sum())


def test_an_empty_pipeline_brings_nothing() -> None:
    empty = make_pipeline(6, a_day=0.2).known(-1.0)
    assert empty.count == 0
    assert _all(_simulate(empty)).sum() == 0


def test_one_deal_alone_does_not_break_it() -> None:
    one = make_pipeline(7, days=40.0, a_day=0.2).known(40.0)
    one = one.known(float(np.sort(one.created)[1])) if one.count > 1 else one
    assert one.count == 1
    assert np.all(np.isfinite(_all(_simulate(one))))


def test_amounts_that_nobody_knows_are_drawn_from_deals_that_were_won() -> None:
    pipeline = make_pipeline(8, a_day=0.4)
    some = replace(pipeline, amount=np.where(np.arange(pipeline.count) % 3 == 0, np.nan, pipeline.amount))
    futures = _simulate(some)
    assert np.all(np.isfinite(_all(futures)))
    assert futures.open(0).sum() > 0
    none = replace(pipeline, amount=np.full(pipeline.count, np.nan))
    assert _all(_simulate(none)).sum() == 0


def test_one_giant_of_the_past_does_not_come_again_and_again() -> None:
    pipeline = make_pipeline(14, a_day=0.4)
    amount = pipeline.amount.copy()
    amount[np.flatnonzero(pipeline.won & (pipeline.closed < 600))[0]] = 1e9
    futures = _simulate(replace(pipeline, amount=amount))
    assert futures.new(0).sum(1).mean() < 3 * _simulate(pipeline).new(0).sum(1).mean()


def test_negative_amounts_are_taken_as_they_are() -> None:
    pipeline = make_pipeline(9, a_day=0.4)
    back = replace(pipeline, amount=np.where(np.arange(pipeline.count) % 5 == 0, -pipeline.amount, pipeline.amount))
    futures = _simulate(back)
    assert np.all(np.isfinite(_all(futures)))
    assert _totals(futures).mean() < _totals(_simulate(pipeline)).mean()


def test_the_chances_that_made_the_past_are_found_again() -> None:
    pipeline = make_pipeline(10, days=2500.0, a_day=2.0).known(2500.0)
    moves = draw_moves(fit_chain(pipeline, 2500.0), 200, 1, np.random.default_rng(1))
    count = 200 * 50
    draw = np.repeat(np.arange(200), 50)
    start = np.zeros(count, dtype=np.int64)
    won_at = follow(moves, draw, start, np.zeros(count), np.zeros(count), np.zeros(count), np.array([2000.0]),
                    np.random.default_rng(2))  # fmt: skip
    assert np.mean(won_at < np.inf) == pytest.approx(np.prod(FORWARD), abs=0.03)
    assert won_at[won_at < np.inf].mean() == pytest.approx(37.0, rel=0.08)
    assert win_rates(pipeline)[STAGES - 1] == pytest.approx(FORWARD[-1], abs=0.03)


def test_the_pace_of_new_deals_is_found_again_and_is_wider_where_weeks_differ() -> None:
    pipeline = make_pipeline(11, days=1500.0, a_day=1.0).known(1500.0)
    births = fit_births(pipeline, 1500.0, 0.0)
    draw, at = draw_births(births, 1500.0, 90.0, 400, np.zeros(13, dtype=np.int64), np.random.default_rng(1))
    count = np.bincount(draw, minlength=400)
    assert count.mean() == pytest.approx(90, rel=0.12)
    assert at.min() >= 0
    assert at.max() <= 91
    bunched = replace(pipeline, created=np.floor(pipeline.created / 28) * 28 + 1)
    assert fit_births(bunched, 1500.0, 0.0).dispersion > 2 * births.dispersion


def test_a_level_that_moved_is_followed_and_one_that_did_not_stays() -> None:
    information = np.full(20, 30.0)
    steady = find_level(np.random.default_rng(1).normal(0, 30**0.5, 20), information)
    moved = find_level(np.r_[np.zeros(12), np.full(8, -0.6 * 30)], information)
    assert abs(steady.mean) < 0.15
    assert moved.mean < -0.4
    assert moved.drift > steady.drift


def test_without_stages_one_stage_is_left_and_still_answers() -> None:
    pipeline = without_stages(make_pipeline(12))
    assert pipeline.stages == 1
    futures = _simulate(pipeline)
    expected = make_pipeline(12).revenue(650, 740).sum()
    assert spread_of(_totals(futures)).mean == pytest.approx(expected, rel=0.5)


def test_misses_widen_and_luck_does_not_narrow_much() -> None:
    spreads = [Spread(100, 100, 90, 110)] * 12
    assert learn_scale([], []) == 1
    assert learn_scale(spreads, [130.0] * 12) > 1.7
    assert 0.8 <= learn_scale(spreads, [100.0] * 12) < 1
    draws = np.array([10.0, 20.0, 30.0])
    np.testing.assert_allclose(widen(draws, 3.0, 5.0), [5.0, 20.0, 50.0])
    np.testing.assert_allclose(widen(np.array([-4.0, 20.0, 30.0]), 1.0, 5.0), [-4.0, 20.0, 30.0])


def test_intervals_hold_about_what_they_say() -> None:
    inside = []
    for seed in range(12):
        pipeline = make_pipeline(100 + seed, days=1000.0, a_day=1.0)
        for starts in (500.0, 700.0):
            futures = simulate_pipeline(pipeline, starts + 30, starts, np.array([starts + 90]),
                                        np.random.default_rng(seed), 150)  # fmt: skip
            spread = spread_of(_totals(futures))
            inside.append(spread.low <= pipeline.revenue(starts, starts + 90).sum() <= spread.high)
    assert 0.6 <= np.mean(inside) <= 0.97


def test_the_teams_own_weights_take_the_place_of_historys() -> None:
    pipeline = make_pipeline(13)
    moment = Quarter(650.0, 700.0, 740.0)
    own = forecast_by_rules(pipeline, moment, [], np.array([0.0, 0.0, np.nan]))
    assert own["stage weights"] < forecast_by_rules(pipeline, moment, [])["stage weights"]
    assert set(own) == {"stage weights"}


def test_deals_that_nobody_closed_do_not_come_back_to_life() -> None:
    whole = without_stages(make_pipeline(12))
    forgotten = (whole.created > 450) & (whole.created < 560)
    assert float(np.max(whole.closed - whole.created)) < 700 - 560
    gone = replace(
        whole,
        closed=np.where(forgotten, np.nan, whole.closed),
        won=whole.won & ~forgotten,
        steps=replace(
            whole.steps,
            left=np.where(forgotten[whole.steps.deal], np.nan, whole.steps.left),
            next=np.where(forgotten[whole.steps.deal], -1, whole.steps.next),
        ),
    )
    without, with_them = _simulate(whole), _simulate(gone)
    assert with_them.open(0).sum(1).mean() < 1.1 * without.open(0).sum(1).mean()
