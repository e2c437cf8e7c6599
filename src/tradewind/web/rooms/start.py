"""The first visit: send files, or try a demo; one page leads from an empty folder to the first list."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from tradewind.core.visitor import Visitor
from tradewind.flow.mapping.draft import read_draft, uploads_fingerprint
from tradewind.flow.start.first_visit import present_work
from tradewind.flow.uploads.new_files import unread_uploads
from tradewind.flow.uploads.receive import FILES, list_uploads
from tradewind.web.refusals import Conflict, NotFound
from tradewind.web.render import page
from tradewind.web.rooms.waiting import begin, require_writable
from tradewind.web.visitor import may, site_of

router = APIRouter(include_in_schema=False)

DEMOS = {"shop": "", "sales": "", "subscription": ""}


@router.get("/start")
def start(request: Request, visitor: Annotated[Visitor, may("see_answers")]) -> Response:
    """Show the way from here to the first list."""
    return upload_page(request, visitor, "/start")


@router.get("/data/upload")
def more(request: Request, visitor: Annotated[Visitor, may("change_data")]) -> Response:
    """Show where further files are sent, or next week's."""
    return upload_page(request, visitor, "/data/upload")


@router.post("/start/look")
def look(request: Request, visitor: Annotated[Visitor, may("change_data")]) -> Response:
    """Find out what the uploaded files hold; nothing is written over."""
    site = site_of(request)
    if not list_uploads(site.root):
        raise NotFound("uploaded file yet")
    draft = read_draft(site.root)
    if site.has_config and draft is None:
        raise Conflict("This is a workspace already", "Its mapping is changed on the page of the mapping.")
    if draft is not None and draft.of == uploads_fingerprint(site.root) and present_work(site.state()) is None:
        return RedirectResponse(f"{site.prefix}/data/mapping", 303)
    return begin(request, visitor, "understand")


@router.post("/data/add")
def add(request: Request, visitor: Annotated[Visitor, may("change_data")]) -> Response:
    """Find out what files hold that nothing reads yet, and add it to the mapping."""
    return begin(request, visitor, "add", {"by": visitor.name})


@router.post("/start/demo")
def demo(request: Request, visitor: Annotated[Visitor, may("run")], what: Annotated[str, Form()] = "shop") -> Response:
    """Set up a demo, and answer its questions."""
    site = site_of(request)
    require_writable(site)
    if what not in DEMOS:
        raise NotFound("demo of this name")
    if site.has_config or list_uploads(site.root):
        raise Conflict("Your own files are here already", "A demo needs a folder of its own: tradewind demo FOLDER")
    return begin(request, visitor, "demo", {"what": what})


def upload_page(
    request: Request, visitor: Visitor, here: str, outcomes: tuple[dict[str, Any], ...] = (), status_code: int = 200
) -> Response:
    """Return the page on which files are sent: the first visit's, or that of a workspace."""
    site = site_of(request)
    draft = read_draft(site.root)
    files = list_uploads(site.root)
    first = not site.has_config or draft is not None
    return page(
        request, "start/start.html", title="Welcome" if first else "Send files", visitor=visitor,
        status_code=status_code, files=files, outcomes=outcomes, here=here if first else "/data/upload", first=first,
        draft=draft, stale=draft is not None and draft.of != uploads_fingerprint(site.root),
        unread={(each.set, each.name) for each in unread_uploads(site.workspace())} if not first else set(),
        work=present_work(site.state()), limit=site.settings.upload_limit // 1_000_000, set_name=FILES,
        may_send=visitor.may("change_data") and not site.settings.read_only,
    )  # fmt: skip
