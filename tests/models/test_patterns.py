"""Patterns of actions: which rows show one, against plain loops; and rates at the same age, against sums by hand."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradewind.models.patterns.at_age import AtRisk, match_by_age
from tradewind.models.patterns.pattern import ActionRows, Pattern, Recent, possible_patterns

ENTRY = st.tuples(st.integers(0, 3), st.integers(0, 2), st.sampled_from([0.5, 1.0, 3.0, 6.5, 7.0, 7.5, 20.0]))


def slow(pattern: Pattern, entries: list[tuple[int, int, float]], row: int) -> bool:
    """Whether a row shows a pattern, by looking at every way to pick its actions."""
    mine = [(action, ago) for at, action, ago in entries if at == row and ago <= pattern.within_days]
    counts = [sum(action == each for action, _ in mine) for each in pattern.actions]
    if pattern.kind == "often":
        return counts[0] >= pattern.times
    if pattern.kind == "twice and":
        return counts[0] >= 2 and counts[1] >= 1
    ordered = sorted(mine, key=lambda each: -each[1])
    return any(
        tuple(action for action, _ in picked) == pattern.actions
        and all(before[1] > after[1] for before, after in pairwise(picked))
        for picked in combinations(ordered, len(pattern.actions))
    )


@settings(max_examples=25, deadline=None)
@given(st.lists(ENTRY, max_size=14))
def test_a_row_shows_what_plain_loops_find(entries: list[tuple[int, int, float]]) -> None:
    rows = np.array([each[0] for each in entries], dtype=np.int64)
    actions = np.array([each[1] for each in entries], dtype=np.int64)
    done = ActionRows(rows, actions, np.array([each[2] for each in entries], dtype=float), 4, 3)
    recent = {days: Recent.within(done, days) for days in (7, 30)}
    for pattern in possible_patterns(3, (7, 30)):
        found = recent[pattern.within_days].holds(pattern).tolist()
        assert found == [slow(pattern, entries, row) for row in range(4)], pattern


def test_two_things_at_one_instant_have_no_order() -> None:
    done = ActionRows(np.array([0, 0]), np.array([0, 1]), np.array([2.0, 2.0]), 1, 2)
    assert not Recent.within(done, 7).holds(Pattern("then", (0, 1), 7))[0]


def test_rates_are_compared_at_the_same_age() -> None:
    # Young leads convert often and rarely show the pattern: over all ages together it would look harmful.
    age = np.repeat([0, 0, 1, 1], [10, 90, 60, 40])
    holds = np.repeat([True, False, True, False], [10, 90, 60, 40])
    outcome = np.zeros(200)
    outcome[:6], outcome[10:55], outcome[100:112], outcome[160:164] = 1, 1, 1, 1
    matched = match_by_age(holds, AtRisk(outcome, np.arange(200), age))
    assert matched is not None
    assert matched.rate == pytest.approx(18 / 70)
    assert matched.expected == pytest.approx((10 * 0.5 + 60 * 0.1) / 70)
    assert outcome[~holds].mean() > matched.rate, "without regard to age"
    assert matched.lift_low < matched.lift < matched.lift_high


def test_ages_without_both_kinds_and_outcomes_of_nobody_tell_nothing() -> None:
    age, holds = np.array([0, 0, 1, 1]), np.array([True, True, False, False])
    assert match_by_age(holds, AtRisk(np.ones(4), np.arange(4), age)) is None
    assert match_by_age(np.array([True, False, True, False]), AtRisk(np.zeros(4), np.arange(4), age)) is None
