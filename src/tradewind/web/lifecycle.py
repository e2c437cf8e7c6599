"""The life of a server: what begins with it, how it stops without dropping anybody."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from types import FrameType
from typing import TYPE_CHECKING, Any

from tradewind.flow.jobs.background import Background
from tradewind.web.headers import App, Receive, Scope, Send

if TYPE_CHECKING:
    from tradewind.web.warm import WarmUp

LOG = logging.getLogger("tradewind.server")
_stopping = threading.Event()
TURN_SECONDS = 0.0005
"""How long work in the background may keep the interpreter while a request waits for it; Python's own is 5 ms."""


def answer_first() -> None:
    """Let requests wait a tenth as long as usual for threads that work in the background."""
    sys.setswitchinterval(TURN_SECONDS)


def draining() -> bool:
    """Whether the server stops: it is not ready any more, and streams end."""
    return _stopping.is_set()


class Lifecycle:
    """Wraps an application: its background work begins and ends with the server.

    Args:
        app: what answers.
        background: works off queues and sends what is due; None for a server that only answers.
        close: closes what was opened.
        drain_seconds: how long it goes on answering after it says that it is not ready.
        warm_up: makes the first pages ready; None where nobody waits for them.
    """

    def __init__(
        self,
        app: App,
        background: Background | None,
        close: Callable[[], None],
        drain_seconds: float = 0.0,
        warm_up: WarmUp | None = None,
    ) -> None:
        self.app, self.background, self.close, self.drain_seconds = app, background, close, drain_seconds
        self.warm_up = warm_up

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or begin and end."""
        if scope["type"] != "lifespan":
            await self.app(scope, receive, send)
            return
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self._begin()
                await send({"type": "lifespan.startup.complete"})
            else:
                await _aside(self._end)
                await send({"type": "lifespan.shutdown.complete"})
                return

    def _begin(self) -> None:
        _stopping.clear()
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                _first(number, self.drain_seconds if number == signal.SIGTERM else 0.0)
        if self.warm_up is not None:
            self.warm_up.start()
        if self.background is not None:
            self.background.start()

    def _end(self) -> None:
        _stopping.set()
        if self.warm_up is not None:
            self.warm_up.stop()
        if self.background is not None:
            self.background.stop()
        self.close()


def _first(number: int, drain_seconds: float) -> None:
    """At a signal the server says first that it is not ready, then does what it would have done."""
    before: Any = signal.getsignal(number)

    def handle(sent: int, frame: FrameType | None) -> None:
        again = _stopping.is_set()
        _stopping.set()
        if not callable(before):
            return
        if drain_seconds and not again:
            waiting = threading.Timer(drain_seconds, before, (sent, None))
            waiting.daemon = True
            waiting.start()
        else:
            before(sent, frame)

    signal.signal(number, handle)


async def _aside(work: Callable[[], None]) -> None:
    import asyncio

    await asyncio.get_running_loop().run_in_executor(None, work)


def close_all(closers: Sequence[Callable[[], None]]) -> Callable[[], None]:
    """Return what closes everything, one after the other."""

    def close() -> None:
        for each in closers:
            each()

    return close
