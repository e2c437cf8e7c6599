"""The hazard finds the truth of contracts that it was simulated from, far ahead too, where frozen usage would not."""

from __future__ import annotations

import numpy as np
import pytest

from made_contracts import DAYS, MONTH, Made, make_contracts
from tradewind.models.survival.concordance import harrell
from tradewind.models.survival.hazard import Hazard, fit_hazard, sight_of
from tradewind.models.survival.remaining import days_until, expected_days, survival_ahead

CUTOFFS = range(90, DAYS - 29, 60)


def _learn(made: Made) -> Hazard:
    past, until, seen = made.past(CUTOFFS)
    return fit_hazard(past, until, seen, MONTH, sight_of(past.features.entity_id, until, seen, MONTH, 60), "linear", 1)


def _truth(made: Made) -> np.ndarray:
    return made.end[(made.start < DAYS) & (made.end >= DAYS)] - DAYS


@pytest.fixture(scope="module")
def monthly() -> tuple[Made, Hazard]:
    made = make_contracts(3_000, seed=21)
    return made, _learn(made)


def test_far_ahead_usage_has_faded_and_freezing_it_would_be_wrong(monthly: tuple[Made, Hazard]) -> None:
    made, hazard = monthly
    now, _, _ = made.at(DAYS)
    chances, truth = hazard.chances(now), _truth(made)
    ours = survival_ahead(chances)[:, 12]
    frozen = (1 - chances[:, 0]) ** 12
    keen = now.features.numbers[:, 0] > 0.4
    still = float((truth[keen] >= 12 * MONTH).mean())
    error = np.sqrt(still * (1 - still) / keen.sum())
    assert abs(ours[keen].mean() - still) < 3 * error
    assert abs(frozen[keen].mean() - still) > 5 * error


def test_eight_in_ten_leave_within_the_range(monthly: tuple[Made, Hazard]) -> None:
    made, hazard = monthly
    survival, truth = survival_ahead(hazard.chances(made.at(DAYS)[0])), _truth(made)
    low, high = days_until(survival, MONTH, 0.1), days_until(survival, MONTH, 0.9)
    closed = ~np.isnan(high)
    assert closed.mean() > 0.9
    assert 0.75 < ((truth >= low) & (truth <= high))[closed].mean() < 0.85


def test_the_order_is_as_good_as_that_of_the_true_usage(monthly: tuple[Made, Hazard]) -> None:
    made, hazard = monthly
    now, truth = made.at(DAYS)[0], _truth(made)
    limit = MONTH * hazard.sight
    time, left = np.minimum(truth, limit), truth < limit
    ours = harrell(time, left, -expected_days(survival_ahead(hazard.chances(now)), MONTH))
    true = harrell(time, left, -now.features.numbers[:, 0])
    assert ours.value > true.value - 0.02


def test_yearly_contracts_are_left_at_the_years_end_only() -> None:
    made = make_contracts(2_000, seed=22, yearly=0.5)
    hazard = _learn(made)
    rhythm = hazard.rhythms[12.0]
    assert (rhythm.cycle, rhythm.offset, rhythm.share) == (360.0, 0.0, 1.0)
    now = made.at(DAYS)[0]
    yearly, monthly = now.term_months == 12, now.term_months == 1
    chances = hazard.chances(now)[:, :12]
    until_end = 360 - now.age % 360
    at_end = np.ceil(until_end / MONTH).astype(int) - 1 + (until_end % MONTH == 0)
    rows = np.flatnonzero(yearly & (at_end < 12))
    at_renewal = chances[rows, at_end[rows]].mean()
    between = (chances[rows].sum() - chances[rows, at_end[rows]].sum()) / (11 * len(rows))
    assert between < 0.01 < 0.15 < at_renewal
    assert chances[monthly, 0].mean() > 0.05
