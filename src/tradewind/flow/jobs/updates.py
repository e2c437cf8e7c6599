"""What the pages of updates show: runs, their stages, what changed, in words; made from the state database alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tradewind.core.words import WORDS, say
from tradewind.flow.jobs.queue import get_run, list_runs, waits_for
from tradewind.report.numbers import say_count, say_day
from tradewind.report.story import Badge
from tradewind.store.jobs_state import Job, JobEvent, job_events
from tradewind.store.notices_state import Delivery
from tradewind.store.state import Run, State
from tradewind.store.terminal_runs import find_run, terminal_runs

MOST_LINES = 200
SIGNS = {
    "queued": ("", "…"), "running": ("", "▶"), "done": ("good", "✓"), "findings": ("warn", "!"), "failed": ("bad", "✕"),
    "cancelled": ("", "■"), "interrupted": ("bad", "✕"),
}  # fmt: skip


@dataclass(frozen=True)
class Stage:
    """One part of a run.

    Args:
        title: what is done.
        status: now, done, or stopped.
        note: what came of it, or what is done just now.
        seconds: how long it took; None while it is done.
        share: hundredths that are done; None where nobody knows.
    """

    title: str
    status: str
    note: str = ""
    seconds: float | None = None
    share: int | None = None


@dataclass(frozen=True)
class UpdateRow:
    """One run of the list."""

    run_id: str
    what: str
    who: str
    asked: str
    lasted: str
    mark: Badge
    ended: bool
    again: bool
    has_page: bool = True


@dataclass(frozen=True)
class UpdatePage:
    """One run as its page shows it.

    Args:
        row: as in the list.
        stages: its parts so far.
        log: what libraries and Tradewind wrote, newest last.
        waits: what it waits for.
        reason: why it ended as it did.
        changed: what came of it, one sentence each.
        stopping: whether somebody wants it stopped.
        newest: number of the last thing it said.
    """

    row: UpdateRow
    stages: tuple[Stage, ...]
    log: tuple[str, ...]
    waits: str
    reason: str
    changed: tuple[str, ...]
    stopping: bool
    newest: int


@dataclass(frozen=True)
class DeliveryRow:
    """One mail or call, sent or still to send."""

    when: str
    what: str
    mark: Badge
    said: str


def row_of_delivery(one: Delivery, zone: str) -> DeliveryRow:
    """Return a mail or call as a row of a list."""
    kind, sign = {"waiting": ("", "…"), "sent": ("good", "✓"), "failed": ("bad", "✕")}[one.status]
    said = one.said
    if one.status == "waiting" and one.attempts:
        said += f" Tried {one.attempts} times; next on {say_moment(one.next_at, zone)}."
    return DeliveryRow(
        say_moment(one.made_at, zone), one.subject, Badge(kind, sign, say(f"delivery.{one.status}")), said
    )


def row_of(job: Job, zone: str, now: datetime) -> UpdateRow:
    """Return a run as a row of the list."""
    kind, sign = SIGNS[job.status]
    only = [str(name) for name in job.arguments.get("only") or ()]
    what = say(f"run.kind.{job.kind}") if f"run.kind.{job.kind}" in WORDS else job.kind
    what += f": {', '.join(only)}" if only else ""
    mark = Badge(kind, sign, say(f"run.status.{job.status}"))
    again = job.status in ("failed", "cancelled", "interrupted", "findings")
    who = job.asked_by or say("run.by.nobody")
    return UpdateRow(
        job.job_id, what, who, say_moment(job.asked_at, zone), _lasted(job, now), mark, job.ended, again
    )  # fmt: skip


def row_of_run(run: Run, zone: str, now: datetime, is_newest: bool) -> UpdateRow:
    """Return a run that was begun in a terminal as a row of the list; one that a later one outlived was killed."""
    status = "interrupted" if run.status == "running" and not is_newest else run.status
    kind, sign = SIGNS[status]
    mark = Badge(kind, sign, say(f"run.status.{status}"))
    lasted = _span(run.started_at, run.finished_at or now) if status != "interrupted" or run.finished_at else ""
    return UpdateRow(
        run.run_id, say("run.kind.run"), say("run.by.terminal"), say_moment(run.started_at, zone), lasted, mark,
        status != "running", False, False,
    )  # fmt: skip


def newest_rows(state: State, zone: str, now: datetime, limit: int, before: str = "") -> tuple[list[UpdateRow], str]:
    """Return runs of servers and terminals together, newest first, and the id before which the next page begins.

    Args:
        state: the state database.
        zone: in which times are shown.
        now: the present instant.
        limit: at most so many.
        before: id of the last one of the page before.
    Raises:
        NotFound: there is no such run.
    """
    place = None
    if before:
        ended = find_run(state, before)
        place = (ended.started_at, before) if ended is not None else (get_run(state, before).asked_at, before)
    newest = terminal_runs(state, 1)
    found = [(job.asked_at, job.job_id, row_of(job, zone, now)) for job in list_runs(state, limit + 1, place)]
    found += [
        (run.started_at, run.run_id, row_of_run(run, zone, now, run.run_id == newest[0].run_id))
        for run in terminal_runs(state, limit + 1, place)
    ]
    found.sort(key=lambda each: each[:2], reverse=True)
    rows = [row for _, _, row in found[:limit]]
    return rows, rows[-1].run_id if len(found) > limit else ""


def page_of(state: State, job: Job, zone: str, now: datetime, whole: bool) -> UpdatePage:
    """Return a run as its page shows it.

    Args:
        state: the state database.
        job: the run.
        zone: in which times are shown.
        now: the present instant.
        whole: whether the log and reasons, which may hold values of the data, are shown.
    """
    events = job_events(state, job.job_id)
    log = [str(event.said.get("line", "")) for event in events if event.kind == "log"]
    newest = events[-1].number if events else 0
    reason = _reason(job) if whole or not job.reason else say("run.reason.hidden")
    return UpdatePage(
        row=row_of(job, zone, now),
        stages=stages_of(events, job.ended),
        log=tuple(log[-MOST_LINES:]) if whole else (),
        waits=_waits(state, job, events),
        reason=reason,
        changed=changed_of(job.result),
        stopping=bool(job.cancelled_by) and not job.ended,
        newest=newest,
    )


def stages_of(events: Sequence[JobEvent], ended: bool) -> tuple[Stage, ...]:
    """Return the parts of a run, in order, from what it said; a new attempt begins anew."""
    stages: list[Stage] = []
    for event in events:
        said = event.said
        if event.kind == "taken over":
            stages = [stage for stage in stages if stage.status == "done"]
        elif event.kind == "stage":
            stages.append(Stage(str(said["title"]), "now", share=0 if int(said["total"]) > 1 else None))
        elif event.kind == "part" and stages:
            share = min(99, 100 * (int(said["done"]) - 1) // max(int(said["total"]), 1))
            total = int(said["total"])
            stages[-1] = Stage(stages[-1].title, "now", str(said["doing"]), share=share if total > 1 else None)
        elif event.kind in ("stage done", "stage stopped") and stages:
            status = "done" if event.kind == "stage done" else "stopped"
            stages[-1] = Stage(stages[-1].title, status, str(said["note"]), float(said["seconds"]))
    if ended and stages and stages[-1].status == "now":
        stages[-1] = Stage(stages[-1].title, "stopped")
    return tuple(stages)


def changed_of(result: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what came of a run, one sentence each."""
    said: list[str] = []
    if "checks" in result:
        checks = result["checks"]
        bad = checks.get("warn", 0) + checks.get("fail", 0) + checks.get("unknown", 0)
        said.append(say("run.checks", good=checks.get("pass", 0), bad=bad, troubles=result.get("troubles", 0)))
    if "snapshot" in result:
        same = result.get("snapshot_before") == result["snapshot"]
        said.append(say("run.changed.same" if same else "run.changed.data"))
        rows = result.get("rows") or {}
        said += [say("run.changed.rows", table=name, rows=say_count(many)) for name, many in sorted(rows.items())]
        titles = {each["name"]: each["title"] for each in result.get("findings") or ()}
        models = result.get("models") or {}
        for name, (_, version) in sorted(models.items()):
            said.append(say("run.changed.model", question=titles.get(name, name), version=version))
        if not models:
            said.append(say("run.changed.models.none"))
        failed = [each for each in result.get("findings") or () if each["status"] == "failed"]
        said += [say("run.changed.failed", question=each["title"]) for each in failed]
    return tuple(said)


def say_moment(at: datetime, zone: str) -> str:
    """Return an instant as people of a zone write it."""
    local = at.replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
    return f"{say_day(local.date())}, {local:%H:%M}"


def _lasted(job: Job, now: datetime) -> str:
    return "" if job.started_at is None else _span(job.started_at, job.finished_at or now)


def _span(begun: datetime, ended: datetime) -> str:
    seconds = max((ended - begun).total_seconds(), 0.0)
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _reason(job: Job) -> str:
    if job.status == "cancelled":
        return say("run.cancelled.by", who=job.cancelled_by or say("run.by.nobody"))
    return job.reason


def _waits(state: State, job: Job, events: Sequence[JobEvent]) -> str:
    if job.status == "queued":
        return waits_for(state, job)
    if job.status == "running" and events and events[-1].kind == "waiting":
        return say("run.waiting", who=str(events[-1].said.get("for", "")))
    return ""
