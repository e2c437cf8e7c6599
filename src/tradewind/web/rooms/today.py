"""Today: whom to contact, what changed, what went wrong, what was earned."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from tradewind.core.visitor import Visitor
from tradewind.web.render import page
from tradewind.web.visitor import may

router = APIRouter(include_in_schema=False)


@router.get("/")
def today(request: Request, visitor: Annotated[Visitor, may("see_answers")]) -> HTMLResponse:
    """Show what there is to do today."""
    return page(request, "today.html", title="Today")
