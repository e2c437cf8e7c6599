"""Runs that were begun in a terminal: those of the table `runs` that no job of a server stands for."""

from __future__ import annotations

from datetime import datetime

from tradewind.store.state import Run, State, run_of
from tradewind.store.state_connection import reading, to_micros
from tradewind.store.state_schema import RUNS

JOB = "job"
"""Key of a run's details: the job that it is the work of; empty in a terminal."""

JOB_VARIABLE = "TRADEWIND_JOB"
"""The environment variable in which a job's process names it; a run without one was begun in a terminal."""


def terminal_runs(state: State, limit: int, before: tuple[datetime, str] | None = None) -> list[Run]:
    """Return runs begun in a terminal, newest first; before (`started_at`, `run_id`) of the last of the page before."""
    query = RUNS.select().where(RUNS.c.details.contains(f'"{JOB}": ""', autoescape=True))
    query = query.order_by(RUNS.c.started_at.desc(), RUNS.c.run_id.desc()).limit(limit)
    if before is not None:
        at = to_micros(before[0])
        query = query.where((RUNS.c.started_at < at) | ((RUNS.c.started_at == at) & (RUNS.c.run_id < before[1])))
    with reading(state.engine) as connection:
        return [run_of(row) for row in connection.execute(query).fetchall()]


def find_run(state: State, run_id: str) -> Run | None:
    """Return a run of the table `runs`, or None."""
    with reading(state.engine) as connection:
        row = connection.execute(RUNS.select().where(RUNS.c.run_id == run_id)).first()
    return None if row is None else run_of(row)
