"""Several workspaces on one server, each under an address of its own, with nothing in common but the process."""

from __future__ import annotations

import json
import logging
import os
import re
import threading
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from fastapi import FastAPI
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from tradewind.core.errors import ConfigError, Problem, TradewindError
from tradewind.core.time import Clock, system_clock
from tradewind.web.headers import App, Headers, Receive, Scope, Send
from tradewind.web.operations import front_ready, health
from tradewind.web.problems import problem_json
from tradewind.web.render import static_version, template
from tradewind.web.settings import ServeSettings
from tradewind.web.site import CONFIG_FILE, Site
from tradewind.web.static_files import router

LOG = logging.getLogger("tradewind.server")
_SHARED = (
    "this workspace has the state database of another, or a copy of it: their users and tokens would be the same. "
    "It is not served. Give it one of its own; of a copied folder, delete state.db"
)
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
API = re.compile(r"(w/[^/]*/)?v1(/|$)")
"""What a program asks for, below no workspace."""
UNUSABLE = set('/\\?#%;"<>')
"""Signs that a folder's name cannot have, because addresses and cookies give them a meaning."""


def folders_in(root: Path) -> list[Path]:
    """Return the workspaces that lie in a folder, by name; none where it is a workspace itself."""
    if not root.is_dir() or (root / CONFIG_FILE).is_file():
        return []
    found = [each for each in root.iterdir() if (each / CONFIG_FILE).is_file() and not each.is_symlink()]
    return sorted(each for each in found if _usable(each.name))


def build_many(
    root: Path, settings: ServeSettings, clock: Clock = system_clock, environ: Mapping[str, str] | None = None
) -> Many:
    """Return the application of a folder with several workspaces.

    Args:
        root: the folder; a workspace that is put into it later is served at its first request.
        settings: how the server was started.
        clock: the present instant.
        environ: environment variables, for secrets.
    Raises:
        ConfigError: the settings name one state database for all.
    """
    if settings.state:
        do = 'set [workspace] state = "${…}" in each tradewind.toml, each with a database of its own'
        raise ConfigError(Problem("TRADEWIND_STATE", "several workspaces cannot share one state database", do=do))
    return Many(root, settings, clock, os.environ if environ is None else environ)


class Many:
    """The workspaces of one folder; see `build_many`."""

    def __init__(self, root: Path, settings: ServeSettings, clock: Clock, environ: Mapping[str, str]) -> None:
        self._root, self._settings, self._clock, self._environ = root.resolve(), settings, clock, environ
        self._lock = threading.RLock()
        self._opened: dict[str, tuple[Site, App]] = {}
        self._apart: dict[str, tuple[Site, App]] = {}  # those of them that are known to share no state
        self._front = _front()

    def sites(self) -> list[Site]:
        """Return the workspaces, those included that were put into the folder since."""
        opened = (self._workspace(folder.name) for folder in folders_in(self._root))
        return [each[0] for each in opened if each is not None]

    def close(self) -> None:
        """Close what was opened."""
        with self._lock:
            for site, _ in self._opened.values():
                site.close()
            self._opened.clear()
            self._apart.clear()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request to the workspace that its address names."""
        if scope["type"] != "http":
            return
        parts = scope["path"].split("/", 3)
        found = None
        if len(parts) > 2 and parts[1] == "w":
            found = self._apart.get(parts[2]) or await run_in_threadpool(self._workspace, parts[2])
        if found is None:
            await self._front(scope, receive, send)
            return
        if len(parts) == 3:
            await RedirectResponse(f"{found[0].prefix}/", 303)(scope, receive, send)
            return
        below = f"{scope.get('root_path', '')}/w/{parts[2]}"
        await found[1]({**scope, "root_path": below}, receive, send)

    def _workspace(self, name: str) -> tuple[Site, App] | None:
        """One workspace, opened at first use; None where there is none, or it is not apart from another."""
        with self._lock:
            if name in self._apart:
                return self._apart[name]
            if name not in {folder.name for folder in folders_in(self._root)}:
                return None
            found = self._opened.setdefault(name, self._open(name))
            try:
                secret = found[0].accounts.secret()
            except TradewindError:
                return found  # its own pages say what is wrong; it is looked at again at the next request
            if secret in {site.accounts.secret() for site, _ in self._apart.values()}:
                LOG.error(json.dumps({"level": "error", "workspace": name, "error": _SHARED}))
                return None
            self._apart[name] = found
            return found

    def _open(self, name: str) -> tuple[Site, App]:
        from tradewind.web.app import build_app

        site = Site(self._root / name, self._settings, self._clock, f"/w/{quote(name)}", self._environ)
        return site, build_app(site)


def _usable(name: str) -> bool:
    return name.isprintable() and not name.startswith(".") and not UNUSABLE & set(name) and len(name) <= 100


def _front() -> App:
    """What answers outside every workspace: it names none."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(router)
    app.add_api_route("/health", health)
    app.add_api_route("/ready", front_ready)
    app.add_api_route("/{path:path}", _nowhere, methods=list(METHODS))
    return Headers(app)


def _nowhere(path: str) -> Response:
    if API.match(path):
        called = path.startswith("w/")
        problem = Problem(
            "the address", "there is no such workspace here" if called else "it names no workspace",
            f"/{path[:80]}", "/w/NAME/v1/…, where NAME is the workspace's folder",
            "ask who runs this server for the address of your workspace",
        )  # fmt: skip
        return problem_json(404, "There is no such route", "Several workspaces are served here.", (problem,))
    sheet = f"/static/{static_version('tradewind.css')}/tradewind.css"
    status = 200 if path in ("", "w", "w/") else 404
    return HTMLResponse(template("many.html").render(sheet=sheet), status, {"Cache-Control": "no-store"})
