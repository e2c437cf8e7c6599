"""The door: signing in and out, and links that work once."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from tradewind.core.errors import AccountError, Problem, TooMany
from tradewind.core.visitor import Visitor
from tradewind.flow.accounts.changes import accept_link, everybody_is_new, find_link
from tradewind.web.audit import address_of
from tradewind.web.door import (
    Fields,
    device_of,
    guest_fields,
    guest_token,
    let_in,
    let_out,
    one,
    remember_guest,
    session_secret,
    way_back,
)
from tradewind.web.render import page
from tradewind.web.visitor import may, site_of, visitor_or_none

router = APIRouter(include_in_schema=False)

GuestForm = Annotated[Fields, Depends(guest_fields)]


@router.get("/sign-in", response_model=None)
def sign_in(request: Request, next: str = "/") -> Response:
    """Ask who it is; who is known already goes on."""
    visitor = visitor_or_none(request)
    if visitor is not None and visitor.kind == "user":
        return RedirectResponse(way_back(site_of(request), next), 303)
    return _sign_in_page(request, next)


@router.post("/sign-in", response_model=None)
def let_somebody_in(request: Request, form: GuestForm) -> Response:
    """Let in who knows address and password."""
    site, wanted = site_of(request), one(form, "next")
    try:
        signed = site.accounts.sign_in(
            one(form, "email"), one(form, "password"), address_of(request), device_of(request),
            session_secret(request, site),
        )  # fmt: skip
    except TooMany as error:
        answer = _sign_in_page(request, wanted, one(form, "email"), error.problems, 429)
        answer.headers["Retry-After"] = str(error.retry_after)
        return answer
    except AccountError as error:
        return _sign_in_page(request, wanted, one(form, "email"), error.problems, 422)
    done = RedirectResponse(way_back(site, wanted), 303)
    let_in(done, site, signed.secret)
    return done


@router.post("/sign-out", response_model=None)
def sign_out(request: Request, visitor: Annotated[Visitor, may("see_answers")]) -> Response:
    """End this session."""
    site = site_of(request)
    site.accounts.sign_out(session_secret(request, site))
    done = RedirectResponse(f"{site.prefix}/sign-in", 303)
    let_out(done, site)
    return done


@router.get("/welcome/{link}")
def welcome(request: Request, link: str) -> HTMLResponse:
    """Ask whom a link is for to say name, address and password; looking at it does not use it up."""
    try:
        found = find_link(site_of(request).accounts, link)
    except AccountError as error:
        return _over(request, error)
    return _welcome_page(request, found.kind)


@router.post("/welcome/{link}", response_model=None)
def accept(request: Request, link: str, form: GuestForm) -> Response:
    """Use a link up, and sign in."""
    site = site_of(request)
    try:
        found = find_link(site.accounts, link)
    except AccountError as error:
        return _over(request, error)
    email, name, password = one(form, "email"), one(form, "name"), one(form, "password")
    if password != one(form, "again"):
        problem = Problem("password", "the two passwords are not the same")
        return _welcome_page(request, found.kind, email, name, (problem,), 422)
    try:
        user = accept_link(site.accounts, link, email, name, password, address_of(request))
        signed = site.accounts.begin(user, address_of(request), device_of(request), session_secret(request, site))
    except TooMany as error:
        answer = _welcome_page(request, found.kind, email, name, error.problems, 429)
        answer.headers["Retry-After"] = str(error.retry_after)
        return answer
    except AccountError as error:
        return _welcome_page(request, found.kind, email, name, error.problems, 422)
    done = RedirectResponse(f"{site.prefix}/", 303)
    let_in(done, site, signed.secret)
    return done


def _sign_in_page(
    request: Request, wanted: str, email: str = "", problems: tuple[Problem, ...] = (), status: int = 200
) -> HTMLResponse:
    site = site_of(request)
    token, cookie = guest_token(request, site)
    answer = page(
        request, "sign_in.html", title="Sign in", visitor=None, status_code=status, guest=token, wanted=wanted[:2_000],
        email=email[:300], problems=problems, new_here=everybody_is_new(site.accounts),
    )  # fmt: skip
    remember_guest(answer, site, cookie)
    return answer


def _over(request: Request, error: AccountError) -> HTMLResponse:
    title = "This link does not work"
    return page(request, "welcome_over.html", title=title, visitor=None, problems=error.problems, status_code=404)


def _welcome_page(
    request: Request, kind: str, email: str = "", name: str = "", problems: tuple[Problem, ...] = (), status: int = 200
) -> HTMLResponse:
    site = site_of(request)
    token, cookie = guest_token(request, site)
    title = "Choose a new password" if kind == "password reset" else "Welcome"
    answer = page(
        request, "welcome.html", title=title, visitor=None, status_code=status, guest=token, kind=kind,
        email=email[:300], name=name[:200], problems=problems,
    )  # fmt: skip
    remember_guest(answer, site, cookie)
    return answer
