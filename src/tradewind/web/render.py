"""Templates into pages."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

import jinja2
from fastapi import Request
from fastapi.responses import HTMLResponse

from tradewind.core.visitor import Visitor
from tradewind.core.words import say
from tradewind.flow.mapping.page_words import on_page
from tradewind.flow.start.rooms import rooms_with_something
from tradewind.report.numbers import say_count, say_day, say_money, say_value
from tradewind.web.navigation import rooms_for
from tradewind.web.site import Site

_FOLDER = Path(__file__).parent
TEMPLATES = _FOLDER / "templates"
STATIC = _FOLDER / "static"


@lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True,
        undefined=jinja2.StrictUndefined, auto_reload=False,
    )  # fmt: skip
    made.globals.update(say=say, say_day=say_day, say_count=say_count, say_money=say_money, say_value=say_value)
    made.filters["plain"] = on_page
    return made


def template(name: str) -> jinja2.Template:
    """Return a template by its path below `templates/`."""
    return _environment().get_template(name)


def warm_templates() -> None:
    """Read every template, so that no visitor waits for it."""
    for name in _environment().list_templates():
        template(name)


@lru_cache(maxsize=256)
def static_version(name: str) -> str:
    """Return what changes when a static file does; it is part of its address, so that browsers keep it for long."""
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]


def page(
    request: Request, template: str, *, title: str, visitor: Visitor | None = None, status_code: int = 200,
    **context: Any,
) -> HTMLResponse:  # fmt: skip
    """Return a page.

    Args:
        request: what is answered.
        template: path below `templates/`.
        title: of the window, and the page's `<h1>` where the template shows no other.
        visitor: who sees it; who sends the request when absent.
        status_code: HTTP status.
        context: names that the template uses.
    """
    site: Site = request.app.state.site
    visitor = visitor or getattr(request.state, "visitor", None)
    here = request.url.path.removeprefix(request.scope.get("root_path", "")) or "/"

    def link(path: str) -> str:
        return f"{site.prefix}{path}"

    def static(name: str) -> str:
        return f"{site.prefix}/static/{static_version(name)}/{name}"

    frame = {
        "title": title, "visitor": visitor, "company": company_of(site), "link": link, "static": static, "here": here,
        "rooms": rooms_for(visitor, here, filled_rooms(site)), "csrf_token": visitor.csrf if visitor else "",
        "simulated": simulated(site),
        "read_only": site.settings.read_only, "brand": site.brand(),
    }  # fmt: skip
    text = _environment().get_template(template).render(**{**frame, **context})
    return HTMLResponse(text, status_code, {"Cache-Control": "no-store"})


def company_of(site: Site) -> str:
    """Return what the workspace is called, also where its configuration cannot be read."""
    if site.brand().name:
        return site.brand().name
    try:
        return site.workspace().name if site.has_config else "Tradewind"
    except Exception:
        return site.root.name


def filled_rooms(site: Site) -> frozenset[str]:
    """Return the addresses of the rooms that have something to show; none where the workspace cannot be read."""
    try:
        return rooms_with_something(site.workspace()) if site.has_config else frozenset()
    except Exception:
        return frozenset()


def simulated(site: Site) -> bool:
    """Whether the data are made up."""
    try:
        return site.has_config and site.workspace().config.workspace.simulated
    except Exception:
        return False
