"""What is taken as understood unless somebody says otherwise: who may be contacted, orders that do not count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from tradewind.flow.mapping.draft import Draft
from tradewind.flow.start.say_permissions import say_permission, say_values
from tradewind.flow.start.say_states import say_state, say_why
from tradewind.sources.meaning.consents import change_permission
from tradewind.sources.meaning.permissions import MAY, MAY_NOT, OTHER
from tradewind.sources.meaning.states import change_state
from tradewind.sources.meaning.writing import attribute_name
from tradewind.sources.proposal import OrderState, Permission, Proposal

SENSES: Mapping[str, str] = {"yes means yes": MAY, "yes means no": MAY_NOT, "not about permission": OTHER}
"""What may be said of a column that speaks of permission, and what it means."""

COUNT, LEAVE_OUT = "count them", "do not count them"


@dataclass(frozen=True)
class Check:
    """One thing that is taken as understood.

    Args:
        key: of the value that it decides.
        text: one plain sentence, with counts.
        options: what may be said to it.
        chosen: what stands now.
        why: from what it is told.
    """

    key: str
    text: str
    options: tuple[str, ...]
    chosen: str
    why: str


def check_values(proposal: Proposal) -> dict[str, str]:
    """Return what stands for each check, by key."""
    said = {sense: words for words, sense in SENSES.items()}
    return {
        **{_key_of_permission(place, each): said[each.sense] for place, each in enumerate(proposal.permissions)},
        **{_key_of_state(n, each): COUNT if each.counts else LEAVE_OUT for n, each in enumerate(proposal.states)},
    }


def checks_of(draft: Draft, values: Mapping[str, str]) -> tuple[Check, ...]:
    """Return the checks of a draft: who may be contacted, and then the orders, those about most money first.

    Args:
        draft: the proposal.
        values: as they stand, or as a form sent them.
    """
    found = []
    for place, state in enumerate(draft.proposal.states):
        key = _key_of_state(place, state)
        chosen = values.get(key, "")
        counts = state.counts if chosen not in (COUNT, LEAVE_OUT) else chosen == COUNT
        found.append((state.money, _check_of_state(key, replace(state, counts=counts), draft.currency)))
    permissions = [
        _check_of_permission(key, replace(each, sense=SENSES.get(values.get(key, ""), each.sense)))
        for place, each in enumerate(draft.proposal.permissions)
        for key in [_key_of_permission(place, each)]
    ]
    return (*permissions, *(check for _, check in sorted(found, key=lambda each: -each[0])))


def is_check(key: str) -> bool:
    """Return whether a key is that of a check; only a proposal has them."""
    return key.startswith(("states.", "permissions."))


def why_no_choice(proposal: Proposal, key: str, now: str) -> str:
    """Return why a check cannot be decided so; empty where it can."""
    if key not in check_values(proposal):
        return "there is no such question"
    answers = tuple(SENSES) if key.startswith("permissions.") else (COUNT, LEAVE_OUT)
    return "" if now in answers else "this is none of the answers"


def with_choice(proposal: Proposal, key: str, now: str, day: date) -> Proposal:
    """Return a proposal with a check decided; `day` stands for permissions without a time."""
    place = int(key.split(".")[1])
    if key.startswith("permissions."):
        return change_permission(proposal, place, SENSES[now], day)
    return change_state(proposal, place, now == COUNT)


def _key_of_state(place: int, state: OrderState) -> str:
    return f"states.{place}.{state.state}"


def _check_of_state(key: str, state: OrderState, currency: str) -> Check:
    chosen = COUNT if state.counts else LEAVE_OUT
    return Check(key, say_state(state, currency), (LEAVE_OUT, COUNT), chosen, say_why(state))


def _key_of_permission(place: int, told: Permission) -> str:
    return f"permissions.{place}.{attribute_name(told.column, ())}"


def _check_of_permission(key: str, told: Permission) -> Check:
    chosen = next(words for words, sense in SENSES.items() if sense == told.sense)
    return Check(key, say_permission(told), tuple(SENSES), chosen, say_values(told))
