"""The rolling origin never lets a label into a fit before it was complete."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.core.errors import NotAnswerable
from tradewind.core.time import Cutoff, Horizon, days
from tradewind.flow.learning.cutoffs import plan_cutoffs
from tradewind.flow.questions.asked import list_use_cases

LAPSE = next(case for case in list_use_cases() if case.name == "lapse")
FIRST = Cutoff(date(2017, 1, 1))


def test_the_demo_year_gives_a_test_three_origins_and_older_learning_cutoffs() -> None:
    plan = plan_cutoffs(LAPSE, FIRST, Cutoff(date(2018, 1, 1)))
    assert plan.test.day == date(2017, 12, 2)
    assert [origin.day for origin in plan.origins] == [date(2017, 9, 3), date(2017, 10, 3), date(2017, 11, 2)]
    assert plan.learning[0].day == date(2017, 4, 6)


@given(
    horizon=st.integers(1, 120),
    lag=st.integers(0, 30),
    every=st.none() | st.integers(1, 90),
    history=st.integers(1, 900),
    minimum=st.integers(0, 200),
)
def test_no_origin_learns_from_an_unfinished_outcome(
    horizon: int, lag: int, every: int | None, history: int, minimum: int
) -> None:
    case = replace(
        LAPSE,
        horizon=Horizon(days(horizon), days(lag)),
        every=None if every is None else days(every),
        minimum_history=days(minimum),
    )
    score_at = FIRST.ahead(days(history))
    try:
        plan = plan_cutoffs(case, FIRST, score_at)
    except NotAnswerable:
        assert history < minimum + 2 * (horizon + lag) + (every or horizon)
        return
    wait = days(horizon + lag)
    assert plan.test.ahead(wait) <= score_at
    assert plan.learning
    assert plan.learning[0] >= FIRST.ahead(days(minimum))
    assert all(cutoff.ahead(wait) <= plan.test for cutoff in plan.learning)
    assert len(plan.origins) <= 3
    for origin in plan.origins:
        assert origin.ahead(wait) <= plan.test
        assert any(cutoff.ahead(wait) <= origin for cutoff in plan.learning)


def test_a_short_history_says_how_many_days_are_needed() -> None:
    with pytest.raises(NotAnswerable, match="at least 150 days"):
        plan_cutoffs(LAPSE, FIRST, Cutoff(date(2017, 3, 1)))
