"""Files that people send: streamed to the disk, looked at before a source may read them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.datastructures import UploadFile

from tradewind.core.errors import TradewindError
from tradewind.core.visitor import Visitor
from tradewind.flow.uploads.receive import FILES, Limits, Received, receiving, remove_upload
from tradewind.web.audit import note
from tradewind.web.refusals import NotFound, Refusal, TooLarge
from tradewind.web.rooms.waiting import require_writable
from tradewind.web.visitor import may, site_of

router = APIRouter(include_in_schema=False)
MB = 1_000_000


def announced(request: Request) -> None:
    """Refuse a form that says it is too large, before any of it is read.

    Raises:
        TooLarge: it is announced as larger than a few files may be.
        Refusal: it does not say how large it is.
    """
    length = request.headers.get("content-length", "")
    most = site_of(request).settings.upload_limit
    if not length.isdigit():
        raise Refusal("The length of the upload is not said", "Send it with a Content-Length.", 411)
    if int(length) > most + MB:
        raise TooLarge(
            "This is too large to be sent", f"Send at most {most // MB:,} MB at once; .zip and .gz are read."
        )


@router.put("/data/uploads/{set_name}/{name}")
async def send_file(
    request: Request, visitor: Annotated[Visitor, may("change_data")], set_name: str, name: str
) -> JSONResponse:
    """Take one file as the body of the request; what became of it is told as JSON."""
    length = request.headers.get("content-length", "")
    try:
        got = await _receive(request, set_name, name, request.stream(), int(length) if length.isdigit() else None)
    except TradewindError as error:
        problem = error.problems[0]
        said = {"what": problem.what, "found": problem.found, "expected": problem.expected, "do": problem.do}
        return JSONResponse({"name": name, "problem": said}, 422)
    note(request, visitor, "changed", "upload", details_of(got), files=len(got.files))
    return JSONResponse(told(got))


@router.post("/data/uploads", dependencies=[Depends(announced)])
async def send_form(request: Request, visitor: Annotated[Visitor, may("change_data")]) -> Response:
    """Take files from a plain form, for browsers without scripts; back to where they were sent from."""
    form = await request.form()
    back = "/data/upload" if str(form.get("back")) == "/data/upload" else "/start"
    outcomes: list[dict[str, Any]] = []
    for sent in form.getlist("files"):
        if isinstance(sent, UploadFile) and sent.filename:
            outcomes.append(await _one(request, visitor, str(form.get("set") or FILES), sent))
    site = site_of(request)
    if all("problem" not in each for each in outcomes) and outcomes:
        return RedirectResponse(f"{site.prefix}{back}", 303)
    from tradewind.web.rooms.start import upload_page

    return upload_page(request, visitor, back, tuple(outcomes), status_code=422)


@router.post("/data/uploads/{set_name}/{name}/remove")
def remove(
    request: Request, visitor: Annotated[Visitor, may("change_data")], set_name: str, name: str, back: str = "/start"
) -> Response:
    """Set an uploaded file aside."""
    site = site_of(request)
    require_writable(site)
    if not remove_upload(site.root, set_name, name):
        raise NotFound("file of this name")
    note(request, visitor, "changed", "upload", "removed")
    return RedirectResponse(f"{site.prefix}{'/data/upload' if back == '/data/upload' else '/start'}", 303)


def told(got: Received) -> dict[str, Any]:
    """Return what became of an upload in JSON's terms."""
    return {
        "name": got.sent,
        "files": [{**asdict(each), "uploaded_at": each.uploaded_at.isoformat()} for each in got.files],
        "same": list(got.same),
        "instead_of": [list(pair) for pair in got.instead_of],
        "left_out": [list(pair) for pair in got.left_out],
        "notes": list(got.notes),
    }


def details_of(got: Received) -> str:
    """Return which set was changed."""
    return got.files[0].set if got.files else ""


async def _one(request: Request, visitor: Visitor, set_name: str, sent: UploadFile) -> dict[str, Any]:
    name = Path(sent.filename or "file").name
    try:
        got = await _receive(request, set_name, name, _pieces(sent), sent.size)
    except TradewindError as error:
        problem = error.problems[0]
        said = {"what": problem.what, "found": problem.found, "expected": problem.expected, "do": problem.do}
        return {"name": name, "problem": said}
    note(request, visitor, "changed", "upload", details_of(got), files=len(got.files))
    return told(got)


async def _pieces(sent: UploadFile) -> AsyncIterator[bytes]:
    while piece := await sent.read(1 << 18):
        yield piece


async def _receive(
    request: Request, set_name: str, name: str, pieces: AsyncIterator[bytes], length: int | None
) -> Received:
    site = site_of(request)
    require_writable(site)
    limits = replace(Limits(), file=site.settings.upload_limit, total=site.settings.uploads_total)
    with receiving(site.root, set_name, name, limits, length) as incoming:
        async for piece in pieces:
            if piece:
                await run_in_threadpool(incoming.write, piece)
        return await run_in_threadpool(incoming.finish)
