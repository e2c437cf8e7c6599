"""What contacting everybody at or above a threshold would have meant: the confusion table and its ratios."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from tradewind.stats.ranking import Values, divide


def confusion(label: ArrayLike, predicted: ArrayLike, weight: Values, threshold: float) -> dict[str, Values]:
    """Count hits and misses of "contact where predicted ≥ threshold", in weight.

    Args:
        label: (n,) 0 or 1.
        predicted: (n,) scores.
        weight: (n,) or (b, n).
        threshold: on the scale of `predicted`.
    Returns:
        true_positives, false_positives, false_negatives, true_negatives, and precision, recall, f1, each () or (b,).
        A ratio is NaN where its denominator has no weight: no contact has no precision, no positive no recall.
    """
    happened, contacted = np.asarray(label) > 0, np.asarray(predicted) >= threshold
    counts = {
        "true_positives": weight @ (happened & contacted).astype(np.float64),
        "false_positives": weight @ (~happened & contacted).astype(np.float64),
        "false_negatives": weight @ (happened & ~contacted).astype(np.float64),
        "true_negatives": weight @ (~happened & ~contacted).astype(np.float64),
    }
    hits, wrong, missed = counts["true_positives"], counts["false_positives"], counts["false_negatives"]
    return counts | {
        "precision": divide(hits, hits + wrong),
        "recall": divide(hits, hits + missed),
        "f1": divide(2 * hits, 2 * hits + wrong + missed),
    }
