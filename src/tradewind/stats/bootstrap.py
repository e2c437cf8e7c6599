"""Intervals by resampling entities, never rows: a figure is a function of weights, a resample is a weight vector.

The bootstrap draws entities with replacement (multinomial counts: Efron 1979; of clusters: Davison and Hinkley 1997,
§3.8) and multiplies the rows' weights by the counts. Intervals are BCa (Efron 1987): they respect the range of a figure
(no AUC above 1), do not change under a change of scale, and correct bias and skew, which percentile intervals of
spend errors need. The acceleration comes from a delete-a-group jackknife over at most 100 groups of entities, whose
estimate of skew is the same as that of the full jackknife and which stays cheap on a million rows. Few outcomes make
every bootstrap interval too short; the tails are widened to Student's t as Hesterberg (2015, §4.1.3) does, with the
number of entities of the rarer class as sample size. In simulations with 10 positives of 200 and an AUC of 0.95,
intervals of nominally 95 % held the truth in 80 % (percentile), 89 % (BCa) and 94 % (this) of cases.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tradewind.core.finding import Number, missing
from tradewind.stats.ranking import Values

Statistics = Callable[[Values], Mapping[str, Values]]
"""From weights (b, n) to figures by name, each (b,) or (b, k); NaN where a figure cannot be computed."""

_CELLS = 4_000_000  # weights held at a time: 32 MB
_WORK = 20_000_000  # rows × resamples beyond which resamples are saved
_GROUPS = 100
LEVEL = 0.95


def resamples_for(rows: int) -> int:
    """Return how many resamples are drawn: 1,000 up to 20,000 rows, then fewer, never below 100.

    With 100 each end of a 95 % interval is itself uncertain by 7 % of its width (one standard error), which on
    hundreds of thousands of rows is far below anything that matters.
    """
    return int(np.clip(_WORK // max(rows, 1), 100, 1000))


@dataclass(frozen=True)
class Draws:
    """Figures of the data, of its resamples and of its jackknife groups.

    Args:
        point: name to the figure of the data, () or (k,).
        resampled: name to (resamples, …).
        jackknife: name to (groups, …).
        effective: entities that carry the information (those of the rarer class); small ones widen intervals.
    """

    point: Mapping[str, Values]
    resampled: Mapping[str, Values]
    jackknife: Mapping[str, Values]
    effective: int

    def number(self, name: str, unit: str = "", reason: str = "") -> Number:
        """Return a figure with its 95 % interval, or the reason why it cannot be computed.

        Where fewer than half of the resamples can compute it, the value stands without an interval.
        """
        value = float(self.point[name])
        if not np.isfinite(value):
            return missing(reason or "it cannot be computed from these rows")
        low, high = bca_interval(value, self.resampled[name], self.jackknife[name], self.effective)
        return Number(value, low, high, unit)

    def band(self, name: str) -> tuple[Values, Values]:
        """Return the pointwise 95 % percentile band of a curve, (k,) and (k,); NaN where nothing is known."""
        from scipy.special import ndtr

        draws = self.resampled[name]
        known = np.isfinite(draws).any(axis=0) & (self.effective >= 2)
        low, high = np.full(draws.shape[1:], np.nan), np.full(draws.shape[1:], np.nan)
        if known.any():
            low[known], high[known] = np.nanquantile(draws[:, known], ndtr(_tails(self.effective)), axis=0)
        return low, high

    def two_sided_p(self, name: str) -> float:
        """Return the p-value that a figure is zero: Student's t of its resampled standard error; NaN if unknown."""
        from scipy.special import stdtr

        draws = self.resampled[name]
        spread = float(np.nanstd(draws, ddof=1)) if np.isfinite(draws).sum() * 2 >= len(draws) else 0.0
        if not np.isfinite(self.point[name]) or spread == 0 or self.effective < 2:
            return float("nan")
        return float(2 * stdtr(self.effective - 1, -abs(float(self.point[name])) / spread))


def bootstrap_by_entity(
    statistics: Statistics,
    entity_id: ArrayLike,
    weight: Values,
    rng: np.random.Generator,
    resamples: int | None = None,
    effective: int | None = None,
) -> Draws:
    """Compute figures with everything their intervals need; differences of two scores are paired by construction.

    Args:
        statistics: from weights to figures; one function may return many, and each sees the same resamples.
        entity_id: (n,) whose row it is; all rows of an entity are drawn together.
        weight: (n,) sampling weights, not negative.
        rng: source of all randomness.
        resamples: how many; by default as many as `resamples_for` says.
        effective: entities that carry the information (`rarer_class`); by default all.
    """
    _, entity = np.unique(np.asarray(entity_id), return_inverse=True)
    entities = int(entity.max()) + 1 if len(entity) else 0
    count = resamples_for(len(weight)) if resamples is None else resamples
    point = {name: value[0] for name, value in statistics(weight[None, :]).items()}
    if entities < 2:
        nothing = {name: np.full((1, *np.shape(value)), np.nan) for name, value in point.items()}
        return Draws(point, nothing, nothing, entities)
    step = max(1, _CELLS // len(weight))
    resampled = _collect(statistics, (weight * draw for draw in _resample(entity, entities, count, step, rng)))
    groups = min(_GROUPS, entities, count)
    jackknife = _collect(statistics, (weight * kept for kept in _leave_out(entity, entities, groups, step, rng)))
    return Draws(point, resampled, jackknife, entities if effective is None else effective)


def rarer_class(label: ArrayLike, entity_id: ArrayLike, weight: Values) -> int:
    """Return the number of entities with weight in the rarer of the two classes."""
    positive, entity, counted = np.asarray(label) > 0, np.asarray(entity_id), weight > 0
    return min(len(np.unique(entity[positive & counted])), len(np.unique(entity[~positive & counted])))


def bca_interval(
    value: float, resampled: Values, jackknife: Values, effective: int, level: float = LEVEL
) -> tuple[float | None, float | None]:
    """Return the bias-corrected and accelerated interval (Efron 1987, eqs. 2.3 and 6.6) with tails of Student's t.

    Args:
        value: the figure of the data.
        resampled: (resamples,) the figure of each resample; NaN where it cannot be computed.
        jackknife: (groups,) the figure without each group of entities.
        effective: entities that carry the information.
        level: share of cases in which the interval shall hold the truth.
    Returns:
        low and high; None and None where fewer than half of the resamples have the figure, or one entity all of it.
    """
    from scipy.special import ndtr, ndtri

    draws = resampled[np.isfinite(resampled)]
    if effective < 2 or len(draws) == 0 or len(draws) * 2 < len(resampled):
        return None, None
    below = (np.sum(draws < value) + np.sum(draws == value) / 2) / len(draws)
    z = _tails(effective, level)
    tails = ndtr(z)
    # With nearly every resample on one side the correction leaves the data: the plain percentiles stand.
    if 0.025 < below < 0.975:
        bias = ndtri(below)
        tails = ndtr(bias + (bias + z) / (1 - _acceleration(jackknife) * (bias + z)))
    low, high = np.quantile(draws, tails)
    # Where resampling is so biased that its interval leaves the figure itself out, the interval reaches up to it.
    return min(float(low), value), max(float(high), value)


def _tails(effective: int, level: float = LEVEL) -> Values:
    """Return the normal quantiles of both ends, widened for few entities: √(n / (n − 1)) · t (Hesterberg 2015)."""
    from scipy.special import stdtrit

    z = np.sqrt(effective / (effective - 1)) * stdtrit(effective - 1, (1 + level) / 2)
    return np.array([-z, z])


def _acceleration(jackknife: Values) -> float:
    known = jackknife[np.isfinite(jackknife)]
    if len(known) < 3:
        return 0.0
    distance = known.mean() - known
    scale = float(np.sum(distance**2)) ** 1.5
    # Beyond ±0.2 the estimate rests on one or two groups; Efron's formula is not meant for it.
    return float(np.clip(np.sum(distance**3) / (6 * scale), -0.2, 0.2)) if scale > 0 else 0.0


def _resample(
    entity: NDArray[np.intp], entities: int, count: int, step: int, rng: np.random.Generator
) -> Iterator[Values]:
    for start in range(0, count, step):
        batch = min(step, count - start)
        drawn = rng.integers(entities, size=(batch, entities)) + np.arange(batch)[:, None] * entities
        counts = np.bincount(drawn.ravel(), minlength=batch * entities).reshape(batch, entities)
        yield np.take(counts.astype(np.float64), entity, axis=1)


def _leave_out(
    entity: NDArray[np.intp], entities: int, groups: int, step: int, rng: np.random.Generator
) -> Iterator[Values]:
    group = (rng.permutation(entities) % groups)[entity]
    for start in range(0, groups, step):
        left_out = np.arange(start, min(start + step, groups))
        yield (group[None, :] != left_out[:, None]).astype(np.float64)


def _collect(statistics: Statistics, weights: Iterator[Values]) -> dict[str, Values]:
    batches = [statistics(batch) for batch in weights]
    return {name: np.concatenate([batch[name] for batch in batches]) for name in batches[0]}
