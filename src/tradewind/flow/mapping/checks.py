"""What is taken as understood unless somebody says otherwise: orders that do not count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from tradewind.flow.mapping.draft import Draft
from tradewind.flow.start.say_states import say_state, say_why
from tradewind.sources.meaning.states import change_state
from tradewind.sources.proposal import OrderState, Proposal

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
    return {
        _key_of_state(place, each): COUNT if each.counts else LEAVE_OUT for place, each in enumerate(proposal.states)
    }


def checks_of(draft: Draft, values: Mapping[str, str]) -> tuple[Check, ...]:
    """Return the checks of a draft, those about most money first.

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
    return tuple(check for _, check in sorted(found, key=lambda each: -each[0]))


def is_check(key: str) -> bool:
    """Return whether a key is that of a check; only a proposal has them."""
    return key.startswith("states.")


def why_no_choice(proposal: Proposal, key: str, now: str) -> str:
    """Return why a check cannot be decided so; empty where it can."""
    if key not in check_values(proposal):
        return "there is no such question"
    return "" if now in (COUNT, LEAVE_OUT) else "this is none of the answers"


def with_choice(proposal: Proposal, key: str, now: str) -> Proposal:
    """Return a proposal with a check decided."""
    return change_state(proposal, int(key.split(".")[1]), now == COUNT)


def _key_of_state(place: int, state: OrderState) -> str:
    return f"states.{place}.{state.state}"


def _check_of_state(key: str, state: OrderState, currency: str) -> Check:
    chosen = COUNT if state.counts else LEAVE_OUT
    return Check(key, say_state(state, currency), (LEAVE_OUT, COUNT), chosen, say_why(state))
