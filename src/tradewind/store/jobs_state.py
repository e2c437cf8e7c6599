"""Jobs in the state database: what was asked for, who works on it, what it says, how it ended."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from tradewind.store.state import State
from tradewind.store.state_connection import from_micros, reading, to_micros, writing
from tradewind.store.state_schema import JOB_EVENTS, JOBS

JobStatus = Literal["queued", "running", "done", "findings", "failed", "cancelled", "interrupted"]
ENDED: tuple[JobStatus, ...] = ("done", "findings", "failed", "cancelled", "interrupted")

_ONE_CLAIM = 7250101
"""Number of the Postgres lock that makes claims follow one another; SQLite has one writer anyway."""


@dataclass(frozen=True)
class Job:
    """One piece of work that a server was asked for.

    Args:
        job_id: 32 hexadecimal digits.
        kind: run, check, demo, init …; see `flow.jobs.kinds`.
        arguments: of the kind.
        asked_by: who asked, as people are told.
        asked_at: naive UTC, as are the other times.
        status: queued, running, or how it ended.
        started_at: when somebody began to work on it.
        finished_at: when it ended.
        attempts: how often it was begun.
        holder: which process works on it.
        lease_until: until when the holder is taken to be alive.
        cancelled_by: who wants it stopped; empty when nobody does.
        reason: why it ended as it did, in plain words.
        result: what came of it.
    """

    job_id: str
    kind: str
    arguments: Mapping[str, Any]
    asked_by: str
    asked_at: datetime
    status: JobStatus
    started_at: datetime | None
    finished_at: datetime | None
    attempts: int
    holder: str
    lease_until: datetime | None
    cancelled_by: str
    reason: str
    result: Mapping[str, Any]

    @property
    def ended(self) -> bool:
        """Whether nothing more comes of it."""
        return self.status in ENDED


@dataclass(frozen=True)
class JobEvent:
    """One thing that a job said: `number` counts from 1 without gaps."""

    number: int
    at: datetime
    kind: str
    said: Mapping[str, Any]


def add_job(state: State, job_id: str, kind: str, arguments: Mapping[str, Any], by: str, at: datetime) -> None:
    """Put a job at the end of the queue."""
    row = {
        "job_id": job_id, "kind": kind, "arguments": _dump(arguments), "asked_by": by, "asked_at": to_micros(at),
        "status": "queued", "attempts": 0, "holder": "", "cancelled_by": "", "reason": "", "result": "{}",
    }  # fmt: skip
    with writing(state.engine) as connection:
        connection.execute(JOBS.insert().values(row))


def find_job(state: State, job_id: str) -> Job | None:
    """Return a job, or None where there is none."""
    found = _read(state, JOBS.select().where(JOBS.c.job_id == job_id))
    return _job(found[0]) if found else None


def list_jobs(
    state: State, limit: int = 50, before: tuple[datetime, str] | None = None, statuses: Sequence[str] = ()
) -> list[Job]:
    """Return jobs, newest first.

    Args:
        limit: at most so many.
        before: asked for before this job's (`asked_at`, `job_id`): the next page.
        statuses: only of these; all when empty.
    """
    query = JOBS.select().order_by(JOBS.c.asked_at.desc(), JOBS.c.job_id.desc()).limit(limit)
    if before is not None:
        at = to_micros(before[0])
        query = query.where((JOBS.c.asked_at < at) | ((JOBS.c.asked_at == at) & (JOBS.c.job_id < before[1])))
    if statuses:
        query = query.where(JOBS.c.status.in_(statuses))
    return [_job(row) for row in _read(state, query)]


def claim_next(state: State, holder: str, now: datetime, until: datetime) -> Job | None:
    """Take the job that waits longest, if no other is being worked on; with many who try, one gets it."""
    waiting = JOBS.select().where(JOBS.c.status == "queued").order_by(JOBS.c.asked_at, JOBS.c.job_id).limit(1)
    if not _read(state, waiting):
        return None
    with writing(state.engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text(f"SELECT pg_advisory_xact_lock({_ONE_CLAIM})"))
        if connection.execute(sa.select(JOBS.c.job_id).where(JOBS.c.status == "running").limit(1)).first():
            return None
        row = connection.execute(waiting).first()
        if row is None:
            return None
        values = {
            "status": "running", "holder": holder, "lease_until": to_micros(until), "attempts": row.attempts + 1,
            "started_at": to_micros(now), "finished_at": None, "reason": "",
        }  # fmt: skip
        connection.execute(JOBS.update().where(JOBS.c.job_id == row.job_id).values(values))
    return find_job(state, str(row.job_id))


def keep_claim(state: State, job_id: str, holder: str, until: datetime) -> Job | None:
    """Say that the holder is alive; None where the job is no longer its own."""
    mine = (JOBS.c.job_id == job_id) & (JOBS.c.holder == holder) & (JOBS.c.status == "running")
    with writing(state.engine) as connection:
        kept = connection.execute(JOBS.update().where(mine).values(lease_until=to_micros(until))).rowcount
    return find_job(state, job_id) if kept else None


def end_job(
    state: State,
    job_id: str,
    holder: str,
    status: JobStatus,
    at: datetime,
    reason: str = "",
    result: Mapping[str, Any] | None = None,
) -> bool:
    """Note how a job ended, or put it back into the queue; False where another has it or it has ended."""
    mine = (JOBS.c.job_id == job_id) & (JOBS.c.holder == holder) & (JOBS.c.status == "running")
    values = {
        "status": status, "finished_at": None if status == "queued" else to_micros(at), "lease_until": None,
        "holder": "", "reason": reason, "result": _dump(result or {}),
    }  # fmt: skip
    with writing(state.engine) as connection:
        return connection.execute(JOBS.update().where(mine).values(values)).rowcount == 1


def ask_to_cancel(state: State, job_id: str, by: str, at: datetime) -> bool:
    """Want a job stopped: one that waits ends at once, one that runs is told; False where it has ended."""
    waiting = (JOBS.c.job_id == job_id) & (JOBS.c.status == "queued")
    ended = {"status": "cancelled", "finished_at": to_micros(at), "cancelled_by": by, "reason": ""}
    with writing(state.engine) as connection:
        if connection.execute(JOBS.update().where(waiting).values(ended)).rowcount:
            return True
        running = (JOBS.c.job_id == job_id) & (JOBS.c.status == "running")
        return connection.execute(JOBS.update().where(running).values(cancelled_by=by)).rowcount == 1


def lost_jobs(state: State, now: datetime) -> list[Job]:
    """Return jobs whose holder has not been heard of for too long."""
    query = JOBS.select().where(JOBS.c.status == "running", JOBS.c.lease_until < to_micros(now))
    return [_job(row) for row in _read(state, query)]


def say(state: State, job_id: str, events: Sequence[tuple[datetime, str, Mapping[str, Any]]]) -> None:
    """Add what a job said; one process at a time says something of one job."""
    if not events:
        return
    number = sa.select(sa.func.max(JOB_EVENTS.c.number)).where(JOB_EVENTS.c.job_id == job_id)
    with writing(state.engine) as connection:
        if connection.dialect.name == "postgresql":  # a server and the job itself may speak at once
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(hashtext(:job))"), {"job": job_id})
        last = connection.execute(number).scalar() or 0
        rows = [
            {"job_id": job_id, "number": last + place, "at": to_micros(at), "kind": kind, "said": _dump(said)}
            for place, (at, kind, said) in enumerate(events, 1)
        ]
        connection.execute(JOB_EVENTS.insert(), rows)


def job_events(state: State, job_id: str, after: int = 0, limit: int = 5000) -> list[JobEvent]:
    """Return what a job said, oldest first, from behind the number `after`."""
    query = (
        JOB_EVENTS.select()
        .where(JOB_EVENTS.c.job_id == job_id, JOB_EVENTS.c.number > after)
        .order_by(JOB_EVENTS.c.number)
        .limit(limit)
    )
    return [
        JobEvent(row.number, from_micros(row.at), row.kind, json.loads(row.said)) for row in _read(state, query)
    ]  # fmt: skip


def count_jobs(state: State) -> dict[str, int]:
    """Return how many jobs there are of each status."""
    query = sa.select(JOBS.c.status, sa.func.count().label("many")).group_by(JOBS.c.status)
    return {str(row.status): int(row.many) for row in _read(state, query)}


def forget_jobs(state: State, before: datetime) -> None:
    """Remove what ended before an instant, so that the database does not grow for ever."""
    old = sa.select(JOBS.c.job_id).where(JOBS.c.status.in_(ENDED), JOBS.c.finished_at < to_micros(before))
    with writing(state.engine) as connection:
        connection.execute(JOB_EVENTS.delete().where(JOB_EVENTS.c.job_id.in_(old)))
        connection.execute(JOBS.delete().where(JOBS.c.status.in_(ENDED), JOBS.c.finished_at < to_micros(before)))


def _job(row: Any) -> Job:
    return Job(
        row.job_id, row.kind, json.loads(row.arguments), row.asked_by, from_micros(row.asked_at), row.status,
        _instant(row.started_at), _instant(row.finished_at), int(row.attempts), row.holder,
        _instant(row.lease_until), row.cancelled_by, row.reason, json.loads(row.result),
    )  # fmt: skip


def _instant(micros: int | None) -> datetime | None:
    return None if micros is None else from_micros(micros)


def _read(state: State, query: sa.Select[Any]) -> list[Any]:
    with reading(state.engine) as connection:
        return list(connection.execute(query).fetchall())


def _dump(value: Mapping[str, Any]) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
