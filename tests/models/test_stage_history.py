"""Stays in stages from recorded entries: order, endings, stages gone back to, and what is still under way."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from made_deals import START, day_of, history_of
from tradewind.models.pipeline.endings import ending_by_word, find_endings
from tradewind.models.pipeline.stages import CLOSED, LOST, OPEN, WON, DealEnds, snapshot_history
from tradewind.stats.precedence import cyclic_pairs, order_steps


def test_a_deal_is_followed_from_stage_to_stage() -> None:
    found = history_of({"a": [("New", 0), ("Offer", 4), ("Won", 9)], "b": [("New", 2), ("Offer", 3)]}, as_of=10)
    assert found.stages == ("New", "Offer")
    assert found.deal.tolist() == [0, 0, 1, 1]
    assert found.next.tolist() == [1, WON, 1, OPEN]
    assert found.days.tolist() == [4, 5, 1, 6]
    assert found.ending.tolist() == [WON, OPEN]
    assert found.closed[0] == START + 9
    assert found.standing.tolist() == ["", "Offer"]


def test_a_deal_that_goes_back_has_a_new_stay_and_one_recorded_twice_has_not() -> None:
    path = [("New", 0), ("New", 1), ("Offer", 3), ("New", 5), ("Offer", 6), ("Lost", 8)]
    found = history_of({"a": path, "b": [("New", 0), ("Offer", 1), ("Lost", 2)]}, as_of=9)
    assert [found.stages[each] for each in found.stage[found.deal == 0]] == ["New", "Offer", "New", "Offer"]
    assert found.backwards.tolist() == [False, True, False, False, False, False]
    assert found.days[0] == 3


def test_only_an_ending_that_nothing_follows_counts() -> None:
    path = [("New", 0), ("Lost", 3), ("New", 7), ("Won", 9)]
    found = history_of({"a": path, "b": [("New", 0), ("Lost", 5)]}, as_of=20)
    assert found.ending.tolist() == [WON, LOST]
    assert found.days.tolist() == [9, 5]


def test_without_an_entry_into_an_ending_the_closing_date_counts() -> None:
    deals = {name: [("New", 0), ("Offer", 2)] for name in ("lost", "nobody knows", "open", "won")}
    closed = {"won": (6, 1.0), "lost": (7, 0.0), "nobody knows": (8, np.nan)}
    found = history_of(deals, 10, closed=closed)
    assert found.ending.tolist() == [LOST, CLOSED, OPEN, WON]
    assert found.days[found.stage == 1].tolist() == [5, 6, 7, 4]


def test_an_entry_after_the_closing_date_ends_on_its_own_day() -> None:
    found = history_of({"a": [("New", 0), ("Offer", 6)]}, 10, closed={"a": (3, 1.0)})
    assert found.days.tolist() == [6, 0]


def test_a_snapshot_knows_ages_and_says_where_deals_stand() -> None:
    never = np.datetime64("NaT", "D")
    ends = DealEnds(
        np.array(["a", "b", "c"], dtype=object), np.array([START, START + 3, never]),
        np.array([START + 5, never, never]), np.array([1.0, np.nan, np.nan]),
        np.array(["Won", "Offer", "New"], dtype=object),
    )  # fmt: skip
    found = snapshot_history(day_of(10), ends)
    assert found.stages == ("open",)
    assert found.days.tolist() == [5, 6]
    assert found.next.tolist() == [WON, OPEN]
    assert found.standing.tolist() == ["", "Offer", "New"]


def test_stages_are_ordered_by_who_comes_first_although_some_are_skipped() -> None:
    paths = [["Demo", "Offer", "Closing"], ["New", "Offer"], ["New", "Demo"], ["Offer", "Demo"], ["Demo", "Offer"]]
    deal = np.repeat(np.arange(len(paths)), [len(path) for path in paths])
    name = np.array([stage for path in paths for stage in path], dtype=object)
    assert order_steps(deal, name) == ("New", "Demo", "Offer", "Closing")
    assert cyclic_pairs(deal, name) == ()


def test_a_circle_of_stages_is_told() -> None:
    paths = [["A", "B"]] * 3 + [["B", "C"]] * 3 + [["C", "A"]] * 2
    deal = np.repeat(np.arange(len(paths)), 2)
    name = np.array([stage for path in paths for stage in path], dtype=object)
    assert [(one, two) for one, two, *_ in cyclic_pairs(deal, name)] == [("A", "C")]


def test_words_of_several_languages_mean_won_and_lost() -> None:
    assert [ending_by_word(each) for each in ("Closed Won", "Gewonnen", "Gagnée", "Ganado", "closedwon")] == ["won"] * 5
    assert [ending_by_word(each) for each in ("Closed Lost", "Verloren", "Perdu", "Perdido", "Lost – no budget")] == [
        "lost"
    ] * 5
    assert [ending_by_word(each) for each in ("Won over?", "Proposal", "Wonder", "")] == ["won", "", "", ""]


def test_what_became_of_the_deals_says_more_than_words() -> None:
    last = np.array(["Party"] * 6 + ["Drawer"] * 6 + ["Offer"] * 6 + ["Won at last"], dtype=object)
    won = np.array([1.0] * 6 + [0.0] * 6 + [1.0, 0.0] * 3 + [np.nan])
    there = np.array([True] * 12 + [False] * 7)
    assert find_endings(last, won, there, frozenset()) == ({"Party", "Won at last"}, {"Drawer"})
    assert find_endings(last, won, there, frozenset({"Party"}))[0] == {"Won at last"}


def test_a_working_stage_from_which_all_deals_were_lost_is_no_ending() -> None:
    last, won = np.array(["First call"] * 20, dtype=object), np.zeros(20)
    assert find_endings(last, won, np.zeros(20, dtype=bool), frozenset()) == (frozenset(), frozenset())


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.lists(st.tuples(st.sampled_from(["A", "B", "C", "Won", "Lost"]), st.integers(0, 9)), min_size=1, max_size=6),
        min_size=1,
        max_size=8,
    )
)
def test_any_record_gives_stays_that_follow_each_other(paths: list[list[tuple[str, int]]]) -> None:
    deals = {f"D{place}": sorted(path, key=lambda row: row[1]) for place, path in enumerate(paths)}
    found = history_of(deals, as_of=12)
    assert (found.days >= 0).all()
    same = found.deal[1:] == found.deal[:-1]
    assert (found.left[:-1][same] == found.entered[1:][same]).all()
    assert (found.next[:-1][same] == found.stage[1:][same]).all()
    assert (found.stage[1:][same] != found.stage[:-1][same]).all()
    assert set(found.ending[found.deal[found.lasting]].tolist()) <= {OPEN}
    assert (found.standing[found.ending != OPEN] == "").all()
