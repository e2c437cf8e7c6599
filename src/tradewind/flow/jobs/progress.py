"""What a job is doing, told through the state database, so that any server can show it while it happens."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import Any

from tradewind.core.errors import StoreError
from tradewind.core.time import Clock
from tradewind.store.jobs_state import say
from tradewind.store.state import State

EVERY_SECONDS = 0.7
"""Parts of a stage are told at most this often."""
MOST_WAITING = 2_000
"""What is said while the database is away is kept up to so many; after that the oldest is dropped."""


class JobProgress:
    """Progress of one job; it never fails, also while the database is away.

    Args:
        state: the state database.
        job_id: whose progress.
        clock: the present instant.
    """

    def __init__(self, state: State, job_id: str, clock: Clock) -> None:
        self._state, self._job_id, self._clock = state, job_id, clock
        self._waiting: list[tuple[Any, str, Mapping[str, Any]]] = []
        self._lock = threading.Lock()
        self._title, self._done, self._total = "", 0, 1
        self._began = self._told = 0.0

    def begin(self, title: str, total: int) -> None:
        """A stage of `total` parts begins."""
        self._title, self._done, self._total = title, 0, max(total, 1)
        self._began = time.monotonic()
        self.tell("stage", {"title": title, "total": self._total})

    def advance(self, doing: str) -> None:
        """One part is done and `doing` is next."""
        self._done += 1
        if time.monotonic() - self._told >= EVERY_SECONDS:
            self.tell("part", {"title": self._title, "done": self._done, "total": self._total, "doing": doing[:200]})

    def end(self, note: str) -> None:
        """The stage is over; `note` says what came of it."""
        self._close("stage done", note)

    def stop(self) -> None:
        """The stage could not be finished."""
        self._close("stage stopped", "")

    def log(self, line: str) -> None:
        """A line that a library or Tradewind itself wrote."""
        with self._lock:
            self._waiting.append((self._clock(), "log", {"line": line[:2000]}))

    def tell(self, kind: str, said: Mapping[str, Any]) -> None:
        """Say something now."""
        with self._lock:
            self._waiting.append((self._clock(), kind, said))
        self.flush()

    def flush(self) -> None:
        """Write what waits; what cannot be written waits on."""
        with self._lock:
            del self._waiting[:-MOST_WAITING]
            try:
                say(self._state, self._job_id, self._waiting)
            except StoreError:
                return
            self._waiting.clear()
            self._told = time.monotonic()

    def _close(self, kind: str, note: str) -> None:
        seconds = round(time.monotonic() - self._began, 1)
        self.tell(kind, {"title": self._title, "note": note, "seconds": seconds})
