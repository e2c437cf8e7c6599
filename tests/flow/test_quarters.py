"""Fiscal quarters, from whatever month a year begins in."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.core.errors import ConfigError
from tradewind.flow.pipeline.quarters import quarter_of


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(1, 12))
def test_every_day_lies_in_its_quarter_and_quarters_meet(day: date, month: int) -> None:
    quarter = quarter_of(day, month)
    assert quarter.starts <= day < quarter.ends
    assert (quarter.starts.month - month) % 3 == 0
    assert quarter.following.starts == quarter.ends
    assert quarter.following.before == quarter
    assert quarter_of(quarter.ends - timedelta(days=1), month) == quarter
    before = quarter.before.same_place(day, quarter)
    assert quarter.before.starts <= before < quarter.before.ends


def test_quarters_are_told_by_their_months() -> None:
    assert str(quarter_of(date(2025, 2, 10), 1)) == "Jan–Mar 2025"
    assert str(quarter_of(date(2025, 1, 10), 2)) == "Nov 2024–Jan 2025"


def test_the_last_day_has_its_place_in_a_shorter_quarter() -> None:
    summer = quarter_of(date(2025, 9, 30), 1)
    assert summer.before.same_place(date(2025, 9, 30), summer) == date(2025, 6, 30)


@pytest.mark.parametrize("month", [0, 13, -1])
def test_a_month_that_does_not_exist_is_told(month: int) -> None:
    with pytest.raises(ConfigError, match="no such month"):
        quarter_of(date(2025, 1, 1), month)
