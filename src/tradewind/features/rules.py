"""The score that a rule of thumb gives every row of a training table, from what was known at the row's cutoff."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
from numpy.typing import NDArray

from tradewind.core.errors import NotAnswerable, Problem
from tradewind.core.feature import FeatureTable
from tradewind.core.time import Days
from tradewind.core.use_case import Baseline

Array = NDArray[np.float64]

_DRAWN = 5.0
"""Rows of the average that are added to each word's own, so that one lucky row does not head the list."""


def rule_score(baseline: Baseline, features: FeatureTable, horizon: Days, labels: Mapping[date, Array]) -> Array:
    """Return (n,) a rule of thumb's score per row; unknown ranks last.

    Args:
        baseline: the rule.
        features: the rows.
        horizon: to which an amount over so many days is scaled.
        labels: day of learning → (n,) outcomes as known by then, NaN where not complete.
    Raises:
        NotAnswerable: the rule's feature is not among the features.
    """
    kind = "category" if baseline.of_rate else "number"
    if baseline.feature not in {feature.name for feature in features.features if feature.kind == kind}:
        raise NotAnswerable(Problem(baseline.name, "the rule's feature does not exist here", baseline.feature))
    if baseline.of_rate:
        return baseline.sign * past_rates(features.categories[baseline.feature], features.cutoff, labels)
    scale = 1.0 if baseline.scale_days is None else horizon.count / baseline.scale_days
    score = baseline.sign * features.column(baseline.feature).astype(np.float64) * scale
    known = score[~np.isnan(score)]
    return np.where(np.isnan(score), known.min() if len(known) else 0.0, score)


def past_rates(words: NDArray[np.object_], cutoff: NDArray[np.datetime64], labels: Mapping[date, Array]) -> Array:
    """Return (n,) how often the outcome had come where this word stood, in rows whose outcome was known by the row's
    cutoff; the average where the word was new, 0 where no outcome was known yet.

    Args:
        words: (n,) a category per row.
        cutoff: (n,) local day of the row's cutoff.
        labels: day of learning → (n,) outcomes as known by then.
    """
    score = np.zeros(len(words))
    text = np.array(["" if word is None else str(word) for word in words], dtype=object)
    for day in np.unique(cutoff):
        origins = [origin for origin in labels if np.datetime64(origin) <= day]
        if not origins:
            continue
        label = labels[max(origins)]
        known, here = ~np.isnan(label), cutoff == day
        if not known.any():
            continue
        average = float(label[known].mean())
        names, place = np.unique(text[known].astype(str), return_inverse=True)
        count = np.bincount(place, minlength=len(names))
        rate = (np.bincount(place, weights=label[known], minlength=len(names)) + _DRAWN * average) / (count + _DRAWN)
        rates = dict(zip(names.tolist(), rate.tolist(), strict=True))
        score[here] = [rates.get(word, average) for word in text[here].tolist()]
    return score
