"""LightGBM's boosting, forest and single tree, kept as LightGBM's own text, with exact contributions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradewind.core.errors import ModelError, Problem
from tradewind.models.linear import Link
from tradewind.models.one_row import CONTRIBUTIONS, RAW_SCORE, OneRow

Array = NDArray[np.float64]

SHAPES: Mapping[str, Mapping[str, object]] = {
    "boosting": {
        "num_iterations": 600, "learning_rate": 0.015, "num_leaves": 8, "min_data_in_leaf": 60, "lambda_l2": 10.0,
        "feature_fraction": 0.2, "bagging_fraction": 0.7, "bagging_freq": 1,
    },
    "forest": {
        "boosting": "rf", "num_iterations": 100, "num_leaves": 40, "max_depth": 6, "min_data_in_leaf": 20,
        "feature_fraction": 0.4, "feature_fraction_bynode": 0.5, "bagging_fraction": 0.6, "bagging_freq": 1,
    },
    "tree": {"num_iterations": 1, "learning_rate": 1.0, "num_leaves": 12, "min_data_in_leaf": 50},
}  # fmt: skip
"""LightGBM parameters by name of the candidate; settings of a candidate override them."""

MANY_EXPLAINED = 1_000
"""Rows from which contributions are computed on all threads."""
LARGE = 5_000_000
"""Cells from which more than one thread pays."""

_OBJECTIVES: Mapping[Link, str] = {"logit": "binary", "log": "tweedie", "identity": "regression"}
_LINKS: Mapping[str, Link] = {name: link for link, name in _OBJECTIVES.items()}


@dataclass(frozen=True)
class TreeModel:
    """Trees as LightGBM's text; the text is the model, so a saved one scores the same to the bit.

    Args:
        algorithm: boosting, forest or tree.
        link: how the margin becomes a mean.
        text: LightGBM's model text.
        num_threads: threads for scoring.
    """

    algorithm: str
    link: Link
    text: str
    num_threads: int = 2

    @classmethod
    def from_text(cls, algorithm: str, text: str) -> TreeModel:
        """Rebuild a model from its text, which also says its link.

        Raises:
            ModelError: the text is no model.
        """
        check_text(text)
        objective = re.search(r"^objective=(\w+)", text, re.MULTILINE)
        link = _LINKS.get(objective.group(1)) if objective else None
        if link is None:
            raise ModelError(Problem("model", "the trees answer another kind of question", "", "", "train again"))
        return cls(algorithm, link, text)

    @cached_property
    def width(self) -> int:
        """Number of columns of the design it reads."""
        return int(self._booster.num_feature())

    @cached_property
    def _booster(self) -> Any:
        import lightgbm

        check_text(self.text)
        try:
            return lightgbm.Booster(model_str=self.text)
        except lightgbm.basic.LightGBMError as error:
            raise ModelError(Problem("model", "the trees cannot be read", str(error), "", "train again")) from error

    def margin(self, matrix: Array) -> Array:
        """Return (n,) predictions before the inverse link."""
        return np.asarray(self._predict(matrix, raw_score=True), dtype=np.float64) / self._averaged

    def contributions(self, matrix: Array) -> Array:
        """Return (n, columns + 1) exact Shapley values that sum to the margin (Lundberg et al. 2020, alg. 2)."""
        parts = np.asarray(self._predict(matrix, pred_contrib=True), dtype=np.float64)
        return parts.reshape(len(matrix), -1) / self._averaged

    @cached_property
    def _one_score(self) -> OneRow:
        return OneRow(self._booster, self.width, RAW_SCORE, 1)

    @cached_property
    def _one_contributions(self) -> OneRow:
        return OneRow(self._booster, self.width, CONTRIBUTIONS, self.width + 1)

    @cached_property
    def _averaged(self) -> int:
        """LightGBM's raw scores of a forest are sums over its trees, its predictions their average."""
        return int(self._booster.num_trees()) if "\naverage_output\n" in self.text else 1

    def _predict(self, matrix: Array, **what: bool) -> Any:
        wanted = self.width
        if matrix.shape[1] != wanted:
            raise ModelError(Problem("model", "the trees need other columns", str(matrix.shape[1]), str(wanted)))
        if len(matrix) == 0:
            return np.zeros((0, wanted + 1) if "pred_contrib" in what else 0)
        if len(matrix) == 1:
            return self._one_contributions(matrix[0]) if "pred_contrib" in what else self._one_score(matrix[0])
        # A row's contributions take hundreds of times what its score takes: they are worth a second thread much sooner.
        explained = "pred_contrib" in what and len(matrix) >= MANY_EXPLAINED
        threads = self.num_threads if explained else threads_for(matrix, self.num_threads)
        return self._booster.predict(matrix, num_threads=threads, **what)


def threads_for(matrix: Array, most: int) -> int:
    """Return one thread for a small matrix: two that wait for each other bring little, and cost much on a busy machine.

    Measured on 20,000 × 87 while the machine was busy: 2.6 to 3.7 s on one thread, 9.7 to 18 s on two.
    """
    return most if matrix.size >= LARGE else 1


def fit_trees(
    matrix: Array,
    outcome: Array,
    weight: Array,
    link: Link,
    algorithm: str,
    settings: Mapping[str, object],
    seed: int,
    num_threads: int = 2,
) -> TreeModel:
    """Fit boosting, a forest or a single tree.

    Boosting minimises log-loss (`logit`), Tweedie deviance (`log`) or squares (`identity`). A forest and a single tree
    average outcomes in their leaves, so their link is always `identity`.

    Args:
        matrix: (n, p) tree design of the training rows; NaN where unknown.
        outcome: (n,) 0/1 for `logit`, zero or more for `log`.
        weight: (n,) sampling weights.
        link: which loss boosting uses.
        algorithm: a key of `SHAPES`.
        settings: LightGBM parameters that override the shape's.
        seed: same seed, data, and settings: same trees.
        num_threads: threads for fitting.
    Returns:
        The fitted trees.
    Raises:
        ModelError: LightGBM refuses the data or the settings.
    """
    import lightgbm

    if algorithm != "boosting":
        link = "identity"
    shape = {**SHAPES[algorithm], **settings}
    shape["min_data_in_leaf"] = min(int(str(shape["min_data_in_leaf"])), max(1, len(outcome) // 20))
    rounds = int(str(shape.pop("num_iterations")))
    threads = threads_for(matrix, num_threads)
    fixed = {
        "objective": _OBJECTIVES[link], "seed": seed, "num_threads": threads, "deterministic": True,
        "force_row_wise": True, "verbosity": -1, "min_data_in_bin": 1, "feature_pre_filter": False,
    }  # fmt: skip
    try:
        data = lightgbm.Dataset(matrix, outcome, weight=weight / weight.mean(), free_raw_data=True)
        booster = lightgbm.train({**shape, **fixed}, data, num_boost_round=rounds)
    except lightgbm.basic.LightGBMError as error:
        raise ModelError(Problem("", f"the {algorithm} could not be fitted", str(error))) from error
    return TreeModel(algorithm, link, booster.model_to_string(), num_threads)


def check_text(text: str) -> None:
    """Refuse model text whose trees point outside themselves: LightGBM's reader trusts what it is given.

    Raises:
        ModelError: the text is not a complete LightGBM model.
    """
    width = re.search(r"^max_feature_idx=(\d+)$", text, re.MULTILINE)
    trees = re.split(r"^Tree=\d+$", text.split("end of trees")[0], flags=re.MULTILINE)[1:]
    whole = text.startswith("tree\n") and "end of trees" in text and width is not None and bool(trees)
    if not whole or width is None or not all(_tree_is_sound(tree, int(width.group(1))) for tree in trees):
        raise ModelError(Problem("model", "the trees are damaged", "", "LightGBM's model text", "train again"))


def _tree_is_sound(tree: str, last_feature: int) -> bool:
    parts = dict(line.split("=", 1) for line in tree.splitlines() if "=" in line)
    try:
        leaves = int(parts["num_leaves"])
        values = [float(value) for value in parts["leaf_value"].split()]
        if leaves < 1 or len(values) != leaves or int(parts["num_cat"]) != 0:
            return False
        if leaves == 1:
            return True
        lengths = {len(parts[name].split()) for name in ("split_feature", "threshold", "decision_type")}
        children = [int(child) for side in ("left_child", "right_child") for child in parts[side].split()]
        features = [int(feature) for feature in parts["split_feature"].split()]
    except (KeyError, ValueError):
        return False
    once = sorted(children) == [*range(-leaves, 0), *range(1, leaves - 1)]
    return lengths == {leaves - 1} and once and all(0 <= feature <= last_feature for feature in features)
