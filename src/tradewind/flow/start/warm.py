"""What the first visitor after a start would wait for is made before anybody asks."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from tradewind.core.entities import ENTITIES
from tradewind.core.errors import TradewindError
from tradewind.core.visitor import visitor_of
from tradewind.flow.answers.index import answer_index
from tradewind.flow.lists.work_list import list_cards, work_list
from tradewind.flow.people.index import people_index
from tradewind.flow.people.list import Wanted
from tradewind.flow.quality.room import look_at_data
from tradewind.flow.today.make import make_today
from tradewind.store.workspace import Workspace


def warm_pages(workspace: Workspace, go_on: Callable[[], bool] = lambda: True) -> None:
    """Read and keep what the pages of Today, answers, lists, people and data are made of.

    What cannot be read is left to the page that says so.

    Args:
        workspace: an open workspace; one without any table is left alone.
        go_on: asked before each page; False ends it.
    """
    with suppress(TradewindError):
        if not workspace.manifest().tables:
            return
    for make in (make_today, answer_index, _lists, _people, look_at_data):
        if not go_on():
            return
        with suppress(TradewindError):
            make(workspace)


def _lists(workspace: Workspace) -> None:
    visitor = visitor_of("admin")
    for card in list_cards(workspace, visitor)[:1]:
        work_list(workspace, visitor, card.question, Wanted(question=card.question, unhandled=True, limit=1))


def _people(workspace: Workspace) -> None:
    index = people_index(workspace)
    for entity in ENTITIES:
        index.few_values(entity)
