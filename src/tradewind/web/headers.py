"""What every answer carries: a strict content policy, a request's number, and no leave to be framed or guessed."""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
)
_REQUEST_ID = re.compile(rb"[A-Za-z0-9_\-]{8,64}\Z")


class Headers:
    """Middleware: gives each request its number and each answer its headers.

    Args:
        app: what answers.
        secure: whether people come over https alone; browsers then never try without.
    """

    def __init__(self, app: App, secure: bool = False) -> None:
        self.app = app
        self.headers = (*HEADERS, (b"strict-transport-security", b"max-age=31536000")) if secure else HEADERS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        number = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
        if not _REQUEST_ID.match(number):
            number = secrets.token_hex(8).encode()
        scope.setdefault("state", {})["request_id"] = number.decode()

        async def with_headers(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                given = list(message.get("headers", ()))
                have = {name.lower() for name, _ in given}
                given += [pair for pair in self.headers if pair[0] not in have]
                message["headers"] = [*given, (b"x-request-id", number)]
            await send(message)

        await self.app(scope, receive, with_headers)
