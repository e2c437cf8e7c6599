"""People and deals: lists of customers, companies, leads and deals, and the page of each one."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from tradewind.core.entities import ENTITIES
from tradewind.core.errors import Stale
from tradewind.core.visitor import Visitor
from tradewind.core.words import say
from tradewind.flow.lists.saved import forget_list, keep_list, lists_of
from tradewind.flow.people.list import Wanted, choices_of, kinds_with_anybody, list_people
from tradewind.flow.people.one import find_person
from tradewind.flow.people.timeline import timeline
from tradewind.web.audit import note
from tradewind.web.render import page
from tradewind.web.rooms.asked_list import (
    ROOMS,
    address,
    back_to,
    nothing_yet,
    pairs_of,
    path_of,
    wanted_of,
)
from tradewind.web.visitor import may, site_of
from tradewind.web.whose import evidence_badge

router = APIRouter(include_in_schema=False)
SeesPeople = Annotated[Visitor, may("see_people")]
ROWS = 50


@router.get("/people")
def people(request: Request, visitor: SeesPeople) -> Response:
    """Show customers."""
    return _list(request, visitor, "customer_id")


@router.get("/leads")
def leads(request: Request, visitor: SeesPeople) -> Response:
    """Show leads."""
    return _list(request, visitor, "lead_id")


@router.get("/accounts")
def accounts(request: Request, visitor: SeesPeople) -> Response:
    """Show companies."""
    return _list(request, visitor, "account_id")


@router.get("/deals")
def deals(request: Request, visitor: SeesPeople) -> Response:
    """Show deals."""
    return _list(request, visitor, "deal_id")


@router.post("/saved-lists")
def save(
    request: Request,
    visitor: SeesPeople,
    name: Annotated[str, Form()],
    path: Annotated[str, Form()],
    shared: Annotated[str, Form()] = "",
) -> Response:
    """Keep the filters of a list under a name."""
    site = site_of(request)
    kept = keep_list(site.workspace(), visitor, name, path.removeprefix(site.prefix), shared == "1")
    note(request, visitor, "changed", "saved list", kept.list_id)
    return RedirectResponse(f"{site.prefix}{kept.path}", 303)


@router.post("/saved-lists/{list_id}/forget")
def forget(request: Request, visitor: SeesPeople, list_id: str, back: Annotated[str, Form()] = "") -> Response:
    """Forget a saved list of one's own."""
    forget_list(site_of(request).workspace(), visitor, list_id)
    note(request, visitor, "changed", "saved list", list_id)
    return RedirectResponse(back_to(request, back, "/people"), 303)


@router.get("/people/{key:path}")
def person(request: Request, visitor: SeesPeople, key: str) -> Response:
    """Show one customer."""
    return _person(request, visitor, "customer_id", key)


@router.get("/leads/{key:path}")
def lead(request: Request, visitor: SeesPeople, key: str) -> Response:
    """Show one lead."""
    return _person(request, visitor, "lead_id", key)


@router.get("/accounts/{key:path}")
def account(request: Request, visitor: SeesPeople, key: str) -> Response:
    """Show one company."""
    return _person(request, visitor, "account_id", key)


def show_deal(request: Request, visitor: Visitor, key: str) -> Response:
    """Show one deal; its route stands behind those of the deals' room."""
    return _person(request, visitor, "deal_id", key)


def _list(request: Request, visitor: Visitor, entity: str) -> Response:
    site, room = site_of(request), ROOMS[entity]
    if not site.has_config:
        return nothing_yet(request, visitor, say(f"people.{entity}"), say(f"people.none.{entity}"))
    wanted = wanted_of(request.query_params, ROWS)
    workspace = site.workspace()
    try:
        found = list_people(workspace, visitor, entity, wanted)
    except Stale:  # the data have changed since the page before: begin again, and say so
        return RedirectResponse(f"{site.prefix}{address(room, wanted, changed='1')}", 303)
    there = kinds_with_anybody(workspace, visitor)
    if entity == "customer_id" and not found.rows and there and not request.query_params:
        return RedirectResponse(f"{site.prefix}{ROOMS[there[0]]}", 303)  # a sales team has no customers to begin with
    note(request, visitor, "saw", "list", ENTITIES[entity].table, rows=len(found.rows))
    choices = choices_of(workspace, visitor, entity)
    asked = {each.name: each for each in found.asked}
    return page(
        request, "people/list.html", title=say(f"people.{entity}"), visitor=visitor, entity=entity, room=room,
        found=found, wanted=wanted, choices=choices, one=ENTITIES[entity].one, people=ENTITIES[entity].people,
        kinds=_kinds(entity, there), saved=lists_of(workspace, visitor, room), address=address, path_of=path_of,
        pairs=pairs_of(wanted), filtered=_filtered(wanted), chosen=asked.get(wanted.question),
        companies=entity != "account_id" and any(row.company or row.account_id for row in found.rows),
        owners=any(row.owner for row in found.rows), contacts=any(row.email or row.phone for row in found.rows),
        searchable=found.searches_names, deals="deal_id" in (*there, entity),
        changed=request.query_params.get("changed") == "1",
        values=lambda prefix: {key: value for key, value in request.query_params.items() if key.startswith(prefix)},
    )  # fmt: skip


def _kinds(entity: str, there: tuple[str, ...]) -> list[tuple[str, str, bool]]:
    """The kinds of records that there are, and the one that is shown."""
    return [(path, say(f"people.{key}"), key == entity) for key, path in ROOMS.items() if key in (*there, entity)]


def _filtered(wanted: Wanted) -> bool:
    return bool(pairs_of(wanted).keys() - {"sort"})


def _person(request: Request, visitor: Visitor, entity: str, key: str) -> HTMLResponse:
    site = site_of(request)
    workspace = site.workspace()
    found = find_person(workspace, visitor, entity, key)
    begin = request.query_params.get("from", "")
    happened = timeline(workspace, visitor, entity, found.row.key, begin)
    note(request, visitor, "saw", ENTITIES[entity].one, found.row.key)
    context: dict[str, Any] = {
        "person": found, "row": found.row, "happened": happened, "begin": begin, "path": path_of(entity, found.row.id),
        "room": ROOMS[entity], "one": ENTITIES[entity].one, "currency": workspace.config.workspace.currency,
        "badge_of": evidence_badge, "path_of": path_of, "entities": ENTITIES,
    }  # fmt: skip
    row = found.row
    title = (
        row.name
        or (row.company if entity != "customer_id" else "")
        or row.email
        or f"{ENTITIES[entity].one.capitalize()} {row.id}"
    )
    return page(request, "people/person.html", title=title, visitor=visitor, **context)
