"""A person in two arms is left alone from then on and is counted in both; nobody is dropped."""

from __future__ import annotations

from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from tradewind.identity.arms import Merge, find_crossed

START = datetime(2024, 1, 1)
ARMS = {"a": "treated", "b": "held out", "c": "treated", "d": "held out"}


def at(day: int) -> datetime:
    return datetime(2024, 1, day)


def test_a_merge_across_arms_holds_out_both_from_then_on_and_counts_each_arm() -> None:
    found = find_crossed(ARMS, [Merge("b", "a", at(5))], START)
    assert found.held_out_from == {"a": at(5), "b": at(5)}
    assert found.by_arm == {"held out": 1, "treated": 1}
    assert found.people == 1


def test_a_merge_within_an_arm_or_before_assignment_changes_nothing() -> None:
    found = find_crossed(ARMS, [Merge("c", "a", at(5)), Merge("b", "a", datetime(2023, 1, 1))], START)
    assert found.held_out_from == {}
    assert found.by_arm == {"held out": 0, "treated": 0}


def test_who_joins_a_crossed_person_later_is_held_out_from_that_later_moment() -> None:
    found = find_crossed(ARMS, [Merge("c", "a", at(9)), Merge("b", "a", at(5))], START)
    assert found.held_out_from == {"a": at(5), "b": at(5), "c": at(9)}
    assert found.by_arm == {"held out": 1, "treated": 2}


def test_a_person_who_is_no_unit_brings_two_arms_together() -> None:
    found = find_crossed(
        ARMS, [Merge("a", "lead:1", at(2)), Merge("d", "lead:1", at(3)), Merge("x", "a", at(4))], START
    )
    assert found.held_out_from == {"a": at(3), "d": at(3)}


@given(
    st.lists(st.tuples(st.sampled_from(sorted(ARMS)), st.sampled_from(sorted(ARMS)), st.integers(1, 28)), max_size=8)
)
def test_counts_by_arm_are_those_of_the_units_and_order_means_nothing(drawn: list[tuple[str, str, int]]) -> None:
    merges = [Merge(unit, person, at(day)) for unit, person, day in drawn]
    found = find_crossed(ARMS, merges, START)
    assert sum(found.by_arm.values()) == len(found.held_out_from)
    assert set(found.held_out_from) <= set(ARMS)
    if len({(m.known_at, m.unit) for m in merges}) == len(merges):
        assert found == find_crossed(ARMS, merges[::-1], START)
