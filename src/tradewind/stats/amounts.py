"""How good predicted amounts are: MAE, RMSE, R², total bias, Spearman, from weights alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from tradewind.stats.probability import weighted_mean
from tradewind.stats.ranking import Ranking, Values, divide, rank


def mae(actual: ArrayLike, predicted: ArrayLike, weight: Values) -> Values:
    """Mean absolute error, in units of the amount.

    Args:
        actual: (n,) what happened.
        predicted: (n,) what was predicted.
        weight: (n,) or (b, n).
    Returns:
        () or (b,); NaN where there is no weight.
    """
    return weighted_mean(np.abs(_difference(actual, predicted)), weight)


def rmse(actual: ArrayLike, predicted: ArrayLike, weight: Values) -> Values:
    """Root of the mean squared error, in units of the amount."""
    return np.sqrt(weighted_mean(_difference(actual, predicted) ** 2, weight))


def r2(actual: ArrayLike, predicted: ArrayLike, weight: Values) -> Values:
    """Share of variance explained out of sample: 1 − Σ w (y − ŷ)² / Σ w (y − ȳ)², ȳ the weighted mean of these rows.

    Negative where the mean of the very rows predicted would have done better. NaN where the amounts do not vary.
    """
    y = np.asarray(actual, dtype=np.float64)
    y = y - y.mean() if len(y) else y  # only for the precision of the variance below
    variance = weighted_mean(y**2, weight) - weighted_mean(y, weight) ** 2
    variance = np.where(variance > 1e-12 * weighted_mean(y**2, weight), variance, 0.0)
    return 1 - divide(weighted_mean(_difference(actual, predicted) ** 2, weight), variance)


def total_bias(actual: ArrayLike, predicted: ArrayLike, weight: Values) -> Values:
    """Σ predicted / Σ actual − 1: 0.05 means that the total was predicted 5 % too high. NaN where nothing happened."""
    happened = weight @ np.asarray(actual, dtype=np.float64)
    return divide(weight @ np.asarray(predicted, dtype=np.float64), happened) - 1


def spearman(actual: ArrayLike, predicted: ArrayLike | Ranking, weight: Values) -> Values:
    """Spearman's rank correlation (1904): Pearson's r of weighted mid-ranks; NaN where either side is constant.

    A row's mid-rank is the weight ranked above it plus half of the weight tied with it, so whole-number weights give
    exactly the coefficient of the repeated rows.
    """
    first = _centred_ranks(rank(actual), weight)
    second = _centred_ranks(rank(predicted), weight)
    covariance = (weight * first * second).sum(axis=-1)
    spread = (weight * first**2).sum(axis=-1) * (weight * second**2).sum(axis=-1)
    return np.clip(divide(covariance, np.sqrt(spread)), -1.0, 1.0)


def _centred_ranks(ranking: Ranking, weight: Values) -> Values:
    mass = ranking.totals(weight)
    # Negated so that higher amounts rank higher; the weighted mean of mid-ranks is exactly half of the weight.
    return ranking.spread(weight.sum(axis=-1)[..., None] / 2 - (np.cumsum(mass, axis=-1) - mass / 2))


def _difference(actual: ArrayLike, predicted: ArrayLike) -> Values:
    return np.asarray(actual, dtype=np.float64) - np.asarray(predicted, dtype=np.float64)
