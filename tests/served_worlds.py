"""A workspace served on loopback by the server that people use, for tests that open a page or make a call."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from small_worlds import NOW
from tradewind.core.visitor import Role, visitor_of
from tradewind.web.app import build_app
from tradewind.web.settings import ServeSettings
from tradewind.web.site import Site
from tradewind.web.visitor import Recognise

CSRF = "csrf-of-the-test"


@contextmanager
def served(
    root: Path, recognise: Recognise | None = None, settings: ServeSettings | None = None, http: str = "auto"
) -> Iterator[str]:
    """Serve a workspace on loopback and give its address.

    Args:
        root: the folder.
        recognise: who sends a request; the workspace's own accounts when absent.
        settings: how the server is started.
        http: the protocol that reads requests.
    """
    import uvicorn

    site = Site(root, settings or ServeSettings(), clock=lambda: NOW, environ={})
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        config = uvicorn.Config(build_app(site, recognise), log_level="warning", lifespan="off", ws="none", http=http)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [door]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + 10
        while not server.started and time.monotonic() < deadline:
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{door.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(10)
            site.close()


def as_role(role: Role, owners: tuple[str, ...] = ()) -> Recognise:
    """Return a door that takes everybody for one role."""
    visitor = visitor_of(role, f"A {role}", owners, CSRF)
    return lambda request, site: visitor
