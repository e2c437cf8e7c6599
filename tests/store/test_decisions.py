"""People's own words on records are kept on SQLite and on Postgres, and a state of before gets the table."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from tradewind.core.identity import Decision
from tradewind.store.state import open_state


def test_words_are_kept_in_order_and_none_is_lost(state_url: str) -> None:
    state = open_state(state_url)
    first = Decision("b", "a", "apart", datetime(2024, 1, 1), "two sisters")
    state.record_decision(first)
    state.record_decision(Decision("a", "b", "same", datetime(2024, 1, 2)))
    state.record_decision(Decision("a", "b", "same", datetime(2024, 1, 2)))
    assert [(each.left, each.right, each.verdict) for each in state.decisions()] == [
        ("a", "b", "apart"), ("a", "b", "same"),
    ]  # fmt: skip
    assert state.decisions()[0].why == "two sisters"
    state.close()


def test_a_state_written_before_the_table_was_there_gets_it(state_url: str) -> None:
    state = open_state(state_url)
    with state._engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE identity_decisions"))
    state.close()
    again = open_state(state_url)
    assert again.decisions() == []
    again.close()
