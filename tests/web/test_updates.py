"""Updates: asked for, watched, stopped and tried again in the browser, by who may."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from small_worlds import NOW
from tradewind.flow.jobs.progress import JobProgress
from tradewind.flow.jobs.queue import start_run
from tradewind.flow.jobs.updates import newest_rows, stages_of
from tradewind.store.jobs_state import JobEvent, claim_next, end_job
from tradewind.store.schedules_state import schedules
from tradewind.store.state import State
from tradewind.web.rooms import streams
from tradewind.web.settings import ServeSettings

ClientOf = Callable[..., Any]
CONFIG = '[workspace]\ncurrency = "EUR"\ntimezone = "Europe/Berlin"\n'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "tradewind.toml").write_text(CONFIG)
    return tmp_path


def state_of(client: Any) -> State:
    found: State = client.app.state.site.state()
    return found


def began(state: State, job_id: str) -> JobProgress:
    claim_next(state, "a process", NOW, NOW + timedelta(minutes=1))
    progress = JobProgress(state, job_id, lambda: NOW)
    progress.begin("Loading <orders>", 2)
    progress.log("the 3rd row is 'Ann'")
    progress.flush()
    return progress


def test_an_empty_folder_says_what_would_be_here(client_of: ClientOf, tmp_path: Path) -> None:
    text = client_of(tmp_path / "new", "admin").get("/updates").text
    assert "There is nothing to bring up to date yet" in text
    assert "Add your data" in text


def test_an_update_is_asked_for_watched_stopped_and_tried_again(client_of: ClientOf, root: Path) -> None:
    client = client_of(root, "marketer")
    asked = client.post("/updates", data={"kind": "run"})
    assert asked.status_code == 303
    address = asked.headers["location"]
    assert "will begin in a moment" in client.get(address).text
    job_id = address.rsplit("/", 1)[1]
    began(state_of(client), job_id)
    text = client.get(f"{address}/live").text
    assert "Loading &lt;orders&gt;" in text
    assert "Stop it" in text
    client.post(f"{address}/cancel")
    assert "It is being stopped." in client.get(address).text
    end_job(state_of(client), job_id, "a process", "cancelled", NOW)
    text = client.get(address).text
    assert "A marketer stopped it" in text
    again = client.post(f"{address}/again")
    assert again.headers["location"] != address
    assert client.get("/updates").text.count("Asked by") >= 2


def test_what_changed_is_said_in_words_and_reasons_only_to_who_may_run(client_of: ClientOf, root: Path) -> None:
    admin, viewer = client_of(root, "admin"), client_of(root, "viewer")
    job_id = start_run(state_of(admin), "run", {}, "Ann", lambda: NOW)
    began(state_of(admin), job_id)
    result = {
        "snapshot_before": "a", "snapshot": "b", "rows": {"orders": 12340}, "models": {"lapse": ["1", "2"]},
        "findings": [{"name": "lapse", "title": "About to stop buying", "status": "failed"}],
    }  # fmt: skip
    end_job(state_of(admin), job_id, "a process", "failed", NOW, "row 3 is 'Ann'", result)
    whole, part = admin.get(f"/updates/{job_id}").text, viewer.get(f"/updates/{job_id}").text
    assert "orders: 12,300 rows" in whole
    assert "About to stop buying: a new version (2)." in whole
    assert "row 3 is &#39;Ann&#39;" in whole
    assert "Ann&#39;" not in part
    assert "shown to those who may start updates" in part


def test_who_may_not_is_refused_and_a_server_that_only_reads_says_so(client_of: ClientOf, root: Path) -> None:
    viewer = client_of(root, "viewer")
    assert "Update now" not in viewer.get("/updates").text
    assert viewer.post("/updates").status_code == 403
    assert client_of(root, "marketer").post("/updates/schedule", data={"every": "day"}).status_code == 403
    reading = client_of(root, "admin", settings=ServeSettings(read_only=True))
    assert "Update now" not in reading.get("/updates").text
    assert reading.post("/updates").status_code == 409
    assert reading.get("/updates/nothing").status_code == 404


def test_a_schedule_is_kept_said_and_taken_back(client_of: ClientOf, root: Path) -> None:
    client = client_of(root, "admin")
    assert (
        client.post("/updates/schedule", data={"every": "week", "weekday": "2", "at_time": "06:30"}).status_code == 303
    )
    text = client.get("/updates").text
    assert "Every Wednesday at 06:30" in text
    assert "Europe/Berlin" in text
    assert client.post("/updates/schedule", data={"every": "day", "at_time": "noon"}).status_code == 422
    client.post("/updates/schedule", data={"every": "never"})
    assert schedules(state_of(client)) == []


def test_a_stream_tells_what_is_said_and_goes_on_where_it_broke(
    client_of: ClientOf, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "LOOK_SECONDS", 0.02)
    client = client_of(root, "admin")
    job_id = start_run(state_of(client), "run", {}, "Ann", lambda: NOW)
    progress = began(state_of(client), job_id)

    def end() -> None:
        progress.end("3 rows")
        end_job(state_of(client), job_id, "a process", "done", NOW)

    later = threading.Timer(0.2, end)
    later.start()
    text = client.get(f"/updates/stream/{job_id}").text
    later.join()
    events = [part for part in text.split("\n\n") if part.startswith("id:")]
    assert [json.loads(event.split("data: ")[1])["kind"] for event in events] == ["stage", "log", "stage done"]
    assert text.rstrip().endswith('event: end\ndata: {"status": "done"}')
    rest = client.get(f"/updates/stream/{job_id}", headers={"Last-Event-ID": "2"}).text
    assert rest.count("event: said") == 1
    viewer = client_of(root, "viewer")
    assert "Ann" not in viewer.get(f"/updates/stream/{job_id}").text
    assert streams._open == {}


def test_streams_are_bounded(client_of: ClientOf, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    client = client_of(root, "admin")
    job_id = start_run(state_of(client), "run", {}, "Ann", lambda: NOW)
    monkeypatch.setattr(streams, "MOST_STREAMS", 0)
    assert client.get(f"/updates/stream/{job_id}").status_code == 429
    assert client.get("/updates/stream/unknown").status_code == 404


def test_a_second_attempt_shows_its_own_stages() -> None:
    at = datetime(2026, 1, 1)
    said = [
        ("stage", {"title": "Loading", "total": 3}), ("part", {"done": 2, "total": 3, "doing": "orders"}),
        ("taken over", {"why": ""}), ("stage", {"title": "Loading", "total": 1}),
        ("stage done", {"title": "Loading", "note": "fine", "seconds": 2.0}),
        ("stage", {"title": "Learning", "total": 1}),
    ]  # fmt: skip
    events = [JobEvent(number, at, kind, what) for number, (kind, what) in enumerate(said, 1)]
    assert stages_of(events[:2], False)[0].share == 33
    assert [stage.status for stage in stages_of(events, False)] == ["done", "now"]
    assert [stage.status for stage in stages_of(events, True)] == ["done", "stopped"]


def test_the_weekly_mail_and_other_programs_are_set_by_who_may(client_of: ClientOf, root: Path) -> None:
    sales, admin = client_of(root, "sales"), client_of(root, "admin")
    assert "TRADEWIND_SMTP" in sales.get("/updates/notices").text
    sales.post("/updates/notices/mail", data={"wanted": "weekly", "weekday": "4", "at_time": "08:00"})
    assert "Every Friday at 08:00" in sales.get("/updates/notices").text
    sales.post("/updates/notices/mail", data={"wanted": "now"})
    assert "Sent to you" in sales.get("/updates/notices").text
    sales.post("/updates/notices/mail", data={"wanted": "stop"})
    assert "You do not get it yet" in sales.get("/updates/notices").text
    assert sales.post("/updates/notices/programs", data={"url": "https://h.example/"}).status_code == 403
    answer = admin.post("/updates/notices/programs", data={"url": "https://10.0.0.1/"})
    assert answer.status_code == 422
    assert "It cannot be told" in answer.text


def test_models_stand_beside_each_other(client_of: ClientOf, answered_shop: Path) -> None:
    text = client_of(answered_shop, "viewer").get("/updates/models").text
    assert "Pairs put in the right order, of 100" in text
    assert "(in use)" in text


def test_a_run_of_the_terminal_stands_among_the_updates(client_of: ClientOf, root: Path) -> None:
    client = client_of(root, "marketer")
    state = state_of(client)
    earlier = NOW - timedelta(days=2)
    for number, details in enumerate(({"job": ""}, {"job": "0" * 32}, None, {"job": ""})):
        state.begin_run(f"{number:032x}", "run", earlier + timedelta(hours=number), details)
    state.finish_run(f"{3:032x}", "done", earlier + timedelta(hours=3, minutes=2), "s", {"job": ""})
    start_run(state, "check", {}, "Kim", lambda: earlier + timedelta(hours=2))
    text = client.get("/updates").text
    assert text.count("begun in the terminal") == 2
    assert text.index("2 min") < text.index("Kim") < text.index("interrupted")
    first, further = newest_rows(state, "UTC", NOW, 1)
    assert (len(first), first[0].who, first[0].has_page) == (1, "begun in the terminal", False)
    second, further = newest_rows(state, "UTC", NOW, 1, further)
    assert second[0].who == "Kim"
    third, further = newest_rows(state, "UTC", NOW, 1, further)
    assert (third[0].run_id, further) == ("0" * 32, "")
