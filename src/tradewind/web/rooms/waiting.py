"""Work in progress on the way to the first list: what is being done now, and where to go when it is done."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from tradewind.core.visitor import Visitor
from tradewind.flow.jobs.queue import Job, retry_run, start_run
from tradewind.flow.start.first_visit import Working, first_list, present_work, work_of
from tradewind.web.refusals import Conflict
from tradewind.web.render import page
from tradewind.web.site import Site
from tradewind.web.visitor import may, site_of

router = APIRouter(include_in_schema=False)


def require_writable(site: Site) -> None:
    """Refuse what would write to a folder that is only read.

    Raises:
        Conflict: the server was started so.
    """
    if site.settings.read_only:
        raise Conflict("This workspace is only read here", "Files and mappings are changed where it is written.")


def begin(request: Request, visitor: Visitor, kind: str, arguments: dict[str, Any] | None = None) -> Response:
    """Start a piece of work, or join the same piece that somebody has started already, and go to where one waits."""
    site = site_of(request)
    require_writable(site)
    running = present_work(site.state())
    same = running is not None and running.kind == kind
    job = running.job_id if running is not None and same else start_run(
        site.state(), kind, arguments, visitor.name, site.clock
    )  # fmt: skip
    return RedirectResponse(f"{site.prefix}/start/working/{job}", 303)


@router.get("/start/working/{run}")
def working(request: Request, visitor: Annotated[Visitor, may("see_answers")], run: str) -> Response:
    """Show what is being done; once it is done, go on to what comes next."""
    site = site_of(request)
    work = work_of(site.state(), run)
    if work.job.status in ("done", "findings") and not work.problems:
        return RedirectResponse(f"{site.prefix}{_next(site, work.job)}", 303)
    return page(request, "start/working.html", title=work.title, visitor=visitor, work=work, next_step=_back(work))


@router.post("/start/working/{run}/again")
def again(request: Request, visitor: Annotated[Visitor, may("run")], run: str) -> Response:
    """Try the same again."""
    site = site_of(request)
    require_writable(site)
    job = retry_run(site.state(), run, visitor.name, site.clock)
    return RedirectResponse(f"{site.prefix}/start/working/{job}", 303)


def _next(site: Site, job: Job) -> str:
    if job.kind == "understand":
        return "/data/mapping"
    if job.kind == "add":
        return f"/data/mapping?table={next(iter(job.result.get('tables', [])), '')}"
    if job.kind in ("try", "check"):
        return "/data/check"
    return first_list(site.workspace(), job) if site.has_config else "/start"


def _back(work: Working) -> tuple[str, str]:
    """Where what failed can be mended, and what that is called."""
    if work.job.kind == "understand":
        return "/start", "Look at your files"
    if work.job.kind == "try":
        return "/data/mapping", "Look at the mapping"
    return ("/start", "Back to the start") if work.job.kind == "demo" else ("/data", "Look at your data")
