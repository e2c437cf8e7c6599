"""How slowly a body may come: whoever sends a byte now and then holds no request open for long."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from typing import Any

from starlette.exceptions import HTTPException

from tradewind.web.body_limit import App, Receive, Scope, Send
from tradewind.web.site import Site

BYTES_PER_SECOND = 10_000
"""What has come buys further time at this rate: a large file from a poor line may take as long as it needs."""


class SlowBody:
    """Middleware: answers 408 and closes the connection where a body comes too slowly.

    Only the time in which somebody waits for the body counts, not that in which it is worked on.

    Args:
        app: what answers.
        site: whose settings hold.
    """

    def __init__(self, app: App, site: Site) -> None:
        self.app, self._seconds = app, site.settings.slow_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http":
            receive = self._timed(receive)
        await self.app(scope, receive, send)

    def _timed(self, receive: Receive) -> Receive:
        clock, waited, got, whole = asyncio.get_running_loop().time, 0.0, 0, False

        async def timed() -> MutableMapping[str, Any]:
            nonlocal waited, got, whole
            if whole:
                return await receive()  # now it is waited for the end of the connection
            begun = clock()
            try:
                async with asyncio.timeout(self._seconds + got / BYTES_PER_SECOND - waited):
                    message = await receive()
            except TimeoutError as error:
                raise HTTPException(408, f"{got:,} bytes came in time", {"Connection": "close"}) from error
            waited += clock() - begun
            got += len(message.get("body", b""))
            whole = message["type"] != "http.request" or not message.get("more_body", False)
            return message

        return timed
