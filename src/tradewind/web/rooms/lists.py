"""Lists to work through: one for each question, a click for each row, and files for other tools."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from tradewind.core.errors import ConfigError, NotFound, Problem, Stale
from tradewind.core.visitor import Visitor
from tradewind.core.words import say
from tradewind.flow.lists.click import click, take_back_click, word_of
from tradewind.flow.lists.export import find_export, layouts_for, list_exports, make_export, plan_export, said_of_file
from tradewind.flow.lists.feedback import Said
from tradewind.flow.lists.rows import say_last
from tradewind.flow.lists.saved import lists_of
from tradewind.flow.lists.work_list import list_cards, work_list
from tradewind.flow.people.list import choices_of
from tradewind.web.audit import note
from tradewind.web.refusals import NotAllowed
from tradewind.web.render import page
from tradewind.web.rooms.asked_list import address, back_to, nothing_yet, pairs_of, path_of, wanted_of
from tradewind.web.visitor import may, site_of
from tradewind.web.whose import evidence_badge

router = APIRouter(include_in_schema=False)
SeesPeople = Annotated[Visitor, may("see_people")]
Exports = Annotated[Visitor, may("export")]
Says = Annotated[Visitor, may("give_feedback")]
ROWS, TOP = 25, 500
OUTCOMES = {"lead_id": ("done", "won", "lost"), "deal_id": ("done", "won", "lost")}
"""What can be said with one click; of customers and companies: that it is done, or that it worked."""


@router.get("/lists")
def lists(request: Request, visitor: SeesPeople) -> HTMLResponse:
    """Show every list there is to work through."""
    if not site_of(request).has_config:
        return nothing_yet(request, visitor, "Lists", say("people.none.lists"))
    workspace = site_of(request).workspace()
    shared = lists_of(workspace, visitor)
    return page(
        request, "lists/index.html", title="Lists", visitor=visitor, cards=list_cards(workspace, visitor), saved=shared
    )


@router.get("/lists/{name}")
def worklist(request: Request, visitor: SeesPeople, name: str) -> Response:
    """Show the list of a question, with what can be said of each row."""
    site = site_of(request)
    workspace, place = site.workspace(), f"/lists/{quote(name)}"
    values = {"open": "1", **request.query_params}  # who was worked on rests, unless asked for
    wanted = wanted_of(values, ROWS)
    try:
        made = work_list(workspace, visitor, name, wanted)
    except Stale:
        return RedirectResponse(f"{site.prefix}{address(place, wanted, changed='1')}", 303)
    entity = made.page.entity
    note(request, visitor, "saw", "list", name, rows=len(made.rows))
    said, said_of = word_of(workspace, visitor, name, request.query_params.get("said", ""))
    return page(
        request, "lists/worklist.html", title=made.title, visitor=visitor, made=made, place=place, wanted=wanted,
        choices=choices_of(workspace, visitor, entity), saved=lists_of(workspace, visitor, place), address=address,
        path_of=path_of, pairs=pairs_of(wanted), badge=evidence_badge(made.evidence), said=said, said_of=said_of,
        say_last=say_last, narrowed=bool(pairs_of(wanted).keys() - {"open"}),
        verdicts=OUTCOMES.get(entity, ("done", "won")), changed=request.query_params.get("changed") == "1",
        here_now=f"{site.prefix}{address(place, wanted, open='1' if wanted.unhandled else '0')}",
    )  # fmt: skip


@router.post("/lists/{name}/say")
def say_of_row(
    request: Request,
    visitor: Says,
    name: str,
    key: Annotated[str, Form()],
    verdict: Annotated[str, Form()],
    because: Annotated[str, Form()] = "",
    until: Annotated[str, Form()] = "",
    back: Annotated[str, Form()] = "",
) -> Response:
    """Take down what somebody says of one row."""
    workspace = site_of(request).workspace()
    day = _day(until) if verdict == "not-now" else None
    given = click(workspace, visitor, name, key, Said(verdict, because, day))
    note(request, visitor, "changed", given.entity.removesuffix("_id"), given.entity_id, verdict=verdict)
    if "application/json" in request.headers.get("accept", ""):
        return JSONResponse({"feedback_id": given.feedback_id, "said": say_last(given)})
    where = back_to(request, back, f"/lists/{quote(name)}")
    return RedirectResponse(f"{where}{'&' if '?' in where else '?'}said={given.feedback_id}", 303)


@router.post("/lists/{name}/take-back")
def take_back_word(
    request: Request,
    visitor: Says,
    name: str,
    feedback_id: Annotated[str, Form()],
    back: Annotated[str, Form()] = "",
) -> Response:
    """Take back a word that was a slip of the hand."""
    taken = take_back_click(site_of(request).workspace(), visitor, name, feedback_id)
    note(request, visitor, "changed", taken.entity.removesuffix("_id"), taken.entity_id, verdict="taken back")
    if "application/json" in request.headers.get("accept", ""):
        return JSONResponse({"taken_back": taken.feedback_id})
    return RedirectResponse(back_to(request, back, f"/lists/{quote(name)}"), 303)


@router.get("/lists/{name}/export")
def export_page(request: Request, visitor: Exports, name: str, layout: str = "csv", top: int = TOP) -> HTMLResponse:
    """Show who would be in a file, who not and why, before anybody takes it."""
    workspace = site_of(request).workspace()
    _may_name(visitor)
    wanted = wanted_of(request.query_params, ROWS)
    plan = plan_export(workspace, visitor, name, layout, wanted, top)
    return page(
        request, "lists/export.html", title=f"Take out: {plan.title}", visitor=visitor, plan=plan, wanted=wanted,
        pairs=pairs_of(wanted), layouts=layouts_for(workspace, plan.entity), top=top, place=f"/lists/{quote(name)}",
        shown=[[column.cell(row) for column in plan.columns] for row in plan.contacts[:5]], address=address,
    )  # fmt: skip


@router.post("/lists/{name}/export")
async def export_file(request: Request, visitor: Exports, name: str) -> Response:
    """Give the file, and write down who took it."""
    from starlette.concurrency import run_in_threadpool

    form = await request.form()
    values = {key: str(value) for key, value in form.items()}
    return await run_in_threadpool(_file, request, visitor, name, values)


def _may_name(visitor: Visitor) -> None:
    """A file for another tool holds names and addresses."""
    if not visitor.sees_personal:
        raise NotAllowed("see_contacts")


def _file(request: Request, visitor: Visitor, name: str, values: dict[str, str]) -> Response:
    workspace = site_of(request).workspace()
    _may_name(visitor)
    wanted = wanted_of(values, ROWS)
    try:
        top = int(values.get("top", str(TOP)))
    except ValueError as error:
        raise ConfigError(Problem("top", "this is no number of rows", values["top"][:80], "1 to 100000")) from error
    plan = plan_export(workspace, visitor, name, values.get("layout", "csv"), wanted, top)
    if not plan.contacts:
        raise NotFound(Problem("the file", "nobody would be in it", "", "", "choose another tool, or other filters"))
    made = make_export(workspace, visitor, plan, wanted)
    note(request, visitor, "exported", "list", name, rows=made.export.rows, layout=made.export.layout)
    headers = {"Content-Disposition": f'attachment; filename="{made.name}"', "Cache-Control": "no-store"}
    return Response(made.content, media_type=made.media_type, headers=headers)


@router.get("/exports")
def exports_room(request: Request, visitor: Exports) -> HTMLResponse:
    """Show the files that were taken out."""
    if not site_of(request).has_config:
        return nothing_yet(request, visitor, "Files taken out", say("people.none.lists"))
    made = [
        (each, said_of_file(each.rows, "rows", each.unknown, each.left_out))
        for each in list_exports(site_of(request).workspace(), visitor)
    ]
    return page(request, "lists/exports.html", title="Files taken out", visitor=visitor, exports=made)


@router.get("/exports/{export_id}/summary.txt")
def export_summary(request: Request, visitor: Exports, export_id: str) -> Response:
    """Give the counts of a file as text, unknown permission first."""
    found = find_export(site_of(request).workspace().state(), export_id)
    if found is None or (visitor.own_only and found.user_id != visitor.id):
        raise NotFound(Problem("file", "there is no such file", export_id[:80]))
    lines = said_of_file(found.rows, "rows", found.unknown, found.left_out)
    about = f"{found.question}, {found.layout}, {found.made_at:%Y-%m-%d %H:%M} UTC, data {found.snapshot_id}"
    return Response("\n".join([*lines, about, ""]), media_type="text/plain; charset=utf-8")


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(Problem("until", "this is no day", text[:80], "a day such as 2026-12-24")) from error
