"""The difference that goes with an exposure among those who might as well have had it or not.

Where everybody of one kind has the exposure, nothing can be compared; so the comparison is weighted to the rows that
could have gone either way, h = e (1 − e) (Li, Morgan and Zaslavsky 2018, "Balancing covariates via propensity score
weighting"). It is estimated twice over, by who gets the exposure and by who has the outcome, each learned on the other
rows; it is right where either is (the efficient score of Hirano, Imbens and Ridder 2003, theorem 5, for weights that
depend on e; cross-fitting as in Chernozhukov et al. 2018). With h' = 1 − 2e the weight of a row in the average is
h + h'·(A − e), which is (1 − e)² for the exposed and e² for the others.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradewind.core.finding import Number
from tradewind.models.adjusted.ridge import fit_ridge, predict_ridge

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]

FOLDS = 5
LEAST_IN_ARM = 20
"""Rows that each side must have, and must be worth after weighting, before anything is adjusted."""
LEAST_OVERLAP = 0.5
"""Share of rows whose chance of the exposure must lie between 5 and 95 in 100."""
_Z = 1.959964


@dataclass(frozen=True)
class Comparison:
    """Outcome rates with and without an exposure, as they are and with what was known before held equal.

    Args:
        exposed: rows with the exposure.
        others: rows without.
        naive_with: outcome rate of those with it.
        naive_without: of those without.
        naive: their difference, interval by group of rows.
        rate_with: adjusted rate with it; None where too little overlaps.
        rate_without: adjusted rate without.
        difference: adjusted difference with its interval; a reason where too little overlaps.
        p_value: of no adjusted difference (of no difference at all where nothing could be adjusted).
        overlap: share of rows that could have gone either way.
        worth: how many rows the smaller side is worth after weighting.
    """

    exposed: int
    others: int
    naive_with: float
    naive_without: float
    naive: Number
    rate_with: float | None
    rate_without: float | None
    difference: Number
    p_value: float
    overlap: float
    worth: float

    @property
    def adjusted(self) -> bool:
        """Whether there was enough overlap to adjust."""
        return self.difference.value is not None


def compare_exposure(
    exposed: Flags, outcome: Floats, known: Floats, group: Ints, rng: np.random.Generator
) -> Comparison:
    """Compare rows with and without an exposure.

    Args:
        exposed: (n,) whether the row has it.
        outcome: (n,) 0 or 1, later than the exposure.
        known: (n, p) what was known before the outcome could come, scaled; may have no columns.
        group: (n,) rows of one account or colleague vary together; their numbers.
        rng: deals the groups into folds.
    Returns:
        The comparison; `difference` holds a reason where one side is too small or too unlike the other.
    """
    chance, with_it, without = _fit_crosswise(exposed, outcome, known, group, rng)
    ones = np.ones(len(outcome))
    raw = _Sides(exposed, outcome, ones, ones, np.zeros_like(ones), np.zeros_like(ones), np.zeros_like(ones))
    naive, naive_p = raw.difference(group)
    overlap = float(np.mean((chance > 0.05) & (chance < 0.95)))
    worth = min(_worth(1 - chance[exposed]), _worth(chance[~exposed]))
    few = _too_little(exposed, overlap, worth)
    if few:
        return Comparison(
            int(exposed.sum()), int((~exposed).sum()), raw.with_it, raw.without, naive, None, None,
            Number(reason=few), naive_p, overlap, worth,
        )  # fmt: skip
    average = np.where(exposed, (1 - chance) ** 2, chance**2)
    sides = _Sides(exposed, outcome, 1 - chance, chance, average, with_it, without)
    difference, p_value = sides.difference(group)
    return Comparison(
        int(exposed.sum()), int((~exposed).sum()), raw.with_it, raw.without, naive, sides.with_it, sides.without,
        difference, p_value, overlap, worth,
    )  # fmt: skip


@dataclass(frozen=True)
class _Sides:
    """Both rates and their difference; without `average` they are plain means, with it they lean on fitted chances."""

    exposed: Flags
    outcome: Floats
    weight_with: Floats
    weight_without: Floats
    average: Floats
    fitted_with: Floats
    fitted_without: Floats

    @property
    def with_it(self) -> float:
        return self._rate(self.exposed, self.weight_with, self.fitted_with)[0]

    @property
    def without(self) -> float:
        return self._rate(~self.exposed, self.weight_without, self.fitted_without)[0]

    def _rate(self, side: Flags, weight: Floats, fitted: Floats) -> tuple[float, Floats]:
        """The rate of one side, and how much each row moves it."""
        here = side * weight
        missed = here * (self.outcome - fitted)
        if self.average.any():
            total = self.average.sum()
            rate = float((missed.sum() + self.average @ fitted) / total)
            moves = (missed + self.average * (fitted - rate)) / total
        else:
            total = here.sum()
            rate = float(here @ self.outcome / total) if total > 0 else float("nan")
            moves = here * (self.outcome - rate) / max(total, 1e-12)
        return rate, np.asarray(moves)

    def difference(self, group: Ints) -> tuple[Number, float]:
        """The difference with its 95 % interval, and the p-value of none; rows of a group move together."""
        from scipy.special import ndtr

        first, first_moves = self._rate(self.exposed, self.weight_with, self.fitted_with)
        second, second_moves = self._rate(~self.exposed, self.weight_without, self.fitted_without)
        if not (np.isfinite(first) and np.isfinite(second)):
            return Number(reason="one side has nobody"), float("nan")
        _, number = np.unique(group, return_inverse=True)
        together = np.bincount(number, first_moves - second_moves)
        groups = len(together)
        spread = float(np.sqrt((together**2).sum() * groups / max(groups - 1, 1)))
        gap = first - second
        if spread == 0:
            return Number(gap), float("nan")
        return Number(gap, gap - _Z * spread, gap + _Z * spread), float(2 * ndtr(-abs(gap) / spread))


def _fit_crosswise(
    exposed: Flags, outcome: Floats, known: Floats, group: Ints, rng: np.random.Generator
) -> tuple[Floats, Floats, Floats]:
    """Chance of the exposure, and of the outcome with and without it, each row by what the other folds taught."""
    names, number = np.unique(group, return_inverse=True)
    fold = (rng.permutation(len(names)) % FOLDS)[number]
    chance, with_it, without = (np.full(len(outcome), np.nan) for _ in range(3))
    for each in range(FOLDS):
        held, rest = fold == each, fold != each
        if not held.any() or not rest.any():
            continue
        chance[held] = predict_ridge(fit_ridge(known[rest], exposed[rest].astype(float)), known[held])
        for filled, side in ((with_it, exposed), (without, ~exposed)):
            learned = rest & side
            if learned.any():
                filled[held] = predict_ridge(fit_ridge(known[learned], outcome[learned]), known[held])
    mean = float(outcome.mean())
    return np.nan_to_num(chance, nan=0.5), np.nan_to_num(with_it, nan=mean), np.nan_to_num(without, nan=mean)


def _worth(weight: Floats) -> float:
    """Rows that weighted ones are worth (Kish 1965)."""
    total = float((weight**2).sum())
    return float(weight.sum() ** 2 / total) if total > 0 else 0.0


def _too_little(exposed: Flags, overlap: float, worth: float) -> str:
    fewest = int(min(exposed.sum(), (~exposed).sum()))
    if fewest < LEAST_IN_ARM:
        return f"only {fewest} on one side; {LEAST_IN_ARM} are needed"
    if overlap < LEAST_OVERLAP:
        return "those with it and those without were too unlike beforehand to be compared"
    if worth < LEAST_IN_ARM:
        return f"only about {worth:.0f} on one side have a like on the other; {LEAST_IN_ARM} are needed"
    return ""
