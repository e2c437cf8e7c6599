"""How much a request to the API may send: what is more is refused before it is held in memory."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from starlette.exceptions import HTTPException

from tradewind.web.site import Site

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MOST_BYTES = 1_000_000
"""Of everything that is no file."""
FILES = ("/v1/batch-scores",)
"""Paths that take files, up to the server's own limit or `MOST_FILE_BYTES`, whichever is less."""
MOST_FILE_BYTES = 50_000_000


class BodyLimit:
    """Middleware: refuses a request to `/v1` whose body is too large, whether or not it says so beforehand.

    Args:
        app: what answers.
        site: whose settings hold.
    """

    def __init__(self, app: App, site: Site) -> None:
        self.app, self._site = app, site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        path = str(scope.get("path", "")).removeprefix(scope.get("root_path", ""))
        if scope["type"] != "http" or not path.startswith("/v1/"):
            await self.app(scope, receive, send)
            return
        most = min(MOST_FILE_BYTES, self._site.settings.upload_limit) if path in FILES else MOST_BYTES
        got = 0

        async def counted() -> MutableMapping[str, Any]:
            nonlocal got
            message = await receive()
            got += len(message.get("body", b"")) if message["type"] == "http.request" else 0
            if got > most:
                raise HTTPException(413, f"at most {most:,} bytes")
            return message

        await self.app(scope, counted, send)
