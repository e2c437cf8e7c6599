"""The best single column is found on training rows, worded simply, and scores rows it has not seen."""

from __future__ import annotations

import numpy as np

from tradewind.core.feature import Feature, FeatureTable
from tradewind.models.rule_of_thumb import find_rule_of_thumb, rule_of_thumb_scores, telling_columns
from tradewind.stats.ranking import auc, rank


def people(n: int = 1_000, seed: int = 4) -> tuple[FeatureTable, np.ndarray]:
    rng = np.random.default_rng(seed)
    plan = rng.choice(["yearly", "monthly", "trial"], n, p=[0.5, 0.4, 0.1]).astype(object)
    tenure = rng.integers(1, 60, n).astype(np.float32)
    chance = np.select([plan == "monthly", plan == "trial"], [0.5, 0.8], 0.1) - 0.002 * (tenure - 30)
    outcome = (rng.random(n) < chance).astype(float)
    plan[rng.random(n) < 0.05] = None
    tenure[rng.random(n) < 0.05] = np.nan
    features = (
        Feature("tenure", "tenure", "number", "t", "tenure"),
        Feature("plan", "plan", "category", "t", "plan", kind="category"),
        Feature("name", "name", "category", "t", "name", kind="category"),
    )
    names = np.array([f"n{place}" for place in range(n)], dtype=object)
    table = FeatureTable(
        names, np.full(n, np.datetime64("2024-01-01")), features, tenure[:, None], {"plan": plan, "name": names}
    )
    return table, outcome


def test_the_most_telling_column_becomes_the_rule_and_names_do_not() -> None:
    table, outcome = people()
    rule = find_rule_of_thumb(table, outcome)
    assert rule is not None
    assert rule.words == "plan: trial first"
    assert telling_columns(table, outcome) == ("plan", "tenure")
    share = [outcome[table.categories["plan"] == word].mean() for word in ("trial", "monthly", "yearly")]
    assert share == sorted(share, reverse=True)
    score = rule.score(table)
    means = [score[table.categories["plan"] == word].mean() for word in ("trial", "monthly", "yearly")]
    assert means == sorted(means, reverse=True)


def test_a_number_is_ranked_from_its_better_end_and_unknown_values_last() -> None:
    table, outcome = people()
    rule = find_rule_of_thumb(table.without(["plan", "name"]), outcome)
    assert rule is not None
    assert rule.words == "lowest tenure first"
    score = rule.score(table)
    assert (score[np.isnan(table.column("tenure"))] == 0).all()


def test_folds_are_scored_by_rules_that_did_not_see_them() -> None:
    table, outcome = people()
    fold = np.arange(len(table)) % 5
    folds = [(np.flatnonzero(fold != each), np.flatnonzero(fold == each)) for each in range(5)]
    score, said = rule_of_thumb_scores(table, outcome, folds)
    assert said == "plan: trial first"
    changed = outcome.copy()
    changed[folds[0][1]] = 1 - changed[folds[0][1]]
    again, _ = rule_of_thumb_scores(table, changed, folds)
    np.testing.assert_array_equal(score[folds[0][1]], again[folds[0][1]])
    assert float(auc(outcome, rank(score), np.ones(len(outcome)))) > 0.7


def test_on_noise_no_rule_seems_good() -> None:
    table, outcome = people()
    noise = np.random.default_rng(1).permutation(outcome)
    fold = np.arange(len(table)) % 5
    folds = [(np.flatnonzero(fold != each), np.flatnonzero(fold == each)) for each in range(5)]
    score, _ = rule_of_thumb_scores(table, noise, folds)
    assert abs(float(auc(noise, rank(score), np.ones(len(noise)))) - 0.5) < 0.06


def test_without_a_column_that_differs_there_is_no_rule() -> None:
    table, outcome = people(50)
    flat = table.without(["plan", "name", "tenure"])
    assert find_rule_of_thumb(flat, outcome) is None
    score, said = rule_of_thumb_scores(flat, outcome, [(np.arange(25), np.arange(25, 50))])
    assert said == ""
    assert np.isnan(score).all()
