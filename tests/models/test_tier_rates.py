"""Tiers: neat edges that do not move, rates that hold where much was seen, intervals that are honest about months."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.models.recalibrate import expit
from tradewind.models.tiers import MONTHS_DIFFER, NEAT, choose_edges, months_differ, rate_tiers, tier_of


@given(st.floats(0.0, 1.0))
def test_edges_are_three_falling_neat_chances(rate: float) -> None:
    edges = choose_edges(rate)
    assert 1 > edges[0] > edges[1] > edges[2] > 0
    assert {round(100 * edge, 6) for edge in edges} <= {round(float(neat), 6) for neat in NEAT}


def test_edges_stay_when_the_usual_share_moves_a_little() -> None:
    assert choose_edges(0.150) == choose_edges(0.155) == (0.35, 0.2, 0.06)


def test_a_tier_begins_at_its_edge() -> None:
    assert tier_of(np.array([0.3, 0.2999, 0.15, 0.05, 0.0499]), (0.3, 0.15, 0.05)).tolist() == [0, 1, 1, 2, 3]


def test_with_many_leads_a_tier_means_what_came() -> None:
    rng = np.random.default_rng(1)
    chance = expit(rng.normal(-2, 1.2, 40_000))
    outcome = (rng.random(40_000) < chance).astype(float)
    date = np.repeat(np.arange(4.0), 10_000)
    for tier in rate_tiers(chance, outcome, np.ones(40_000), date, (0.3, 0.15, 0.05)):
        assert tier.rate == pytest.approx(tier.happened / tier.seen, abs=0.01)
        assert tier.low < tier.rate < tier.high


def test_what_a_tier_means_that_nobody_was_in_is_not_known() -> None:
    rng = np.random.default_rng(2)
    chance = np.full(100, 0.14)
    tiers = rate_tiers(chance, (rng.random(100) < 0.14).astype(float), np.ones(100), np.zeros(100), (0.35, 0.2, 0.06))
    assert (tiers[0].seen, tiers[0].happened) == (0, 0)
    assert np.isnan([tiers[0].said, tiers[0].rate, tiers[0].low, tiers[0].high]).all()
    assert tiers[2].seen == 100
    assert tiers[2].high - tiers[2].low < 0.15


def test_months_that_differ_widen_every_interval() -> None:
    rng = np.random.default_rng(3)
    chance = expit(rng.normal(-2, 1, 12_000))
    date = np.repeat(np.arange(6.0), 2_000)
    same = (rng.random(12_000) < chance).astype(float)
    moved = (
        rng.random(12_000) < expit(np.log(chance / (1 - chance)) + rng.normal(0, 0.5, 6)[date.astype(int)])
    ).astype(float)
    weight = np.ones(12_000)
    assert months_differ(chance, same, weight, date) < 0.12 < 0.3 < months_differ(chance, moved, weight, date)
    widths = [[tier.high - tier.low for tier in rate_tiers(chance, came, weight, date, (0.3, 0.15, 0.05))]
              for came in (same, moved)]  # fmt: skip
    assert all(wide > narrow for narrow, wide in zip(*widths, strict=True))


def test_one_month_cannot_tell_how_months_differ() -> None:
    assert months_differ(np.full(50, 0.2), np.zeros(50), np.ones(50), np.zeros(50)) == MONTHS_DIFFER


def test_all_or_none_converted_is_told_without_certainty() -> None:
    chance, weight, date = np.full(80, 0.5), np.ones(80), np.zeros(80)
    for outcome in (np.ones(80), np.zeros(80)):
        tier = rate_tiers(chance, outcome, weight, date, (0.6, 0.4, 0.2))[1]
        assert 0 < tier.low < tier.rate < tier.high < 1
