"""The door: who comes in."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from tradewind.core.visitor import Visitor
from tradewind.web.render import page
from tradewind.web.site import Site

router = APIRouter(include_in_schema=False)


def recognise_account(request: Request, site: Site) -> Visitor | None:
    """Return who sends a request, by the workspace's accounts."""
    return None


@router.get("/sign-in")
def sign_in(request: Request) -> HTMLResponse:
    """Ask who it is."""
    return page(request, "sign_in.html", title="Sign in")
