"""How many requests anybody may make: buckets kept in this process, brought in line with all servers once a second.

A bucket holds `burst` requests and gains `per_second`. Each server takes from its own copy at once, without asking;
once a second, what was taken is subtracted from the shared one. What two servers together let through too much within
that second is owed: the shared bucket goes below zero, and both wait until it has filled up again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from tradewind.core.errors import Problem, StoreError, TooMany
from tradewind.core.time import Clock
from tradewind.store.guard_state import Bucket, delete_buckets_before, read_buckets, write_bucket
from tradewind.store.state import State
from tradewind.store.state_connection import writing

BETWEEN = timedelta(seconds=1)
"""Least time between two looks at the shared buckets."""

MOST = 20_000
"""Buckets that a process keeps; beyond, the fullest are forgotten: they would let one through anyway."""


@dataclass(frozen=True)
class Limit:
    """How much is allowed.

    Args:
        per_second: requests in the long run.
        burst: requests at once.
    """

    per_second: float
    burst: float


@dataclass
class _Local:
    """This process's copy of a bucket."""

    limit: Limit
    left: float
    at: datetime
    taken: int = 0

    def fill(self, now: datetime) -> None:
        self.left = _filled(self.left, self.at, now, self.limit)
        self.at = max(self.at, now)


class Limits:
    """The buckets of one workspace's server.

    Args:
        state: returns the state database.
        clock: the present instant.
    """

    def __init__(self, state: Callable[[], State], clock: Clock) -> None:
        self._state, self._clock = state, clock
        self._lock, self._busy = threading.Lock(), threading.Lock()
        self._local: dict[str, _Local] = {}
        self._asked_at: datetime | None = None
        self._closed = False

    def take(self, name: str, limit: Limit, what: str, wait: bool = False) -> None:
        """Take one request out of a bucket.

        Args:
            name: of the bucket (`token:<id>`).
            limit: its size.
            what: of what there are too many, for the message.
            wait: look at the shared bucket first where that is due; otherwise it is looked at beside the request.
        Raises:
            TooMany: it is empty.
            StoreError: it is to be looked at first, and the state database cannot be used.
        """
        now = self._clock()
        with self._lock:
            known = name in self._local
            self._local.setdefault(name, _Local(limit, limit.burst, now))
        if wait and (not known or self._due(now)):
            self.reconcile()
        elif self._due(now):
            threading.Thread(target=self._reconcile_quietly, daemon=True).start()
        with self._lock:
            bucket = self._local.setdefault(name, _Local(limit, limit.burst, now))
            bucket.fill(now)
            if bucket.left < 1:
                raise _too_many(what, (1 - bucket.left) / limit.per_second)
            bucket.left -= 1
            bucket.taken += 1
            if len(self._local) > MOST:
                self._forget(name)

    def reconcile(self) -> None:
        """Subtract what was taken here from the shared buckets, and go on with what those hold."""
        now = self._clock()
        with self._busy:
            if self._closed:
                return
            with self._lock:
                self._asked_at = now
                taken = {name: bucket.taken for name, bucket in self._local.items()}
                limits = {name: bucket.limit for name, bucket in self._local.items()}
            if not taken:
                return
            with writing(self._state().engine) as connection:
                shared = read_buckets(connection, sorted(taken))
                left = {}
                for name, limit in limits.items():
                    held = shared.get(name, Bucket(limit.burst, now))
                    left[name] = max(_filled(held.left, held.at, now, limit) - taken[name], -limit.burst)
                    if taken[name]:
                        write_bucket(connection, name, Bucket(left[name], max(held.at, now)))
            with self._lock:
                for name, remaining in left.items():
                    bucket = self._local.get(name)
                    if bucket is not None:
                        bucket.taken -= taken[name]
                        bucket.left, bucket.at = remaining - bucket.taken, now
                        if bucket.taken == 0 and remaining >= bucket.limit.burst:
                            del self._local[name]  # full again: as if it had never been asked for

    def _due(self, now: datetime) -> bool:
        with self._lock:
            return not self._busy.locked() and (self._asked_at is None or now - self._asked_at >= BETWEEN)

    def _reconcile_quietly(self) -> None:
        with suppress(StoreError):  # a database that is away does not stop requests that do not need it
            self.reconcile()

    def close(self) -> None:
        """Wait until nothing here uses the state database, and let nothing begin to."""
        self._closed = True
        with self._busy:
            pass

    def _forget(self, keep: str) -> None:
        """Drop half of the buckets: those with most left."""
        for name in sorted(self._local, key=lambda name: -self._local[name].left)[: MOST // 2]:
            if name != keep:
                del self._local[name]


def forget_full_buckets(state: State, now: datetime) -> int:
    """Remove buckets that nobody asked for in a day: they are full again; return how many."""
    with writing(state.engine) as connection:
        return delete_buckets_before(connection, now - timedelta(days=1))


def _filled(left: float, since: datetime, now: datetime, limit: Limit) -> float:
    gained = max((now - since).total_seconds(), 0) * limit.per_second
    return min(left + gained, limit.burst)


def _too_many(what: str, seconds: float) -> TooMany:
    return TooMany(Problem(what, "there are too many of these at the moment", do="wait, then try again"), seconds)
