"""When we say 30 in 100, is it 30? Equal-mass bands, their expected calibration error, and what perfect would show.

A band's observed rate differs from its mean probability by chance alone, and the expected calibration error (ECE) adds
such differences up without sign: a perfect model never shows zero. So the ECE is judged against the ECE that the same
probabilities would show were they exactly right: labels are simulated from them (Bröcker and Smith 2007, "consistency
resampling"). An ordinary bootstrap interval around an ECE is not given: resampling adds its own noise to every
difference, so that such an interval lies too high and can even miss the ECE itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tradewind.stats.bootstrap import resamples_for
from tradewind.stats.ranking import Values, divide, rank

_CELLS = 4_000_000


def equal_mass_bands(predicted: ArrayLike, weight: Values, bands: int = 10) -> NDArray[np.intp]:
    """Give every row its band of predicted values, 0 the lowest; bands hold (nearly) equal weight.

    Equal predictions stay in one band, so there can be fewer bands than asked for; numbering has no gaps.

    Args:
        predicted: (n,) probabilities or amounts.
        weight: (n,).
        bands: how many at most.
    """
    ranking = rank(-np.asarray(predicted, dtype=np.float64))
    mass = ranking.totals(weight)
    middle = divide(np.cumsum(mass) - mass / 2, mass.sum(), otherwise=0.0)
    band_of_group = np.minimum((middle * bands).astype(np.intp), bands - 1)
    return np.unique(ranking.spread(band_of_group.astype(np.float64)), return_inverse=True)[1]


def band_totals(band: NDArray[np.intp], quantity: Values) -> Values:
    """Add up a quantity within bands: (…, n) → (…, bands)."""
    order = np.argsort(band, kind="stable")
    starts = np.flatnonzero(np.diff(band[order], prepend=-1))
    return np.asarray(np.add.reduceat(np.take(quantity, order, axis=-1), starts, axis=-1), dtype=np.float64)


def expected_calibration_error(label: ArrayLike, predicted: ArrayLike, weight: Values, bands: int = 10) -> Values:
    """Σ over bands of (share of weight in the band) × |observed rate − mean predicted probability|.

    Naeini, Cooper and Hauskrecht (2015), with bands of equal mass (Nguyen and O'Connor 2015).

    Args:
        label: (n,) or (b, n), 0 or 1.
        predicted: (n,) probabilities.
        weight: (n,).
        bands: number of equal-mass bands.
    Returns:
        () or (b,); NaN where there is no weight.
    """
    y, p = np.asarray(label, dtype=np.float64), np.asarray(predicted, dtype=np.float64)
    gap = band_totals(equal_mass_bands(p, weight, bands), weight * (y - p))
    return divide(np.abs(gap).sum(axis=-1), weight.sum())


@dataclass(frozen=True)
class Calibration:
    """Bands of predicted probability beside what happened and what perfect calibration would have shown.

    Args:
        n: (k,) rows in each band, lowest predictions first.
        predicted: (k,) weighted mean probability.
        observed: (k,) weighted share of positives.
        low: (k,) lower end of the 95 % range of `observed` were the probabilities exactly right.
        high: (k,) upper end.
        ece: expected calibration error of the data.
        ece_band_high: the ECE that perfect probabilities exceed in 5 of 100 cases.
    """

    n: NDArray[np.intp]
    predicted: Values
    observed: Values
    low: Values
    high: Values
    ece: float
    ece_band_high: float

    @property
    def inside(self) -> bool:
        """Whether the ECE is one that perfect probabilities would show (95 of 100 times)."""
        return self.ece <= self.ece_band_high


def calibrate_bands(
    label: ArrayLike,
    predicted: ArrayLike,
    weight: Values,
    rng: np.random.Generator,
    bands: int = 10,
    simulations: int | None = None,
) -> Calibration:
    """Compare bands of probability with what happened, and with what perfect calibration would show.

    Labels are simulated row by row, independently: rows are meant to be one per entity, as at one cutoff.

    Args:
        label: (n,) 0 or 1.
        predicted: (n,) probabilities.
        weight: (n,), some of it above zero.
        rng: source of the simulated labels.
        bands: number of equal-mass bands.
        simulations: how many sets of labels; by default as many as `bootstrap.resamples_for` says.
    """
    y, p = np.asarray(label, dtype=np.float64), np.asarray(predicted, dtype=np.float64)
    counted = weight > 0
    y, p, weight = y[counted], p[counted], weight[counted]
    band = equal_mass_bands(p, weight, bands)
    mass, expected = band_totals(band, weight), band_totals(band, weight * p)
    simulated = _simulate(p, weight, band, rng, resamples_for(len(p)) if simulations is None else simulations)
    errors = np.abs(simulated - expected).sum(axis=1) / mass.sum()
    low, high = np.quantile(simulated / mass, [0.025, 0.975], axis=0)
    happened = band_totals(band, weight * y)
    return Calibration(
        n=np.bincount(band),
        predicted=expected / mass,
        observed=happened / mass,
        low=low,
        high=high,
        ece=float(expected_calibration_error(y, p, weight, bands)),
        ece_band_high=float(np.quantile(errors, 0.95)),
    )


def _simulate(p: Values, weight: Values, band: NDArray[np.intp], rng: np.random.Generator, simulations: int) -> Values:
    """Return the weight of positives per band in each simulation: (simulations, bands)."""
    order = np.argsort(band, kind="stable")
    p, weight, band = p[order], weight[order], band[order]
    starts = np.flatnonzero(np.diff(band, prepend=-1))
    step = max(1, _CELLS // len(p))
    batches = (min(step, simulations - start) for start in range(0, simulations, step))
    drawn = (weight * (rng.random((batch, len(p))) < p) for batch in batches)
    return np.concatenate([np.add.reduceat(labels, starts, axis=1) for labels in drawn])
