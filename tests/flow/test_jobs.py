"""Jobs: one at a time, seen and stopped from anywhere, and never lost."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import made_job
import pytest

from tradewind.core.errors import ConfigError, NotFound, Problem, WorkspaceLocked
from tradewind.core.time import system_clock
from tradewind.flow.jobs import process as job_process
from tradewind.flow.jobs.kinds import Kind, Place
from tradewind.flow.jobs.progress import JobProgress
from tradewind.flow.jobs.queue import cancel_run, get_run, job_events, list_runs, retry_run, start_run, waits_for
from tradewind.flow.jobs.runner import JobRunner, wait_for
from tradewind.flow.progress import stage
from tradewind.store.jobs_state import add_job, claim_next, count_jobs, end_job, forget_jobs, keep_claim, lost_jobs
from tradewind.store.state import State, open_state

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
AT = datetime(2026, 3, 2, 9)
MADE = (sys.executable, str(Path(__file__).with_name("made_job.py")))


@pytest.fixture
def state(state_url: str) -> Iterator[State]:
    opened = open_state(state_url)
    yield opened
    opened.close()


@pytest.fixture
def local(tmp_path: Path) -> Iterator[State]:
    opened = open_state(f"sqlite:///{tmp_path / 'state.db'}")
    yield opened
    opened.close()


def runner_of(folder: Path, state: State) -> JobRunner:
    return JobRunner(folder, lambda: state, program=MADE)


def until(said: Callable[[], bool], runner: JobRunner | None = None) -> None:
    for _ in range(1200):
        if runner is not None:
            runner.tick()
        if said():
            return
        time.sleep(0.05)
    raise AssertionError("it did not happen within a minute")


def test_one_of_many_gets_a_job_and_one_job_is_worked_on_at_a_time(state_url: str, state: State) -> None:
    for number in range(2):
        add_job(state, f"job {number}", "run", {}, "Ann", AT + timedelta(seconds=number))
    got: list[str] = []

    def claim(name: str) -> None:
        own = open_state(state_url)
        job = claim_next(own, name, AT, AT + timedelta(seconds=30))
        if job is not None:
            got.append(job.job_id)
        own.close()

    threads = [threading.Thread(target=claim, args=(f"server {number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == ["job 0"]
    assert count_jobs(state) == {"running": 1, "queued": 1}


def test_a_claim_is_kept_by_its_holder_alone_and_lost_in_time(state: State) -> None:
    job_id = start_run(state, "run", {"only": ["lapse"]}, "Ann", lambda: AT)
    claim_next(state, "a", AT, AT + timedelta(seconds=30))
    assert keep_claim(state, job_id, "b", AT) is None
    assert lost_jobs(state, AT + timedelta(seconds=29)) == []
    (lost,) = lost_jobs(state, AT + timedelta(seconds=31))
    assert lost.arguments == {"only": ["lapse"]}
    assert not end_job(state, job_id, "b", "done", AT)
    assert end_job(state, job_id, "a", "findings", AT, "one failed", {"rows": {"orders": 3}})
    assert not end_job(state, job_id, "a", "done", AT)
    found = get_run(state, job_id)
    assert (found.status, found.reason, found.result, found.holder) == (
        "findings", "one failed", {"rows": {"orders": 3}}, "",
    )  # fmt: skip


def test_what_is_said_is_numbered_without_gaps_and_read_from_anywhere(state: State) -> None:
    job_id = start_run(state, "run")
    progress = JobProgress(state, job_id, lambda: AT)
    with stage(progress, "Learning", 3) as notes:
        for part in range(3):
            progress.advance(f"part {part}")
        notes.append("better than the rule")
    events = job_events(state, job_id)
    assert [event.number for event in events] == list(range(1, len(events) + 1))
    assert events[0].said == {"title": "Learning", "total": 3}
    assert events[-1].kind == "stage done"
    assert len(events) <= 3, "parts are told at most about once a second"
    assert job_events(state, job_id, after=events[0].number) == events[1:]


def test_progress_outlives_a_database_that_is_away(local: State) -> None:
    job_id = start_run(local, "run")
    away = open_state("sqlite://")
    away.engine.dispose()
    progress = JobProgress(State(away.engine), job_id, lambda: AT)
    progress.log("kept")
    with away.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE IF EXISTS job_events")
    progress.begin("Loading", 1)
    progress._state = local
    progress.flush()
    assert [event.kind for event in job_events(local, job_id)] == ["log", "stage"]


def test_wrong_work_is_refused_and_unknown_runs_are_told(local: State) -> None:
    with pytest.raises(ConfigError, match="no such work"):
        start_run(local, "format")
    with pytest.raises(ConfigError, match="does not take this"):
        start_run(local, "run", {"path": "/etc"})
    with pytest.raises(NotFound):
        cancel_run(local, "0" * 32, "Ann")


def test_old_runs_are_forgotten_with_what_they_said(local: State) -> None:
    job_id = start_run(local, "run", clock=lambda: AT)
    JobProgress(local, job_id, lambda: AT).begin("Loading", 1)
    cancel_run(local, job_id, "Ann", lambda: AT)
    forget_jobs(local, AT)
    assert len(list_runs(local)) == 1
    forget_jobs(local, AT + timedelta(days=1))
    assert list_runs(local) == []
    assert job_events(local, job_id) == []


@pytest.mark.parametrize(
    ("what", "status", "reason"),
    [
        ("quick", "done", ""),
        ("findings", "findings", "one failed"),
        ("refused", "failed", "orders.csv: this cannot be read."),
        ("broken", "failed", "A mistake in Tradewind itself (ValueError); the log below shows where."),
    ],
)
def test_a_run_ends_with_a_reason_in_plain_words(
    tmp_path: Path, local: State, monkeypatch: pytest.MonkeyPatch, what: str, status: str, reason: str
) -> None:
    monkeypatch.setattr(job_process, "KINDS", {"run": Kind("update", ("only",), made_job.made)})
    job = get_run(local, start_run(local, "run", {"only": [what]}, "Ann"))
    place = Place(tmp_path, local, {}, system_clock)
    progress = JobProgress(local, job.job_id, system_clock)
    found = job_process._work(place, job, progress, job_process._Stop())
    assert found[:2] == (status, reason)


def test_a_run_waits_for_who_writes_to_the_workspace_and_says_for_whom(
    tmp_path: Path, local: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = iter(["tradewind run, process 7, since 09:00", "tradewind run, process 7, since 09:00", ""])

    def work(place: Place, arguments: object, progress: object) -> dict[str, object]:
        if found := next(held):
            raise WorkspaceLocked(Problem("shop", "another process is writing to this workspace", found))
        return {}

    monkeypatch.setattr(job_process, "KINDS", {"run": Kind("update", ("only",), work)})  # type: ignore[arg-type]
    monkeypatch.setattr(job_process, "LOCK_RETRY_SECONDS", 0.01)
    job = get_run(local, start_run(local, "run"))
    progress = JobProgress(local, job.job_id, system_clock)
    assert job_process._work(Place(tmp_path, local, {}, system_clock), job, progress, job_process._Stop())[0] == "done"
    (event,) = job_events(local, job.job_id)
    assert event.said == {"for": "tradewind run, process 7, since 09:00"}


def test_a_run_is_a_process_of_its_own_whose_lines_are_its_log(tmp_path: Path, local: State) -> None:
    job_id = start_run(local, "run", {"only": ["quick"]}, "Ann")
    wait_for(lambda: local, runner_of(tmp_path, local), 60)
    events = job_events(local, job_id)
    assert [event.kind for event in events if event.kind.startswith("stage")] == ["stage", "stage done"]
    assert {"line": "a line of a library"} in [event.said for event in events]
    assert get_run(local, job_id).result["counted"] == 2


def test_a_killed_process_is_told_as_interrupted(tmp_path: Path, local: State) -> None:
    job_id = start_run(local, "run", {"only": ["killed"]}, "Ann")
    wait_for(lambda: local, runner_of(tmp_path, local), 60)
    job = get_run(local, job_id)
    assert job.status == "interrupted"
    assert "most often because memory ran out" in job.reason


def test_the_next_waits_says_for_whom_and_begins_when_the_first_is_cancelled(tmp_path: Path, local: State) -> None:
    first, second = start_run(local, "run", {"only": ["slow"]}, "Ann"), start_run(local, "run", {}, "Bob")
    runner = runner_of(tmp_path, local)
    until(lambda: len(job_events(local, first)) > 0, runner)
    assert "Ann" in waits_for(local, get_run(local, second))
    assert cancel_run(local, first, "Bob")  # from any server: a row is all that it needs
    wait_for(lambda: local, runner, 60)
    assert get_run(local, first).status == "cancelled"
    assert get_run(local, first).cancelled_by == "Bob"
    assert get_run(local, second).status == "done"
    assert not cancel_run(local, second, "Bob")
    again = retry_run(local, first, "Bob")
    assert get_run(local, again).arguments == {"only": ["slow"]}


def test_a_process_says_that_it_lives_and_goes_back_into_the_queue_when_the_server_stops(
    tmp_path: Path, local: State
) -> None:
    job_id = start_run(local, "run", {"only": ["slow"]}, "Ann")
    runner = runner_of(tmp_path, local)
    until(lambda: len(job_events(local, job_id)) > 0, runner)
    lease = get_run(local, job_id).lease_until
    assert lease is not None
    until(lambda: (get_run(local, job_id).lease_until or lease) > lease)
    runner.stop()
    assert get_run(local, job_id).status == "queued"
    assert "goes on where it stopped" in get_run(local, job_id).reason


def test_a_dead_servers_run_is_taken_over_and_one_that_never_ends_is_closed(tmp_path: Path, local: State) -> None:
    job_id = start_run(local, "run", {}, "Ann")
    past = system_clock() - timedelta(minutes=5)
    for attempt in range(1, 4):
        claimed = claim_next(local, f"dead {attempt}", past, past + timedelta(seconds=30))
        assert claimed is not None
        runner_of(tmp_path, local).tick(may_start=False)
        assert get_run(local, job_id).status == ("queued" if attempt < 3 else "interrupted")
    assert "begun 3 times" in get_run(local, job_id).reason
