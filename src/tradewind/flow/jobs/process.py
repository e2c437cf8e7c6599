"""The process in which one job runs: at low priority, apart from every server, able to stop and to say why.

`python -m tradewind.flow.jobs.process FOLDER JOB HOLDER`, started by `flow.jobs.runner`.
"""

from __future__ import annotations

import _thread
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import FrameType
from typing import Any

from tradewind.core.errors import StateAway, StoreError, TradewindError, WorkspaceLocked
from tradewind.core.time import system_clock
from tradewind.flow.accounts.served import state_of
from tradewind.flow.jobs.kinds import KINDS, Place
from tradewind.flow.jobs.progress import JobProgress
from tradewind.store.jobs_state import Job, JobStatus, end_job, find_job, keep_claim
from tradewind.store.state import State
from tradewind.store.state_connection import PATIENCE_MS
from tradewind.store.terminal_runs import JOB_VARIABLE

LEASE = timedelta(seconds=30)
HEARTBEAT_SECONDS = 3.0
GRACE_SECONDS = 15.0
"""How long work may take to stop by itself before the process ends."""
LOCK_RETRY_SECONDS = 2.0
LATER = 75
"""Exit status of a process that found the state database away: its job goes back into the queue (`EX_TEMPFAIL`)."""
STATE_VARIABLE = "TRADEWIND_STATE"


@dataclass
class _Stop:
    """Why the work shall stop; empty while it shall go on."""

    why: str = ""  # cancelled, server, lost
    since: float = 0.0

    def ask(self, why: str) -> None:
        """Interrupt the work, once."""
        if not self.why:
            self.why, self.since = why, time.monotonic()
            _thread.interrupt_main()
            if hasattr(signal, "pthread_kill"):  # also out of a wait inside the system
                signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGUSR1)


def main(arguments: list[str]) -> int:
    """Run one job to its end and note how it ended."""
    root, job_id, holder = Path(arguments[0]), arguments[1], arguments[2]
    os.environ[JOB_VARIABLE] = job_id
    if hasattr(os, "nice"):
        os.nice(10)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if hasattr(signal, "SIGUSR1"):
        signal.signal(signal.SIGUSR1, lambda *_: None)
    try:
        state = state_of(root, os.environ.get(STATE_VARIABLE, ""), os.environ, PATIENCE_MS)
        job = find_job(state, job_id)
    except StateAway:
        return LATER
    if job is None or job.holder != holder or job.status != "running":
        return 1  # another has it by now
    progress, stop = JobProgress(state, job_id, system_clock), _Stop()
    signal.signal(signal.SIGTERM, lambda *_: _terminated(stop))
    threading.Thread(target=_keep, args=(state, job, progress, stop), daemon=True).start()
    _catch_output(progress)
    status, reason, result = _work(Place(root, state, os.environ, system_clock), job, progress, stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the work is over: nothing to stop any more
    progress.flush()
    _end(state, job, status, reason, result)
    return 0


def _terminated(stop: _Stop, _frame: FrameType | None = None) -> None:
    if not stop.why:
        stop.why, stop.since = "server", time.monotonic()
        raise KeyboardInterrupt


def _work(
    place: Place, job: Job, progress: JobProgress, stop: _Stop
) -> tuple[JobStatus, str, Mapping[str, Any] | None]:
    """Do the work; return how it ended, why, and what came of it."""
    try:
        result = _when_free(place, job, progress)
    except BaseException as error:
        # Libraries turn an interruption into errors of their own: why the work was stopped is known better here.
        return _stopped(stop) if stop.why or isinstance(error, KeyboardInterrupt) else _failed(error, progress)
    problems = result.get("problems") or []
    return ("findings" if problems else "done"), "; ".join(map(str, problems))[:2000], result


def _failed(error: BaseException, progress: JobProgress) -> tuple[JobStatus, str, None]:
    """Why work failed, in words; a mistake of ours is told as such, its trace in the log."""
    if isinstance(error, TradewindError):
        return "failed", str(error)[:4000], None
    if isinstance(error, MemoryError):
        return "failed", "There was not enough memory. Lower memory_limit in [workspace], or free some.", None
    if isinstance(error, OSError):
        return "failed", f"The system refused: {error.strerror or error} {error.filename or ''}".strip(), None
    progress.log("".join(traceback.format_exception(error))[-2000:])
    return "failed", f"A mistake in Tradewind itself ({type(error).__name__}); the log below shows where.", None


def _when_free(place: Place, job: Job, progress: JobProgress) -> dict[str, Any]:
    """Do the work as soon as nobody else writes to the workspace, and say for whom it waits."""
    told = ""
    while True:
        try:
            return KINDS[job.kind].work(place, job.arguments, progress)
        except WorkspaceLocked as error:
            found = error.problems[0].found
            if found != told:
                progress.tell("waiting", {"for": found})
                told = found
            time.sleep(LOCK_RETRY_SECONDS)


def _stopped(stop: _Stop) -> tuple[JobStatus, str, None]:
    if stop.why == "cancelled":
        return "cancelled", "", None
    if stop.why == "server":
        return "queued", "The server was stopped; it goes on where it stopped.", None
    return "interrupted", "It was interrupted. What was finished stands.", None


def _keep(state: State, job: Job, progress: JobProgress, stop: _Stop) -> None:
    """Say again and again that the job lives; stop it when it shall not."""
    while True:
        progress.flush()
        with suppress(StoreError):  # the database is away: the work goes on, and says so when it is back
            mine = keep_claim(state, job.job_id, job.holder, system_clock() + LEASE)
            if mine is None and not stop.why:
                stop.ask("lost")
            elif mine is not None and mine.cancelled_by and not stop.why:
                stop.ask("cancelled")
        if stop.why and time.monotonic() - stop.since > GRACE_SECONDS:
            status, reason, _ = _stopped(stop)
            _end(state, job, status, reason, None)
            os._exit(1)
        time.sleep(HEARTBEAT_SECONDS if not stop.why else 0.5)


def _end(state: State, job: Job, status: JobStatus, reason: str, result: Mapping[str, Any] | None) -> None:
    """Note the end; while the database is away, try for as long as the work might have taken."""
    for _ in range(200):
        try:
            end_job(state, job.job_id, job.holder, status, system_clock(), reason, result)
            return
        except StoreError:
            time.sleep(HEARTBEAT_SECONDS)


def _catch_output(progress: JobProgress) -> None:
    """Turn whatever this process prints, libraries in C included, into lines of the job's log."""
    reading, writing = os.pipe()
    os.dup2(writing, 1)
    os.dup2(writing, 2)
    os.close(writing)

    def read() -> None:
        with os.fdopen(reading, encoding="utf-8", errors="replace") as lines:
            for line in lines:
                if line.strip():
                    progress.log(line.rstrip())

    threading.Thread(target=read, daemon=True).start()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
