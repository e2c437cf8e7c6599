"""The record of who saw, exported, changed and sent what: written at once where it matters, else within a second."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta

from tradewind.core.accounts import AuditEntry, Did
from tradewind.core.errors import StoreError
from tradewind.core.time import Clock
from tradewind.store.audit_state import Wanted, append_entries, delete_entries_before, read_entries
from tradewind.store.state import State
from tradewind.store.state_connection import reading, writing

KEPT = timedelta(days=396)
"""How long lines are kept: thirteen months."""

LONGEST = 200
"""Characters of an id, or of a detail."""

MOST_WAITING = 5_000
"""Lines that may wait to be written; the next one waits for them."""


class AuditLog:
    """The record of one workspace.

    Args:
        state: returns the state database.
        clock: the present instant.
    """

    def __init__(self, state: Callable[[], State], clock: Clock) -> None:
        self._state, self._clock = state, clock
        self._lock = threading.Lock()
        self._waiting: list[AuditEntry] = []
        self._timer: threading.Timer | None = None

    def entry(
        self, who: str, kind: str, did: Did, entity: str = "", entity_id: str = "", origin: str = "",
        details: Mapping[str, str | int] | None = None,
    ) -> AuditEntry:  # fmt: skip
        """Return a line with the present instant; texts are cut to a length."""
        short = {key: value[:LONGEST] if isinstance(value, str) else value for key, value in (details or {}).items()}
        return AuditEntry(
            uuid.uuid4().hex, self._clock(), who[:LONGEST], kind, did, entity[:LONGEST], entity_id[:LONGEST],
            origin[:8], short,
        )  # fmt: skip

    def write(self, entry: AuditEntry) -> None:
        """Write a line now, after those that wait.

        Raises:
            StoreError: it cannot be written; then what it tells of must not happen.
        """
        with self._lock:
            waiting, self._waiting = self._waiting, []
        try:
            with writing(self._state().engine) as connection:
                append_entries(connection, [*waiting, entry])
        except StoreError:
            with self._lock:
                self._waiting = waiting + self._waiting
            raise

    def write_soon(self, entry: AuditEntry) -> None:
        """Write a line within a second, together with others; for what is looked at often."""
        with self._lock:
            self._waiting.append(entry)
            full = len(self._waiting) >= MOST_WAITING
            if self._timer is None and not full:
                self._timer = threading.Timer(1.0, self._flush_quietly)
                self._timer.daemon = True
                self._timer.start()
        if full:
            self.flush()

    def flush(self) -> None:
        """Write what waits; for the end of a server, and before the record is read.

        Raises:
            StoreError: it cannot be written; it waits on.
        """
        with self._lock:
            waiting, self._waiting, self._timer = self._waiting, [], None
        if not waiting:
            return
        try:
            with writing(self._state().engine) as connection:
                append_entries(connection, waiting)
        except StoreError:
            with self._lock:
                self._waiting = waiting + self._waiting
            raise

    def close(self) -> None:
        """Write what waits, and let nothing wait any more."""
        with self._lock:
            timer = self._timer
        if timer is not None:
            timer.cancel()
        self._flush_quietly()

    def read(self, wanted: Wanted, limit: int = 100, before: tuple[datetime, str] | None = None) -> list[AuditEntry]:
        """Return lines, the newest first; see `read_entries`."""
        self.flush()
        with reading(self._state().engine) as connection:
            return read_entries(connection, wanted, limit, before)

    def cut(self) -> int:
        """Remove lines older than they are kept; return how many."""
        with writing(self._state().engine) as connection:
            return delete_entries_before(connection, self._clock() - KEPT)

    def _flush_quietly(self) -> None:
        with suppress(StoreError):
            self.flush()
