"""Survival curves and concordance against numbers in print, an independent library and pairs counted by hand."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.duration.survfunc import SurvfuncRight

from tradewind.models.survival.brier import integrated_brier
from tradewind.models.survival.concordance import harrell, uno
from tradewind.models.survival.kaplan_meier import kaplan_meier

# Freireich et al. (1963), Blood 21:699: weeks of remission of 21 children with leukaemia given 6-mercaptopurine.
WEEKS = [6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
RELAPSED = [True] * 9 + [False] * 12
# The placebo group of the same trial: all relapsed.
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]


def test_remission_of_the_6_mp_group_as_in_print() -> None:
    # Survival and Greenwood's error: Kleinbaum and Klein, Survival Analysis, ch. 2; Lawless, Statistical Models and
    # Methods for Lifetime Data, §3.2. Intervals on the log-log scale: Stata's manual, `sts list`, the same data.
    curve = kaplan_meier(np.zeros(21), WEEKS, RELAPSED)
    assert curve.time.tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert curve.at_risk.tolist() == [21, 17, 15, 12, 11, 7, 6]
    assert curve.survival == pytest.approx([0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482], abs=5e-5)
    assert curve.error == pytest.approx([0.0764, 0.0869, 0.0963, 0.1068, 0.1141, 0.1282, 0.1346], abs=5e-5)
    assert curve.low == pytest.approx([0.6197, 0.5631, 0.5032, 0.4316, 0.3675, 0.2678, 0.1881], abs=5e-5)
    assert curve.high == pytest.approx([0.9516, 0.9228, 0.8894, 0.8491, 0.8049, 0.7468, 0.6801], abs=5e-5)


def test_median_remission_of_both_groups_as_in_print() -> None:
    # Kleinbaum and Klein, ch. 2: 23 weeks against 8.
    assert kaplan_meier(np.zeros(21), WEEKS, RELAPSED).quantile(0.5)[0] == 23
    middle, low, high = kaplan_meier(np.zeros(21), PLACEBO, [True] * 21).quantile(0.5)
    assert (middle, low, high) == (8, 4, 11)


def test_a_curve_ends_where_nobody_was_followed() -> None:
    curve = kaplan_meier(np.zeros(21), WEEKS, RELAPSED)
    assert curve.at([0, 6, 35]) == pytest.approx([1.0, 0.8571, 0.4482], abs=5e-5)
    assert np.isnan(curve.at([36])).all()


def test_delayed_entry_equals_statsmodels() -> None:
    rng = np.random.default_rng(5)
    entry = np.where(rng.random(300) < 0.5, 0.0, rng.uniform(0, 3, 300).round(1))
    gone = entry + rng.exponential(4, 300).round(1) + 0.1
    left = rng.random(300) < 0.7
    ours, theirs = kaplan_meier(entry, gone, left), SurvfuncRight(gone, left, entry=entry - 1e-9 * (entry == 0))
    assert ours.survival == pytest.approx(theirs.surv_prob, abs=1e-12)
    assert ours.error[:-1] == pytest.approx(theirs.surv_prob_se[:-1], abs=1e-12)


def test_concordance_after_harrell_by_pairs_counted_by_hand() -> None:
    # A leaves at 1, B at 2, C is last seen at 2, D leaves at 4, E is last seen at 5. Pairs that can be compared:
    # A before B, C, D, E; B before C (seen at 2, after B had left), D, E; D before E: 8 in all.
    time, left = [1, 2, 2, 4, 5], [True, True, False, True, False]
    risk = [3.0, 4.0, 1.0, 3.0, 2.0]
    # Right: A>C, A>E, B>C, B>D, B>E, D>E: 6. Wrong: A<B. Equal: A=D, one half. 6.5 of 8.
    assert harrell(time, left, risk).value == pytest.approx(6.5 / 8)


def test_concordance_after_uno_by_pairs_counted_by_hand() -> None:
    # The same five. Chance of being uncensored just before 1: 1, before 2: 1, before 4: two of three at risk of being
    # censored at 2 remain (C goes, after B has left): 2/3, so a pair begun by D weighs (3/2)^2 = 2.25.
    time, left = [1, 2, 2, 4, 5], [True, True, False, True, False]
    risk = [3.0, 4.0, 1.0, 3.0, 2.0]
    assert uno(time, left, risk).value == pytest.approx((2 + 0.5 + 3 + 2.25) / (4 + 3 + 2.25))
    # Until 4 D begins no pair any more: A and B alone do.
    assert uno(time, left, risk, until=4).value == pytest.approx(5.5 / 7)


def test_brier_score_by_hand() -> None:
    # At day 10: one left at 5 (foretold 0.4 to be there), one is there (0.9); nobody was censored before.
    time, left = np.array([5.0, 20.0]), np.array([True, False])
    errors = integrated_brier(time, left, np.array([[0.4], [0.9]]), np.array([10.0]))
    assert errors == pytest.approx([0.16, 0.01])
    # With a third censored at 7, those there at 10 stand for it too: chance of being uncensored at 10 is one half.
    three = integrated_brier(
        np.array([5.0, 7.0, 20.0]), np.array([True, False, False]), np.array([[0.4], [0.5], [0.9]]), np.array([10.0])
    )
    assert three == pytest.approx([0.16, 0.0, 0.02])
