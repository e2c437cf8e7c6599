"""Who works off the queue: takes the next job, starts its process, notices when one died, passes it on."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from tradewind.core.errors import StoreError
from tradewind.core.time import Clock, system_clock
from tradewind.flow.jobs.process import GRACE_SECONDS, LATER, LEASE, STATE_VARIABLE
from tradewind.store.idempotency_state import forget_writes
from tradewind.store.jobs_state import Job, JobStatus, claim_next, end_job, forget_jobs, lost_jobs, say
from tradewind.store.state import State

MOST_ATTEMPTS = 3
"""A job whose server died is begun again at most so often."""
PROGRAM = (sys.executable, "-m", "tradewind.flow.jobs.process")
KEPT = timedelta(days=400)
"""How long what was said of a job is kept."""


@dataclass
class _Child:
    """A process that works on a job."""

    job: Job
    process: subprocess.Popen[bytes]


class JobRunner:
    """Works off one workspace's queue, one job at a time; several runners of several servers may do so together.

    Args:
        root: the workspace folder.
        state: gives the state database.
        address: of the state database where the configuration names none; empty for the folder's own.
        environ: environment of the processes.
        clock: the present instant: leases are kept by the computer's own clock, whatever day the data pretend.
        program: what is started for a job.
    """

    def __init__(
        self,
        root: Path,
        state: Callable[[], State],
        address: str = "",
        environ: Mapping[str, str] | None = None,
        clock: Clock = system_clock,
        program: Sequence[str] = PROGRAM,
    ) -> None:
        self._root, self._state, self._clock, self._program = root, state, clock, tuple(program)
        self._environ = {**(os.environ if environ is None else environ), STATE_VARIABLE: address}
        self._child: _Child | None = None
        self._stopping = False

    @property
    def busy(self) -> bool:
        """Whether a process of this runner is at work."""
        return self._child is not None

    def tick(self, may_start: bool = True) -> None:
        """Look once: note who ended, take over what was lost, begin what waits.

        Args:
            may_start: whether a further process may begin now.
        Raises:
            StoreError: the state database is away; a later look goes on.
        """
        self._look_after_child()
        for job in lost_jobs(self._state(), self._clock()):
            self._take_over(job)
        if may_start and not self._stopping and self._child is None:
            self._begin_next()

    def stop(self, seconds: float = GRACE_SECONDS + 5) -> None:
        """End the process at work, so that its job goes back into the queue; what it has finished stands."""
        self._stopping = True
        child = self._child
        if child is None:
            return
        child.process.send_signal(signal.SIGTERM)
        try:
            child.process.wait(seconds)
        except subprocess.TimeoutExpired:
            child.process.kill()
            child.process.wait()
        self._look_after_child()

    def forget(self) -> None:
        """Remove what is too old to be asked for."""
        forget_jobs(self._state(), self._clock() - KEPT)
        forget_writes(self._state(), self._clock())

    def _begin_next(self) -> None:
        holder = secrets.token_hex(8)
        now = self._clock()
        job = claim_next(self._state(), holder, now, now + LEASE)
        if job is None:
            return
        command = [*self._program, str(self._root), job.job_id, holder]
        try:
            process = subprocess.Popen(
                command,
                env=self._environ,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                start_new_session=True,  # Ctrl-C in the server's terminal is not meant for it
            )
        except OSError as error:
            self._end(job, "failed", f"No process could be started: {error.strerror}")
            return
        self._child = _Child(job, process)

    def _look_after_child(self) -> None:
        child = self._child
        if child is None or child.process.poll() is None:
            return
        code = child.process.returncode
        said = child.process.stderr.read()[-2000:].decode(errors="replace") if child.process.stderr else ""
        if self._stopping and code != 0:
            self._end(child.job, "queued", "The server was stopped; it goes on where it stopped.")
        elif code == LATER:
            self._end(child.job, "queued", "The state database was away when it was to begin.")
        elif code != 0:
            if said.strip():
                lines = [(self._clock(), "log", {"line": line}) for line in said.strip().splitlines()]
                say(self._state(), child.job.job_id, lines)
            self._end(child.job, "interrupted", _died(code))
        self._child = None

    def _take_over(self, job: Job) -> None:
        """Pass on a job of which nothing was heard for too long."""
        if job.cancelled_by:
            self._end(job, "cancelled", "")
        elif job.attempts < MOST_ATTEMPTS:
            why = "Who worked on it is gone; it goes on where it stopped."
            self._end(job, "queued", why)
            say(self._state(), job.job_id, [(self._clock(), "taken over", {"why": why})])
        else:
            self._end(job, "interrupted", f"It was begun {job.attempts} times and never came to its end.")

    def _end(self, job: Job, status: JobStatus, reason: str) -> None:
        end_job(self._state(), job.job_id, job.holder, status, self._clock(), reason)


def _died(code: int) -> str:
    """Why a process ended that did not say so itself."""
    stands = "What was finished stands; the same again goes on from there."
    if code == -signal.SIGKILL:
        return f"It was killed from outside, most often because memory ran out. {stands}"
    if code < 0:
        try:
            name = signal.Signals(-code).name
        except ValueError:
            name = str(-code)
        return f"It was interrupted by the system ({name}). {stands}"
    return f"Its process ended without a word (status {code}). {stands}"


def wait_for(state: Callable[[], State], runner: JobRunner, seconds: float) -> None:
    """Work off the queue for at most so long; for the command line and for tests."""
    from tradewind.store.jobs_state import list_jobs

    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            runner.tick()
            if not runner.busy and not list_jobs(state(), 1, statuses=("queued", "running")):
                return
        except StoreError:
            pass
        time.sleep(0.1)
