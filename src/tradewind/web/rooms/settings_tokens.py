"""Settings, tokens: what lets programs in, and keys for pages that send events."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from tradewind.core.errors import AccountError, Problem
from tradewind.core.visitor import PERMISSIONS, Visitor
from tradewind.flow.accounts.changes import Wish, all_tokens, make_token, revoke_token, token_scopes
from tradewind.web.door import Fields, form_fields, one
from tradewind.web.refusals import NotFound
from tradewind.web.render import page
from tradewind.web.rooms.settings import back, lines
from tradewind.web.visitor import may, site_of

router = APIRouter(include_in_schema=False)

Admin = Annotated[Visitor, may("manage_accounts")]
Form = Annotated[Fields, Depends(form_fields)]

DONE = {"revoked": "This token opens nothing any more."}


@router.get("/settings/tokens")
def tokens(request: Request, visitor: Admin, done: str = "") -> HTMLResponse:
    """Show every token and key, without what opens."""
    return _page(request, visitor, done)


@router.post("/settings/tokens", response_model=None)
def make(request: Request, visitor: Admin, form: Form) -> Response:
    """Make a token or a browser key, and show it once."""
    try:
        secret, token = make_token(site_of(request).accounts, visitor, _wish(form))
    except AccountError as error:
        return _page(request, visitor, problems=error.problems)
    return _page(request, visitor, secret=secret, kind=token.kind)


@router.post("/settings/tokens/{token_id}/revoke", response_model=None)
def revoke(request: Request, token_id: str, visitor: Admin) -> Response:
    """Make a token open nothing any more."""
    if not revoke_token(site_of(request).accounts, visitor, token_id):
        raise NotFound("token of this id that works")
    return back(request, "/settings/tokens", "revoked")


def _wish(form: Fields) -> Wish:
    valid = one(form, "valid_days").strip()
    return Wish(
        one(form, "name"),
        tuple(form.get("scopes", ())),
        lines(one(form, "owners")),
        lines(one(form, "origins")),
        None if not valid else int(valid) if valid.isdecimal() and len(valid) <= 6 else 0,
        "browser key" if one(form, "kind") == "browser key" else "token",
    )


def _page(
    request: Request, visitor: Visitor, done: str = "", problems: tuple[Problem, ...] = (), secret: str = "",
    kind: str = "",
) -> HTMLResponse:  # fmt: skip
    site = site_of(request)
    return page(
        request, "settings/tokens.html", title="Tokens", visitor=visitor, tokens=all_tokens(site.accounts),
        permissions=PERMISSIONS, scopes=token_scopes(visitor), said=DONE.get(done, ""), problems=problems,
        secret=secret, kind=kind, server=f"{site.settings.base_url.rstrip('/')}{site.prefix}",
        status_code=422 if problems else 200,
    )  # fmt: skip
