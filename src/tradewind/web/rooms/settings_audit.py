"""Settings, who did what: the record, with filters, and as a file."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from tradewind.core.visitor import Visitor
from tradewind.flow.accounts.audit_log import DIDS, Asked, audit_csv, audit_page
from tradewind.web.audit import note
from tradewind.web.render import page
from tradewind.web.visitor import may, site_of

router = APIRouter(include_in_schema=False)

Admin = Annotated[Visitor, may("manage_accounts")]


def asked(
    who: str = "", did: str = "", entity: str = "", entity_id: str = "", since: str = "", until: str = "",
    before: str = "",
) -> Asked:  # fmt: skip
    """Return which lines an address asks for."""
    return Asked(who, did, entity, entity_id, since, until, before)


@router.get("/settings/audit")
def audit(request: Request, visitor: Admin, wanted: Annotated[Asked, Depends(asked)]) -> HTMLResponse:
    """Show who did what, the newest first."""
    shown = audit_page(site_of(request).accounts, wanted)
    return page(request, "settings/audit.html", title="Who did what", visitor=visitor, shown=shown, dids=DIDS)


@router.get("/settings/audit.csv", response_model=None)
def audit_file(request: Request, visitor: Admin, wanted: Annotated[Asked, Depends(asked)]) -> Response:
    """Return the lines as a file."""
    note(request, visitor, "exported", "record")
    headers = {"Content-Disposition": 'attachment; filename="who-did-what.csv"'}
    return Response(audit_csv(site_of(request).accounts, wanted), media_type="text/csv; charset=utf-8", headers=headers)
