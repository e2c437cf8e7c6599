"""Settings, money: what answers assume until a test has measured it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, Response

from tradewind.core.errors import ConfigError, Problem, Stale
from tradewind.core.visitor import Visitor
from tradewind.flow.mapping.money_settings import money_settings, save_money
from tradewind.web.audit import note
from tradewind.web.door import Fields, form_fields, one
from tradewind.web.refusals import Conflict
from tradewind.web.render import page
from tradewind.web.rooms.settings import back
from tradewind.web.visitor import may, site_of

router = APIRouter(include_in_schema=False)

Owner = Annotated[Visitor, may("change_settings")]
Form = Annotated[Fields, Depends(form_fields)]
Tried = Annotated[str, Query(max_length=80)]

DONE = {"saved": "Saved. The next update works with it."}


@router.get("/settings/money")
def money(
    request: Request, visitor: Owner, done: str = "", question: Tried = "", contact_cost: Tried = "", of_100: Tried = ""
) -> HTMLResponse:  # fmt: skip
    """Show what answers assume; with what somebody tried on the page of an answer filled in, to be saved or not."""
    tried = {f"{question}.contact_cost": contact_cost, f"{question}.success_share": of_100} if question else {}
    return _page(request, visitor, done, mine={name: value for name, value in tried.items() if value})


@router.post("/settings/money", response_model=None)
def save(request: Request, visitor: Owner, form: Form) -> Response:
    """Write what was changed into the configuration."""
    site = site_of(request)
    if site.settings.read_only:
        raise Conflict("This server only reads the workspace", "Change the settings where it is written.")
    sent = {name: one(form, name) for name in form}
    was = {name.removeprefix("was."): value for name, value in sent.items() if name.startswith("was.")}
    now = {name.removeprefix("now."): value for name, value in sent.items() if name.startswith("now.")}
    mine = {name: value for name, value in now.items() if value != was.get(name)}
    try:
        changed = save_money(site.root, site.environ, site.clock, one(form, "version"), was, now)
    except Stale as error:
        return _page(request, visitor, problems=error.problems, mine=mine, status=409)
    except ConfigError as error:
        return _page(request, visitor, problems=error.problems, mine=mine, status=422)
    for key in changed:
        note(request, visitor, "changed", "settings", key)
    return back(request, "/settings/money", "saved")


def _page(
    request: Request, visitor: Visitor, done: str = "", problems: tuple[Problem, ...] = (),
    mine: dict[str, str] | None = None, status: int = 200,
) -> HTMLResponse:  # fmt: skip
    site = site_of(request)
    shown = money_settings(site.workspace().config) if site.has_config else None
    values = {**({} if shown is None else shown.values()), **(mine or {})}
    return page(
        request, "settings/money.html", title="Money", visitor=visitor, shown=shown, values=values,
        said=DONE.get(done, ""), problems=problems, stale=status == 409, status_code=status,
    )  # fmt: skip
