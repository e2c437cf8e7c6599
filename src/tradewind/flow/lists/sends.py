"""What left the house: the files that were taken out of lists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tradewind.core.entities import ENTITIES
from tradewind.core.errors import TradewindError
from tradewind.flow.people.list import title_of
from tradewind.flow.questions.asked import find_question
from tradewind.store.lists_state import exports
from tradewind.store.workspace import Workspace

MOST = 100


@dataclass(frozen=True)
class Sent:
    """One file that was taken out.

    Args:
        question: whose list; empty where it was none of a question.
        title: of the question, or what its rows are.
        at: when, naive UTC.
        by: who.
        layout: for which tool.
        rows: how many people were in it.
        left_out: how many were left out of it, because they may not be contacted or for another reason.
        unknown: of how many nobody knows whether they may be contacted.
    """

    question: str
    title: str
    at: datetime
    by: str
    layout: str
    rows: int
    left_out: int
    unknown: int


def list_sends(workspace: Workspace, by: str = "") -> tuple[Sent, ...]:
    """Return the files taken out, newest first.

    Args:
        workspace: an open workspace.
        by: id of the user whose files alone are shown; everybody's when empty.
    """
    return tuple(
        Sent(each.question, _title(workspace, each.question, each.entity), each.made_at, each.made_by, each.layout,
             each.rows, sum(each.left_out.values()), each.unknown)
        for each in exports(workspace.state(), MOST, by)
    )  # fmt: skip


def _title(workspace: Workspace, question: str, entity: str) -> str:
    if question:
        try:
            return title_of(workspace, find_question(workspace.config, question))
        except TradewindError:
            return question
    return ENTITIES[entity].people.capitalize() if entity in ENTITIES else entity
