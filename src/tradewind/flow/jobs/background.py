"""What a server does when nobody asks: begins due updates, works off the queues, sends what is to be sent."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from tradewind.core.errors import TradewindError
from tradewind.flow.accounts.served_place import ServedPlace
from tradewind.flow.jobs.notices import announce_ended, deliver_due
from tradewind.flow.jobs.runner import JobRunner
from tradewind.flow.jobs.schedules import start_due

LOG = logging.getLogger("tradewind.server")
EVERY_SECONDS = 0.5
NOTICES_SECONDS = 2.0


class Background:
    """Two threads of one server: one for runs, one for mails and calls, so that neither waits for the other.

    Args:
        places: gives the workspaces as they are now.
        at_once: how many runs may be at work in all of them together.
        runs: whether runs are begun here; mails and calls are sent all the same.
    """

    def __init__(self, places: Callable[[], Sequence[ServedPlace]], at_once: int = 1, runs: bool = True) -> None:
        self._places, self._at_once, self._runs = places, at_once, runs
        self._runners: dict[Path, JobRunner] = {}
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._away: set[tuple[str, str]] = set()

    def start(self) -> None:
        """Begin."""
        works = [(self._send, NOTICES_SECONDS)]
        if self._runs:
            works.append((self._work, EVERY_SECONDS))
        for work, seconds in works:
            thread = threading.Thread(target=self._again, args=(work, seconds), daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """End: runs at work go back into their queues."""
        self._stop.set()
        for thread in self._threads:
            thread.join(20)
        for runner in self._runners.values():
            try:
                runner.stop()
            except TradewindError as error:
                LOG.warning("a run could not be put back into its queue: %s", type(error).__name__)

    def _again(self, work: Callable[[ServedPlace], None], seconds: float) -> None:
        while not self._stop.is_set():
            for place in self._places():
                self._try(work, place)
            self._stop.wait(seconds)

    def _try(self, work: Callable[[ServedPlace], None], place: ServedPlace) -> None:
        """Do one look; what goes wrong is written once, and tried again at the next."""
        key = (work.__name__, str(place.root))
        try:
            work(place)
            self._away.discard(key)
        except Exception as error:  # this thread must outlive everything; the next look tries again
            if key not in self._away:
                LOG.warning("%s has to wait: %s", work.__name__.strip("_"), type(error).__name__)
            self._away.add(key)

    def _work(self, place: ServedPlace) -> None:
        if place.root not in self._runners:
            self._runners[place.root] = JobRunner(place.root, place.state, place.address, place.environ)
        runner = self._runners[place.root]
        start_due(place.state(), place.zone, place.clock())
        busy = sum(each.busy for each in self._runners.values())
        runner.tick(may_start=busy < self._at_once)

    def _send(self, place: ServedPlace) -> None:
        from tradewind.flow.today.mailing import queue_due, send_one

        now = place.clock()
        queue_due(place, now)
        announce_ended(place, now)
        deliver_due(place, now, send_one)
