"""Pins of models, and lists in the order of a rule: one a question, the last word holds."""

from __future__ import annotations

from datetime import datetime, timedelta

from tradewind.store.pins_state import Pin, pin_model, pinned_models, unpin_model
from tradewind.store.rule_lists_state import RuleList, drop_rule_list, keep_rule_list, rule_lists
from tradewind.store.state import open_state

AT = datetime(2024, 5, 1)


def test_the_last_word_on_a_question_holds_until_it_is_taken_back(state_url: str) -> None:
    state = open_state(state_url)
    assert pinned_models(state) == {}
    first, second = (
        Pin("lapse", "v1", AT, "Kim", ""),
        Pin("lapse", "v2", AT + timedelta(days=1), "Lee", "it was better"),
    )
    other = Pin("next_spend", "v9", AT, "Kim", "")
    for pin in (first, other, second):
        pin_model(state, pin)
    assert pinned_models(state) == {"lapse": second, "next_spend": other}
    unpin_model(state, "lapse")
    unpin_model(state, "lapse")
    assert pinned_models(state) == {"next_spend": other}
    by_rule = [RuleList("lapse", rule, AT, by) for rule, by in (("newest first", "Kim"), ("oldest first", "Lee"))]
    for chosen in by_rule:
        keep_rule_list(state, chosen)
    assert rule_lists(state) == {"lapse": by_rule[1]}
    drop_rule_list(state, "lapse")
    assert rule_lists(state) == {}
    state.close()
