"""What was said of rows of lists, newest first, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tradewind.core.feedback import Feedback
from tradewind.store import feedback_state
from tradewind.store.feedback_state import Wanted, count_feedback, last_word
from tradewind.store.state import State

__all__ = ["SaidPage", "Wanted", "feedback_page", "last_word"]


@dataclass(frozen=True)
class SaidPage:
    """Some of what was said.

    Args:
        said: newest first.
        after: what the next page begins behind, as JSON; None on the last.
        total: how many words there are.
    """

    said: tuple[Feedback, ...]
    after: list[str] | None
    total: int


def feedback_page(state: State, wanted: Wanted, limit: int, before: tuple[datetime, str] | None = None) -> SaidPage:
    """Return some of what was said.

    Args:
        state: the state database.
        wanted: which words.
        limit: at most so many.
        before: when the last one of the page before was said (naive UTC), and its id; None for the first page.
    """
    found = feedback_state.feedback_page(state, wanted, limit + 1, before)
    last: Feedback | None = found[limit - 1] if len(found) > limit else None
    following = None if last is None else [last.at.isoformat(), last.feedback_id]
    return SaidPage(tuple(found[:limit]), following, count_feedback(state, wanted))
