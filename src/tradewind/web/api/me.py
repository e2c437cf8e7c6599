"""Who calls."""

from __future__ import annotations

from fastapi import APIRouter, Request

from tradewind import __version__
from tradewind.web.api.answers import Me, WorkspaceInfo
from tradewind.web.api.asking import SeesAnswers, errors
from tradewind.web.site import Site
from tradewind.web.visitor import site_of

router = APIRouter(prefix="/v1", tags=["Questions and answers"])


@router.get("/me", operation_id="get_me", summary="Who am I", responses=errors())
def get_me(request: Request, visitor: SeesAnswers) -> Me:
    """Return who the token belongs to, what it may do, and which workspace answers: a good first call."""
    return Me(
        id=visitor.id,
        name=visitor.name,
        kind=visitor.kind,
        role=visitor.role,
        permissions=sorted(visitor.permissions),
        owners=list(visitor.owners),
        workspace=_workspace(site_of(request)),
    )


def _workspace(site: Site) -> WorkspaceInfo | None:
    if not site.has_config:
        return None
    workspace = site.workspace()
    settings = workspace.config.workspace
    return WorkspaceInfo(
        name=workspace.name,
        currency=settings.currency,
        timezone=settings.timezone,
        simulated=settings.simulated,
        snapshot_id=workspace.manifest().snapshot_id or None,
        version=__version__,
    )
