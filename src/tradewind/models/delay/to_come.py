"""How many leads convert in the end: a share for each group, one delay for all, and the conversions still to come.

A lead that has not converted yet either never will or has not had its time (Chapelle 2014, "Modeling delayed feedback
in display advertising"; the cure model of Farewell 1982 and, with a delay of any shape, Turnbull 1976). Which of the
two is drawn, given the share and the delay; share and delay are drawn, given which (Tanner and Wong 1987, "The
calculation of posterior distributions by data augmentation"). Shares of groups are drawn towards each other as far as
the groups are alike: a beta distribution whose mean and strength are drawn too (Gelman et al. 2013, §5.3).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tradewind.models.delay.counts import DelayCounts, Floats, Ints

DRAWS, WARM_UP = 1500, 300


@dataclass(frozen=True)
class ToCome:
    """Draws of what will have become of each group once all its leads have had their time.

    Args:
        share: (draws, groups) chance that a lead of the group converts within the end.
        in_the_end: (draws, groups) leads converted in the end, those of today among them.
        reached: (slices + 1,) share of conversions that have come by each edge of the delay, on average.
        edges: (slices + 1,) days since creation.
    """

    share: Floats
    in_the_end: Ints
    reached: Floats
    edges: Floats

    def median_days(self) -> float:
        """Return the days by which half of those who convert have converted."""
        return float(np.interp(0.5, self.reached, self.edges))


def estimate_to_come(counts: DelayCounts, rng: np.random.Generator, draws: int = DRAWS) -> ToCome:
    """Draw shares, delay and conversions to come.

    Args:
        counts: the leads, as known today.
        rng: source of all randomness.
        draws: how many to keep.
    Returns:
        The draws.
    """
    slices, prior = counts.converted.shape[1], _SharePrior.of(len(counts.leads))
    pooled = counts.converted.sum(axis=0)
    delay = (pooled + 1 / slices) / (pooled.sum() + 1)
    share = (counts.so_far + 0.5) / (counts.leads + 1.0)
    mean, strength = float(np.average(share, weights=counts.leads + 1)), 20.0
    kept_share, kept_end = np.empty((draws, len(share))), np.empty((draws, len(share)), dtype=np.int64)
    reached = np.zeros(slices + 1)
    for step in range(-WARM_UP, draws):
        late = _draw_late(counts, share, delay, rng)
        came = counts.so_far + late.sum(axis=1)
        share = rng.beta(mean * strength + came, (1 - mean) * strength + counts.leads - came)
        delay = rng.dirichlet(1 / slices + pooled + _draw_slices(counts, late.sum(axis=0), delay, rng))
        mean, strength = prior.draw(share, rng)
        if step >= 0:
            kept_share[step], kept_end[step] = share, came
            reached[1:] += np.cumsum(delay) / draws
    return ToCome(kept_share, kept_end, reached, counts.edges)


def _draw_late(counts: DelayCounts, share: Floats, delay: Floats, rng: np.random.Generator) -> Ints:
    """(groups, slices) how many of those who wait in each slice will still convert."""
    left = 1 - np.concatenate([[0.0], np.cumsum(delay)[:-1]]) - counts.waited * delay
    yet = share[:, None] * np.clip(left, 0, 1)
    chance = yet / (1 - share[:, None] + yet)
    return rng.binomial(counts.waiting[:, :-1], chance).astype(np.int64)


def _draw_slices(counts: DelayCounts, late: Ints, delay: Floats, rng: np.random.Generator) -> Floats:
    """(slices,) in which slice the late ones will convert: in what is left of their own, or in a later one."""
    weight = np.triu(np.broadcast_to(delay, (len(delay), len(delay))), 1)
    weight[np.diag_indices(len(delay))] = delay * (1 - counts.waited)
    total = weight.sum(axis=1, keepdims=True)
    weight = np.divide(weight, total, out=np.eye(len(delay)), where=total > 0)
    return np.asarray(rng.multinomial(late, weight).sum(axis=0), dtype=np.float64)


@dataclass(frozen=True)
class _SharePrior:
    """The beta that the groups' shares come from: mean and strength on a grid, flat, the strength in its logarithm.

    Args:
        a: (cells,) first number of the beta.
        b: (cells,) second number.
        norm: (cells,) logarithm of the constant, once for each group.
    """

    a: Floats
    b: Floats
    norm: Floats

    @classmethod
    def of(cls, groups: int) -> _SharePrior:
        """Return the grid for so many groups."""
        from scipy.special import betaln

        mean, strength = np.meshgrid(np.linspace(0.01, 0.99, 50), np.geomspace(2.0, 5000.0, 16), indexing="ij")
        a, b = (mean * strength).ravel(), ((1 - mean) * strength).ravel()
        return cls(a, b, groups * np.asarray(betaln(a, b)))

    def draw(self, share: Floats, rng: np.random.Generator) -> tuple[float, float]:
        """Draw mean and strength, given the groups' shares."""
        inside = np.clip(share, 1e-9, 1 - 1e-9)
        fit = (self.a - 1) * np.log(inside).sum() + (self.b - 1) * np.log1p(-inside).sum() - self.norm
        below = np.cumsum(np.exp(fit - fit.max()))
        cell = int(np.searchsorted(below, rng.random() * below[-1]))
        strength = self.a[cell] + self.b[cell]
        return float(self.a[cell] / strength), float(strength)
