"""Who sends a request, and whether he may: every route names the permission that it needs."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from tradewind.core.visitor import Permission, Visitor
from tradewind.web.door import is_quick, recognise_account
from tradewind.web.refusals import Conflict, NotAllowed, NotSignedIn, StaleForm, TooLarge
from tradewind.web.settings import MEGABYTE
from tradewind.web.site import Site

Recognise = Callable[[Request, Site], Visitor | None]
"""Tells who sends a request; None for somebody unknown."""

SAFE = ("GET", "HEAD", "OPTIONS")
WRITES: tuple[Permission, ...] = ("run", "change_data", "change_settings")
"""What may end in a write to the workspace's folder: not done by a server that only reads it."""
CSRF_HEADER = "X-CSRF-Token"
CSRF_FIELD = "csrf"


def site_of(request: Request) -> Site:
    """Return the workspace that a request is about."""
    site: Site = request.app.state.site
    return site


def visitor_or_none(request: Request) -> Visitor | None:
    """Return who sends a request, or None; asked once a request."""
    if not hasattr(request.state, "visitor"):
        recognise: Recognise = request.app.state.recognise
        request.state.visitor = recognise(request, site_of(request))
    found: Visitor | None = request.state.visitor
    return found


async def ask_visitor(request: Request) -> Visitor | None:
    """Return who sends a request, or None; where the database is asked, other requests go on meanwhile."""
    if request.app.state.recognise is recognise_account and not is_quick(request, site_of(request)):
        return await run_in_threadpool(visitor_or_none, request)
    return visitor_or_none(request)


def may(permission: Permission) -> Any:
    """Return the dependency that lets through who holds a permission, and gives the visitor.

    What changes something must carry the token of the signed-in person's forms, so that no other site can send it.
    """

    async def check(request: Request) -> Visitor:
        visitor = await ask_visitor(request)
        if visitor is None:
            raise NotSignedIn
        if not visitor.may(permission):
            raise NotAllowed(permission)
        if request.method not in SAFE and visitor.kind == "user":
            await require_csrf(request, visitor)
        if request.method not in SAFE and permission in WRITES and site_of(request).settings.read_only:
            raise Conflict("This server only reads", "Do this on the server that may write the workspace.")
        return visitor

    check.permission = permission  # type: ignore[attr-defined]
    return Depends(check)


async def require_csrf(request: Request, visitor: Visitor) -> None:
    """Refuse what was not sent from a page of ours.

    Raises:
        StaleForm: the token is missing or of another session.
    """
    sent = request.headers.get(CSRF_HEADER, "")
    if not sent and _is_form(request):
        length = request.headers.get("content-length", "")
        if not length.isdigit() or int(length) > site_of(request).settings.upload_limit + MEGABYTE:
            raise TooLarge("This is too large", "Nothing of it was read.")
        form = await request.form()
        sent = str(form.get(CSRF_FIELD, ""))
    if not visitor.csrf or not hmac.compare_digest(sent.encode(), visitor.csrf.encode()):
        raise StaleForm


def _is_form(request: Request) -> bool:
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    return kind in ("application/x-www-form-urlencoded", "multipart/form-data")


def permission_of(dependant: Any) -> Permission | None:
    """Return the permission that a route's dependencies name, or None."""
    call: Callable[..., Awaitable[Any]] | None = getattr(dependant, "call", None)
    found = getattr(call, "permission", None)
    if found is not None:
        return found  # type: ignore[no-any-return]
    return next((one for one in map(permission_of, dependant.dependencies) if one is not None), None)
