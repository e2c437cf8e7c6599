"""Settings, look: a company's own name, colour and logo on pages and reports."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response
from starlette.datastructures import UploadFile

from tradewind.core.brand import LARGEST_LOGO
from tradewind.core.errors import ConfigError, Problem
from tradewind.core.visitor import Visitor
from tradewind.flow.accounts.brand import change_brand
from tradewind.web.audit import note
from tradewind.web.refusals import Conflict, NotFound
from tradewind.web.render import page
from tradewind.web.rooms.settings import back
from tradewind.web.visitor import may, site_of

router = APIRouter(include_in_schema=False)

Owner = Annotated[Visitor, may("change_settings")]
KEEP = {"Cache-Control": "public, max-age=31536000, immutable"}
DONE = {"saved": "Saved. Pages show it from now on, the report from the next update on."}


async def sent_look(request: Request) -> tuple[dict[str, str], bytes]:
    """Return the fields of the form, and the image; of one that is too large, as much as shows that."""
    form = await request.form(max_files=1, max_fields=20, max_part_size=10_000)
    fields = {name: value for name, value in form.multi_items() if isinstance(value, str)}
    file = form.get("logo")
    return fields, await file.read(LARGEST_LOGO + 1) if isinstance(file, UploadFile) else b""


@router.get("/brand/{version}/look.css")
def look(request: Request, version: str) -> Response:
    """Return the company's colour as a style sheet."""
    brand = site_of(request).brand()
    if not brand.colour:
        raise NotFound("look of its own")
    rule = f":root {{ --brand: {brand.colour}; --on-brand: {brand.on_colour}; }}\n"
    return Response(rule, media_type="text/css", headers=KEEP if version == brand.version else {})


@router.get("/brand/{version}/logo")
def logo(request: Request, version: str) -> Response:
    """Return the company's logo."""
    brand = site_of(request).brand()
    if brand.logo_kind is None:
        raise NotFound("logo")
    return Response(brand.logo, media_type=brand.logo_kind, headers=KEEP if version == brand.version else {})


@router.get("/settings/brand")
def brand(request: Request, visitor: Owner, done: str = "") -> HTMLResponse:
    """Show the look."""
    return _page(request, visitor, done)


@router.post("/settings/brand", response_model=None)
def save(
    request: Request, visitor: Owner, sent: Annotated[tuple[dict[str, str], bytes], Depends(sent_look)]
) -> Response:
    """Write a new look."""
    site, (fields, image) = site_of(request), sent
    if site.settings.read_only:
        raise Conflict("This server only reads the workspace", "Change its look where it is written.")
    colour = fields.get("colour", "") if fields.get("own_colour") else ""
    try:
        change_brand(site.root, fields.get("name", ""), colour, image, keep_logo=not fields.get("no_logo"))
    except ConfigError as error:
        return _page(request, visitor, problems=error.problems)
    note(request, visitor, "changed", "settings", "brand")
    return back(request, "/settings/brand", "saved")


def _page(request: Request, visitor: Visitor, done: str = "", problems: tuple[Problem, ...] = ()) -> HTMLResponse:
    return page(
        request, "settings/brand.html", title="Look", visitor=visitor, own=site_of(request).brand(),
        said=DONE.get(done, ""), problems=problems, status_code=422 if problems else 200,
    )  # fmt: skip
