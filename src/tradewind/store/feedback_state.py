"""What was said of rows of lists, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tradewind.core.feedback import Feedback
from tradewind.store.state import State, feedback_of, said_query
from tradewind.store.state_connection import from_micros, to_micros, told
from tradewind.store.state_schema import FEEDBACK, FEEDBACK_TAKEN_BACK


@dataclass(frozen=True)
class Wanted:
    """Which words are wanted; empty texts let everything through.

    Args:
        question: on this question's list.
        entity_id: on whoever has this key.
        by_id: by this user or token.
        by_name: what he is called: words from before ids were kept are told by it.
    """

    question: str = ""
    entity_id: str = ""
    by_id: str = ""
    by_name: str = ""

    @property
    def conditions(self) -> list[sa.ColumnElement[bool]]:
        """As SQL."""
        taken_back = FEEDBACK.c.feedback_id.in_(sa.select(FEEDBACK_TAKEN_BACK.c.feedback_id))
        pairs = (("question", self.question), ("entity_id", self.entity_id))
        found = [~taken_back, *(FEEDBACK.c[name] == value for name, value in pairs if value)]
        if self.by_id:
            older = FEEDBACK.c.giver_kind.is_(None) & (FEEDBACK.c.given_by == self.by_name)
            found.append((FEEDBACK.c.giver_id == self.by_id) | older)
        return found


def feedback_page(
    state: State, wanted: Wanted, limit: int, before: tuple[datetime, str] | None = None
) -> list[Feedback]:
    """Return what was said, newest first; before (`at`, `feedback_id`) of the last of the page before."""
    query = said_query().where(*wanted.conditions)
    query = query.order_by(FEEDBACK.c.given_at.desc(), FEEDBACK.c.feedback_id.desc()).limit(limit)
    if before is not None:
        at = to_micros(before[0])
        earlier = FEEDBACK.c.given_at < at
        query = query.where(earlier | ((FEEDBACK.c.given_at == at) & (FEEDBACK.c.feedback_id < before[1])))
    return [feedback_of(row) for row in _read(state, query)]


def count_feedback(state: State, wanted: Wanted) -> int:
    """Return how many words there are."""
    return int(_read(state, sa.select(sa.func.count()).select_from(FEEDBACK).where(*wanted.conditions))[0][0])


def last_word(state: State) -> tuple[int, datetime | None]:
    """Return how many words there are, and when the last was given: what changes when anything is said."""
    query = sa.select(sa.func.count().label("many"), sa.func.max(FEEDBACK.c.given_at).label("last"))
    row = _read(state, query.where(*Wanted().conditions))[0]
    return int(row.many), None if row.last is None else from_micros(row.last)


def _read(state: State, query: sa.Executable) -> list[Any]:
    with told(state.engine), state.engine.connect().execution_options(reading=True) as connection:
        return list(connection.execute(query).fetchall())
