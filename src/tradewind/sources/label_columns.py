"""Columns that seem to know the answer: how strongly each tells the outcome alone, and what gives it away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Column = Floats | Sequence[str | None]

_FOLDS = 5
_BANDS = 20
_PRIOR_ROWS = 10.0


@dataclass(frozen=True)
class Tell:
    """What one column alone tells of the outcome.

    Args:
        power: |2 · AUC − 1| of the mean outcome of its values or bands, learned on other rows: 0 nothing, 1 everything.
        pure: share of all rows with the outcome that hold a value with which it nearly always (97 %) comes.
        never: share of all rows without the outcome that hold a value with which it nearly never (under a tenth of
            the usual share) comes.
        gap: outcome's share among filled rows minus that among missing ones; 0 where fewer than 2 % are of either kind.
        filled: share of rows with a value.
    """

    power: float
    pure: float
    never: float
    gap: float
    filled: float


def tell_outcome(outcome: Floats, column: Column, seed: int = 0) -> Tell:
    """Measure what one column alone tells of an outcome.

    Args:
        outcome: (n,) 0 or 1.
        column: (n,) numbers (NaN where missing) or texts (None where missing).
        seed: of the folds.
    Returns:
        the figures; categories stand for the mean outcome of other rows with the same value, drawn towards the overall
        mean by ten rows (Micci-Barreca 2001), so that a value held by one row tells nothing.
    """
    codes, missing = _codes(column)
    rate = float(outcome.mean())
    mass = np.bincount(codes, minlength=codes.max() + 1)
    hits = np.bincount(codes, outcome, minlength=codes.max() + 1)
    shares = hits / np.maximum(mass, 1)
    large = mass >= max(10, 0.002 * len(outcome))
    ones, zeros = max(1.0, outcome.sum()), max(1.0, len(outcome) - outcome.sum())
    pure = float(hits[large & (shares >= 0.97)].sum() / ones) if rate < 0.9 else 0.0
    rare = large & (shares <= rate / 10)
    never = float((mass - hits)[rare].sum() / zeros) if rate > 0.02 else 0.0
    gone = float(missing.mean())
    gap = 0.0
    if 0.02 <= gone <= 0.98:
        gap = float(outcome[~missing].mean() - outcome[missing].mean())
    return Tell(_power(codes, outcome, seed), pure, never, gap, 1 - gone)


@dataclass(frozen=True)
class Hint:
    """What a column's name or values say of when it is filled in.

    Args:
        reason: in plain words ("what happened last is known only later").
        power: from which it counts: the data must agree.
    """

    reason: str
    power: float = 0.08


def find_suspects(
    outcome: Floats, columns: Mapping[str, Column], hints: Mapping[str, Hint], seed: int = 0
) -> dict[str, str]:
    """Name the columns that look filled in after the outcome.

    Args:
        outcome: (n,) 0 or 1.
        columns: column → its (n,) values.
        hints: columns whose names or values speak of what comes after.
        seed: of the folds.
    Returns:
        column → reason in plain words, the most telling first.
    """
    if len(outcome) < 50 or not 0 < outcome.sum() < len(outcome):
        return {}
    tells = {name: tell_outcome(outcome, column, seed) for name, column in columns.items()}
    powers = sorted(tell.power for tell in tells.values())
    usual = powers[int(0.75 * (len(powers) - 1))] if powers else 0.0
    found: dict[str, str] = {}
    for name in sorted(tells, key=lambda one: (-tells[one].power, one)):
        reason = _reason(tells[name], usual, float(outcome.mean()))
        hint = hints.get(name)
        if hint is not None and (reason or tells[name].power >= hint.power):
            reason = f"{hint.reason}; {reason}" if reason else hint.reason
        if reason:
            found[name] = reason
    return found | _filled_together(columns, found)


def _filled_together(columns: Mapping[str, Column], suspects: Mapping[str, str]) -> dict[str, str]:
    """Columns that are missing in exactly the rows in which a suspect is: they came in one go with it."""
    gone = {name: _codes(column)[1] for name, column in columns.items()}
    found = {}
    for name in columns:
        for other in suspects:
            partly = 0.05 < gone[other].mean() < 0.95
            if name not in suspects and partly and (gone[name] != gone[other]).mean() < 0.002:
                found[name] = f"filled in exactly the rows in which {other} is, so it came with it"
                break
    return found


def _reason(tell: Tell, usual: float, rate: float) -> str:
    if tell.power >= 0.8 and tell.power > 1.3 * usual:
        return "by itself it nearly tells the answer"
    if tell.pure >= 0.25 and tell.power >= 0.4:
        return f"some of its values stand almost only where the outcome came ({tell.pure:.0%} of those rows)"
    if tell.never >= 0.1 and tell.power >= 0.55 and tell.power > usual:
        return f"for some of its values the outcome hardly ever comes ({tell.never:.0%} of the rows without it)"
    if abs(tell.gap) >= max(0.25, 0.5 * rate) and tell.filled <= 0.5:
        often = "more" if tell.gap > 0 else "less"
        return f"filled in {tell.filled:.0%} of the rows, and the outcome is far {often} frequent in those"
    return ""


def _codes(column: Column) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Values as whole numbers, missing ones as one of them: numbers of many values in 20 bands."""
    if isinstance(column, np.ndarray):
        missing = ~np.isfinite(column)
        known = column[~missing]
        if len(np.unique(known)) > 2 * _BANDS:
            edges = np.unique(np.quantile(known, np.linspace(0, 1, _BANDS + 1)[1:-1]))
            levels, counts = np.unique(known, return_counts=True)
            usual = levels[counts.argmax()]  # nothing spent, say: a band of its own, or what lies beside it is lost
            codes = 2 + np.searchsorted(edges, np.where(missing, 0, column), side="right")
            codes = np.where(column > usual, codes + len(edges) + 1, codes)
            codes = np.where(column == usual, 1, codes)
        else:
            codes = np.unique(np.where(missing, np.nan, column), return_inverse=True, equal_nan=True)[1] + 1
        return np.where(missing, 0, codes).astype(np.intp), missing
    seen: dict[str | None, int] = {}
    codes = np.array([seen.setdefault(value, len(seen)) for value in column], dtype=np.intp)
    missing = codes == seen[None] if None in seen else np.zeros(len(codes), dtype=bool)
    return codes, missing


def _power(codes: NDArray[np.intp], outcome: Floats, seed: int) -> float:
    fold = np.random.default_rng(seed).permutation(len(outcome)) % _FOLDS
    size = int(codes.max()) + 1
    cells = np.bincount(codes * _FOLDS + fold, minlength=size * _FOLDS).reshape(size, _FOLDS).astype(np.float64)
    hits: Floats = np.bincount(codes * _FOLDS + fold, outcome, size * _FOLDS).astype(np.float64).reshape(size, _FOLDS)
    ginis = []
    for held in range(_FOLDS):
        mass, came = cells.sum(1) - cells[:, held], hits.sum(1) - hits[:, held]
        score = (came + _PRIOR_ROWS * came.sum() / max(1.0, float(mass.sum()))) / (mass + _PRIOR_ROWS)
        ginis.append(2 * _auc(score, hits[:, held], cells[:, held] - hits[:, held]) - 1)
    return max(0.0, float(np.mean(ginis)))


def _auc(score: Floats, ones: Floats, zeros: Floats) -> float:
    """Mann and Whitney (1947), ties counted half, from the counts of both outcomes at each score."""
    if not ones.sum() or not zeros.sum():
        return 0.5
    levels, place = np.unique(score, return_inverse=True)
    above, below = np.bincount(place, ones, len(levels)), np.bincount(place, zeros, len(levels))
    lower = np.cumsum(below) - below
    return float((above * (lower + below / 2)).sum() / (ones.sum() * zeros.sum()))
