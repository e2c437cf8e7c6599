"""The chance to leave within each coming period, given what is known today (discrete-time hazard; Cox 1972, §6).

logit h(k | today) = baseline(age and contract in period k, k) + effects of today's features, which may fade with k.
Features are never carried forward: how far today's usage still tells anything three periods on is learned from those
who were three periods on (`person_periods`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tradewind.core.errors import ModelError, Problem
from tradewind.core.feature import FeatureTable
from tradewind.models.design import Design, apply_design, fit_design
from tradewind.models.linear import LinearModel, inverse_link
from tradewind.models.survival.person_periods import PersonPeriods, expand, periods_lived
from tradewind.models.survival.schedule import AGE_STEPS, Rhythm, find_rhythms, schedule_columns
from tradewind.models.trees import TreeModel, fit_trees

Array = NDArray[np.float64]
Kind = Literal["linear", "boosting"]

FADING = 0.75
"""What is left after one period of the part of an effect that fades."""
MOST_COLUMNS = 80
"""Columns of features that the linear model reads: those that go most with leaving."""
MOST_ROWS: Mapping[Kind, int] = {"linear": 100_000, "boosting": 100_000}
"""Periods learned from at most; more are thinned at random."""
LEAST_LEFT = 10
"""With fewer who left nothing is learned."""
LEAST_SEEN = 30
"""A period so many ahead is foretold only where so many different people were followed through it."""
PENALTY = 300.0
"""Inverse variance of the prior of an effect per standard deviation of a feature; strong, since rows repeat people."""
LOOSER = 5.0
"""How much wider the prior of the baseline is."""
SHAPE: Mapping[str, object] = {
    "num_iterations": 250, "learning_rate": 0.04, "num_leaves": 12, "min_data_in_leaf": 100, "feature_fraction": 0.4,
}  # fmt: skip
"""LightGBM's settings: fewer rounds than those of a question about one horizon, since every row is read many times."""


@dataclass(frozen=True)
class Landmarks:
    """Those who are there at past cutoffs, or today, with what is known of them then; arrays are (n,).

    Args:
        features: one row per entity and cutoff.
        age: days from the start to the cutoff.
        contract_age: days from the first day of the present contract to the cutoff; its renewals count from there.
        term_months: months that the contract binds at a time; NaN where not known.
        until_renewal: days to the next renewal as known then; NaN where not known.
    """

    features: FeatureTable
    age: Array
    contract_age: Array
    term_months: Array
    until_renewal: Array

    def rows(self, chosen: NDArray[np.bool_] | NDArray[np.intp]) -> Landmarks:
        """Return the chosen rows."""
        columns = (self.age, self.contract_age, self.term_months, self.until_renewal)
        return Landmarks(self.features.rows(chosen), *(column[chosen] for column in columns))

    def __len__(self) -> int:
        return len(self.age)


@dataclass(frozen=True)
class Hazard:
    """A fitted hazard.

    Args:
        kind: which model.
        period: days of a period.
        sight: periods ahead that can be foretold: so far people were followed.
        design: how features become columns.
        kept: columns of the design that are read (linear).
        centre: means of the columns of the linear model.
        scale: their standard deviations.
        model: the coefficients or trees.
        rhythms: where renewals of each contract term lie.
    """

    kind: Kind
    period: int
    sight: int
    design: Design
    kept: NDArray[np.intp]
    centre: Array
    scale: Array
    model: LinearModel | TreeModel
    rhythms: Mapping[float, Rhythm]

    def chances(self, now: Landmarks) -> Array:
        """Return (n, sight) chance to leave within each period ahead, of those who are still there when it begins."""
        matrix = apply_design(self.design, now.features)
        margin = self._linear(now, matrix) if isinstance(self.model, LinearModel) else self._trees(now, matrix)
        return inverse_link(margin, "logit")

    def _linear(self, now: Landmarks, matrix: Array) -> Array:
        assert isinstance(self.model, LinearModel)
        slope = self.model.coefficients / self.scale
        lasting, fading, planned = np.split(slope, [len(self.kept), 2 * len(self.kept)])
        level = self.model.intercept - float(slope @ self.centre)
        read = matrix[:, self.kept]
        stays, fades = level + read @ lasting, read @ fading
        margin = np.empty((len(now), self.sight))
        for ahead in range(1, self.sight + 1):
            basis = _basis(_schedule(now, np.full(len(now), ahead), self.period, self.rhythms), self.period)
            margin[:, ahead - 1] = stays + fades * FADING ** (ahead - 1) + basis @ planned
        return margin

    def _trees(self, now: Landmarks, matrix: Array) -> Array:
        margin = np.empty((len(now), self.sight))
        for ahead in range(1, self.sight + 1):
            planned = _schedule(now, np.full(len(now), ahead), self.period, self.rhythms)
            margin[:, ahead - 1] = self.model.margin(np.hstack([matrix, planned]))
        return margin


def sight_of(entity_id: NDArray[np.object_], until_left: Array, seen: Array, period: int, most: int) -> int:
    """Return how many periods ahead enough different people were followed through."""
    lived, _ = periods_lived(until_left, seen, period, most)
    _, who = np.unique(entity_id.astype(str), return_inverse=True)
    longest = np.zeros(who.max(initial=-1) + 1, dtype=np.int64)
    np.maximum.at(longest, who, lived)
    enough = [ahead for ahead in range(1, most + 1) if int((longest >= ahead).sum()) >= LEAST_SEEN]
    return max(enough, default=0)


def fit_hazard(
    past: Landmarks, until_left: Array, seen: Array, period: int, sight: int, kind: Kind, seed: int,
    num_threads: int = 2,
) -> Hazard:  # fmt: skip
    """Learn a hazard from those who were there at past cutoffs.

    Args:
        past: who was there and what was known of them.
        until_left: (n,) days from the cutoff to the end; NaN where none is known by the day of learning.
        seen: (n,) days from the cutoff to the day of learning.
        period: days of a period.
        sight: periods ahead to foretell; see `sight_of`.
        kind: which model.
        seed: for thinning and trees.
        num_threads: threads for fitting.
    Raises:
        ModelError: fewer than ten left, everybody left within the first period, or there is nothing to tell them apart.
    """
    rng = np.random.default_rng([seed, 11])
    rows = expand(until_left, seen, period, sight, rng, MOST_ROWS[kind])
    left = rows.left.astype(np.float64)
    if min(left.sum(), (1 - left).sum()) < LEAST_LEFT:
        what = "too few left" if left.sum() < LEAST_LEFT else "too few stayed"
        found = f"{int(left.sum()):,} of {len(left):,} periods ended with leaving"
        raise ModelError(Problem("", f"{what} to learn when people leave", found, f"at least {LEAST_LEFT} each way"))
    gone = np.isfinite(until_left)
    rhythms = find_rhythms(past.term_months[gone], past.contract_age[gone] + until_left[gone])
    weight = np.ones(len(past))
    design = fit_design(past.features, weight, "linear" if kind == "linear" else "trees")
    matrix = apply_design(design, past.features)
    planned = _schedule(past, rows.ahead, period, rhythms, rows.row)
    if kind == "boosting":
        made = np.hstack([matrix[rows.row], planned])
        trees = fit_trees(made, left, np.ones(len(left)), "logit", "boosting", SHAPE, seed, num_threads)
        none, no = np.zeros(0, dtype=np.intp), np.zeros(0)
        return Hazard(kind, period, sight, design, none, no, no, trees, rhythms)
    kept = _strongest(matrix, rows, left)
    read = matrix[:, kept][rows.row]
    columns = np.hstack([read, read * FADING ** (rows.ahead - 1)[:, None], _basis(planned, period)])
    centre, scale = columns.mean(axis=0), columns.std(axis=0)
    scale = np.where(scale > 1e-9, scale, 1.0)
    scale[2 * len(kept) :] /= LOOSER  # when in a contract's life it is has to be believed sooner than a feature
    model = _fit_ridge((columns - centre) / scale, left)
    return Hazard(kind, period, sight, design, kept, centre, scale, model, rhythms)


def _fit_ridge(matrix: Array, left: Array) -> LinearModel:
    """Logistic regression with a normal prior on every coefficient (ridge), by scikit-learn's Newton steps."""
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=1.0 / PENALTY, solver="newton-cholesky", max_iter=50).fit(matrix, left)
    return LinearModel("linear", "logit", float(fitted.intercept_[0]), np.asarray(fitted.coef_[0], dtype=np.float64))


def _schedule(
    now: Landmarks, ahead: NDArray[np.int64], period: int, rhythms: Mapping[float, Rhythm],
    row: NDArray[np.int64] | slice = slice(None),
) -> Array:  # fmt: skip
    age, own, term, renewal = (x[row] for x in (now.age, now.contract_age, now.term_months, now.until_renewal))
    return schedule_columns(age, own, term, renewal, ahead, period, rhythms)


def _basis(planned: Array, period: int) -> Array:
    """Columns of the linear model's baseline: time ahead, steps of age, contract."""
    ahead, age = planned[:, 0], planned[:, 1] / period
    steps = [(age >= step).astype(np.float64) for step in AGE_STEPS]
    return np.column_stack([np.log(ahead), FADING ** (ahead - 1), np.log1p(age), *steps, planned[:, 2:]])


def _strongest(matrix: Array, rows: PersonPeriods, left: Array) -> NDArray[np.intp]:
    """The columns whose slope at no effect is steepest, for leaving soon or at all."""
    apart = left - left.mean()
    pull = np.zeros(matrix.shape[1])
    for weight in (apart, apart * FADING ** (rows.ahead - 1)):
        total = np.bincount(rows.row, weight, len(matrix))
        pull = np.maximum(pull, np.abs(total @ matrix) / np.sqrt((weight**2).sum() + 1e-12))
    return np.sort(np.argsort(-pull, kind="stable")[:MOST_COLUMNS])
