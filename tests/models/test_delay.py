"""Conversions still to come: what is counted where, and what happens at the edges."""

from __future__ import annotations

import numpy as np
import pytest

from tradewind.core.errors import NotAnswerable
from tradewind.models.delay.counts import count_delays
from tradewind.models.delay.held import hold_against
from tradewind.models.delay.pace import estimate_groups, own_pace
from tradewind.models.delay.to_come import estimate_to_come
from tradewind.models.delay.worth import draw_amounts

NAN = float("nan")


def test_a_conversion_after_the_end_or_after_today_does_not_count() -> None:
    age, delay = np.array([100.0, 100.0, 5.0, 50.0]), np.array([10.0, 95.0, 7.0, NAN])
    counts = count_delays(np.zeros(4, dtype=np.int64), 1, age, delay, 90.0)
    assert counts.so_far.tolist() == [1]
    assert counts.leads.tolist() == [4]
    assert counts.waiting[0, -1] == 1, "who converted after the end had all the time there is, and did not"
    assert counts.waiting.sum() == 3


def test_leads_past_the_end_convert_no_more() -> None:
    age, delay = np.full(200, 400.0), np.where(np.arange(200) < 50, 20.0, NAN)
    counts = count_delays(np.zeros(200, dtype=np.int64), 1, age, delay, 180.0)
    drawn = estimate_to_come(counts, np.random.default_rng(0), 50)
    assert set(drawn.in_the_end.ravel()) == {50}


def test_leads_of_today_are_worth_what_older_ones_were() -> None:
    rng = np.random.default_rng(1)
    age = np.concatenate([np.full(1000, 300.0), np.full(500, 0.01)])
    delay = np.where((np.arange(1500) < 1000) & (rng.random(1500) < 0.2), rng.uniform(1, 60, 1500), NAN)
    counts = count_delays(np.zeros(1500, dtype=np.int64), 1, age, delay, 180.0)
    drawn = estimate_to_come(counts, rng, 300)
    assert drawn.in_the_end.mean() == pytest.approx(1.5 * counts.so_far[0], rel=0.08)


def test_nobody_converted_is_said() -> None:
    with pytest.raises(NotAnswerable, match="no lead has converted"):
        count_delays(np.zeros(3, dtype=np.int64), 1, np.full(3, 9.0), np.full(3, NAN), 90.0)


def test_a_slow_source_gets_a_delay_of_its_own() -> None:
    rng = np.random.default_rng(2)
    group = np.repeat([0, 1, 2], 600)
    delay = np.where(rng.random(1800) < 0.3, rng.exponential(np.where(group == 2, 60, 10)), NAN)
    age = rng.uniform(0, 400, 1800)
    seen = np.where(delay <= age, delay, NAN)
    assert own_pace(group, 3, age, seen, 180.0) == (2,)
    drawn = estimate_groups(group, 3, age, seen, 180.0, rng)
    assert drawn.own_pace == (2,)
    assert drawn.median_days[2] > 2 * drawn.median_days[0]


def test_one_large_customer_does_not_make_a_source() -> None:
    group, amount = np.array([0, 1, 1, 1, 1]), np.array([9000.0, 1000, 1100, 900, NAN])
    drawn = draw_amounts(group, 2, amount, 500, np.random.default_rng(3))
    assert drawn is not None
    assert drawn[:, 0].mean() < 5000, "five customers of the average kind stand beside it"
    assert draw_amounts(group, 2, np.full(5, NAN), 500, np.random.default_rng(3)) is None


def test_an_estimate_of_back_then_is_held_against_what_came() -> None:
    rng = np.random.default_rng(4)
    age = rng.uniform(0, 400, 1500)
    delay = np.where(rng.random(1500) < 0.2, rng.gamma(1.5, 15, 1500), NAN)
    group = np.zeros(1500, dtype=np.int64)
    held = hold_against(group, 1, age, np.where(delay <= age, delay, NAN), 90, rng)
    assert held is not None
    assert held.then < held.came
    assert held.inside
    # Since ninety days ago, leads that had waited are taken up at last.
    woken = np.where(np.isnan(delay) & (age > 90) & (age < 175) & (rng.random(1500) < 0.4), 89.0, delay)
    changed = hold_against(group, 1, age, np.where(woken <= age, woken, NAN), 90, rng)
    assert changed is not None
    assert not changed.inside
    assert hold_against(group, 1, np.full(1500, 50.0), np.full(1500, NAN), 90, rng) is None
