"""What people keep of lists holds on SQLite and on Postgres alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from tradewind.core.feedback import Feedback
from tradewind.store.lists_state import (
    Export,
    SavedList,
    drop_list,
    exports,
    exports_with,
    find_export,
    record_export,
    save_list,
    saved_lists,
    take_back,
)
from tradewind.store.state import open_state

AT = datetime(2026, 1, 2, 3, 4, 5, 678901)
LIST = SavedList("l1", "u1", "Zoë", "Müller's ☕", "/people?q='%_", False, AT)
EXPORT = Export("e1", AT, "u1", "Zoë", "lapse", "customer_id", "csv", 2, {"refused": 1}, 1, "snap", {"search": "'\""})


def test_a_saved_list_is_ones_own_unless_shared(state_url: str) -> None:
    state = open_state(state_url)
    save_list(state, LIST)
    save_list(state, replace(LIST, list_id="l2", path="/people?q=2"))  # the same name again
    save_list(state, replace(LIST, list_id="l3", user_id="u2", name="B", shared=True))
    assert [each.list_id for each in saved_lists(state, "u1")] == ["l3", "l2"]
    assert [each.list_id for each in saved_lists(state, "u3")] == ["l3"]
    assert not drop_list(state, "l3", "u1")
    assert drop_list(state, "l2", "u1")
    assert [each.list_id for each in saved_lists(state, "u1")] == ["l3"]
    state.close()


def test_a_file_is_known_by_everyone_it_held(state_url: str) -> None:
    state = open_state(state_url)
    record_export(state, EXPORT, ["C1", "C'2", "C1"])
    record_export(state, replace(EXPORT, export_id="e2", user_id="u2"), [f"K{n}" for n in range(6_000)])
    assert exports_with(state, "customer_id", "C'2") == [EXPORT]
    assert [each.export_id for each in exports_with(state, "customer_id", "K5999")] == ["e2"]
    assert exports_with(state, "lead_id", "C1") == []
    assert find_export(state, "e1") == EXPORT
    assert find_export(state, "e3") is None
    assert [each.export_id for each in exports(state, user_id="u2")] == ["e2"]
    state.close()


def test_a_word_taken_back_is_not_heard_by_anybody(state_url: str) -> None:
    state = open_state(state_url)
    first = Feedback("f1", "lapse", "customer_id", "C1", "done", "", None, "Zoë", AT)
    state.record_feedback(first)
    state.record_feedback(replace(first, feedback_id="f2", verdict="won"))
    take_back(state, "f2", "Zoë", AT)
    take_back(state, "f2", "Zoë", AT)
    assert state.feedback() == state.feedback("lapse") == [first]
    state.close()
