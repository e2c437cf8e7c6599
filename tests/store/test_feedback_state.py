"""Feedback is kept as it was given, word after word, on SQLite and on Postgres."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from tradewind.core.errors import StoreError
from tradewind.core.feedback import Feedback
from tradewind.store.state import open_state

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
