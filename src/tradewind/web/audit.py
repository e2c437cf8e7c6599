"""What routes write into the record of who did what: one line a call."""

from __future__ import annotations

from fastapi import Request

from tradewind.core.accounts import Did
from tradewind.core.visitor import Visitor
from tradewind.web.site import Site


def note(request: Request, visitor: Visitor, did: Did, entity: str, entity_id: str = "", **details: str | int) -> None:
    """Write down what somebody did; what he only saw is written within a second, the rest before this returns.

    Args:
        request: what he sent.
        visitor: who.
        did: saw, exported, changed, sent.
        entity: kind of thing (customer, lead, deal, account, list, mapping, run …).
        entity_id: which one; never a name or an address. A list has its question, and `rows=` how many were on it.
        details: counts, and names of settings.
    Raises:
        StoreError: it cannot be written down; then it must not be done.
    """
    site: Site = request.app.state.site
    audit = site.accounts.audit
    origin = site.accounts.origin_of(address_of(request))
    entry = audit.entry(visitor.id, visitor.kind, did, entity, entity_id, origin, details)
    if did == "saw":
        audit.write_soon(entry)
    else:
        audit.write(entry)


def address_of(request: Request) -> str:
    """Return the network address that a request comes from; behind a proxy, the server sets it from what that says."""
    return request.client.host if request.client else ""
