"""Work that a server is asked for: started in a process of its own, watched from any server, stopped, tried again."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tradewind.core.errors import ConfigError, NotFound, Problem
from tradewind.core.time import Clock, system_clock
from tradewind.flow.jobs.kinds import KINDS
from tradewind.store.jobs_state import (
    Job,
    JobEvent,
    add_job,
    ask_to_cancel,
    count_jobs,
    find_job,
    job_events,
    list_jobs,
)
from tradewind.store.state import State

__all__ = ["Job", "JobEvent", "cancel_run", "count_jobs", "get_run", "job_events", "list_runs", "retry_run",
           "start_run", "waits_for"]  # fmt: skip


def start_run(
    state: State, kind: str, arguments: Mapping[str, Any] | None = None, by: str = "", clock: Clock = system_clock
) -> str:
    """Put a piece of work into the workspace's queue; whichever server may write takes it within a second.

    Args:
        state: the workspace's state database.
        kind: one of `flow.jobs.kinds.KINDS`: run, check, demo, init.
        arguments: of the kind (`{"only": ["lapse"]}`); JSON values.
        by: who asks, as others shall be told.
        clock: the present instant.
    Returns:
        id of the run, for `/updates/{run}`.
    Raises:
        ConfigError: there is no such kind, or it takes no such argument.
    """
    if kind not in KINDS:
        raise ConfigError(Problem("kind", "there is no such work", kind, f"one of: {', '.join(KINDS)}"))
    given = dict(arguments or {})
    unknown = sorted(set(given) - set(KINDS[kind].takes))
    if unknown:
        takes = ", ".join(KINDS[kind].takes) or "nothing"
        raise ConfigError(Problem("arguments", f"{kind} does not take this", ", ".join(unknown), takes))
    job_id = uuid.uuid4().hex
    add_job(state, job_id, kind, given, by, clock())
    return job_id


def get_run(state: State, job_id: str) -> Job:
    """Return a run.

    Raises:
        NotFound: there is no such run.
    """
    job = find_job(state, job_id)
    if job is None:
        raise NotFound(Problem("run", "there is no such run", job_id[:64], "an id from the list of updates"))
    return job


def list_runs(state: State, limit: int = 50, before: tuple[datetime, str] | None = None) -> list[Job]:
    """Return runs, newest first; `before` is (asked_at, job_id) of the last one of the page before."""
    return list_jobs(state, limit, before)


def cancel_run(state: State, job_id: str, by: str, clock: Clock = system_clock) -> bool:
    """Stop a run: what it has finished stands; False where it had ended already.

    Raises:
        NotFound: there is no such run.
    """
    get_run(state, job_id)
    return ask_to_cancel(state, job_id, by, clock())


def retry_run(state: State, job_id: str, by: str, clock: Clock = system_clock) -> str:
    """Ask for the same work again; it goes on where the first stopped.

    Raises:
        NotFound: there is no such run.
    """
    job = get_run(state, job_id)
    return start_run(state, job.kind, job.arguments, by, clock)


def waits_for(state: State, job: Job) -> str:
    """Return what a queued run waits for, in plain words; empty where it waits for nothing."""
    if job.status != "queued":
        return ""
    for other in list_jobs(state, 1, statuses=("running",)):
        since = f"{other.started_at:%H:%M} UTC" if other.started_at else "just now"
        return f"waits for the {KINDS[other.kind].title if other.kind in KINDS else other.kind} that " \
               f"{other.asked_by or 'the schedule'} started at {since}"  # fmt: skip
    return "will begin in a moment"
