"""How many people a test needs: published figures, and the two functions undo each other."""

from __future__ import annotations

import pytest

from tradewind.stats.power import people_needed, smallest_gap


def test_a_published_sample_size() -> None:
    # Chow, Shao, Wang (2008), Sample Size Calculations in Clinical Research, p. 89: shares 0.65 and 0.85, 80 % power,
    # two-sided 5 %: 70 in each group.
    assert people_needed(0.85, 0.65, 0.5) == pytest.approx(140, abs=1)


def test_the_smallest_gap_is_the_one_that_needs_just_so_many() -> None:
    for people, base, left_out in ((754, 0.15, 0.5), (10_000, 0.03, 0.1), (400, 0.6, 0.3)):
        gap = smallest_gap(base, people, left_out)
        assert gap is not None
        needed = people_needed(base, base - gap, left_out)
        assert needed is not None
        assert people - 2 <= needed <= people


def test_where_nothing_can_be_told_there_is_no_number() -> None:
    assert people_needed(0.2, 0.2, 0.5) is None
    assert smallest_gap(0.01, 20, 0.5) is None
    assert smallest_gap(0.0, 100, 0.5) is None
    assert smallest_gap(0.5, 0, 0.5) is None
