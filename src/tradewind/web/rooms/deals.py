"""Deals that stand still and the forecast on one page; and the page of one deal."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from tradewind.core.visitor import Visitor
from tradewind.core.words import say
from tradewind.flow.pipeline.beside import FORECAST, STALLED, DealsForecast, Part, deals_forecast
from tradewind.web.audit import note
from tradewind.web.charts import picture_of_saved
from tradewind.web.render import page
from tradewind.web.rooms.asked_list import nothing_yet, path_of
from tradewind.web.rooms.people import show_deal
from tradewind.web.visitor import may, site_of
from tradewind.web.whose import evidence_badge

router = APIRouter(include_in_schema=False)
SeesPeople = Annotated[Visitor, may("see_people")]


@router.get("/deals/forecast")
def forecast(request: Request, visitor: SeesPeople) -> HTMLResponse:
    """Show which deals stand still and what the quarter will bring."""
    if not site_of(request).has_config:
        return nothing_yet(request, visitor, "Stalled deals and forecast", say("people.none.deal_id"))
    found: DealsForecast = deals_forecast(site_of(request).workspace(), visitor)
    if found.deals is not None:
        note(request, visitor, "saw", "list", STALLED, rows=len(found.deals.rows))
    return page(
        request, "deals/forecast.html", title="Stalled deals and forecast", visitor=visitor, found=found,
        stalled=_pictures(found.stalled), coming=_pictures(found.forecast), badge_of=evidence_badge, path_of=path_of,
        names=(STALLED, FORECAST),
    )  # fmt: skip


@router.get("/deals/{key:path}")
def deal(request: Request, visitor: SeesPeople, key: str) -> Response:
    """Show one deal."""
    return show_deal(request, visitor, key)


def _pictures(part: Part | None) -> list[tuple[str, object]]:
    return (
        [(chart.role.replace("_", "-"), picture_of_saved(chart)) for chart in part.charts] if part is not None else []
    )
