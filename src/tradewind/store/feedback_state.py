"""What was said of rows of lists, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from tradewind.core.feedback import Feedback
from tradewind.store.state import State, feedback_of, said_query
from tradewind.store.state_connection import from_micros, to_micros, told
from tradewind.store.state_schema import FEEDBACK, FEEDBACK_TAKEN_BACK

_AT_ONCE = 5_000


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


def last_words(state: State, entity: str, questions: Sequence[str], keys: Sequence[str]) -> dict[str, Feedback]:
    """Return the last word on each of these entities, on any of these questions' lists, by entity id."""
    found: dict[str, Feedback] = {}
    for begin in range(0, len(keys), _AT_ONCE):
        here = FEEDBACK.c.entity_id.in_(list(keys[begin : begin + _AT_ONCE]))
        asked = (FEEDBACK.c.entity == entity) & FEEDBACK.c.question.in_(list(questions))
        query = said_query().where(*Wanted().conditions, asked, here)
        for row in _read(state, query.order_by(FEEDBACK.c.given_at, FEEDBACK.c.feedback_id)):
            found[row.entity_id] = feedback_of(row)
    return found


def words_about(state: State, entity: str, entity_id: str) -> list[Feedback]:
    """Return all that was said of one entity, oldest first."""
    query = said_query().where(*Wanted(entity_id=entity_id).conditions, FEEDBACK.c.entity == entity)
    return [feedback_of(row) for row in _read(state, query.order_by(FEEDBACK.c.given_at, FEEDBACK.c.feedback_id))]


def find_word(state: State, question: str, feedback_id: str) -> Feedback | None:
    """Return one word on a question's list, or None."""
    same = FEEDBACK.c.feedback_id == feedback_id
    rows = _read(state, said_query().where(*Wanted(question=question).conditions, same))
    return feedback_of(rows[0]) if rows else None


def newest_words(
    state: State, entity: str, since: datetime, today: date, question: str = "", ended: bool = False
) -> list[Feedback]:
    """Return the last word on each entity where that may still hold: said since then, or put off beyond today.

    Args:
        state: the state database.
        entity: key column of whom it is about.
        since: naive UTC.
        today: the local day.
        question: on this question's list; on all where empty.
        ended: only words that say how it ended, won or lost.
    """
    conditions = [*Wanted(question=question).conditions, FEEDBACK.c.entity == entity]
    conditions += [FEEDBACK.c.verdict.in_(("won", "lost"))] if ended else []
    order = (FEEDBACK.c.given_at.desc(), FEEDBACK.c.feedback_id.desc())
    place = sa.func.row_number().over(partition_by=FEEDBACK.c.entity_id, order_by=order).label("place")
    ranked = said_query().add_columns(place).where(*conditions).subquery()
    holds = (ranked.c.until_day > today.isoformat()) | (ranked.c.given_at >= to_micros(since))
    return [feedback_of(row) for row in _read(state, sa.select(ranked).where(ranked.c.place == 1, holds))]


def _read(state: State, query: sa.Executable) -> list[Any]:
    with told(state.engine), state.engine.connect().execution_options(reading=True) as connection:
        return list(connection.execute(query).fetchall())
