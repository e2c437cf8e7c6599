"""A pipeline as it was known at a moment: deals, the stages they went through, and nothing that came later."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Steps:
    """Every stay of a deal in a stage; arrays are (m,), times are days on any common clock.

    Args:
        deal: place of the deal in the pipeline.
        stage: number of the stage, 0 to stages − 1.
        entered: when it came into the stage.
        left: when it left it; NaN while it stays.
        next: where to: a stage's number, `stages` for won, `stages + 1` for lost, −1 while it stays.
    """

    deal: Ints
    stage: Ints
    entered: Floats
    left: Floats
    next: Ints


@dataclass(frozen=True)
class Pipeline:
    """Deals and their steps; arrays are (n,), times are days on any common clock.

    Args:
        stages: how many stages a deal can be open in.
        created: when each deal was opened.
        closed: when it was won or lost; NaN while open.
        won: whether it was won; False while open.
        amount: its newest known amount in one currency; NaN where nobody knows it.
        unit: number of who sells it (owner and team), 0 to units − 1.
        units: how many there are.
        steps: the stages it went through.
        ratio: amount when won over amount while open; NaN where the earlier amount was not kept.
    """

    stages: int
    created: Floats
    closed: Floats
    won: Flags
    amount: Floats
    unit: Ints
    units: int
    steps: Steps
    ratio: Floats

    @property
    def count(self) -> int:
        """How many deals there are."""
        return len(self.created)

    @property
    def open(self) -> Flags:
        """Which are neither won nor lost."""
        return np.isnan(self.closed)

    def known(self, now: float) -> Pipeline:
        """Return the pipeline without anything that happened at `now` or after: later deals, steps and outcomes."""
        there = self.created < now
        place = np.cumsum(there) - 1
        closed = np.where(self.closed < now, self.closed, np.nan)[there]
        steps, kept = self.steps, there[self.steps.deal] & (self.steps.entered < now)
        left = steps.left[kept]
        stays = ~(left < now)
        return replace(
            self,
            created=self.created[there],
            closed=closed,
            won=self.won[there] & ~np.isnan(closed),
            amount=self.amount[there],
            unit=self.unit[there],
            ratio=np.where(np.isnan(closed), np.nan, self.ratio[there]),
            steps=Steps(
                place[steps.deal[kept]],
                steps.stage[kept],
                steps.entered[kept],
                np.where(stays, np.nan, left),
                np.where(stays, -1, steps.next[kept]),
            ),
        )

    def places(self, now: float) -> tuple[Ints, Ints, Floats]:
        """Return the open deals, the stage each is in, and for how many days it has been there."""
        steps = np.flatnonzero(np.isnan(self.steps.left) & self.open[self.steps.deal])
        return self.steps.deal[steps], self.steps.stage[steps], np.maximum(now - self.steps.entered[steps], 0.0)

    def revenue(self, start: float, end: float, since: float = -np.inf, until: float = np.inf) -> Floats:
        """Return what was won in [start, end) by unit, of deals opened in [since, until); unknown amounts are 0."""
        inside = self.won & (self.closed >= start) & (self.closed < end)
        inside &= (self.created >= since) & (self.created < until)
        amount = np.nan_to_num(self.amount[inside])
        return sums_by(self.unit[inside], amount, self.units)


def sums_by(code: Ints, weight: Floats, count: int) -> Floats:
    """Return (count,) the sum of weights of each code."""
    return np.bincount(code, weight, count).astype(np.float64)


def without_stages(pipeline: Pipeline) -> Pipeline:
    """Return the pipeline as if it had one stage, from opened to closed: all that is left where no history was kept."""
    steps = Steps(
        np.arange(pipeline.count),
        np.zeros(pipeline.count, dtype=np.int64),
        pipeline.created,
        pipeline.closed,
        np.where(pipeline.open, -1, np.where(pipeline.won, 1, 2)).astype(np.int64),
    )
    return replace(pipeline, stages=1, steps=steps)
