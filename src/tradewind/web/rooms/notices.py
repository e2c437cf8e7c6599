"""Who is told: the weekly mail of one's own, other programs, and models beside their earlier versions."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from tradewind.core.errors import ConfigError, DeliveryError
from tradewind.core.visitor import Visitor
from tradewind.flow.accounts.served import zone_of
from tradewind.flow.answers.models_beside import models_beside
from tradewind.flow.jobs.notices import deliveries, forget_program, list_hooks, program_secret_set, tell_program
from tradewind.flow.jobs.schedules import WEEKDAYS
from tradewind.flow.jobs.updates import row_of_delivery, say_moment
from tradewind.flow.today.mailing import can_send, queue_now, sent_to, set_weekly, stop_weekly, weekly_of
from tradewind.web.audit import note
from tradewind.web.refusals import Conflict, NotFound
from tradewind.web.render import page
from tradewind.web.visitor import may, site_of

router = APIRouter(include_in_schema=False)
Sees = Annotated[Visitor, may("see_answers")]
Sets = Annotated[Visitor, may("change_settings")]


@router.get("/updates/notices")
def notices(request: Request, visitor: Sees) -> Response:
    """Show one's own weekly mail and, to who may change them, the programs that are told."""
    return _notices(request, visitor)


@router.post("/updates/notices/mail")
def mail(
    request: Request,
    visitor: Sees,
    wanted: Annotated[str, Form()],
    weekday: Annotated[int, Form(ge=0, le=6)] = 0,
    at_time: Annotated[str, Form()] = "07:30",
) -> Response:
    """Get the weekly mail, get it no more, or get one now."""
    site = site_of(request)
    if visitor.kind != "user":
        raise Conflict("A program gets no mail", "Sign in as a person.")
    now = site.clock()
    if wanted == "now":
        queue_now(site.state(), visitor.id, now)
    elif wanted == "weekly":
        set_weekly(site.state(), visitor.id, weekday, at_time, zone_of(site.workspace), now)
    else:
        stop_weekly(site.state(), visitor.id)
    note(request, visitor, "changed", "weekly mail", asked=wanted if wanted in ("now", "weekly") else "stop")
    return RedirectResponse(f"{site.prefix}/updates/notices", 303)


@router.post("/updates/notices/programs")
def add_program(request: Request, visitor: Sets, url: Annotated[str, Form()]) -> Response:
    """Tell another program when a run ends."""
    site = site_of(request)
    try:
        hook = tell_program(site.state(), url.strip(), visitor.name, site.environ, site.clock())
    except (DeliveryError, ConfigError) as error:
        return _notices(request, visitor, error.problems[0].what, url)
    note(request, visitor, "changed", "webhook", hook.hook_id)
    return RedirectResponse(f"{site.prefix}/updates/notices", 303)


@router.post("/updates/notices/programs/{hook_id}/remove")
def remove_program(request: Request, visitor: Sets, hook_id: str) -> Response:
    """Tell another program nothing any more."""
    site = site_of(request)
    if not forget_program(site.state(), hook_id):
        raise NotFound("program of this number")
    note(request, visitor, "changed", "webhook", hook_id)
    return RedirectResponse(f"{site.prefix}/updates/notices", 303)


@router.get("/updates/models")
def models(request: Request, visitor: Sees) -> Response:
    """Show each question's models beside each other."""
    site = site_of(request)
    beside = models_beside(site.workspace()) if site.has_config else ()
    return page(request, "updates/models.html", title="Models compared by version", visitor=visitor, questions=beside)


def _notices(request: Request, visitor: Visitor, wrong: str = "", url: str = "") -> Response:
    site = site_of(request)
    zone = zone_of(site.workspace) if site.has_config else "UTC"
    own = weekly_of(site.state(), visitor.id)
    manages = visitor.may("change_settings")
    hooks = list_hooks(site.state()) if manages else []
    calls = deliveries(site.state(), [hook.hook_id for hook in hooks], 20) if hooks else []
    return page(
        request, "updates/notices.html", title="Who is told", visitor=visitor, weekdays=WEEKDAYS, zone=zone, own=own,
        next_at=say_moment(own.next_at, zone) if own else "", cannot=can_send(site.environ), manages=manages,
        sent=[row_of_delivery(one, zone) for one in sent_to(site.state(), visitor.id)], hooks=hooks,
        calls=[row_of_delivery(one, zone) for one in calls], secret=program_secret_set(site.environ), wrong=wrong,
        url=url[:500], status_code=422 if wrong else 200,
    )  # fmt: skip
