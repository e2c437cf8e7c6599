"""What the address of a list asks for, and addresses that ask for something else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import quote, urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse

from tradewind.core.visitor import Visitor
from tradewind.flow.people.list import Wanted
from tradewind.web.render import page

WHERE = "is."
"""Parameters that name an attribute begin so: `is.country=DE`."""

_TEXTS = {"q": "search", "list": "question", "band": "band", "owner": "owner", "state": "state", "stage": "stage",
          "sort": "sort", "from": "cursor"}  # fmt: skip
_FLAGS = {"worth": "worth", "mine": "mine", "open": "unhandled"}


def wanted_of(values: Mapping[str, str], limit: int) -> Wanted:
    """Return what an address asks for; what it does not say is not asked for.

    Args:
        values: the parameters of the address, or the fields of a form.
        limit: rows of a page.
    """
    texts = {field: values[name] for name, field in _TEXTS.items() if values.get(name)}
    flags = {field: values.get(name) == "1" for name, field in _FLAGS.items()}
    where = tuple(
        (name.removeprefix(WHERE), value) for name, value in values.items() if name.startswith(WHERE) and value
    )
    return replace(Wanted(limit=limit, where=where), **texts, **flags)  # type: ignore[arg-type]


def pairs_of(wanted: Wanted) -> dict[str, str]:
    """Return the parameters that ask for this, without the page."""
    pairs = {name: str(getattr(wanted, field)) for name, field in _TEXTS.items() if name != "from"}
    pairs |= {name: "1" for name, field in _FLAGS.items() if getattr(wanted, field)}
    pairs |= {f"{WHERE}{name}": value for name, value in wanted.where}
    return {name: value for name, value in pairs.items() if value}


def address(path: str, wanted: Wanted, **changes: str) -> str:
    """Return the address below the workspace that asks for this, with parameters changed; an empty one is dropped."""
    pairs = {**pairs_of(wanted), **changes}
    text = urlencode({name: value for name, value in pairs.items() if value})
    return f"{path}?{text}" if text else path


def path_of(entity: str, key: str) -> str:
    """Return the address of one record below the workspace."""
    return f"{ROOMS[entity]}/{quote(key, safe='')}"


ROOMS: Mapping[str, str] = {
    "customer_id": "/people", "lead_id": "/leads", "account_id": "/accounts", "deal_id": "/deals",
}  # fmt: skip
"""The room of each kind of record."""


def back_to(request: Request, given: str, otherwise: str) -> str:
    """Return where to go after a form: an address of this workspace, never one of another host."""
    prefix = request.app.state.site.prefix
    safe = given.startswith("/") and not given.startswith(("//", "/\\")) and given.isprintable()
    return given if safe else f"{prefix}{otherwise}"


def nothing_yet(request: Request, visitor: Visitor, title: str, why: str) -> HTMLResponse:
    """Return the page of a room before there are any data."""
    return page(request, "people/none.html", title=title, visitor=visitor, why=why)
