"""Shuffled labels must score as chance: if a procedure can predict noise, the noise leaks from training to test."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tradewind.core.errors import ModelError
from tradewind.core.finding import Check
from tradewind.stats.amounts import spearman
from tradewind.stats.ranking import Values, auc, divide

FitPredict = Callable[[Values], Values]
"""From the labels of all rows (n,) to predictions (n,) for the test rows, NaN elsewhere: the whole procedure, with
every choice, encoding and weighting that sees labels."""

NAME = "Shuffled outcomes cannot be predicted"
# 99 of 100 honest procedures stay inside; at 95 one in twenty would be accused.
_Z = 2.5758293035489004


def check_shuffled_labels(
    fit_predict: FitPredict,
    label: ArrayLike,
    entity_id: ArrayLike,
    group: ArrayLike,
    rng: np.random.Generator,
    shuffles: int = 5,
) -> Check:
    """Shuffle the labels, run the whole procedure on them, and score it against the shuffled labels of the test rows.

    Labels move between entities inside a group (a cutoff): rows of one entity in one group share their fate, so that
    copies made by oversampling keep one label and betray themselves. Training and test rows get *independent* noise,
    so a score apart from chance means that the procedure saw the test labels: encodings or choices fitted on all rows,
    or copies across the split. The mean score of the shuffles is compared with chance ± 2.58 standard errors.

    The score is the AUC for two classes, with the null variance (n₁ + n₀ + 1) / (12 n₁ n₀) of Mann and Whitney (1947);
    for amounts Spearman's ρ, whose variance under permutation is 1 / (n − 1) (Kendall 1970), ties or not.

    Args:
        fit_predict: the procedure.
        label: (n,) 0 or 1, or amounts.
        entity_id: (n,).
        group: (n,) what labels are exchanged within, usually the cutoff.
        rng: draws the shuffles.
        shuffles: how many; each fits once.
    """
    y = np.asarray(label, dtype=np.float64)
    unit, unit_group, unit_label = _units(y, np.asarray(entity_id), np.asarray(group))
    judge = _score_classes if np.isin(y, (0.0, 1.0)).all() else _score_amounts
    scores = []
    for _ in range(shuffles):
        shuffled = _shuffle(unit_label, unit_group, rng)[unit]
        try:
            predicted = np.asarray(fit_predict(shuffled), dtype=np.float64)
        except ModelError as error:
            seen = f"the procedure did not run: {error.problems[0].what}"
            return Check(NAME, "unknown", seen, "see the model's own error")
        tested = np.flatnonzero(np.isfinite(predicted))
        # Copies of a row are one observation.
        once = tested[np.unique(unit[tested], return_index=True)[1]]
        scores.append(judge(shuffled[once], predicted[once]))
    excess, variance = np.mean(scores, axis=0)
    if not np.isfinite(variance):
        return Check(NAME, "unknown", "the tested rows have only one outcome", "wait for more outcomes")
    allowed = _Z * float(np.sqrt(variance / shuffles))
    seen = f"better than chance by {excess:.3f} over {shuffles} shuffles; chance alone allows ±{allowed:.3f}"
    if abs(excess) <= allowed:
        return Check(NAME, "pass", seen)
    do = "look for anything fitted on all rows before the split: encodings, selection of columns, oversampling"
    return Check(NAME, "fail", seen, do)


def _score_classes(label: Values, predicted: Values) -> tuple[float, float]:
    """Return the AUC above one half and its variance by chance; NaN where there is one class."""
    positives, negatives = label.sum(), len(label) - label.sum()
    area = float(auc(label, predicted, np.ones(len(label))))
    return area - 0.5, float(divide(positives + negatives + 1, 12 * positives * negatives))


def _score_amounts(label: Values, predicted: Values) -> tuple[float, float]:
    """Return Spearman's ρ and its variance by chance; a constant prediction is chance, a constant outcome NaN."""
    if len(label) < 2 or label.min() == label.max():
        return np.nan, np.nan
    correlation = float(spearman(label, predicted, np.ones(len(label))))
    return (correlation if np.isfinite(correlation) else 0.0), 1 / (len(label) - 1)


def _units(
    label: Values, entity: NDArray[np.object_], group: NDArray[np.object_]
) -> tuple[NDArray[np.intp], NDArray[np.intp], Values]:
    """Number the (entity, group) pairs: each row's pair, and each pair's group and label."""
    _, entity_number = np.unique(entity, return_inverse=True)
    _, group_number = np.unique(group, return_inverse=True)
    _, first, unit = np.unique(np.stack([group_number, entity_number]), axis=1, return_index=True, return_inverse=True)
    return unit.ravel(), group_number[first], label[first]


def _shuffle(label: Values, group: NDArray[np.intp], rng: np.random.Generator) -> Values:
    # Sorting by (group, noise) permutes inside each group; groups are numbered in order, so positions line up.
    shuffled = np.empty_like(label)
    shuffled[np.argsort(group, kind="stable")] = label[np.lexsort((rng.random(len(label)), group))]
    return shuffled
