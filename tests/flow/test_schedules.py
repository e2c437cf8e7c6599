"""Schedules: at the local time that was meant, once, whatever clocks and servers do."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tradewind.core.errors import ConfigError
from tradewind.flow.jobs.queue import list_runs
from tradewind.flow.jobs.schedules import next_time, schedules, set_schedule, start_due
from tradewind.store.state import State, open_state

BERLIN = "Europe/Berlin"
AT = datetime(2026, 3, 2, 9)


@pytest.fixture
def state(state_url: str) -> Iterator[State]:
    opened = open_state(state_url)
    yield opened
    opened.close()


def local(instant: datetime, zone: str = BERLIN) -> str:
    return instant.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("at", "after", "expected"),
    [
        ("06:30", datetime(2026, 3, 2, 9), "2026-03-03 06:30"),
        ("06:30", datetime(2026, 3, 2, 5), "2026-03-02 06:30"),
        ("02:30", datetime(2026, 3, 28, 12), "2026-03-29 03:30"),  # summer time begins: 02:30 does not exist
        ("06:30", datetime(2026, 3, 28, 12), "2026-03-29 06:30"),
        ("02:30", datetime(2026, 10, 24, 12), "2026-10-25 02:30"),  # winter time begins: 02:30 comes twice
    ],
)
def test_a_daily_time_is_local_in_summer_and_winter(at: str, after: datetime, expected: str) -> None:
    assert local(next_time("day", 0, at, BERLIN, after)) == expected


def test_an_hour_that_comes_twice_starts_once_and_days_are_never_skipped() -> None:
    instant, seen = datetime(2026, 1, 1), []
    for _ in range(365):
        instant = next_time("day", 0, "02:30", BERLIN, instant)
        seen.append(local(instant)[:10])
    assert len(set(seen)) == 365


def test_a_weekly_time_falls_on_its_day_in_the_workspaces_zone() -> None:
    instant = next_time("week", 0, "00:30", "Pacific/Auckland", datetime(2026, 3, 1, 10))
    assert local(instant, "Pacific/Auckland") == "2026-03-02 00:30"
    assert instant.day == 1  # still Sunday in UTC


@pytest.mark.parametrize("wrong", ["25:00", "6", "06:60", "noon", ""])
def test_what_is_no_time_of_day_is_refused(wrong: str) -> None:
    with pytest.raises(ConfigError, match="no time of day"):
        next_time("day", 0, wrong, BERLIN, AT)
    with pytest.raises(ConfigError, match="no day"):
        next_time("week", 7, "06:30", BERLIN, AT)


def test_of_many_servers_one_starts_what_is_due(state_url: str, state: State) -> None:
    due = set_schedule(state, "day", 0, "06:30", BERLIN, "Ann", AT).next_at
    assert start_due(state, lambda: BERLIN, due - timedelta(seconds=1)) == []

    def look() -> None:
        own = open_state(state_url)
        start_due(own, lambda: BERLIN, due + timedelta(seconds=1))
        own.close()

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [job.asked_by for job in list_runs(state)] == ["the schedule"]
    (after,) = schedules(state)
    assert after.next_at == due + timedelta(days=1)
    assert after.missed == ""


def test_a_missed_time_is_made_up_for_once_and_said(state: State) -> None:
    due = set_schedule(state, "day", 0, "06:30", BERLIN, "Ann", AT).next_at
    late = due + timedelta(days=3, hours=2)
    assert len(start_due(state, lambda: BERLIN, late)) == 1
    assert start_due(state, lambda: BERLIN, late) == []
    (after,) = schedules(state)
    assert "2026-03-03 at 06:30" in after.missed
    assert after.next_at > late
    assert start_due(state, lambda: BERLIN, after.next_at) == [], "one that still waits is not put in twice"
