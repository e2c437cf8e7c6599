"""Chances put right by the last complete horizon: found again where lines moved, held back where little was seen."""

from __future__ import annotations

import numpy as np
import pytest

from tradewind.models.recalibrate import PastDate, expit, follow, logit, match_spread, recalibrate


def past_date(rng: np.random.Generator, rows: int, level: float, slope: float) -> PastDate:
    """A date at which what was said is off by a line."""
    margin = rng.normal(-1.5, 1.0, rows)
    outcome = (rng.random(rows) < expit(level + slope * margin)).astype(float)
    return PastDate(expit(margin), outcome, np.ones(rows))


def test_a_line_that_moved_is_found_on_the_last_date_alone() -> None:
    rng = np.random.default_rng(5)
    dates = [past_date(rng, 3000, 0.0, 1.0) for _ in range(3)] + [past_date(rng, 3000, 0.8, 0.7)]
    found = recalibrate(dates, follow(dates))
    assert found.shift == pytest.approx(0.8, abs=0.2)
    assert found.slope == pytest.approx(0.7, abs=0.1)


def test_a_handful_of_outcomes_moves_it_little_and_older_dates_count() -> None:
    rng = np.random.default_rng(6)
    few = past_date(rng, 20, 2.0, 1.0)
    many = [past_date(rng, 3000, 0.0, 1.0) for _ in range(3)]
    alone, together = (recalibrate(dates, follow(dates)) for dates in ([few], [*many, few]))
    middle = np.array([0.2])
    assert abs(logit(together.apply(middle))[0] - logit(middle)[0]) < 0.5
    assert abs(logit(alone.apply(middle))[0] - logit(middle)[0]) > 0.8


def test_what_was_expected_before_a_date_knows_nothing_of_it() -> None:
    rng = np.random.default_rng(7)
    dates = [past_date(rng, 500, 0.0, 1.0) for _ in range(3)]
    changed = [*dates[:2], PastDate(dates[2].said, 1 - dates[2].outcome, dates[2].weight)]
    assert np.array_equal(follow(dates).before[2].state, follow(changed).before[2].state)
    assert not np.array_equal(follow(dates).after[2].state, follow(changed).after[2].state)


def test_the_calibrator_says_what_the_line_says() -> None:
    dates = [past_date(np.random.default_rng(8), 400, 0.3, 1.2)]
    line, said = follow(dates).after[0], np.linspace(0.01, 0.99, 20)
    np.testing.assert_allclose(line.calibrator.apply(said), line.apply(said), rtol=1e-12)


def test_many_outcomes_in_the_last_horizon_give_a_free_curve() -> None:
    dates = [past_date(np.random.default_rng(9), 8000, 0.0, 1.0)]
    assert recalibrate(dates, follow(dates)).kind == "isotonic"


def test_outcomes_without_order_leave_everybody_nearly_alike_and_the_order_as_it_was() -> None:
    rng = np.random.default_rng(10)
    date = PastDate(expit(rng.normal(-1.5, 1.0, 5000)), (rng.random(5000) < 0.2).astype(float), np.ones(5000))
    found = recalibrate([date], follow([date]))
    made = found.apply(np.array([0.05, 0.2, 0.6]))
    assert (np.diff(made) > 0).all()
    assert np.ptp(made) < 0.08


def test_spread_is_brought_to_todays_and_order_kept() -> None:
    rng = np.random.default_rng(11)
    then, now = expit(rng.normal(-2.0, 0.1, 200)), expit(rng.normal(-1.5, 0.9, 200))
    made = match_spread(then, now)
    assert logit(made).std() == pytest.approx(logit(now).std())
    assert np.array_equal(np.argsort(made), np.argsort(then))
    assert np.ptp(match_spread(np.full(200, 0.1), now)) == 0
