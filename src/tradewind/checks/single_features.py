"""Too good to be true: one feature that alone nearly tells the outcome usually knows it from later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradewind.core.feature import Feature, FeatureTable
from tradewind.core.finding import Check
from tradewind.stats.ranking import Values, auc, rank

NAME = "No single column gives the answer away"
TOO_GOOD = 0.85
_MOST_ROWS = 50_000
_FOLDS = 5
_BANDS = 20
_PRIOR_ROWS = 10.0


@dataclass(frozen=True)
class SingleFeature:
    """How well one feature alone tells the outcome.

    Args:
        feature: which one.
        gini: |2 · AUC − 1|: 0 tells nothing, 1 tells everything.
    """

    feature: Feature
    gini: float


def measure_single_features(
    table: FeatureTable, label: Values, rng: np.random.Generator, weight: Values | None = None
) -> tuple[SingleFeature, ...]:
    """Measure what each feature alone tells of the outcome, best first.

    A number is ranked as it is, with unknown values ranked lowest and then highest (being unknown can be the leak),
    and once more as 20 bands, which also finds outcomes hidden in the middle of its range. A band or category stands
    for the mean outcome of other entities in it, drawn towards the overall mean by ten rows' worth (Micci-Barreca
    2001), over five folds of entities, so that a category held by one entity tells nothing. The Gini is the highest.

    Args:
        table: features; more than 50,000 rows are sampled.
        label: (n,) outcome; amounts are cut at their median. Rows whose outcome is unknown (NaN) are left out.
        rng: draws folds and, on large tables, rows.
        weight: (n,) sampling weights.
    Returns:
        one entry per feature; nothing where only one class is present.
    """
    w = np.ones(len(label)) if weight is None else weight
    rows = np.flatnonzero(np.isfinite(label) & (w > 0))
    if len(rows) > _MOST_ROWS:
        rows = np.sort(rng.choice(rows, _MOST_ROWS, replace=False))
    y = _two_classes(label[rows])
    if len(y) == 0 or y.min() == y.max():
        return ()
    _, entity = np.unique(table.entity_id[rows], return_inverse=True)
    fold = (rng.permutation(int(entity.max()) + 1) % _FOLDS)[entity]
    found = [
        SingleFeature(feature, _number_gini(table.numbers[rows, column], y, w[rows], fold))
        for column, feature in enumerate(table.number_features)
    ]
    for feature in table.features:
        if feature.kind == "category":
            codes = _codes(table.categories[feature.name][rows])
            found.append(SingleFeature(feature, _category_gini(codes, y, w[rows], fold)))
    return tuple(sorted(found, key=lambda single: -single.gini))


def check_single_features(measured: Sequence[SingleFeature], limit: float = TOO_GOOD) -> Check:
    """Name the features that are too good to be true: a Gini of 0.85 or more from one feature alone."""
    if not measured:
        return Check(NAME, "unknown", "there is only one outcome, so nothing can tell it", "wait for more outcomes")
    suspects = [single for single in measured if single.gini >= limit]
    if not suspects:
        best = measured[0]
        return Check(NAME, "pass", f"the strongest alone is “{best.feature.sentence}” with {best.gini:.2f} of 1")
    listed = ", ".join(f"“{single.feature.sentence}” ({single.gini:.2f} of 1)" for single in suspects[:5])
    more = f" and {len(suspects) - 5} more" if len(suspects) > 5 else ""
    do = "check that it is known before the outcome: give its column a known_at, or leave it out of the mapping"
    return Check(NAME, "fail", f"alone nearly tells the outcome: {listed}{more}", do)


def _two_classes(label: Values) -> Values:
    if len(label) and not np.isin(label, (0.0, 1.0)).all():
        return (label > np.median(label)).astype(np.float64)
    return label


def _number_gini(values: NDArray[np.float32], label: Values, weight: Values, fold: NDArray[np.intp]) -> float:
    known = np.isfinite(values)
    number = np.where(known, values, np.nan).astype(np.float64)
    lowest = abs(2 * float(auc(label, number, weight)) - 1)
    # Ranking the negated values from the other end puts the unknown ones highest.
    highest = abs(2 * float(auc(label, -number, weight)) - 1)
    edges = np.unique(np.quantile(number[known], np.linspace(0, 1, _BANDS + 1)[1:-1])) if known.any() else np.empty(0)
    band = np.where(known, np.searchsorted(edges, number, side="right"), len(edges) + 1)
    return max(lowest, highest, _category_gini(band, label, weight, fold))


def _category_gini(codes: NDArray[np.intp], label: Values, weight: Values, fold: NDArray[np.intp]) -> float:
    """Return 2·AUC − 1 of the mean outcome of other folds, averaged over folds; 0 where worse than chance."""
    ginis = []
    for held in range(_FOLDS):
        inside, others = fold == held, fold != held
        if not others.any() or weight[others].sum() == 0:
            continue
        mean = np.average(label[others], weights=weight[others])
        mass = np.bincount(codes[others], weight[others], minlength=codes.max() + 1)
        hits = np.bincount(codes[others], weight[others] * label[others], minlength=codes.max() + 1)
        expected = (hits + _PRIOR_ROWS * mean) / (mass + _PRIOR_ROWS)
        ginis.append(2 * float(auc(label[inside], rank(expected[codes[inside]]), weight[inside])) - 1)
    known = [gini for gini in ginis if np.isfinite(gini)]
    return max(0.0, float(np.mean(known))) if known else 0.0


def _codes(values: NDArray[np.object_]) -> NDArray[np.intp]:
    text = np.array(["" if value is None else f"={value}" for value in values], dtype=str)
    return np.unique(text, return_inverse=True)[1]
