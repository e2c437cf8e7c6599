"""Who gets which lead: never more than fits, never a better total left lying, even where that costs nothing."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradewind.models.route import route


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_no_assignment_is_worth_more(seed: int) -> None:
    """Against every assignment there is."""
    rng = np.random.default_rng(seed)
    worth, capacity = rng.random(5), rng.integers(0, 3, 2)
    allowed, skill = rng.random((5, 2)) < 0.7, rng.uniform(0.5, 2.0, 2)
    found = route(worth, capacity, allowed, skill)

    def total(owners: tuple[int, ...]) -> float:
        given_out = [(lead, owner) for lead, owner in enumerate(owners) if owner >= 0]
        fits = all(sum(owner == each for _, owner in given_out) <= capacity[each] for each in range(2))
        if not fits or not all(allowed[pair] for pair in given_out):
            return -1.0
        return float(sum(worth[lead] * skill[owner] for lead, owner in given_out))

    best = max(total(owners) for owners in product((-1, 0, 1), repeat=5))
    assert total(tuple(found.tolist())) == pytest.approx(best, abs=1e-4)


def test_of_equal_assignments_the_even_one_is_taken() -> None:
    worth = np.array([8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0])
    found = route(worth, np.array([2, 2]), np.ones((8, 2), dtype=bool))
    assert (found >= 0).tolist() == [True] * 4 + [False] * 4
    assert set(found[:2].tolist()) == {0, 1}
    assert set(found[2:4].tolist()) == {0, 1}


def test_fair_gives_the_less_skilled_some_of_the_best() -> None:
    worth, everybody = np.arange(8.0, 0.0, -1.0), np.ones((8, 2), dtype=bool)
    skill = np.array([1.0, 1.3])
    by_skill = route(worth, np.array([4, 4]), everybody, skill)
    fair = route(worth, np.array([4, 4]), everybody, skill, fair=True)
    assert by_skill[:4].tolist() == [1, 1, 1, 1]
    assert set(fair[:2].tolist()) == {0, 1}


def test_nobody_there_or_no_room_and_all_leads_wait() -> None:
    assert route(np.ones(3), np.zeros(0, dtype=int), np.ones((3, 0), dtype=bool)).tolist() == [-1, -1, -1]
    assert route(np.ones(3), np.array([0]), np.ones((3, 1), dtype=bool)).tolist() == [-1, -1, -1]
    assert route(np.zeros(0), np.array([2]), np.ones((0, 1), dtype=bool)).tolist() == []


def test_leads_worth_nothing_are_given_out_too_while_there_is_room() -> None:
    assert route(np.zeros(2), np.array([3]), np.ones((2, 1), dtype=bool)).tolist() == [0, 0]


def test_many_leads_are_dealt_in_no_time() -> None:
    rng = np.random.default_rng(1)
    worth = rng.random(50_000)
    allowed = rng.integers(0, 20, 50_000)[:, None] == np.arange(20)
    found = route(worth, np.full(20, 10), allowed)
    assert (found >= 0).sum() == 200
