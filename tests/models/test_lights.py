"""Signs, lights and lead times on customers few enough to count by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tradewind.models.lead_time import Looked, measure_lead_time, share_of
from tradewind.models.lights import Seen, fallen_since, find_signs, is_bound, set_lights

NEVER = np.datetime64("NaT", "D")
TODAY = np.datetime64("2024-07-01")


def days(*ago: int | None) -> np.ndarray:
    return np.array([NEVER if each is None else TODAY - each for each in ago], dtype="datetime64[D]")


def seen(n: int) -> Seen:
    """Customers of whom nothing is known but that they are there."""
    none, numbers = np.full(n, NEVER), np.full(n, np.nan)
    return Seen(np.full(n, TODAY), days(*[400] * n), np.full((n, 6), np.nan), none, np.zeros(n), none, none, none, none,
                none, none, numbers)  # fmt: skip


def test_whoever_nothing_is_known_of_has_no_sign() -> None:
    signs = find_signs(seen(2))
    assert signs.count.tolist() == [0, 0]
    bound = np.zeros(2, dtype=bool)
    assert set_lights(signs, np.array([np.nan, 2.0]), bound, 2.0, 1.3).tolist() == [2, 0]


def test_a_failed_payment_counts_until_one_comes() -> None:
    there = replace(seen(4), failed=days(5, 5, 40, 5), paid=days(None, 3, None, 35))
    assert find_signs(there).failed.tolist() == [True, False, False, True]


def test_a_payment_is_late_by_the_customers_own_rhythm() -> None:
    """Every thirty days: late after 48 days; two payments tell no rhythm."""
    there = replace(seen(3), payments=np.array([5.0, 5.0, 2.0]), first_paid=days(168, 169, 90), paid=days(48, 49, 60))
    assert find_signs(there).overdue.tolist() == [False, True, False]


def test_use_falls_only_further_than_chance_explains() -> None:
    months = [[2.0, 12, 12, 12, 12, 12], [2.0, 4, 4, 4, 4, 4], [0.0, 12, 12, 12, 12, 12], [9.0, 12, 12, 12, 12, 12]]
    signs = find_signs(replace(seen(4), used=np.array(months)))
    assert signs.fallen.tolist() == [True, False, False, False]
    assert signs.stopped.tolist() == [False, False, True, False]
    assert fallen_since(np.array([[2.0, 3, 12, 12, 12, 12]]), np.array([10.0])).tolist() == [2]


def test_who_is_bound_for_long_is_amber_at_most() -> None:
    there = replace(seen(3), bad=days(10, 10, 10), renews=days(-20, -200, -20), term=np.array([12.0, 12.0, 1.0]),
                    failed=days(None, None, None))  # fmt: skip
    signs, bound = find_signs(there), is_bound(there, 60)
    assert signs.renewal.tolist() == [True, False, False]
    assert bound.tolist() == [False, True, False]
    assert set_lights(signs, np.array([1.0, 9.0, 1.0]), bound, 2.0, 1.3).tolist() == [0, 1, 1]


def test_lead_times_are_counted_as_by_hand() -> None:
    """Ann was red for two looks before she left, Ben never, Cid is red and stays."""
    day = np.array(["2024-01-01", "2024-01-31", "2024-03-01"] * 3, dtype="datetime64[D]")
    left = np.array(["2024-03-11"] * 6 + ["NaT"] * 3, dtype="datetime64[D]")
    who = np.array(["ann"] * 3 + ["ben"] * 3 + ["cid"] * 3, dtype=object)
    light = np.array([2, 0, 0, 2, 1, 1, 0, 0, 0], dtype=np.int8)
    looked = Looked(who, day, light, left, np.datetime64("2024-06-01"))
    told = measure_lead_time(looked, 60, np.random.default_rng(1))
    assert told.leavers == 2
    assert told.before[30][0].value == 0.5, "on 31 January, 40 days before, Ann was red and Ben was not"
    assert told.before[60] == (share_of(0, 2), 2), "on 1 January, 70 days before, neither was"
    assert told.before[90][1] == 0
    assert told.before[90][0].reason
    assert told.notice.tolist() == [40.0]
    assert told.after["red"][0].value == pytest.approx(2 / 5)
    assert told.never.value == 0.5


def test_the_range_of_a_share_is_wilsons() -> None:
    """Newcombe (1998, Statistics in Medicine 17:857), table I, method 3: 81 of 263 is 0.2553 to 0.3662."""
    share = share_of(81, 263)
    assert share.low == pytest.approx(0.2553, abs=5e-5)
    assert share.high == pytest.approx(0.3662, abs=5e-5)
