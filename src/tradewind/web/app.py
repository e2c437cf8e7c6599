"""The application of one workspace: its rooms, its API, and what surrounds every answer."""

from __future__ import annotations

from importlib import import_module

from fastapi import Depends, FastAPI
from fastapi.routing import APIRoute
from starlette.middleware.gzip import GZipMiddleware

from tradewind import __version__
from tradewind.web.api.document import install_document
from tradewind.web.api.known_parameters import known_parameters
from tradewind.web.body_limit import BodyLimit
from tradewind.web.door import recognise_account
from tradewind.web.headers import Headers
from tradewind.web.observe import Observe
from tradewind.web.problems import install_problems
from tradewind.web.site import Site
from tradewind.web.slow_body import SlowBody
from tradewind.web.visitor import Recognise

ROUTERS: tuple[str, ...] = (
    "tradewind.web.api.score",  # first: each router before it costs a request a twentieth of a millisecond
    "tradewind.web.static_files",
    "tradewind.web.operations",
    "tradewind.web.rooms.sign_in",
    "tradewind.web.rooms.settings",
    "tradewind.web.rooms.settings_users",
    "tradewind.web.rooms.settings_tokens",
    "tradewind.web.rooms.settings_audit",
    "tradewind.web.rooms.settings_words",
    "tradewind.web.rooms.settings_money",
    "tradewind.web.rooms.settings_brand",
    "tradewind.web.rooms.today",
    "tradewind.web.rooms.answers",
    "tradewind.web.rooms.tables",
    "tradewind.web.rooms.beyond",
    "tradewind.web.api.events",
    "tradewind.web.api.me",
    "tradewind.web.api.questions",
    "tradewind.web.api.findings",
    "tradewind.web.api.economics",
    "tradewind.web.api.records",
    "tradewind.web.api.lists",
    "tradewind.web.api.batch",
    "tradewind.web.api.feedback",
    "tradewind.web.api.runs",
    "tradewind.web.api.docs_page",
    "tradewind.web.rooms.streams",
    "tradewind.web.rooms.notices",
    "tradewind.web.rooms.updates",
    "tradewind.web.rooms.lists",
    "tradewind.web.rooms.deals",
    "tradewind.web.rooms.people",
    "tradewind.web.rooms.start",
    "tradewind.web.rooms.waiting",
    "tradewind.web.rooms.uploads",
    "tradewind.web.rooms.mapping",
    "tradewind.web.rooms.data",
)
"""Files that hold a `router`, pages first; each later room and part of the API is one line here."""

TOLERANT = ("tradewind.web.api.events", "tradewind.web.api.docs_page")
"""Parts of the API that take any parameter: web SDKs add their own."""

PUBLIC: frozenset[str] = frozenset(
    {
        "/static/{version}/{name}",
        "/vega.js",
        "/health",
        "/ready",
        "/metrics",
        "/sign-in",
        "/welcome/{link}",
        "/brand/{version}/look.css",
        "/brand/{version}/logo",
        "/v1/openapi.json",
        "/v1/docs",
    }
)
"""Routes that need no permission; every other route names one."""


def build_app(site: Site, recognise: Recognise | None = None) -> FastAPI:
    """Return the application of one workspace.

    Args:
        site: the workspace as it is served.
        recognise: tells who sends a request; sessions and tokens of the workspace's accounts when absent.
    """
    app = FastAPI(
        title="Tradewind", version=__version__, docs_url=None, redoc_url=None, openapi_url="/v1/openapi.json",
        description="Scores with their reasons, lists, findings, events and feedback of one workspace.",
    )  # fmt: skip
    app.state.site = site
    app.state.recognise = recognise or recognise_account
    install_problems(app)
    for name in ROUTERS:
        strict = name.startswith("tradewind.web.api.") and name not in TOLERANT
        app.include_router(import_module(name).router, dependencies=[Depends(known_parameters)] if strict else [])
    install_document(app)
    app.add_middleware(BodyLimit, site=site)
    app.add_middleware(SlowBody, site=site)
    app.add_middleware(GZipMiddleware, minimum_size=2_000, compresslevel=5)
    app.add_middleware(Observe, workspace=site.root.name)
    app.add_middleware(Headers, secure=site.settings.secure_cookies)
    return app


def all_routes() -> list[APIRoute]:
    """Return every route of the pages and of the API, in order."""
    routers = (import_module(name).router for name in ROUTERS)
    return [route for router in routers for route in router.routes if isinstance(route, APIRoute)]
