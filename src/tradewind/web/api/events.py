"""The live door: events from web pages, apps and servers, as existing web SDKs send them."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from fastapi.routing import APIRoute
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from tradewind.core.errors import TradewindError
from tradewind.core.visitor import Visitor
from tradewind.flow.live.door import MOST_BYTES, Inbox, Taken, key_in, read_body, take_events
from tradewind.web.api.asking import errors
from tradewind.web.observe import numbers
from tradewind.web.refusals import NotAllowed, NotSignedIn, Refusal, TooLarge
from tradewind.web.visitor import SAFE, require_csrf, site_of, visitor_or_none

PATHS = {
    "track": ("/v1/track", "/v1/t"), "identify": ("/v1/identify", "/v1/i"), "page": ("/v1/page", "/v1/p"),
    "screen": ("/v1/screen", "/v1/s"), "group": ("/v1/group", "/v1/g"), "alias": ("/v1/alias", "/v1/a"),
}  # fmt: skip
"""Where SDKs send one call of each kind, and the short form that some use."""

ASK_AGAIN_SECONDS = "600"


class RefusedEvent(BaseModel):
    """One event that was not taken: its place in the request, its message id, and why."""

    index: int
    messageId: str  # noqa: N815 - as SDKs write it
    reason: str


class EventsTaken(BaseModel):
    """What became of the events of a request; those accepted are on disk."""

    success: bool = Field(description="Whether every event was taken, or had been before.")
    accepted: int = Field(description="New events, now on disk.")
    duplicate: int = Field(description="Events that had been taken before: their message id is known.")
    refused: list[RefusedEvent] = Field(description="Events that cannot be taken; sending them again does not help.")


class Crossing(APIRoute):
    """A route that pages of other sites may call: its answers, errors too, say to the browser that they may be read."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers a request."""
        answer = super().get_route_handler()

        async def answered(request: Request) -> Response:
            try:
                response = await answer(request)
            except (Refusal, TradewindError) as error:
                kind = Refusal if isinstance(error, Refusal) else TradewindError
                response = await request.app.exception_handlers[kind](request, error)
            response.headers.update(crossing_headers(request))
            return response

        return answered


def crossing_headers(request: Request) -> dict[str, str]:
    """Return what a browser needs in order to let a page of another site read the answer; cookies never count there."""
    origin = request.headers.get("origin", "")
    if origin and site_of(request).accounts.may_send_events(origin):
        return {"Vary": "Origin", "Access-Control-Allow-Origin": origin}
    return {"Vary": "Origin"}


async def body_of(request: Request) -> object:
    """Return what a request holds, read within limits.

    Raises:
        TooLarge, ContractError: it is too large, or no JSON.
    """
    if not hasattr(request.state, "events"):
        content = bytearray()
        async for part in request.stream():
            content += part
            if len(content) > MOST_BYTES:
                raise TooLarge("This is too large", f"At most {MOST_BYTES:,} bytes; send it as several requests.")
        packed = request.headers.get("content-encoding", "").lower() == "gzip"
        request.state.events = await run_in_threadpool(read_body, bytes(content), packed)
    return request.state.events


async def sender(request: Request) -> Visitor:
    """Return who sends events: by a header, or by the write key in the body, as beacons send it, which have no headers.

    Raises:
        NotSignedIn, NotAllowed: nobody known, or nobody who may.
    """
    visitor = visitor_or_none(request)
    if visitor is None and "authorization" not in request.headers:
        site, key = site_of(request), key_in(await body_of(request))
        visitor = site.accounts.recognise_token(key, request.headers.get("origin", "")) if key else None
    if visitor is None:
        raise NotSignedIn
    if not visitor.may("write_events"):
        raise NotAllowed("write_events")
    if visitor.kind == "user" and request.method not in SAFE:
        await require_csrf(request, visitor)
    return visitor


async def asked(request: Request) -> None:
    """Let a browser send events from a page that some key names."""
    if not site_of(request).accounts.may_send_events(request.headers.get("origin", "")):
        raise NotAllowed("write_events")


sender.permission = asked.permission = "write_events"  # type: ignore[attr-defined]
Sender = Annotated[Visitor, Depends(sender)]
router = APIRouter(tags=["Events"], route_class=Crossing, responses=errors(413))

_ONE: dict[str, Any] = {
    "type": "object",
    "description": "One call of a web SDK: userId or anonymousId, event, properties, messageId.",
    "examples": [{"userId": "1024", "event": "Cart Viewed", "properties": {"value": 30}, "messageId": "m-1"}],
}
_BATCH: dict[str, Any] = {"batch": {"type": "array", "items": _ONE, "maxItems": 500}}
_MANY = {"oneOf": [_BATCH["batch"], {"type": "object", "properties": _BATCH, "required": ["batch"]}],
         "examples": [{"batch": _ONE["examples"]}]}  # fmt: skip


def _takes(schema: dict[str, Any]) -> dict[str, Any]:
    content = {kind: {"schema": schema} for kind in ("application/json", "text/plain")}
    return {"requestBody": {"required": True, "content": content}}


async def _take(request: Request, visitor: Visitor, kind: str = "") -> EventsTaken:
    body, site = await body_of(request), site_of(request)
    if not hasattr(request.app.state, "inbox"):
        request.app.state.inbox = Inbox(site.state().engine)
    taken: Taken = await run_in_threadpool(
        take_events, request.app.state.inbox, body, visitor.name, site.clock(), kind
    )  # fmt: skip
    numbers().events.inc(taken.accepted)
    if taken.accepted and (scorer := getattr(request.app.state, "scorer", None)) is not None:
        scorer.tell()  # the next score sees them
    refused = [RefusedEvent(index=each.place, messageId=each.message_id, reason=each.reason) for each in taken.refused]
    return EventsTaken(
        success=not refused, accepted=taken.accepted, duplicate=taken.duplicates, refused=refused
    )  # fmt: skip


@router.post("/v1/events", openapi_extra=_takes(_MANY), summary="Send events", operation_id="send_events")
async def take_many(request: Request, visitor: Sender) -> EventsTaken:
    """Answers when the events are on disk: none is lost afterwards. What failed is sent again, under its messageId."""
    return await _take(request, visitor)


for _path in ("/v1/batch", "/v1/b"):
    router.post(_path, openapi_extra=_takes(_MANY), summary="Send events as web SDKs do", operation_id="send_batch",
                include_in_schema=_path == "/v1/batch", name=f"take {_path}")(take_many)  # fmt: skip


def _route(kind: str, path: str, shown: bool) -> None:
    async def take_one(request: Request, visitor: Sender) -> EventsTaken:
        return await _take(request, visitor, kind)

    take_one.__doc__ = f"A call of the kind {kind}; answered when it is on disk."
    router.post(path, openapi_extra=_takes(_ONE), summary=f"Send one {kind} call", operation_id=f"send_{kind}",
                include_in_schema=shown,
                name=f"take {path}")(take_one)  # fmt: skip


for _kind, _paths in PATHS.items():
    for _path in _paths:
        _route(_kind, _path, _path == _paths[0])


async def ask(request: Request) -> Response:
    """Tell a browser what it may send from a page of another site."""
    return Response(
        status_code=204,
        headers={
            "Access-Control-Allow-Methods": "POST",
            "Access-Control-Allow-Headers": "authorization, content-type",
            "Access-Control-Max-Age": ASK_AGAIN_SECONDS,
        },
    )


for _path in ("/v1/events", "/v1/batch", "/v1/b", *(each for paths in PATHS.values() for each in paths)):
    router.options(_path, dependencies=[Depends(asked)], include_in_schema=False, status_code=204,
                   name=f"ask {_path}")(ask)  # fmt: skip
