"""Segments, offers, tests and sends, and the page of all rooms: what is there already, and what will stand here."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from tradewind.core.visitor import Visitor
from tradewind.flow.answers.index import answer_index
from tradewind.flow.lists.segments import find_groups
from tradewind.flow.lists.sends import list_sends
from tradewind.flow.start.rooms import OFFERED
from tradewind.flow.today.make import planned_tests
from tradewind.report.numbers import say_share
from tradewind.web.navigation import all_rooms
from tradewind.web.render import filled_rooms, page
from tradewind.web.visitor import may, site_of
from tradewind.web.whose import owners_for

router = APIRouter(include_in_schema=False)


@router.get("/rooms")
def rooms(request: Request, visitor: Annotated[Visitor, may("see_answers")]) -> HTMLResponse:
    """Show every room with what it is for, also those that have nothing to show yet."""
    every = all_rooms(visitor, filled_rooms(site_of(request)))
    return page(request, "rooms.html", title="All rooms", visitor=visitor, every=every)


@router.get("/segments")
def segments(request: Request, visitor: Annotated[Visitor, may("see_answers")]) -> HTMLResponse:
    """Show the groups that answers set apart."""
    site = site_of(request)
    groupings = find_groups(site.workspace()) if site.has_config else ()
    return page(
        request, "answers/segments.html", title="Segments", visitor=visitor, groupings=groupings, say_share=say_share
    )


@router.get("/offers")
def offers(request: Request, visitor: Annotated[Visitor, may("see_answers")]) -> HTMLResponse:
    """Show what will say which offer is for whom."""
    site = site_of(request)
    index = answer_index(site.workspace(), owners_for(visitor)) if site.has_config else None
    cards = [card for card in (index.answered if index else ()) if card.section.name in OFFERED]
    return page(request, "answers/offers.html", title="Offers", visitor=visitor, cards=cards)


@router.get("/tests")
def tests(request: Request, visitor: Annotated[Visitor, may("see_answers")]) -> HTMLResponse:
    """Show what a test of each list would take."""
    site = site_of(request)
    plans = planned_tests(site.workspace()) if site.has_config else ()
    return page(request, "answers/tests.html", title="Tests and results", visitor=visitor, plans=plans)


@router.get("/sends")
def sends(request: Request, visitor: Annotated[Visitor, may("see_answers")]) -> HTMLResponse:
    """Show what was taken out of the lists."""
    site = site_of(request)
    by = visitor.id if visitor.own_only else ""
    taken = list_sends(site.workspace(), by) if site.has_config else ()
    return page(request, "answers/sends.html", title="Sends", visitor=visitor, taken=taken)
