"""The way from an empty folder to the first list: what has been done, what is being done, what comes next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tradewind.flow.jobs.queue import Job, get_run, job_events, list_runs, waits_for
from tradewind.store.state import State
from tradewind.store.workspace import Workspace

TITLES: Mapping[str, str] = {
    "understand": "Reading your files",
    "try": "Trying the mapping on your data",
    "add": "Reading the new files",
    "check": "Checking your data",
    "run": "Answering your questions",
    "demo": "Setting up the demo",
    "init": "Looking at your data",
}
"""What each piece of work is called while one waits for it."""


@dataclass(frozen=True)
class Stage:
    """One stage of the work.

    Args:
        title: in plain words.
        state: done, now or stopped.
        done: parts that are done.
        total: of how many.
        note: what came of it, or what is being done.
    """

    title: str
    state: str
    done: int
    total: int
    note: str


@dataclass(frozen=True)
class Working:
    """A piece of work as one watches it.

    Args:
        job: the work.
        title: in plain words.
        stages: what was done and is being done, in order.
        waits: for whom it waits; empty where it does not.
        problems: why it failed, in plain words.
        seconds: how long it has been going.
    """

    job: Job
    title: str
    stages: tuple[Stage, ...]
    waits: str
    problems: tuple[str, ...]
    seconds: int


def work_of(state: State, job_id: str) -> Working:
    """Return a piece of work as one watches it.

    Raises:
        NotFound: there is none of that id.
    """
    job = get_run(state, job_id)
    stages: list[Stage] = []
    waits = waits_for(state, job)
    last = job.started_at
    for event in job_events(state, job_id):
        said, last = event.said, event.at
        waits = _locked_by(said) if event.kind == "waiting" else "" if event.kind == "stage" else waits
        if event.kind == "stage":
            stages.append(Stage(str(said["title"]), "now", 0, int(said["total"]), ""))
        elif event.kind == "part" and stages:
            stages[-1] = Stage(stages[-1].title, "now", int(said["done"]), int(said["total"]), str(said["doing"]))
        elif event.kind in ("stage done", "stage stopped") and stages:
            ended = "done" if event.kind == "stage done" else "stopped"
            stages[-1] = Stage(stages[-1].title, ended, stages[-1].total, stages[-1].total, str(said.get("note", "")))
    seconds = int((last - job.started_at).total_seconds()) if last and job.started_at else 0
    problems = tuple(line for line in job.reason.splitlines() if line.strip()) if _failed(job) else ()
    return Working(job, TITLES.get(job.kind, "At work"), tuple(stages), "" if job.ended else waits, problems, seconds)


def _failed(job: Job) -> bool:
    return job.status in ("failed", "interrupted", "cancelled") or (job.status == "findings" and job.kind == "try")


def _locked_by(said: Mapping[str, Any]) -> str:
    return f"waits for somebody else who is writing: {said.get('for', '')}"


def present_work(state: State) -> Job | None:
    """Return the piece of work that runs or waits, the first asked for; None where there is none."""
    open_jobs = [job for job in list_runs(state, 20) if not job.ended]
    return open_jobs[-1] if open_jobs else None


@dataclass(frozen=True)
class Looked:
    """What the newest look at the data said.

    Args:
        first: where to begin, as the newest try of a mapping ranked it; empty where there was none.
        checks: of the newest look, as name, status, what and do.
    """

    first: Mapping[str, Any]
    checks: tuple[Mapping[str, Any], ...]


def last_look(state: State) -> Looked:
    """Return what the newest try of a mapping and the newest check said."""
    ended = [job for job in list_runs(state, 100) if job.status in ("done", "findings")]
    first: Mapping[str, Any] = next((job.result["first"] for job in ended if "first" in job.result), {})
    checks: Sequence[Mapping[str, Any]] = next((job.result["told"] for job in ended if "told" in job.result), ())
    return Looked(first, tuple(checks))


def first_list(workspace: Workspace, job: Job) -> str:
    """Return the address of the list to begin with: of the first question that was answered with one."""
    tables = workspace.manifest().tables
    answered = [
        each["name"] for each in job.result.get("findings", ())
        if each.get("status") in ("answered", "not distinguishable")
    ]  # fmt: skip
    for name in answered:
        if f"scores_{name}" in tables:
            return f"/lists/{name}"
    return f"/answers/{answered[0]}" if answered else "/"
