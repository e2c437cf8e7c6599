"""Today: whom to contact, what changed, what went wrong, what was earned."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from tradewind.core.visitor import Visitor
from tradewind.flow.today.make import make_today
from tradewind.flow.today.words import say_amount, say_how, say_part
from tradewind.web.render import page
from tradewind.web.visitor import may, site_of
from tradewind.web.whose import evidence_badge, owners_for

router = APIRouter(include_in_schema=False)


@router.get("/")
def today(request: Request, visitor: Annotated[Visitor, may("see_answers")]) -> HTMLResponse:
    """Show what there is to do today."""
    site = site_of(request)
    if not site.has_config:
        return page(request, "today_first.html", title="Today", visitor=visitor)
    made = make_today(site.workspace(), owners_for(visitor), visitor.sees_personal)
    if not made.answered:
        return page(request, "today_first.html", title="Today", visitor=visitor)
    return page(
        request, "today.html", title="Today", visitor=visitor, today=made, say_part=say_part, say_amount=say_amount,
        say_how=say_how, evidence_badge=evidence_badge,
    )  # fmt: skip
