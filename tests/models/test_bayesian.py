"""The cautious model: the base rate without evidence, less extreme where less is known, exact in its own reasons."""

from __future__ import annotations

import numpy as np
import pytest

from tradewind.core.errors import ModelError
from tradewind.models.bayesian import BayesianModel, fit_bayesian
from tradewind.models.candidates import LABELLED, choose_candidates
from tradewind.models.linear import inverse_link
from tradewind.models.small import FEW, MANY, clearly_better, outcomes_to_halve, say_more, suit_candidates


def draw(n: int, slope: float, seed: int, columns: int = 5) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    matrix = rng.normal(size=(n, columns))
    outcome = (rng.random(n) < 1 / (1 + np.exp(-(slope * matrix[:, 0] - 1)))).astype(float)
    return (matrix - matrix.mean(axis=0)) / matrix.std(axis=0), outcome


def test_without_anything_to_see_everybody_gets_the_smoothed_base_rate() -> None:
    matrix, outcome = draw(200, 0.0, 1)
    model = fit_bayesian(matrix, outcome, np.ones(200))
    p = inverse_link(model.margin(matrix), "logit")
    assert model.doubt > 0.9
    assert p.mean() == pytest.approx((outcome.sum() + 1) / 202, abs=1e-6)
    assert p.std() < 0.02
    nobody = fit_bayesian(matrix[:30], np.zeros(30), np.ones(30))
    assert inverse_link(nobody.margin(matrix[:30]), "logit").mean() == pytest.approx(1 / 32, abs=1e-6)


def test_evidence_takes_the_doubt_away_and_the_interval_narrows_with_it() -> None:
    widths = []
    for n in (50, 200, 800):
        matrix, outcome = draw(n, 1.5, 2)
        model = fit_bayesian(matrix, outcome, np.ones(n))
        low, high = model.ends(np.zeros((1, 5)))
        widths.append(float(high[0] - low[0]))
    assert model.doubt < 1e-6
    assert model.coefficients[0] == pytest.approx(1.5, abs=0.25)
    assert widths[0] > 1.5 * widths[1] > 2.2 * widths[2]


def test_its_parts_sum_to_its_margin_and_it_survives_being_written_down() -> None:
    matrix, outcome = draw(80, 1.0, 3)
    model = fit_bayesian(matrix, outcome, np.ones(80))
    assert np.allclose(model.contributions(matrix).sum(axis=1), model.margin(matrix), atol=1e-12)
    again = BayesianModel.from_json(model.to_json())
    assert again.margin(matrix).tobytes() == model.margin(matrix).tobytes()
    for broken in ({"covariance": [[1.0]]}, {"intercept": float("nan")}, {"coefficients": "x"}):
        with pytest.raises(ModelError):
            BayesianModel.from_json({**model.to_json(), **broken})


def test_far_from_what_was_seen_it_is_nearer_to_a_coin_than_the_centre_would_say() -> None:
    matrix, outcome = draw(60, 2.0, 4)
    model = fit_bayesian(matrix, outcome, np.ones(60))
    far = np.array([[6.0, 0, 0, 0, 0]])
    plain = inverse_link(model.intercept + far @ model.coefficients, "logit")
    assert 0.5 < inverse_link(model.margin(far), "logit")[0] < plain[0]


def test_weights_count_as_the_rows_they_are_worth() -> None:
    matrix, outcome = draw(100, 1.0, 5)
    same = fit_bayesian(matrix, outcome, np.full(100, 7.0))
    assert np.allclose(same.coefficients, fit_bayesian(matrix, outcome, np.ones(100)).coefficients)
    uneven = np.where(np.arange(100) < 50, 1e-9, 1.0)
    half = fit_bayesian(matrix[50:], outcome[50:], np.ones(50))
    assert fit_bayesian(matrix, outcome, uneven).covariance[0, 0] == pytest.approx(half.covariance[0, 0], rel=0.1)
    with pytest.raises(ModelError, match="finite"):
        fit_bayesian(np.full((4, 1), np.nan), np.array([0, 1, 0, 1.0]), np.ones(4))


def test_a_rare_outcome_among_many_rows_keeps_its_slopes_and_its_base_rate() -> None:
    rng = np.random.default_rng(6)
    matrix = rng.normal(size=(60_000, 4))
    outcome = (rng.random(60_000) < 1 / (1 + np.exp(-(1.5 * matrix[:, 0] - 6.5)))).astype(float)
    model = fit_bayesian(matrix, outcome, np.ones(60_000))
    assert 200 < outcome.sum() < 500
    assert model.coefficients[0] == pytest.approx(1.5, abs=0.2)
    p = inverse_link(model.margin(matrix), "logit")
    assert p.mean() == pytest.approx((outcome.sum() + 1) / 60_002, rel=1e-6)


def test_bigger_models_come_in_as_outcomes_grow_and_only_when_clearly_better() -> None:
    few, some, many = (suit_candidates(LABELLED, "classification", n) for n in (FEW - 1, FEW, MANY))
    assert [each.name for each in few if each.deployable] == ["bayesian"]
    assert all(each.deployable for each in some)
    assert some[0].name == "bayesian"
    assert "bayesian" not in [each.name for each in many]
    assert suit_candidates(choose_candidates(["bayesian"]), "classification", MANY)[0].name == "bayesian"
    assert suit_candidates(choose_candidates(["bayesian", "linear"]), "regression", 10)[0].name == "linear"
    rng = np.random.default_rng(0)
    cautious = rng.exponential(size=2000)
    slightly = cautious - 0.1 + rng.normal(0, 1, 2000)
    assert not clearly_better(slightly[:20], cautious[:20])
    assert clearly_better(slightly, cautious)


def test_outcomes_to_halve_is_three_times_as_many_and_fewer_where_tails_shrink_too() -> None:
    assert outcomes_to_halve(1000) == pytest.approx(3000, rel=0.01)
    assert outcomes_to_halve(10) < 27
    with pytest.raises(ValueError):
        outcomes_to_halve(1)
    assert say_more(37) == "Its figures rest on 37 outcomes: about 100 more would halve their intervals."
    assert say_more(1) == say_more(5000) == ""
