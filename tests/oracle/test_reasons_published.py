"""Contributions equal Shapley values worked out from their definitions, term by term."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest

from tradewind.models.linear import LinearModel
from tradewind.models.trees import fit_trees


def shapley(value, players: int) -> list[float]:
    """Shapley (1953), eq. 12: the average of what a player adds over all orders in which players may arrive."""
    parts = []
    for player in range(players):
        others = [p for p in range(players) if p != player]
        total = 0.0
        for size in range(players):
            share = math.factorial(size) * math.factorial(players - size - 1) / math.factorial(players)
            for group in combinations(others, size):
                total += share * (value({*group, player}) - value(set(group)))
        parts.append(total)
    return parts


def path_value(tree: dict, x: np.ndarray, known: set[int]) -> float:
    """Lundberg et al. (2020), algorithm 1: follow what is known, average children by training cover otherwise."""
    if "leaf_value" in tree:
        return float(tree["leaf_value"])
    left, right = tree["left_child"], tree["right_child"]
    if tree["split_feature"] in known:
        went_left = x[tree["split_feature"]] <= tree["threshold"]
        return path_value(left if went_left else right, x, known)
    covers = [child.get("internal_count", child.get("leaf_count")) for child in (left, right)]
    values = [path_value(child, x, known) for child in (left, right)]
    return float(np.average(values, weights=covers))


@pytest.mark.parametrize("algorithm", ["boosting", "forest", "tree"])
def test_lundberg_2020_tree_contributions_equal_shapley_values_by_definition(algorithm: str) -> None:
    import lightgbm

    rng = np.random.default_rng(0)
    X = rng.normal(size=(400, 4))
    y = (rng.random(400) < 1 / (1 + np.exp(-(X[:, 0] + X[:, 1] * X[:, 2])))).astype(float)
    rounds = {} if algorithm == "tree" else {"num_iterations": 12}
    model = fit_trees(X, y, np.ones(400), "logit", algorithm, rounds, 1, 1)
    trees = [info["tree_structure"] for info in lightgbm.Booster(model_str=model.text).dump_model()["tree_info"]]
    scale = len(trees) if algorithm == "forest" else 1
    for x in X[:3]:
        expected = shapley(lambda known: sum(path_value(tree, x, known) for tree in trees) / scale, 4)  # noqa: B023
        parts = model.contributions(x[None, :])[0]
        assert parts[:-1] == pytest.approx(expected, abs=1e-9)
        assert parts[-1] == pytest.approx(sum(path_value(tree, x, set()) for tree in trees) / scale, abs=1e-9)


def test_lundberg_lee_2017_linear_contributions_equal_shapley_values_by_definition() -> None:
    """Lundberg and Lee (2017), corollary 1: coefficient × (value − mean); designs are centred, so the mean is zero."""
    model = LinearModel("linear", "logit", 0.3, np.array([1.0, -2.0, 0.5]))
    x = np.array([0.4, 1.5, -2.0])
    expected = shapley(lambda known: 0.3 + sum(model.coefficients[j] * x[j] for j in known), 3)
    assert model.contributions(x[None, :])[0] == pytest.approx([*expected, 0.3])
