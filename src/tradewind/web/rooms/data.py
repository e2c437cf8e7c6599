"""Your data: where they come from, how new they are, what changed, what is wrong with them, what more would unlock."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response, StreamingResponse

from tradewind.core.visitor import Visitor
from tradewind.flow.mapping.draft import read_draft
from tradewind.flow.mapping.page_words import what_unlocks
from tradewind.flow.quality.room import look_at_data, who_writes
from tradewind.flow.quality.wrong import rejected_rows
from tradewind.flow.start.first_visit import last_look, present_work
from tradewind.web.audit import note
from tradewind.web.render import page
from tradewind.web.rooms.waiting import begin
from tradewind.web.visitor import may, site_of

router = APIRouter(include_in_schema=False)


@router.get("/data")
def data(request: Request, visitor: Annotated[Visitor, may("see_answers")]) -> Response:
    """Show everything there is to say of the data."""
    site = site_of(request)
    if not site.has_config or read_draft(site.root) is not None:
        return RedirectResponse(f"{site.prefix}/start", 303)
    return page(
        request, "data/data.html", title="Your data", visitor=visitor, room=look_at_data(site.workspace()),
        work=present_work(site.state()), writes=who_writes(site.root),
        may_change=visitor.may("change_data") and not site.settings.read_only,
        may_run=visitor.may("run") and not site.settings.read_only,
    )  # fmt: skip


@router.get("/data/check")
def checked(request: Request, visitor: Annotated[Visitor, may("see_answers")]) -> Response:
    """Show what came of loading: rows, checks, what is wrong, and where to begin."""
    site = site_of(request)
    if not site.has_config:
        return RedirectResponse(f"{site.prefix}/start", 303)
    looked = last_look(site.state())
    return page(
        request, "data/check.html", title="Are the data fit for use?", visitor=visitor,
        room=look_at_data(site.workspace()), looked=looked,
        unlocks=what_unlocks(looked.first.get("locked", [])),
        work=present_work(site.state()), may_run=visitor.may("run") and not site.settings.read_only,
    )  # fmt: skip


@router.post("/data/check")
def check_again(request: Request, visitor: Annotated[Visitor, may("run")]) -> Response:
    """Load what is new and look at it again."""
    return begin(request, visitor, "check")


@router.post("/data/measure")
def measure(request: Request, visitor: Annotated[Visitor, may("run")]) -> Response:
    """Find out what each trouble does to the answers."""
    return begin(request, visitor, "check", {"measure": True})


@router.post("/data/run")
def run(request: Request, visitor: Annotated[Visitor, may("run")]) -> Response:
    """Answer every question."""
    return begin(request, visitor, "run")


@router.get("/data/rejected.csv")
def rejected(request: Request, visitor: Annotated[Visitor, may("change_data")]) -> Response:
    """Return the rows that could not be used, as a file that no spreadsheet runs."""
    note(request, visitor, "exported", "rejected rows")
    headers = {"Content-Disposition": 'attachment; filename="rows-we-could-not-use.csv"'}
    lines = _lines(rejected_rows(site_of(request).workspace()))
    return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=headers)


def _lines(rows: Iterator[tuple[str, ...]]) -> Iterator[str]:
    held = io.StringIO()
    writer = csv.writer(held)
    held.write("\ufeff")
    for place, row in enumerate(rows):
        writer.writerow(row)
        if place % 500 == 499:
            yield held.getvalue()
            held.seek(0)
            held.truncate()
    yield held.getvalue()
