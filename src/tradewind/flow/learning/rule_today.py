"""The rule of thumb applied to everybody who is asked about today, and the list in its order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tradewind.core.errors import NotAnswerable, Problem
from tradewind.core.feature import FeatureTable
from tradewind.core.use_case import Baseline
from tradewind.features.rules import past_rates, rule_score
from tradewind.features.training import feature_rows
from tradewind.flow.data import Data
from tradewind.flow.learning.learned import Learned
from tradewind.flow.learning.team_rule import apply_rule
from tradewind.flow.questions.question import Question
from tradewind.store.tables import read_columns

if TYPE_CHECKING:
    import pyarrow as pa

Array = NDArray[np.float64]


def in_rule_order(data: Data, question: Question, learned: Learned, features: FeatureTable, rows: pa.Table) -> pa.Table:
    """Return rows of scores, highest first, in the order of the rule; equals stay in that of the score.

    Args:
        data: the open snapshot.
        question: what is asked.
        learned: names the rule that the answer is held against.
        features: of everybody asked about today.
        rows: their scores.
    Raises:
        NotAnswerable: what the rule reads is not among the features.
    """
    score = rule_today(data, question, learned, features)
    by_id = dict(zip((str(one) for one in features.entity_id), score, strict=True))
    here = np.array([by_id[str(one)] for one in rows[question.use_case.entity].to_pylist()], dtype=np.float64)
    return rows.take(np.argsort(-np.nan_to_num(here, nan=-np.inf), kind="stable"))


def rule_today(data: Data, question: Question, learned: Learned, features: FeatureTable) -> Array:
    """Return (n,) the rule's score of everybody; see `in_rule_order`."""
    if question.rule is not None and question.rule.words == learned.rule:
        rows = feature_rows(features, question.use_case.entity).drop_columns(["cutoff"])
        return apply_rule(question.rule, data.engine, rows, f"rule_today_{question.name}")
    rule = next((each for each in question.use_case.baselines if each.name == learned.rule), None)
    if rule is None:
        what = "the question no longer names the rule that its answer was held against"
        raise NotAnswerable(Problem(question.name, what, learned.rule))
    if rule.of_rate:
        return rule.sign * _rates(data, rule, learned, features)
    return rule_score(rule, features, question.use_case.horizon.length, {})


def _rates(data: Data, rule: Baseline, learned: Learned, features: FeatureTable) -> Array:
    """How often the outcome came where each word stood, over all that was learned from."""
    name = learned.tables.get("training", "")
    entry = data.manifest.tables.get(name) or data.workspace.manifest().tables.get(name)
    if entry is None or rule.feature not in features.categories:
        raise NotAnswerable(Problem(rule.name, "the rule's feature does not exist here", rule.feature))
    past, today = read_columns(data.workspace.root, entry, ("cutoff", rule.feature, "outcome")), len(features.entity_id)
    words = np.array([*past[rule.feature].to_pylist(), *features.categories[rule.feature]], dtype=object)
    days = np.concatenate([past["cutoff"].to_numpy().astype("datetime64[D]"), np.asarray(features.cutoff)])
    outcomes = np.concatenate([past["outcome"].to_numpy().astype(np.float64), np.full(today, np.nan)])
    return past_rates(words, days.astype("datetime64[D]"), {data.score_at.day: outcomes})[-today:]
