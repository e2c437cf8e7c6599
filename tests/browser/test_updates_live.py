"""A run's page while it is at work: its parts appear by themselves, and where there are no scripts it loads again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from browser.conftest import sideways, violations
from served_worlds import as_role, served
from small_worlds import NOW
from tradewind.core.time import system_clock
from tradewind.flow.jobs.progress import JobProgress
from tradewind.flow.jobs.queue import start_run
from tradewind.store.jobs_state import claim_next, end_job
from tradewind.store.state import open_state, sqlite_url

OpenPage = Callable[..., Any]


def test_a_run_is_watched_to_its_end(tmp_path: Path, open_page: OpenPage) -> None:
    (tmp_path / "tradewind.toml").write_text('[workspace]\ncurrency = "EUR"\ntimezone = "Europe/Berlin"\n')
    state = open_state(sqlite_url(tmp_path))  # as another process would: the page hears of it through the database
    with served(tmp_path, as_role("marketer")) as address:
        page = open_page(width=375, height=720)
        run_id = start_run(state, "run", {}, "Ann", lambda: NOW)
        page.goto(f"{address}/updates/{run_id}")
        page.get_by_text("will begin in a moment").wait_for()
        claim_next(state, "a process", NOW, NOW + timedelta(days=1))
        progress = JobProgress(state, run_id, system_clock)
        progress.begin("Reading your data", 2)
        page.locator(".stage.now", has_text="Reading your data").wait_for()
        assert violations(page) == []
        progress.end("1,234 rows")
        progress.begin("Writing the report", 1)
        page.locator(".stage.done", has_text="1,234 rows").wait_for()
        end_job(state, run_id, "a process", "done", NOW, "", {"snapshot_before": "a", "snapshot": "b"})
        page.get_by_text("What changed").wait_for()
        assert page.get_by_role("button", name="Stop it").count() == 0
        assert violations(page) == []
        assert sideways(page) <= 0
        for path in ("/updates", "/updates/notices", "/updates/models"):
            page.goto(address + path)
            assert violations(page) == [], path
            assert sideways(page) <= 0, path
        plain = open_page(java_script_enabled=False)
        second = start_run(state, "check", {}, "Ann", lambda: NOW)
        plain.goto(f"{address}/updates/{second}")
        assert plain.locator("meta[http-equiv=refresh]").count() == 1
    state.close()
