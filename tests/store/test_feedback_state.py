"""Feedback is kept as it was given, word after word, on SQLite and on Postgres."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np
import pytest

from tradewind.core.accounts import User
from tradewind.core.errors import StoreError
from tradewind.core.feedback import Feedback
from tradewind.store.feedback_state import (
    Wanted,
    feedback_page,
    find_word,
    last_words,
    newest_words,
    words_about,
)
from tradewind.store.lists_state import take_back
from tradewind.store.state import open_state
from tradewind.store.state_connection import writing
from tradewind.store.users_state import delete_user, insert_user, update_user

FIRST = Feedback(
    "f1", "second_box", "customer_id", "C'1 ☕", "wrong", 'says "never"; DROP TABLE feedback --', None, "Zoë",
    datetime(2026, 1, 2, 3, 4, 5, 678901), "v1", date(2026, 1, 1), 0.3125, 0.25,
)  # fmt: skip


def test_every_word_stays_in_order(state_url: str) -> None:
    state = open_state(state_url)
    put_off = replace(FIRST, feedback_id="f2", verdict="not-now", until=date(2026, 2, 1), at=datetime(2026, 1, 1))
    listed = replace(FIRST, feedback_id="f0", question="other", model_version="", as_of=None, score=None, usual=None)
    for each in (FIRST, put_off, listed):
        state.record_feedback(each)
    state.close()
    state = open_state(state_url)
    assert state.feedback("second_box") == [put_off, FIRST]
    assert state.feedback() == [put_off, listed, FIRST]
    assert state.feedback("lapse") == []
    state.close()


def test_a_word_is_never_overwritten(state_url: str) -> None:
    state = open_state(state_url)
    state.record_feedback(FIRST)
    with pytest.raises(StoreError):
        state.record_feedback(replace(FIRST, verdict="won"))
    assert state.feedback() == [FIRST]
    state.close()


def test_a_word_stands_under_the_present_name_of_whoever_said_it(state_url: str) -> None:
    state = open_state(state_url)
    kim = User("u1", "kim@x.example", "Kim", "sales", ("Kim",), datetime(2026, 1, 1))
    said = replace(FIRST, by="Kim", by_id="u1", by_kind="user")
    namesake = replace(said, feedback_id="f2", by_id="u2")
    older = replace(said, feedback_id="f3", by_id="", by_kind="")
    for each in (said, namesake, older):
        state.record_feedback(each)
    with writing(state.engine) as connection:
        insert_user(connection, kim, "hash")
        update_user(connection, replace(kim, name="Kim Young"))
    assert {each.feedback_id: each.by for each in state.feedback()} == {"f1": "Kim Young", "f2": "Kim", "f3": "Kim"}
    page = feedback_page(state, Wanted(by_id="u1", by_name="Kim Young"), 10)
    assert [each.feedback_id for each in page] == ["f1"]
    assert {each.feedback_id for each in feedback_page(state, Wanted(by_id="u2", by_name="Kim"), 10)} == {"f2", "f3"}
    with writing(state.engine) as connection:
        delete_user(connection, "u1")
    assert [each.by for each in state.feedback()] == ["Kim", "Kim", "Kim"]
    state.close()


def test_a_database_from_before_ids_were_kept_gets_them(state_url: str) -> None:
    state = open_state(state_url)
    state.record_feedback(FIRST)
    with writing(state.engine) as connection:
        for name in ("giver_id", "giver_kind"):
            connection.exec_driver_sql(f"ALTER TABLE feedback DROP COLUMN {name}")
    state.close()
    state = open_state(state_url)
    later = replace(FIRST, feedback_id="f2", by_id="u1", by_kind="user")
    state.record_feedback(later)
    assert state.feedback() == [FIRST, later]
    state.close()
    open_state(state_url).close()


def test_the_newest_words_are_those_that_reading_all_of_them_finds(state_url: str) -> None:
    state, rng = open_state(state_url), np.random.default_rng(5)
    today, since = date(2026, 3, 1), datetime(2026, 2, 1)
    for place in range(120):
        verdict = rng.choice(["done", "won", "lost", "not-now"])
        until = today + timedelta(days=int(rng.integers(-20, 20))) if verdict == "not-now" else None
        at = datetime(2026, 1, 1) + timedelta(hours=int(rng.integers(0, 1400)))
        question, key = rng.choice(["lapse", "churn"]), f"C{rng.integers(0, 25)}"
        said = replace(FIRST, feedback_id=f"f{place:03}", question=str(question), entity_id=key, at=at, until=until)
        state.record_feedback(replace(said, verdict=str(verdict)))
    take_back(state, "f007", "Kim", datetime(2026, 3, 1))
    every = state.feedback()
    for question, ended in (("lapse", False), ("", True)):
        fits = [each for each in every if not question or each.question == question]
        last = {each.entity_id: each for each in fits if not ended or each.verdict in ("won", "lost")}
        holds = {key: each for key, each in last.items() if each.at >= since or (each.until and each.until > today)}
        found = newest_words(state, "customer_id", since, today, question, ended)
        assert {each.entity_id: each for each in found} == holds
        assert len(found) == len(holds) > 3
    keys = ["C1", "C2", "C3"]
    expected = {each.entity_id: each for each in every if each.entity_id in keys and each.question == "churn"}
    assert last_words(state, "customer_id", ["churn"], keys) == expected
    assert words_about(state, "customer_id", "C1") == [each for each in every if each.entity_id == "C1"]
    assert find_word(state, every[0].question, every[0].feedback_id) == every[0]
    assert find_word(state, "other", every[0].feedback_id) is None
    assert find_word(state, "", "f007") is None
    state.close()
