"""Learning as of an origin: which rows may be used then, and what makes a table unfit to learn from."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tradewind.core.errors import LeakError, ModelError, Problem
from tradewind.core.feature import FeatureTable, TrainingTable
from tradewind.models.candidates import Candidate, Fitting, Settings, Task
from tradewind.models.deployed import Predictor
from tradewind.models.design import Design, DesignKind, apply_design, fit_design
from tradewind.models.linear import Link

Array = NDArray[np.float64]

LEAST_OUTCOMES = 10
"""With fewer of the rarer outcome than this an earlier day says nothing about which model is best."""
LEAST_ENTITIES = 20
"""Nor with fewer different customers than this; and amounts are not learned from fewer."""
NOTHING = 2
"""With fewer of the rarer outcome than this, or fewer than ten customers, even the base rate is a guess."""
MOST_NEGATIVE = 0.05
"""Up to this share of the total, negative amounts (returns) are learned as zero and put right in the total."""


class Learner:
    """Fits candidates on the rows whose labels are complete and known by an origin, and on no others.

    Args:
        table: the training table.
        task: classification or regression.
        origin: labels are taken as known on this day; rows at or after it are not used.
        seed: for whatever is random in a fit.
        num_threads: threads for fitting.
    """

    def __init__(self, table: TrainingTable, task: Task, origin: date, seed: int, num_threads: int) -> None:
        label = table.labels[origin]
        self.rows = np.flatnonzero(~np.isnan(label))
        self.outcome: Array = label[self.rows]
        self.weight: Array = table.weight[self.rows]
        self.table, self.task, self._seed, self._num_threads = table, task, seed, num_threads
        self._designs: dict[DesignKind, tuple[Design, Array]] = {}

    @cached_property
    def features(self) -> FeatureTable:
        """The rows learned from."""
        return self.table.features.rows(self.rows)

    @property
    def link(self) -> Link:
        """`logit`; for amounts `log` where next to none are negative, else `identity`."""
        if self.task == "classification":
            return "logit"
        up, down = np.maximum(self.outcome, 0).sum(), np.maximum(-self.outcome, 0).sum()
        return "log" if down <= MOST_NEGATIVE * up and up > 0 else "identity"

    def fit(self, candidate: Candidate, settings: Settings) -> Predictor:
        """Fit one candidate with one setting.

        Raises:
            ModelError: it cannot be fitted to these rows.
        """
        if candidate.design not in self._designs:
            design = fit_design(self.features, self.weight, candidate.design)
            self._designs[candidate.design] = design, apply_design(design, self.features)
        design, matrix = self._designs[candidate.design]
        outcome, weight = self.outcome, self.weight
        if self.link == "log":
            outcome = np.maximum(outcome, 0.0)
        if candidate.most_rows is not None and len(outcome) > candidate.most_rows:
            chosen = np.random.default_rng(self._seed).choice(len(outcome), candidate.most_rows, replace=False)
            matrix, outcome, weight = matrix[chosen], outcome[chosen], weight[chosen]
        given = Fitting(matrix, outcome, weight, self.task, self.link, self._seed, self._num_threads, design.linear)
        predictor = Predictor(self.task, design, candidate.fit(given, settings))
        return predictor if self.task == "classification" else replace(predictor, factor=self._factor(predictor))

    def _factor(self, predictor: Predictor) -> float:
        """What makes the total right on these rows: not every loss honours the mean, and returns were learned as 0."""
        made = float(self.weight @ predictor.mean(self.features))
        came = float(self.weight @ self.outcome)
        return came / made if came > 0 and made > 0 else 1.0

    def sampled(self, candidate: Candidate) -> str:
        """Say so where a candidate learned from a sample of the rows only."""
        if candidate.most_rows is None or len(self.rows) <= candidate.most_rows:
            return ""
        name = candidate.name.replace("_", " ")
        return f"The model “{name}” learned from a random {candidate.most_rows:,} of {len(self.rows):,} rows."


def refuse_leaks(table: TrainingTable) -> None:
    """Refuse a table whose rows or labels would let the future in.

    Raises:
        LeakError: one entity occurs twice at one cutoff (rows were multiplied before the split, so copies of test rows
            could be learned from), or a label is there before its cutoff.
    """
    features = table.features
    _, entity = np.unique(features.entity_id.astype(str), return_inverse=True)
    day = features.cutoff.astype("datetime64[D]").astype(np.int64)
    key = entity.astype(np.int64) * 1_000_000 + (day - day.min() if len(day) else day)
    _, counts = np.unique(key, return_counts=True)
    twice = int((counts > 1).sum())
    if twice:
        raise LeakError(
            Problem(
                "", "a customer occurs more than once at one cutoff", f"{twice:,} such rows",
                "one row per customer and cutoff", "use sampling weights instead of copies of rows",
            )
        )  # fmt: skip
    for origin, label in table.labels.items():
        early = int((~np.isnan(label) & (features.cutoff >= np.datetime64(origin))).sum())
        if early:
            raise LeakError(Problem("", f"outcomes are there before their time at {origin}", f"{early:,} rows"))


def refuse_strange_outcomes(table: TrainingTable, task: Task) -> None:
    """Refuse outcomes that are no outcomes of the task, and weights that are no weights.

    Raises:
        ModelError: a yes-or-no outcome is neither 0 nor 1, an amount is infinite, or a weight is negative or no number.
    """
    known = table.label[~np.isnan(table.label)]
    strange = ~np.isin(known, (0.0, 1.0)) if task == "classification" else ~np.isfinite(known)
    if strange.any():
        expected = "0 or 1" if task == "classification" else "a finite amount"
        raise ModelError(
            Problem("outcome", "some outcomes are not what was asked for", f"{known[strange][0]:g}", expected)
        )
    if not (np.isfinite(table.weight).all() and (table.weight >= 0).all()):
        raise ModelError(Problem("weight", "some sampling weights are negative or no numbers"))


def rarer_outcomes(outcome: Array, weight: Array, entity: NDArray[np.object_] | None = None) -> int:
    """Return how many rows of some weight have the rarer of the two outcomes.

    Args:
        outcome: (n,) 0/1.
        weight: (n,) sampling weights.
        entity: (n,) where given, entities are counted and not rows: one outcome may be seen from several cutoffs.
    """
    happened, counted = outcome > 0.5, weight > 0
    if entity is not None:
        return min(len(set(entity[counted & each])) for each in (happened, ~happened))
    came = int((happened & counted).sum())
    return min(came, int(counted.sum()) - came)


def too_little(
    table: TrainingTable, rows: NDArray[np.intp], origin: date, task: Task, least: int = LEAST_OUTCOMES
) -> Problem | None:
    """Return what is missing to learn anything by an origin, or None.

    Args:
        table: the training table.
        rows: those whose outcome is known by then.
        origin: the day.
        task: classification or regression.
        least: of the rarer outcome (classification).
    """
    customers = LEAST_ENTITIES if least == LEAST_OUTCOMES or task != "classification" else LEAST_ENTITIES // 2
    outcome = table.labels[origin][rows]
    usable = table.weight[rows] > 0
    if not usable.any():
        return Problem("", f"no customer's outcome was known by {origin}", "0 rows", "a longer history")
    entities = len(set(table.features.entity_id[rows[usable]]))
    if entities < customers:
        return Problem("", "there are too few customers to learn from", f"{entities}", f"at least {customers}")
    if task == "classification":
        if rarer_outcomes(outcome, table.weight[rows]) < least:
            found = f"it happened in {int((outcome[usable] > 0.5).sum()):,} of {int(usable.sum()):,} cases"
            expected = f"at least {least} cases each way"
            return Problem("", "the outcome is almost always the same, so nothing tells people apart", found, expected)
    elif outcome[usable].min() == outcome[usable].max():
        return Problem("", "every amount is the same, so nothing tells people apart", f"{outcome[usable][0]:g}")
    return None
