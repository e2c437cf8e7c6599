"""A fitted model as it is used: features in; calibrated mean, interval and contributions out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradewind.core.errors import ModelError, Problem
from tradewind.core.feature import FeatureTable
from tradewind.models.bayesian import BayesianModel
from tradewind.models.blend import BlendModel
from tradewind.models.calibrate import Calibrator
from tradewind.models.candidates import Model, Task
from tradewind.models.design import Design, apply_design
from tradewind.models.interval import Interval
from tradewind.models.linear import LinearModel, inverse_link
from tradewind.models.trees import TreeModel
from tradewind.models.usual import Usual

Array = NDArray[np.float64]
CHUNK = 200_000
"""Rows predicted at a time, so that memory stays small."""

Kept = TreeModel | LinearModel | BlendModel | BayesianModel
"""The kinds of model that can be saved, deployed and explained."""


@dataclass(frozen=True)
class Predictor:
    """A design with the model that reads it.

    Args:
        task: what kind of number the answer is.
        design: how features become columns.
        model: the fitted model.
        factor: what amounts are multiplied by, so that their total on the training rows is right.
    """

    task: Task
    design: Design
    model: Model
    factor: float = 1.0

    def mean(self, features: FeatureTable) -> Array:
        """Return (n,) uncalibrated probabilities or amounts."""
        parts = [self._margin(features.rows(slice(at, at + CHUNK))) for at in range(0, max(len(features), 1), CHUNK)]
        mean = inverse_link(np.concatenate(parts), self.model.link)
        return np.clip(mean, 1e-6, 1 - 1e-6) if self.task == "classification" else self.factor * mean

    def _margin(self, features: FeatureTable) -> Array:
        return self.model.margin(apply_design(self.design, features))

    @property
    def explainable(self) -> Kept:
        """The model itself, of a kind that can be explained and saved.

        Raises:
            ModelError: it is one of those that are only compared.
        """
        if isinstance(self.model, Kept):
            return self.model
        raise ModelError(Problem("models", f"{self.model.algorithm} is only compared, never saved or deployed"))

    def contributions(self, features: FeatureTable) -> Array:
        """Return (n, features + 1) parts of the margin by feature, in the design's order; the last is everybody's."""
        parts = self.explainable.contributions(apply_design(self.design, features))
        by_feature = np.zeros((len(features), len(self.design.features) + 1))
        for columns, positions in self.design.sums:
            by_feature[:, positions] += parts[:, columns]
        by_feature[:, -1] = parts[:, -1]
        return by_feature


@dataclass(frozen=True)
class Deployed:
    """A model ready to score: what is saved, loaded and explained.

    Args:
        predictor: design and model; the model is one of those that can be kept.
        calibrator: from predicted to calibrated means.
        interval: 80 % intervals along the calibrated mean.
        usual: what is usual in the training rows, for the wording of reasons.
    """

    predictor: Predictor
    calibrator: Calibrator
    interval: Interval
    usual: Usual

    @property
    def task(self) -> Task:
        """What kind of number the answer is."""
        return self.predictor.task

    @property
    def explainable(self) -> Kept:
        """The model itself, of a kind that can be explained and saved; see `Predictor.explainable`."""
        return self.predictor.explainable

    def mean(self, features: FeatureTable) -> Array:
        """Return (n,) calibrated probabilities or expected amounts."""
        return self.calibrator.apply(self.predictor.mean(features))

    def score(self, features: FeatureTable) -> tuple[Array, Array, Array]:
        """Return (n,) calibrated means with the lower and upper ends of their 80 % intervals.

        A Bayesian model brings its own: of the person's probability, given how little was there to learn from.
        """
        mean = self.mean(features)
        if not isinstance(self.predictor.model, BayesianModel):
            return (mean, *self.interval.apply(mean))
        low, high = self.predictor.model.ends(apply_design(self.predictor.design, features))
        low, high = self.calibrator.apply(low), self.calibrator.apply(high)
        return mean, np.minimum(low, mean), np.maximum(high, mean)

    def contributions(self, features: FeatureTable) -> Array:
        """Return (n, features + 1) parts of the uncalibrated margin; see `Predictor.contributions`."""
        return self.predictor.contributions(features)
