"""Settings, you: name, password, where you are signed in, and how it looks."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from tradewind.core.errors import AccountError, Problem
from tradewind.core.visitor import Visitor
from tradewind.flow.accounts.changes import (
    change_password,
    change_self,
    end_all_sessions,
    end_other_sessions,
    end_session,
    my_account,
)
from tradewind.flow.accounts.door import Accounts
from tradewind.web.door import Fields, form_fields, let_out, one, session_secret
from tradewind.web.refusals import NotFound
from tradewind.web.render import page
from tradewind.web.visitor import may, site_of

router = APIRouter(include_in_schema=False)

Me = Annotated[Visitor, may("see_answers")]
Form = Annotated[Fields, Depends(form_fields)]

DONE = {
    "name": "Your name was changed.",
    "password": "Your password was changed; everywhere else you are signed out.",
    "session": "You are signed out there.",
    "others": "Everywhere else you are signed out.",
}


@router.get("/settings")
def settings(request: Request, visitor: Me, done: str = "") -> HTMLResponse:
    """Show what concerns oneself."""
    return _page(request, visitor, done)


@router.post("/settings/me", response_model=None)
def change_me(request: Request, visitor: Me, form: Form) -> Response:
    """Change one's own name, and under which names records are one's own."""
    accounts = _accounts(request, visitor)
    owners = None if visitor.own_only else lines(one(form, "owners"))
    try:
        change_self(accounts, visitor, one(form, "name"), owners)
    except AccountError as error:
        return _page(request, visitor, problems=error.problems)
    return back(request, "/settings", "name")


@router.post("/settings/password", response_model=None)
def change_my_password(request: Request, visitor: Me, form: Form) -> Response:
    """Change one's own password."""
    accounts, new = _accounts(request, visitor), one(form, "password")
    if new != one(form, "again"):
        return _page(request, visitor, problems=(Problem("password", "the two passwords are not the same"),))
    try:
        change_password(accounts, visitor, one(form, "present"), new, session_secret(request, site_of(request)))
    except AccountError as error:
        return _page(request, visitor, problems=error.problems)
    return back(request, "/settings", "password")


@router.post("/settings/sessions/end", response_model=None)
def sign_out_there(request: Request, visitor: Me, form: Form) -> Response:
    """End one of one's own sessions."""
    if not end_session(_accounts(request, visitor), visitor, one(form, "session")):
        raise NotFound("session of yours")
    return back(request, "/settings", "session")


@router.post("/settings/sessions/others", response_model=None)
def sign_out_elsewhere(request: Request, visitor: Me) -> Response:
    """End all of one's own sessions but this."""
    end_other_sessions(_accounts(request, visitor), visitor, session_secret(request, site_of(request)))
    return back(request, "/settings", "others")


@router.post("/settings/sessions/all", response_model=None)
def sign_out_everywhere(request: Request, visitor: Me) -> Response:
    """End all of one's own sessions."""
    end_all_sessions(_accounts(request, visitor), visitor)
    answer = RedirectResponse(f"{site_of(request).prefix}/sign-in", 303)
    let_out(answer, site_of(request))
    return answer


def lines(text: str) -> list[str]:
    """Return the lines of a text field that say something."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def back(request: Request, path: str, done: str) -> Response:
    """Send the browser to a page that says what was done, so that loading it again does nothing twice."""
    return RedirectResponse(f"{site_of(request).prefix}{path}?done={done}", 303)


def _accounts(request: Request, visitor: Visitor) -> Accounts:
    if visitor.kind != "user":
        raise NotFound("account of a token")
    return site_of(request).accounts


def _page(request: Request, visitor: Visitor, done: str = "", problems: tuple[Problem, ...] = ()) -> HTMLResponse:
    mine = my_account(_accounts(request, visitor), visitor, session_secret(request, site_of(request)))
    return page(
        request, "settings/you.html", title="Settings", visitor=visitor, mine=mine, said=DONE.get(done, ""),
        problems=problems, status_code=422 if problems else 200,
    )  # fmt: skip
