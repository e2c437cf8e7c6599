"""Spans, cutoffs and local midnights, clock changes included."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.core.errors import ConfigError
from tradewind.core.time import Cutoff, Days, Window, days, local_day, local_midnight, parse_days, weeks

ZONES = ["UTC", "America/New_York", "Europe/Berlin", "Asia/Kolkata", "America/Sao_Paulo", "Australia/Lord_Howe"]


@pytest.mark.parametrize(
    ("text", "count"), [("30 days", 30), ("1 day", 1), (" 2 weeks ", 14), ("1 Week", 7), ("0 days", 0)]
)
def test_spans_are_read_as_people_write_them(text: str, count: int) -> None:
    assert parse_days(text) == days(count)


@pytest.mark.parametrize("text", ["", "30", "a month", "-3 days", "3.5 days", "1 month", "30 days ago"])
def test_what_is_no_span_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ConfigError, match="30 days") as caught:
        parse_days(text, "use_cases.lapse.horizon")
    assert caught.value.problems[0].where == "use_cases.lapse.horizon"


@pytest.mark.parametrize("count", [-1, 1.5, True])
def test_a_span_is_a_whole_number_of_days(count: object) -> None:
    with pytest.raises(ConfigError):
        Days(count)  # type: ignore[arg-type]


def test_weeks_are_seven_days() -> None:
    assert weeks(2) == days(14)
    assert str(days(1)) == "1 day"
    assert str(weeks(2)) == "14 days"


def test_a_cutoff_is_local_midnight_in_utc() -> None:
    assert Cutoff(date(2017, 11, 1), "America/New_York").at == datetime(2017, 11, 1, 4)
    assert Cutoff(date(2017, 12, 1), "America/New_York").at == datetime(2017, 12, 1, 5)


def test_a_window_across_the_clock_change_has_whole_calendar_days() -> None:
    window = Window.before(Cutoff(date(2017, 11, 10), "America/New_York"), days(30))
    assert window.start.day == date(2017, 10, 11)
    assert window.end.at - window.start.at == timedelta(days=30, hours=1)


def test_a_midnight_that_the_clock_skips_becomes_the_first_instant_of_the_day() -> None:
    # Sao Paulo went from 23:59:59 to 01:00 on 2017-10-15.
    assert local_midnight(date(2017, 10, 15), "America/Sao_Paulo") == datetime(2017, 10, 15, 3)


@given(
    day=st.dates(date(1990, 1, 1), date(2037, 12, 31)),
    zone=st.sampled_from(ZONES),
)
def test_a_day_begins_at_its_midnight_and_not_a_microsecond_before(day: date, zone: str) -> None:
    start = local_midnight(day, zone)
    assert local_day(start, zone) == day
    assert local_day(start - timedelta(microseconds=1), zone) == day - timedelta(days=1)
    assert start.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).hour in (0, 1)
