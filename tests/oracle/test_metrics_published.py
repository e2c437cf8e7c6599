"""Figures and intervals against numbers in print; each test names its source."""

from __future__ import annotations

import numpy as np
import pytest

from tradewind.stats.amounts import spearman
from tradewind.stats.bootstrap import bca_interval, bootstrap_by_entity
from tradewind.stats.boundary import newcombe_interval, wilson_interval
from tradewind.stats.multiplicity import benjamini_hochberg, holm
from tradewind.stats.probability import brier, log_loss, weighted_mean
from tradewind.stats.ranking import Values, auc, average_precision, rank

# Hanley and McNeil (1982), Radiology 143:29, table I: CT images rated from 1 (definitely normal) to 5, 58 normal and
# 51 abnormal patients.
RATING = np.array([1, 2, 3, 4, 5] * 2, dtype=float)
ABNORMAL = np.repeat([0.0, 1.0], 5)
PATIENTS = np.array([33, 6, 6, 11, 2, 3, 2, 2, 11, 33])


def test_hanley_and_mcneil_1982_area_and_its_standard_error() -> None:
    assert auc(ABNORMAL, RATING, PATIENTS.astype(float)) == pytest.approx(0.893, abs=5e-4)
    label, rating = np.repeat(ABNORMAL, PATIENTS), rank(np.repeat(RATING, PATIENTS))
    draws = bootstrap_by_entity(
        lambda weight: {"auc": auc(label, rating, weight)},
        np.arange(109),
        np.ones(109),
        np.random.default_rng(0),
        4_000,
        effective=51,
    )
    # In print 0.032 by their formula 1, which Hanley and McNeil call slightly conservative.
    assert np.std(draws.resampled["auc"]) == pytest.approx(0.032, abs=0.002)
    number = draws.number("auc")
    assert number.high - number.low == pytest.approx(2 * 1.96 * 0.032, rel=0.12)


def test_newcombe_2006_agrees_with_hanley_and_mcneil_away_from_the_edge() -> None:
    low, high = newcombe_interval(0.893, 51, 58)
    assert (high - low) / (2 * 1.96) == pytest.approx(0.032, abs=0.002)
    assert 0.893 - low > high - 0.893  # not symmetric: the edge at 1 is near


def test_efron_and_tibshirani_1993_bca_interval_of_the_spatial_data() -> None:
    # An Introduction to the Bootstrap, §14.2–14.3: variance of column A of table 14.1; θ̂ = 171.5, â = 0.061 and the
    # 90 % BCa interval (115.8, 259.6) from 2,000 resamples.
    spatial = np.array(
        [48, 36, 20, 29, 42, 42, 20, 42, 22, 41, 45, 14, 6, 0, 33, 28, 34, 4, 32, 24, 47, 41, 24, 26, 30, 41],
        dtype=float,
    )

    def statistics(weight: Values) -> dict[str, Values]:
        return {"variance": weighted_mean(spatial**2, weight) - weighted_mean(spatial, weight) ** 2}

    draws = bootstrap_by_entity(statistics, np.arange(26), np.ones(26), np.random.default_rng(1), 40_000)
    value, jackknife = float(draws.point["variance"]), draws.jackknife["variance"]
    assert value == pytest.approx(171.5, abs=0.05)
    apart = jackknife.mean() - jackknife
    assert np.sum(apart**3) / (6 * np.sum(apart**2) ** 1.5) == pytest.approx(0.061, abs=5e-4)
    low, high = bca_interval(value, draws.resampled["variance"], jackknife, effective=10**9, level=0.90)
    assert (low, high) == pytest.approx((115.8, 259.6), abs=3.0)


def test_benjamini_and_hochberg_1995_thrombolysis_trial() -> None:
    # J. R. Statist. Soc. B 57:289, §4: fifteen p-values; at 0.05 the false discovery rate rejects four, while
    # controlling the chance of any false alarm (Bonferroni, Hochberg, and so Holm) rejects three.
    p_values = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459]
    p_values += [0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000]
    assert (benjamini_hochberg(p_values) <= 0.05).sum() == 4
    assert (holm(p_values) <= 0.05).sum() == 3


def test_scikit_learn_user_guide_examples() -> None:
    # Docstrings of roc_auc_score, average_precision_score, brier_score_loss and log_loss.
    label, score = [0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]
    assert auc(label, score, np.ones(4)) == pytest.approx(0.75)
    assert average_precision(label, score, np.ones(4)) == pytest.approx(0.83, abs=0.005)
    assert brier([0, 1, 1, 0], [0.1, 0.9, 0.8, 0.3], np.ones(4)) == pytest.approx(0.037, abs=0.001)
    assert log_loss([1, 0, 0, 1], [0.9, 0.1, 0.2, 0.65], np.ones(4)) == pytest.approx(0.21616, abs=1e-5)


def test_spearman_of_myers_and_well() -> None:
    # Myers and Well (2003), Research Design and Statistical Analysis, p. 508: IQ and hours of television, ρ = −29/165.
    iq = [106, 86, 100, 101, 99, 103, 97, 113, 112, 110]
    hours = [7, 0, 27, 50, 28, 29, 20, 12, 6, 17]
    assert spearman(iq, hours, np.ones(10)) == pytest.approx(-29 / 165)


def test_wilson_of_newcombe_1998() -> None:
    # Newcombe (1998), Statistics in Medicine 17:857, table I, method 3 (score): 81/263, 15/148, 0/20 and 1/29.
    published = {
        (81, 263): (0.2553, 0.3662),
        (15, 148): (0.0624, 0.1605),
        (0, 20): (0.0, 0.1611),
        (1, 29): (0.0061, 0.1718),
    }
    for (hits, trials), interval in published.items():
        assert wilson_interval(hits / trials, trials) == pytest.approx(interval, abs=5e-5)


def test_delong_1988_variance_agrees_with_resampling() -> None:
    # Biometrics 44:837, eq. 5: Var = S₁₀/m + S₀₁/n of the placement values, here with continuous scores.
    rng = np.random.default_rng(2)
    label = np.repeat([1.0, 0.0], [150, 350])
    score = rng.normal(1.2 * label)
    wins = score[:150, None] > score[None, 150:]
    delong = np.sqrt(wins.mean(axis=1).var(ddof=1) / 150 + wins.mean(axis=0).var(ddof=1) / 350)
    ranking = rank(score)
    draws = bootstrap_by_entity(
        lambda weight: {"auc": auc(label, ranking, weight)}, np.arange(500), np.ones(500), rng, 4_000
    )
    assert np.std(draws.resampled["auc"]) == pytest.approx(delong, rel=0.06)
