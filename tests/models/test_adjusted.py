"""Adjusted differences: published E-values, what is too unlike to be compared, and what was known as numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tradewind.models.adjusted.known import known_matrix
from tradewind.models.adjusted.overlap import LEAST_IN_ARM, compare_exposure
from tradewind.models.adjusted.ridge import fit_ridge, predict_ridge
from tradewind.models.adjusted.unseen import e_value


def test_published_e_values() -> None:
    """VanderWeele and Ding (2017, Annals of Internal Medicine 167): 3.9 (1.8 to 8.7) gives 7.26, its limit 3.0."""
    assert e_value(0.39, 0.10) == pytest.approx(7.26, abs=0.005)
    assert e_value(0.18, 0.10) == pytest.approx(3.0, abs=0.005)
    assert e_value(0.10, 0.39) == pytest.approx(7.26, abs=0.005), "a lower rate is turned round"
    assert e_value(0.2, 0.2) == 1.0
    assert e_value(0.2, 0.0) == math.inf


def test_without_anything_known_adjusting_changes_little() -> None:
    rng = np.random.default_rng(0)
    exposed = rng.random(400) < 0.4
    won = (rng.random(400) < np.where(exposed, 0.5, 0.3)).astype(float)
    found = compare_exposure(exposed, won, np.zeros((400, 0)), np.arange(400), rng)
    assert found.difference.value == pytest.approx(won[exposed].mean() - won[~exposed].mean(), abs=0.01)
    # The plain interval is that of two independent shares (Wald).
    spread = math.sqrt(sum(won[side].var() / side.sum() for side in (exposed, ~exposed)))
    assert found.naive.high - found.naive.low == pytest.approx(2 * 1.96 * spread, rel=0.01)


def test_two_sides_that_were_never_alike_are_not_adjusted() -> None:
    rng = np.random.default_rng(1)
    stage = np.repeat([-1.0, 1.0], 200)
    found = compare_exposure(stage > 0, (rng.random(400) < 0.3).astype(float), stage[:, None], np.arange(400), rng)
    assert not found.adjusted
    assert "too unlike" in found.difference.reason
    assert found.naive.value is not None, "the plain difference is still told"


def test_a_side_of_a_few_is_not_adjusted() -> None:
    rng = np.random.default_rng(2)
    exposed = np.arange(300) < LEAST_IN_ARM - 1
    found = compare_exposure(
        exposed, (rng.random(300) < 0.3).astype(float), rng.normal(size=(300, 2)), np.arange(300), rng
    )
    assert "only 19 on one side" in found.difference.reason


def test_rows_of_one_company_count_as_one() -> None:
    rng = np.random.default_rng(3)
    company = np.repeat(np.arange(60), 10)
    exposed = (company % 2 == 0) & (np.arange(600) >= 0)
    won = (rng.random(60) < 0.4)[company].astype(float)  # all deals of a company end alike
    alone = compare_exposure(exposed, won, np.zeros((600, 0)), np.arange(600), rng)
    together = compare_exposure(exposed, won, np.zeros((600, 0)), company, rng)
    width = [found.naive.high - found.naive.low for found in (alone, together)]
    assert width[1] > 2.5 * width[0]


def test_what_was_known_becomes_scaled_columns() -> None:
    amounts: list[float | str | None] = [None if row % 4 == 0 else float(10 ** (row % 5)) for row in range(80)]
    stages: list[float | str | None] = ["open" if row % 2 else "talk" for row in range(80)]
    matrix, used = known_matrix({"amount": amounts, "stage": stages, "same": ["x"] * 80, "none": [None] * 80})
    assert used == ("amount", "stage")
    assert np.isfinite(matrix).all()
    assert np.allclose(matrix.mean(axis=0), 0)
    assert np.allclose(matrix.std(axis=0), 1)
    assert known_matrix({})[0].shape == (0, 0)


def test_the_ridge_line_is_that_of_scikit_learn() -> None:
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(4)
    matrix = rng.normal(size=(300, 4))
    outcome = (rng.random(300) < 1 / (1 + np.exp(-matrix[:, 0] + 0.5))).astype(float)
    ours = predict_ridge(fit_ridge(matrix, outcome, 1.0), matrix)
    theirs = LogisticRegression(C=1.0, tol=1e-10, max_iter=1000).fit(matrix, outcome).predict_proba(matrix)[:, 1]
    assert np.abs(ours - theirs).max() < 1e-3
    assert np.isfinite(fit_ridge(matrix, np.ones(300))).all(), "all alike still has a finite answer"
