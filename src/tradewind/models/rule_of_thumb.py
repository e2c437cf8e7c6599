"""The best simple rule that a team could follow by looking at one column only, found on training rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradewind.core.feature import Feature, FeatureTable
from tradewind.stats.ranking import auc, rank

Array = NDArray[np.float64]
Places = NDArray[np.intp]

PRIOR_ROWS = 10.0
"""A value of a column counts as if it had been seen so many times more with the usual outcome."""
MOST_LEVELS = 20
"""A column with more different words is no simple rule."""


@dataclass(frozen=True)
class SingleRule:
    """One column as a rule: the highest or lowest first, or the words with the most outcomes first.

    Args:
        feature: the column.
        sign: of a number: +1 when the highest come first.
        share: of words: each one's share of outcomes on the training rows, drawn towards the mean of all.
        usual: what stands for a word that was not seen: the mean of all.
        seen: (training rows,) rising scores on the training rows, to make rules of different columns comparable.
    """

    feature: Feature
    sign: int
    share: dict[str, float]
    usual: float
    seen: Array

    @property
    def words(self) -> str:
        """The rule in plain words."""
        name = self.feature.sentence
        if self.feature.kind == "category":
            best = max(self.share, key=lambda word: self.share[word])
            return f"{name}: {best} first" if best else f"those without {name} first"
        return f"{'highest' if self.sign > 0 else 'lowest'} {name} first"

    def score(self, features: FeatureTable) -> Array:
        """Return (n,) the share of training rows with a lower score."""
        raw = self._raw(features)
        return np.searchsorted(self.seen, raw, side="left") / max(len(self.seen), 1)

    def _raw(self, features: FeatureTable) -> Array:
        if self.feature.kind == "category":
            words = _words(features.categories[self.feature.name])
            return np.array([self.share.get(word, self.usual) for word in words])
        values = self.sign * features.column(self.feature.name).astype(np.float64)
        return np.where(np.isfinite(values), values, -np.inf)


def find_rule_of_thumb(features: FeatureTable, outcome: Array) -> SingleRule | None:
    """Return the single column that orders the training rows best; None where no column tells anything.

    Args:
        features: (n) training rows.
        outcome: (n,) 0/1.
    """
    found = [rule for feature in features.features if (rule := _rule(features, feature, outcome)) is not None]
    return max(found, key=lambda pair: pair[1])[0] if found else None


def telling_columns(features: FeatureTable, outcome: Array) -> tuple[str, ...]:
    """Return the columns that could be a rule on their own, the most telling first."""
    found = [(feature.name, rule[1]) for feature in features.features
             if (rule := _rule(features, feature, outcome)) is not None]  # fmt: skip
    return tuple(name for name, _ in sorted(found, key=lambda pair: -pair[1]))


def rule_of_thumb_scores(
    features: FeatureTable, outcome: Array, folds: Sequence[tuple[Places, Places]]
) -> tuple[Array, str]:
    """Score rows by the best single column, chosen anew on the training rows of each fold.

    Args:
        features: (n) all rows.
        outcome: (n,) 0/1, NaN where not known.
        folds: training rows, and rows to score.
    Returns:
        (n,) scores, NaN where no fold scores the row; and the rule chosen most often, in plain words, empty where none.
    """
    score, chosen = np.full(len(features), np.nan), Counter[str]()
    for train, test in folds:
        rule = find_rule_of_thumb(features.rows(train), outcome[train])
        if rule is not None:
            score[test] = rule.score(features.rows(test))
            chosen[rule.words] += 1
    return score, chosen.most_common(1)[0][0] if chosen else ""


def _rule(features: FeatureTable, feature: Feature, outcome: Array) -> tuple[SingleRule, float] | None:
    usual = float(outcome.mean())
    share: dict[str, float] = {}
    sign = 1
    if feature.kind == "category":
        words, code = np.unique(_words(features.categories[feature.name]), return_inverse=True)
        if not 1 < len(words) <= MOST_LEVELS:
            return None
        size, hits = np.bincount(code), np.bincount(code, outcome)
        means = (hits + PRIOR_ROWS * usual) / (size + PRIOR_ROWS)
        share = {str(word): float(mean) for word, mean in zip(words, means, strict=True)}
    elif _area(features.column(feature.name).astype(np.float64), outcome) < 0.5:
        sign = -1
    rule = SingleRule(feature, sign, share, usual, np.zeros(0))
    raw = rule._raw(features)
    area = _area(raw, outcome)
    return (SingleRule(feature, sign, share, usual, np.sort(raw)), area) if area > 0.5 else None


def _area(score: Array, outcome: Array) -> float:
    return float(auc(outcome, rank(score), np.ones(len(outcome))))


def _words(values: NDArray[np.object_]) -> NDArray[np.str_]:
    return np.array(["" if value is None or value != value else str(value) for value in values], dtype=str)
