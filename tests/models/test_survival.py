"""Survival models: what they refuse, what they say they do not know, and what must hold for any data."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from made_contracts import MONTH, make_contracts
from tradewind.core.errors import ModelError
from tradewind.models.survival.concordance import harrell
from tradewind.models.survival.hazard import fit_hazard, sight_of
from tradewind.models.survival.kaplan_meier import kaplan_meier
from tradewind.models.survival.person_periods import expand, periods_lived
from tradewind.models.survival.remaining import days_until, expected_days, survival_ahead, survival_by_age
from tradewind.models.survival.schedule import find_rhythms

NAN = float("nan")


@pytest.mark.parametrize(
    ("entry", "gone_at"),
    [([], []), ([0.0], [-1.0]), ([0.0], [NAN]), ([5.0], [3.0]), ([-2.0], [3.0])],
    ids=["nobody", "negative", "no number", "ended before started", "seen before started"],
)
def test_impossible_times_are_refused(entry: list[float], gone_at: list[float]) -> None:
    with pytest.raises(ModelError):
        kaplan_meier(entry, gone_at, [True] * len(entry))


def test_nobody_left_yet() -> None:
    curve = kaplan_meier([0, 0], [10, 20], [False, False])
    assert len(curve.time) == 0
    assert curve.at([0, 20]).tolist() == [1.0, 1.0]
    assert np.isnan(curve.at([21])).all()
    assert np.isnan(curve.quantile(0.5)).all()
    assert harrell([10, 20], [False, False], [1, 2]).number().reason


def test_everybody_left() -> None:
    curve = kaplan_meier([0, 0], [10, 20], [True, True])
    assert curve.survival.tolist() == [0.5, 0.0]
    assert np.isnan(curve.low[-1])
    assert curve.quantile(0.5)[0] == 10


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 30), st.booleans()), min_size=1, max_size=40))
@settings(max_examples=40, deadline=None)
def test_a_curve_falls_and_stays_between_its_band(rows: list[tuple[int, int, bool]]) -> None:
    entry = np.array([row[0] for row in rows], dtype=float)
    curve = kaplan_meier(entry, entry + [row[1] for row in rows], [row[2] and row[1] > 0 for row in rows])
    assert (np.diff(np.r_[1.0, curve.survival]) <= 1e-12).all()
    known = np.isfinite(curve.low)
    assert (curve.low[known] <= curve.survival[known] + 1e-12).all()
    assert (curve.survival[known] <= curve.high[known] + 1e-12).all()


def test_a_period_that_is_not_over_counts_for_nobody() -> None:
    # Seen for 70 days: two whole periods. Who left on day 65 counts as having stayed for two.
    lived, left = periods_lived(np.array([NAN, 65.0, 45.0, 0.0]), np.full(4, 70.0), 30, 12)
    assert lived.tolist() == [2, 2, 2, 1]
    assert left.tolist() == [False, False, True, True]


def test_ends_before_the_cutoff_are_refused() -> None:
    with pytest.raises(ModelError):
        periods_lived(np.array([-1.0]), np.array([30.0]), 30, 12)


def test_thinned_periods_keep_who_and_when() -> None:
    rng = np.random.default_rng(3)
    until = np.where(rng.random(2_000) < 0.5, rng.integers(0, 300, 2_000), NAN).astype(float)
    whole = expand(until, np.full(2_000, 365.0), 30, 12, rng, 10**9)
    thin = expand(until, np.full(2_000, 365.0), 30, 12, rng, len(whole) // 4)
    assert whole.share == 1.0
    assert thin.share == pytest.approx(0.25, abs=0.001)
    assert len(thin) == pytest.approx(len(whole) / 4, rel=0.1)
    assert set(zip(thin.row, thin.ahead, thin.left, strict=True)) <= set(
        zip(whole.row, whole.ahead, whole.left, strict=True)
    )
    assert whole.left.sum() == np.isfinite(until).sum()


def test_days_that_remain_and_what_lies_beyond_sight() -> None:
    survival = survival_ahead(np.array([[0.5, 0.5], [0.0, 0.2], [1.0, 1.0]]))
    assert days_until(survival, 30, 0.5)[0] == 30
    assert days_until(survival, 30, 0.75)[0] == 60
    assert days_until(survival, 30, 0.1).tolist() == pytest.approx([6.0, 45.0, 3.0])
    assert np.isnan(days_until(survival, 30, 0.9)[1])
    assert expected_days(survival, 30).tolist() == pytest.approx([33.75, 57.0, 15.0])


def test_the_curve_of_all_for_those_of_an_age() -> None:
    curve = kaplan_meier([0, 0, 0, 0], [30, 60, 90, 120], [True] * 4)
    ahead = survival_by_age(curve, np.array([0.0, 60.0]), 30, 2)
    assert ahead.tolist() == pytest.approx(np.array([[1, 0.75, 0.5], [1, 0.5, 0.0]]))


def test_renewals_are_found_where_the_ends_are_and_not_made_up() -> None:
    rng = np.random.default_rng(4)
    year = rng.integers(1, 4, 60) * 365.25 + 14
    found = find_rhythms(np.full(60, 12.0), np.round(year))
    assert found[12.0].share > 0.9
    assert found[12.0].cycle == pytest.approx(365.25)
    assert abs(found[12.0].offset - 14) <= 1
    anywhere = find_rhythms(np.full(60, 12.0), rng.integers(0, 1_000, 60).astype(float))
    assert (anywhere[12.0].offset, anywhere[12.0].share) == (0.0, 0.0)
    assert find_rhythms(np.array([1.0, NAN]), np.array([30.0, 60.0])) == {}


def test_one_period_only_and_too_few_who_left() -> None:
    made = make_contracts(400, seed=5)
    past, until, seen = made.past(range(300, 331, 30))
    short = np.minimum(seen, 35.0)
    known = np.where(until < 35, until, NAN)
    assert sight_of(past.features.entity_id, known, short, MONTH, 36) == 1
    hazard = fit_hazard(past, known, short, MONTH, 1, "linear", 1)
    assert hazard.chances(past).shape == (len(past), 1)
    with pytest.raises(ModelError, match="too few left"):
        fit_hazard(past, np.full(len(past), NAN), short, MONTH, 1, "linear", 1)
    with pytest.raises(ModelError, match="too few stayed"):
        fit_hazard(past, np.zeros(len(past)), short, MONTH, 1, "linear", 1)
