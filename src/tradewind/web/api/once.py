"""The header Idempotency-Key: a write that is sent again, because its answer was lost, is not done again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header, Request
from fastapi.responses import Response
from pydantic import BaseModel

from tradewind.flow.jobs.once import Answered, Asked, do_once
from tradewind.web.refusals import Refusal
from tradewind.web.site import Site
from tradewind.web.visitor import site_of, visitor_or_none

REPLAYED = "Idempotency-Replayed"


@dataclass(frozen=True)
class Once:
    """Does the write of a request once.

    Args:
        site: the workspace.
        asked: who sent what under which key.
    """

    site: Site
    asked: Asked

    def __call__(self, work: Callable[[], BaseModel], status: int = 200) -> Response:
        """Return what `work` gives, or what it gave under the same key."""

        def done() -> Answered:
            return Answered(status, work().model_dump_json())

        answer, replayed = do_once(self.site.state(), self.asked, self.site.clock, done)
        headers = {REPLAYED: "true"} if replayed else {}
        return Response(answer.body, answer.status, headers, "application/json")


async def _once(
    request: Request,
    key: Annotated[
        str,
        Header(
            alias="Idempotency-Key", max_length=200, pattern=r"^[\x21-\x7e]*$",
            description="Any text of your own, new for each write; send the same one again to repeat a write whose "
            "answer was lost. It is kept for 24 hours.",
            examples=["4d3b6f0e-1f7b-4a52-9f1f-2a3c8a1d1e11"],
        ),
    ] = "",
) -> Once:  # fmt: skip
    _takes_json(request)
    visitor = visitor_or_none(request)
    body = await request.body() if key else b""
    sent = b"\0".join((request.url.query.encode(), request.headers.get("content-type", "").encode(), body))
    route = f"{request.method} {request.url.path}"
    asked = Asked(visitor.id if visitor else "", route, key, hashlib.sha256(sent).hexdigest())
    return Once(site_of(request), asked)


def _takes_json(request: Request) -> None:
    """Refuse a body that says of itself that it is something else."""
    kind = request.headers.get("content-type", "application/json").split(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        raise Refusal("This kind of content is not taken", "Send JSON: Content-Type: application/json.", 415)


DoOnce = Annotated[Once, Depends(_once)]
