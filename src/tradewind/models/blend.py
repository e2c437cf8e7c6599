"""A blend of a linear model and boosting: their margins weighted, so its reasons are the weighted sum of theirs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradewind.core.errors import ModelError, Problem
from tradewind.models.linear import LinearModel, Link
from tradewind.models.trees import TreeModel

Array = NDArray[np.float64]


@dataclass(frozen=True)
class BlendModel:
    """A linear model and boosting of the same link, averaged before the inverse link.

    Its contributions are exact for what it is, the weighted sum of both margins: the linear part's are coefficient
    times value, the trees' are Shapley values, and both are measured from the average training row.

    Args:
        linear: reads the first columns of a design of both kinds.
        trees: boosting; reads the rest.
        share: weight of the linear part, 0 to 1.
    """

    linear: LinearModel
    trees: TreeModel
    share: float

    @property
    def algorithm(self) -> str:
        """Name of the candidate it was fitted as."""
        return "blend"

    @property
    def link(self) -> Link:
        """How the margin becomes a mean."""
        return self.linear.link

    @property
    def width(self) -> int:
        """Number of columns of the design it reads."""
        return len(self.linear.coefficients) + self.trees.width

    def margin(self, matrix: Array) -> Array:
        """Return (n,) predictions before the inverse link."""
        first, second = self._parts(matrix)
        return np.asarray(self.share * self.linear.margin(first) + (1 - self.share) * self.trees.margin(second))

    def contributions(self, matrix: Array) -> Array:
        """Return (n, columns + 1) parts that sum to the margin; the last is the average row's."""
        first, second = self._parts(matrix)
        linear = self.share * self.linear.contributions(first)
        trees = (1 - self.share) * self.trees.contributions(second)
        return np.column_stack([linear[:, :-1], trees[:, :-1], linear[:, -1] + trees[:, -1]])

    def to_json(self) -> dict[str, Any]:
        """Return all but the trees as plain data; the trees are kept as their own text."""
        return {"share": self.share, "linear": self.linear.to_json()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any], trees: TreeModel) -> BlendModel:
        """Rebuild a blend from `to_json` and its trees.

        Raises:
            ModelError: the data do not describe a blend, or its parts do not belong together.
        """
        try:
            made = cls(LinearModel.from_json(data["linear"]), trees, float(data["share"]))
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(Problem("model", "this is no blend of models", str(error))) from error
        if not 0 <= made.share <= 1 or made.linear.link != trees.link:
            raise ModelError(Problem("model", "this blend of models is damaged", "", "", "train the model again"))
        return made

    def _parts(self, matrix: Array) -> tuple[Array, Array]:
        if matrix.shape[1] != self.width:
            raise ModelError(Problem("model", "the blend needs other columns", str(matrix.shape[1]), str(self.width)))
        at = len(self.linear.coefficients)
        return matrix[:, :at], matrix[:, at:]
