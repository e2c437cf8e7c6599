"""One click on a row of a list: what came of it, given once however often it is clicked, and taken back at once."""

from __future__ import annotations

from datetime import timedelta
from threading import Lock

from tradewind.core.errors import NotAnswerable, NotFound, Problem
from tradewind.core.feedback import Feedback
from tradewind.core.visitor import Visitor
from tradewind.flow.lists.feedback import Said, give_feedback
from tradewind.flow.lists.work_list import entity_of
from tradewind.flow.people.aliases import aliases_for
from tradewind.flow.people.index import people_index
from tradewind.flow.people.one import is_visible
from tradewind.store.feedback_state import find_word
from tradewind.store.lists_state import take_back
from tradewind.store.workspace import Workspace

SAME_CLICK = timedelta(minutes=10)
"""The same word by the same person on the same row within this time is one word: a double click, a page sent again."""

_one_at_a_time = Lock()  # the second half of a double click waits for the first

MAY_TAKE_BACK = timedelta(days=1)


def click(workspace: Workspace, visitor: Visitor, name: str, key: str, said: Said) -> Feedback:
    """Take down what a visitor says of one row of a question's list.

    Args:
        workspace: an open workspace.
        visitor: who says so.
        name: of the question.
        key: of whom, as the visitor knows it.
        said: verdict, reason, day; by whom is the visitor.
    Raises:
        NotFound: there is no such row, or it is not his.
        ConfigError: the word is not complete: no reason, or a day that is past.
    """
    listed = entity_of(people_index(workspace), name)
    called, key = key, aliases_for(workspace, visitor.sees_personal).key_of(listed.entity, key)
    if not is_visible(workspace, visitor, listed.entity, key):
        raise NotFound(Problem(name, "there is no such row on this list, or it is not yours", called[:80]))
    given = Said(said.verdict, said.because, said.until, visitor.name, visitor.id, visitor.kind)
    with _one_at_a_time:
        last = last_word(workspace, name, key)
        if last is not None and _same(last, given) and workspace.clock() - last.at <= SAME_CLICK:
            return last
        return give_feedback(workspace, name, key, given, called=called)


def take_back_click(workspace: Workspace, visitor: Visitor, name: str, feedback_id: str) -> Feedback:
    """Take back a word that the visitor gave within the last day.

    Raises:
        NotFound: there is no such word of his on this list.
        NotAnswerable: it is older than a day; a new word says more than a missing one.
    """
    found = find_word(workspace.state(), name, feedback_id)
    his = (
        found is not None
        and found.is_of(visitor.id, visitor.name)
        and is_visible(workspace, visitor, found.entity, found.entity_id)
    )
    if found is None or not (his or visitor.may("manage_accounts")):
        raise NotFound(Problem(name, "there is no such word of yours on this list", feedback_id[:80]))
    if workspace.clock() - found.at > MAY_TAKE_BACK:
        raise NotAnswerable(
            Problem(name, "this was said more than a day ago, and runs have learned from it", found.verdict,
                    do="say what holds now; the last word counts")
        )  # fmt: skip
    take_back(workspace.state(), feedback_id, visitor.id, workspace.clock())
    return found


def word_of(workspace: Workspace, visitor: Visitor, name: str, feedback_id: str) -> tuple[Feedback | None, str]:
    """Return a word on a question's list, and what the visitor calls the row that it is about; None where none is."""
    found = find_word(workspace.state(), name, feedback_id) if feedback_id else None
    if found is None:
        return None, ""
    return found, aliases_for(workspace, visitor.sees_personal).shown(found.entity, found.entity_id)


def last_word(workspace: Workspace, name: str, key: str) -> Feedback | None:
    """Return what was said of a row last, or None."""
    return next((each for each in reversed(workspace.state().feedback(name)) if each.entity_id == key), None)


def _same(last: Feedback, said: Said) -> bool:
    same = (last.verdict, last.because, last.until) == (said.verdict, said.because.strip(), said.until)
    return same and last.is_of(said.by_id, said.by)
