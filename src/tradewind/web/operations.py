"""For who keeps the server running: is it alive, is it ready, and its numbers."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Iterator

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from tradewind.core.errors import ConfigError, TradewindError
from tradewind.flow.accounts.readiness import not_ready, server_figures
from tradewind.web.lifecycle import draining
from tradewind.web.observe import all_numbers
from tradewind.web.problems import RETRY_SECONDS
from tradewind.web.refusals import NotFound
from tradewind.web.site import Site
from tradewind.web.visitor import site_of

router = APIRouter(include_in_schema=False)
FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")


@router.get("/health")
async def health() -> Response:
    """Say that the process answers."""
    return JSONResponse({"status": "alive"}, headers={"Cache-Control": "no-store"})


@router.get("/ready")
def ready(request: Request) -> Response:
    """Say whether requests can be answered just now, and why not."""
    site = site_of(request)
    reasons = ["the server is stopping"] if draining() else not_ready(site.root, site.state)
    reasons = reasons or ([] if site.warm else ["the first pages are being made ready"]) or _load(request, site)
    if reasons:
        headers = {"Retry-After": str(RETRY_SECONDS), "Cache-Control": "no-store"}
        return JSONResponse({"status": "not ready", "reasons": reasons}, 503, headers)
    return JSONResponse({"status": "ready"}, headers={"Cache-Control": "no-store"})


def _load(request: Request, site: Site) -> list[str]:
    """Load what scores are answered with, if it is not yet; a configuration that is wrong is told by the pages."""
    from tradewind.web.api.score import scorer_of

    if not site.has_config or scorer_of(request).ready:
        return []
    try:
        scorer_of(request).reload()
        scorer_of(request).work_ahead()
    except ConfigError:
        return []
    except TradewindError:
        return ["the models cannot be loaded"]
    return []


async def front_ready() -> Response:
    """Say whether a server of several workspaces takes requests; each workspace says so of itself below its address."""
    if draining():
        return JSONResponse({"status": "not ready", "reasons": ["the server is stopping"]}, 503)
    return JSONResponse({"status": "ready"}, headers={"Cache-Control": "no-store"})


@router.get("/metrics")
def metrics(request: Request) -> Response:
    """Show the numbers to this computer, or to who has the token."""
    site = site_of(request)
    if not _may_see(request, site.settings.metrics_token):
        raise NotFound("page of this name")
    from prometheus_client import generate_latest

    text = generate_latest(all_numbers()).decode() + "".join(_figures(site))
    return PlainTextResponse(text, media_type="text/plain; version=0.0.4; charset=utf-8")


def _figures(site: Site) -> Iterator[str]:
    """What is asked of the workspace when somebody looks, in Prometheus' text format."""
    runs, age = server_figures(site.root, site.state, site.clock)
    yield "# HELP tradewind_runs Runs by how they stand.\n# TYPE tradewind_runs gauge\n"
    for status, many in sorted(runs.items()):
        yield f'tradewind_runs{{status="{status}"}} {many}\n'
    if age is not None:
        yield "# HELP tradewind_snapshot_age_seconds Age of the newest snapshot.\n"
        yield f"# TYPE tradewind_snapshot_age_seconds gauge\ntradewind_snapshot_age_seconds {age:.0f}\n"


def _may_see(request: Request, token: str) -> bool:
    sent = request.headers.get("authorization", "").removeprefix("Bearer ")
    if token and hmac.compare_digest(sent.encode(), token.encode()):
        return True
    if any(request.headers.get(name) for name in FORWARDED) or request.client is None:
        return False  # through a proxy everybody seems to be this computer
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False
