"""Starting a server: its door is opened first, so that what is wrong is told before anything else happens."""

from __future__ import annotations

import json
import logging
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from tradewind.core.errors import ConfigError, Problem, StoreError
from tradewind.flow.accounts.changes import first_link
from tradewind.flow.accounts.served_place import ServedPlace
from tradewind.flow.jobs.background import Background
from tradewind.web.headers import App
from tradewind.web.lifecycle import Lifecycle, answer_first
from tradewind.web.observe import SHARED_VARIABLE
from tradewind.web.settings import ServeSettings, settings_from
from tradewind.web.site import Site

CHOSEN = "TRADEWIND_SERVE"
"""How the first process tells the further ones what was chosen on the command line."""


def open_door(host: str, port: int) -> socket.socket:
    """Take the address that a server listens on.

    Raises:
        ConfigError: it is taken, not ours, or needs rights that we do not have.
    """
    where = f"{host}:{port}"
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        door = socket.socket(family, socket.SOCK_STREAM)
    except (OSError, OverflowError) as error:
        raise ConfigError(Problem(where, "this is no address of this computer", str(error), "127.0.0.1")) from error
    try:
        if sys.platform != "win32":
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind(address)
        door.listen(2048)
    except OSError as error:
        door.close()
        raise ConfigError(_not_opened(where, port, error)) from error
    return door


def _not_opened(where: str, port: int, error: OSError) -> Problem:
    import errno

    if error.errno == errno.EADDRINUSE:
        return Problem(where, "another program listens there already", "", "a free port",
                       f"tradewind serve --port {port + 1}")  # fmt: skip
    if error.errno in (errno.EACCES, errno.EPERM):
        return Problem(where, "this system lets only its administrator listen there", "", "a port from 1024 on",
                       "tradewind serve --port 8000")  # fmt: skip
    return Problem(where, "the server cannot listen there", error.strerror or "", "an address of this computer")


def serve(directory: Path, door: socket.socket, settings: ServeSettings, workers: int = 1) -> None:
    """Serve a folder until a signal ends it.

    Args:
        directory: one workspace, a folder of many, or an empty folder.
        door: see `open_door`.
        settings: how.
        workers: processes that answer.
    """
    import uvicorn

    chosen = {name: getattr(settings, name) for name in ("base_url", "secure_cookies", "read_only")}
    os.environ[CHOSEN] = json.dumps({"directory": str(directory.resolve()), **chosen})
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))  # what uvicorn comes back to when it has ended well
    config = uvicorn.Config(
        "tradewind.web.serve:worker_app", factory=True, lifespan="on", ws="none", log_config=LOG_CONFIG,
        access_log=False, workers=workers, timeout_graceful_shutdown=settings.grace_seconds, server_header=False,
        proxy_headers=bool(settings.trusted_proxies), forwarded_allow_ips=settings.trusted_proxies or "127.0.0.1",
        h11_max_incomplete_event_size=64_000, timeout_keep_alive=30, http="tradewind.web.slow_headers:PatientProtocol",
    )  # fmt: skip
    if workers == 1:
        uvicorn.Server(config).run(sockets=[door])
        return
    from uvicorn.supervisors import Multiprocess

    with tempfile.TemporaryDirectory(prefix="tradewind-numbers-") as shared:
        os.environ.setdefault(SHARED_VARIABLE, shared)  # where the processes add up what they count
        Multiprocess(config, sockets=[door]).run()


def worker_app() -> App:
    """Return what one process answers with, as the first process chose."""
    chosen = json.loads(os.environ[CHOSEN])
    directory = Path(chosen.pop("directory"))
    answer_first()
    return served_app(directory, replace(settings_from(os.environ), **chosen))


def served_app(directory: Path, settings: ServeSettings) -> App:
    """Return the application of a folder, with what it does in the background."""
    from tradewind.web.warm import WarmUp

    app, sites, close = _opened(directory, settings)

    def places() -> list[ServedPlace]:
        return [
            ServedPlace(
                site.root, site.state, settings.base_url + site.prefix, settings.state, site.environ, site.clock
            )
            for site in sites()
        ]

    background = Background(places, runs=settings.runs and not settings.read_only)
    return Lifecycle(app, background, close, settings.drain_seconds, WarmUp(sites, _scorer_of(app)))


def _scorer_of(app: Any) -> Callable[[], object] | None:
    """What loads the scores of the one workspace that is served; several share the memory, so each waits for a call."""
    from fastapi import FastAPI

    if not isinstance(app, FastAPI):
        return None

    def load() -> None:
        from tradewind.web.api.score import scorer_at

        scorer_at(app.state).reload()
        scorer_at(app.state).work_ahead()

    return load


def _opened(directory: Path, settings: ServeSettings) -> tuple[Any, Callable[[], list[Site]], Callable[[], None]]:
    from tradewind.web.app import build_app
    from tradewind.web.many import build_many, folders_in

    if folders_in(directory):
        many = build_many(directory, settings)
        return many, many.sites, many.close
    site = Site(directory, settings)
    return build_app(site), lambda: [site], site.close


def first_links(directory: Path, settings: ServeSettings) -> list[str]:
    """Return links that make the first admin of a workspace that has none; each works once.

    Raises:
        StoreError: the state database cannot be reached.
    """
    _, sites, close = _opened(directory, settings)
    try:
        made = [(site.prefix, first_link(site.accounts)) for site in sites()]
    finally:
        close()
    return [f"{settings.base_url}{prefix}/welcome/{secret}" for prefix, secret in made if secret is not None]


def can_write(directory: Path) -> bool:
    """Whether files can be made in a folder; asked without making one."""
    if not directory.exists():
        return os.access(directory.parent, os.W_OK)
    if not os.access(directory, os.W_OK | os.X_OK):
        return False
    return not (hasattr(os, "statvfs") and os.statvfs(directory).f_flag & os.ST_RDONLY)


def require_folder(directory: Path) -> None:
    """Refuse what cannot be a workspace's folder.

    Raises:
        StoreError: it is a file, or cannot be read.
    """
    if directory.exists() and not directory.is_dir():
        raise StoreError(Problem(str(directory), "this is no folder", "", "a workspace, or an empty folder"))
    if directory.is_dir() and not os.access(directory, os.R_OK | os.X_OK):
        raise StoreError(Problem(str(directory), "this folder may not be read", "", "a folder that you may read"))


LOG_CONFIG: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "tradewind.web.logs.JsonLines"},
    },
    "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "line", "stream": "ext://sys.stdout"}},
    "loggers": {
        "tradewind": {"handlers": ["out"], "level": "INFO", "propagate": False},
        "uvicorn": {"handlers": ["out"], "level": "WARNING", "propagate": False},
        "uvicorn.error": {"level": "WARNING"},
    },
}
LOG = logging.getLogger("tradewind.server")
