"""A run while it runs, as server-sent events: taken up again where a connection broke, bounded in number and time."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import APIRouter, Header, Request
from fastapi.responses import Response, StreamingResponse
from starlette.concurrency import run_in_threadpool

from tradewind.core.errors import StoreError
from tradewind.core.visitor import Visitor
from tradewind.flow.accounts.served import State
from tradewind.flow.jobs.queue import JobEvent, get_run, job_events
from tradewind.web.lifecycle import draining
from tradewind.web.observe import numbers
from tradewind.web.refusals import TooMany
from tradewind.web.visitor import may, site_of

router = APIRouter(include_in_schema=False)
MOST_STREAMS = 200
MOST_OF_ONE = 8
LOOK_SECONDS = 0.5
HEARTBEAT_SECONDS = 10.0
LONGEST_SECONDS = 300.0
"""After this the browser asks again, and whether it may is looked at again."""
COME_BACK_MS = 2_000

_open: dict[str, int] = {}
_lock = threading.Lock()


@router.get("/updates/stream/{run_id}")
def stream(
    request: Request,
    visitor: Annotated[Visitor, may("see_answers")],
    run_id: str,
    last_event_id: Annotated[str, Header()] = "",
) -> Response:
    """Send what a run says, from behind the last thing that was received."""
    state = site_of(request).state
    get_run(state(), run_id)
    with _lock:
        if sum(_open.values()) >= MOST_STREAMS or _open.get(visitor.id, 0) >= MOST_OF_ONE:
            raise TooMany(10)
    after = int(last_event_id) if last_event_id.isdigit() and len(last_event_id) < 12 else 0
    whole = visitor.may("run")
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    body = _said(state(), run_id, after, visitor.id, whole)
    return StreamingResponse(body, media_type="text/event-stream", headers=headers)


async def _said(state: State, run_id: str, after: int, visitor_id: str, whole: bool) -> AsyncIterator[str]:
    began = quiet_since = time.monotonic()
    with _counted(visitor_id):
        yield f"retry: {COME_BACK_MS}\n\n"
        while not draining() and time.monotonic() - began < LONGEST_SECONDS:
            try:
                events, ended = await run_in_threadpool(_look, state, run_id, after)
            except StoreError:
                events, ended = [], ""  # the database is away: the stream waits for it
            for event in events:
                after = event.number
                if event.kind != "log" or whole:
                    yield _line(event)
            if ended:
                yield f"event: end\ndata: {json.dumps({'status': ended})}\n\n"
                return
            if events:
                quiet_since = time.monotonic()
            elif time.monotonic() - quiet_since >= HEARTBEAT_SECONDS:
                yield ": it goes on\n\n"
                quiet_since = time.monotonic()
            await asyncio.sleep(LOOK_SECONDS)


def _look(state: State, run_id: str, after: int) -> tuple[list[JobEvent], str]:
    """What was said since, and how the run ended once all of it is told."""
    job = get_run(state, run_id)  # before the events: what it says last is not missed
    events = job_events(state, run_id, after, 500)
    return events, job.status if job.ended and len(events) < 500 else ""


def _line(event: JobEvent) -> str:
    data = json.dumps({"kind": event.kind, **event.said}, ensure_ascii=False)
    return f"id: {event.number}\nevent: said\ndata: {data}\n\n"


@contextmanager
def _counted(visitor_id: str) -> Iterator[None]:
    with _lock:
        _open[visitor_id] = _open.get(visitor_id, 0) + 1
    numbers().streams.inc()
    try:
        yield
    finally:
        numbers().streams.dec()
        with _lock:
            _open[visitor_id] -= 1
            if not _open[visitor_id]:
                del _open[visitor_id]
