"""How slowly the head of a request may come: a connection that does not finish one is closed."""

from __future__ import annotations

import asyncio
import os
from functools import lru_cache
from typing import Any

from uvicorn.protocols.http.auto import AutoHTTPProtocol

from tradewind.web.settings import settings_from

TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


@lru_cache(maxsize=1)
def seconds() -> float:
    """Return how long the head of a request may take, as the environment says."""
    return settings_from(os.environ).slow_seconds


class PatientProtocol(AutoHTTPProtocol):  # type: ignore[misc, valid-type]
    """The server's protocol with a limit on the time from the first byte of a head, or the connection, to its end."""

    _timer: asyncio.TimerHandle | None = None
    _came = False

    def connection_made(self, transport: Any) -> None:
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Wait no longer once a request is whole enough to be answered."""
        self._came = True
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self._stop()
        elif self._timer is None:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._stop()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(seconds(), self._give_up)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _give_up(self) -> None:
        self._timer = None
        if not self.transport.is_closing():
            if self._came:
                self.transport.write(TOO_SLOW)
            self.transport.close()
