"""Settings, users: who may come in, as what, and who was asked to."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from tradewind.core.errors import AccountError, Problem
from tradewind.core.visitor import Visitor
from tradewind.flow.accounts.changes import (
    ROLES,
    change_person,
    everybody,
    invite,
    lock,
    offer_reset,
    remove,
    role_named,
    unlock,
    withdraw,
)
from tradewind.web.door import Fields, form_fields, one
from tradewind.web.render import page
from tradewind.web.rooms.settings import back, lines
from tradewind.web.visitor import may, site_of

router = APIRouter(include_in_schema=False)

Admin = Annotated[Visitor, may("manage_accounts")]
Form = Annotated[Fields, Depends(form_fields)]

DONE = {
    "changed": "What this person may do was changed, from this moment on.",
    "locked": "This person is kept out from this moment on.",
    "unlocked": "This person may come in again.",
    "removed": "This person was removed.",
    "withdrawn": "This link works no more.",
}


@router.get("/settings/users")
def users(request: Request, visitor: Admin, done: str = "") -> HTMLResponse:
    """Show who may come in."""
    return _page(request, visitor, done)


@router.post("/settings/users/invite", response_model=None)
def invite_somebody(request: Request, visitor: Admin, form: Form) -> Response:
    """Make a link with which somebody becomes a user, and show it once."""
    try:
        role = role_named(one(form, "role"))
        secret = invite(site_of(request).accounts, visitor, role, lines(one(form, "owners")))
    except AccountError as error:
        return _page(request, visitor, problems=error.problems)
    return _page(request, visitor, secret=secret, days="7 days")


@router.post("/settings/users/{user_id}/change", response_model=None)
def change_somebody(request: Request, user_id: str, visitor: Admin, form: Form) -> Response:
    """Change somebody's role, and under which names records are his own."""
    try:
        role = role_named(one(form, "role"))
        change_person(site_of(request).accounts, visitor, user_id, role, lines(one(form, "owners")))
    except AccountError as error:
        return _page(request, visitor, problems=error.problems)
    return back(request, "/settings/users", "changed")


@router.post("/settings/users/{user_id}/reset", response_model=None)
def new_password(request: Request, user_id: str, visitor: Admin) -> Response:
    """Make a link with which somebody sets a new password, and show it once."""
    return _page(request, visitor, secret=offer_reset(site_of(request).accounts, visitor, user_id), days="24 hours")


@router.post("/settings/users/{user_id}/lock", response_model=None)
def lock_somebody(request: Request, user_id: str, visitor: Admin) -> Response:
    """Keep somebody out from now on."""
    try:
        lock(site_of(request).accounts, visitor, user_id)
    except AccountError as error:
        return _page(request, visitor, problems=error.problems)
    return back(request, "/settings/users", "locked")


@router.post("/settings/users/{user_id}/unlock", response_model=None)
def unlock_somebody(request: Request, user_id: str, visitor: Admin) -> Response:
    """Let somebody in again, also after too many wrong passwords."""
    unlock(site_of(request).accounts, visitor, user_id)
    return back(request, "/settings/users", "unlocked")


@router.post("/settings/users/{user_id}/remove", response_model=None)
def remove_somebody(request: Request, user_id: str, visitor: Admin, form: Form) -> Response:
    """Remove somebody."""
    try:
        remove(site_of(request).accounts, visitor, user_id, keep_tokens=bool(one(form, "keep_tokens")))
    except AccountError as error:
        return _page(request, visitor, problems=error.problems)
    return back(request, "/settings/users", "removed")


@router.post("/settings/users/links/withdraw", response_model=None)
def withdraw_link(request: Request, visitor: Admin, form: Form) -> Response:
    """Make a link work no more."""
    withdraw(site_of(request).accounts, visitor, one(form, "link"))
    return back(request, "/settings/users", "withdrawn")


def _page(
    request: Request, visitor: Visitor, done: str = "", problems: tuple[Problem, ...] = (), secret: str = "",
    days: str = "",
) -> HTMLResponse:  # fmt: skip
    site = site_of(request)
    address = f"{site.settings.base_url.rstrip('/')}{site.prefix}/welcome/{secret}" if secret else ""
    return page(
        request, "settings/users.html", title="Users", visitor=visitor, people=everybody(site.accounts), roles=ROLES,
        said=DONE.get(done, ""), problems=problems, address=address, days=days, status_code=422 if problems else 200,
    )  # fmt: skip
