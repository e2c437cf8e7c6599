"""Labelled tables with known truth: intervals cover, noise stays at the base rate, and N more outcomes halve."""

from __future__ import annotations

import numpy as np
import pytest

from tradewind.core.feature import Feature, FeatureTable
from tradewind.core.time import system_clock
from tradewind.models.bayesian import fit_bayesian
from tradewind.models.candidates import choose_candidates
from tradewind.models.choose import log_losses
from tradewind.models.labelled import LabelledTable, cross_validate, fit_labelled
from tradewind.models.linear import inverse_link
from tradewind.models.small import outcomes_to_halve
from tradewind.stats.bootstrap import bootstrap_by_entity, rarer_class
from tradewind.stats.ranking import auc, rank

SLOPES = np.array([1.2, -0.8, 0.5, 0.0, 0.0])


def drawn(n: int, rng: np.random.Generator, slopes: np.ndarray = SLOPES) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    matrix = rng.normal(size=(n, len(slopes)))
    truth = inverse_link(matrix @ slopes - 1.2, "logit")
    return matrix, truth, (rng.random(n) < truth).astype(float)


def table_of(matrix: np.ndarray, outcome: np.ndarray) -> LabelledTable:
    names = tuple(Feature(f"x{at}", f"x{at}", "number", "t", f"x{at}") for at in range(matrix.shape[1]))
    entity = np.array([f"r{at}" for at in range(len(matrix))], dtype=object)
    day = np.full(len(matrix), np.datetime64("2024-01-01"))
    return LabelledTable(FeatureTable(entity, day, names, matrix.astype(np.float32)), outcome)


def area_number(label: np.ndarray, mean: np.ndarray, seed: int):
    order, weight, entity = rank(mean), np.ones(len(label)), np.arange(len(label))
    return bootstrap_by_entity(
        lambda w: {"auc": auc(label, order, w)},
        entity, weight, np.random.default_rng(seed), 200, rarer_class(label, entity, weight),
    ).number("auc")  # fmt: skip


def test_on_pure_noise_it_stays_with_the_base_rate() -> None:
    ratios = []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        matrix, _, outcome = drawn(50, rng, np.zeros(12))
        fresh, _, came = drawn(2000, rng, np.zeros(12))
        mean = inverse_link(fit_bayesian(matrix, outcome, np.ones(50)).margin(fresh), "logit")
        rate = np.full(2000, (outcome.sum() + 1) / 52)
        ratios.append(log_losses(mean, came).mean() / log_losses(rate, came).mean())
    assert np.mean(ratios) < 1.003
    assert np.mean(np.array(ratios) > 1.01) <= 0.06


@pytest.mark.parametrize("n", [60, 150, 400])
def test_eighty_percent_intervals_of_single_probabilities_hold_the_truth(n: int) -> None:
    """Averaged over people and samples; where there is something to learn and the doubt has gone."""
    held, learned = [], 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        matrix, _, outcome = drawn(n, rng)
        model = fit_bayesian(matrix, outcome, np.ones(n))
        fresh, truth, _ = drawn(300, rng)
        low, high = model.ends(fresh)
        held.append(np.mean((low <= truth) & (truth <= high)))
        learned += model.doubt < 0.5
    assert learned > 40
    assert 0.70 < np.mean(held) < 0.90


def test_the_interval_of_a_nested_score_holds_what_the_model_does_on_everybody() -> None:
    """The deployed model's AUC on a large population lies in the 95 % interval from 200 rows: in 56 of 60 samples."""
    only, rng = choose_candidates(["bayesian"]), np.random.default_rng(5)
    everybody, _, came = drawn(6000, rng)
    population, weight = table_of(everybody, came).features, np.ones(6000)
    held = []
    for seed in range(24):
        matrix, _, outcome = drawn(200, rng)
        table = table_of(matrix, outcome)
        trial = cross_validate(table, only, seed, 60, system_clock, repeats=1, num_threads=1)
        number = area_number(trial.label, trial.mean, seed)
        deployed = fit_labelled(table, trial, only, seed, 1)
        truth = float(auc(came, rank(deployed.mean(population)), weight))
        assert number.low is not None
        assert number.high is not None
        held.append(number.low <= truth <= number.high)
    assert np.mean(held) >= 0.88


@pytest.mark.parametrize("outcomes", [15, 40])
def test_so_many_more_outcomes_halve_the_interval(outcomes: int) -> None:
    more = outcomes + outcomes_to_halve(outcomes)
    widths = {outcomes: [], more: []}
    for seed in range(40):
        rng = np.random.default_rng(seed)
        for count in widths:
            score = np.r_[rng.normal(1.0, 1, count), rng.normal(0, 1, 3 * count)]
            label = np.r_[np.ones(count), np.zeros(3 * count)]
            number = area_number(label, score, seed)
            widths[count].append((number.high or 0) - (number.low or 0))
    assert np.mean(widths[more]) / np.mean(widths[outcomes]) == pytest.approx(0.5, abs=0.05)
