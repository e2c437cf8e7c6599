"""Updates: runs and how they go, live; when they begin by themselves."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from tradewind.core.visitor import Visitor
from tradewind.flow.accounts.served import zone_of
from tradewind.flow.jobs.queue import cancel_run, get_run, retry_run, start_run
from tradewind.flow.jobs.schedules import WEEKDAYS, remove_schedule, schedules, set_schedule
from tradewind.flow.jobs.updates import newest_rows, page_of, say_moment
from tradewind.web.audit import note
from tradewind.web.refusals import NotFound
from tradewind.web.render import page
from tradewind.web.site import Site
from tradewind.web.visitor import may, site_of

router = APIRouter(include_in_schema=False)
PAGE = 25
Sees = Annotated[Visitor, may("see_answers")]
Runs = Annotated[Visitor, may("run")]
Sets = Annotated[Visitor, may("change_settings")]


@router.get("/updates")
def updates(request: Request, visitor: Sees, before: str = "") -> Response:
    """Show the runs, newest first, and when the next begins by itself."""
    site = site_of(request)
    zone, now = zone_of(site.workspace) if site.has_config else "UTC", site.clock()
    rows, further = newest_rows(site.state(), zone, now, PAGE, before)
    plan = next((one for one in schedules(site.state()) if one.name == "run"), None)
    return page(
        request, "updates/list.html", title="Updates", visitor=visitor, has_config=site.has_config, first=not before,
        rows=rows, further=further,
        plan=plan, next_at=say_moment(plan.next_at, zone) if plan else "", zone=zone, weekdays=WEEKDAYS,
        waiting=any(not row.ended for row in rows),
    )  # fmt: skip


@router.post("/updates")
def start(request: Request, visitor: Runs, kind: Annotated[str, Form()] = "run") -> Response:
    """Ask for an update, or a check of the data."""
    site = site_of(request)
    if not site.has_config or kind not in ("run", "check"):
        raise NotFound("workspace to bring up to date yet")
    run_id = start_run(site.state(), kind, {}, visitor.name)
    note(request, visitor, "changed", "run", run_id, asked=kind)
    return _to(site, f"/updates/{run_id}")


@router.post("/updates/schedule")
def schedule(
    request: Request,
    visitor: Sets,
    every: Annotated[str, Form()],
    at_time: Annotated[str, Form()] = "06:30",
    weekday: Annotated[int, Form(ge=0, le=6)] = 0,
) -> Response:
    """Let updates begin by themselves, or no more."""
    site = site_of(request)
    if every == "never":
        remove_schedule(site.state(), "run")
    else:
        zone = zone_of(site.workspace)
        set_schedule(
            site.state(), "week" if every == "week" else "day", weekday, at_time, zone, visitor.name, site.clock()
        )
    note(request, visitor, "changed", "schedule", every)
    return _to(site, "/updates")


@router.get("/updates/{run_id}")
def one(request: Request, visitor: Sees, run_id: str) -> Response:
    """Show one run: what it does just now, or what came of it."""
    return _show(request, visitor, run_id, "updates/run.html")


@router.get("/updates/{run_id}/live")
def live(request: Request, visitor: Sees, run_id: str) -> Response:
    """Show the part of a run's page that changes."""
    return _show(request, visitor, run_id, "updates/live.html")


@router.post("/updates/{run_id}/cancel")
def cancel(request: Request, visitor: Runs, run_id: str) -> Response:
    """Stop a run."""
    site = site_of(request)
    if cancel_run(site.state(), run_id, visitor.name):
        note(request, visitor, "changed", "run", run_id, asked="stop")
    return _to(site, f"/updates/{run_id}")


@router.post("/updates/{run_id}/again")
def again(request: Request, visitor: Runs, run_id: str) -> Response:
    """Ask for the same once more."""
    site = site_of(request)
    new = retry_run(site.state(), run_id, visitor.name)
    note(request, visitor, "changed", "run", new, asked="again")
    return _to(site, f"/updates/{new}")


def _show(request: Request, visitor: Visitor, run_id: str, template: str) -> Response:
    site = site_of(request)
    zone = zone_of(site.workspace) if site.has_config else "UTC"
    job = get_run(site.state(), run_id)
    shown = page_of(site.state(), job, zone, site.clock(), visitor.may("run"))
    return page(request, template, title=shown.row.what, visitor=visitor, run=shown)


def _to(site: Site, path: str) -> Response:
    return RedirectResponse(f"{site.prefix}{path}", 303)
