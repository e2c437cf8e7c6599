"""Leads counted by group, by how long they took to convert, and by how long the others have waited."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradewind.core.errors import NotAnswerable, Problem

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SLICES = 40
"""Slices of the delay, each with about as many conversions as the next."""


@dataclass(frozen=True)
class DelayCounts:
    """What a conversion model needs of the leads, and no single lead.

    Args:
        edges: (slices + 1,) days since creation, from 0 to the end.
        converted: (groups, slices) conversions by the slice of their delay.
        waiting: (groups, slices + 1) leads that have not converted, by the slice in which they stand now; the last
            column counts those past the end, who convert no more.
        waited: (slices,) how much of its slice a waiting lead has behind it, on average, from 0 to 1.
    """

    edges: Floats
    converted: Ints
    waiting: Ints
    waited: Floats

    @property
    def leads(self) -> Ints:
        """(groups,) all leads."""
        return np.asarray(self.converted.sum(axis=1) + self.waiting.sum(axis=1))

    @property
    def so_far(self) -> Ints:
        """(groups,) leads converted until now."""
        return np.asarray(self.converted.sum(axis=1))


def count_delays(group: Ints, groups: int, age_days: Floats, delay_days: Floats, end_days: float) -> DelayCounts:
    """Count leads by group, delay and age.

    Args:
        group: (n,) number of each lead's group, from 0.
        groups: how many groups there are.
        age_days: (n,) days from creation to now, zero or more.
        delay_days: (n,) days from creation to conversion; NaN where there was none by now.
        end_days: the end: what converts later is not counted, for anybody.
    Returns:
        The counts.
    Raises:
        NotAnswerable: nobody converted, so that nothing is known of how long it takes.
    """
    came = np.isfinite(delay_days) & (delay_days <= np.minimum(age_days, end_days))
    if not came.any():
        raise NotAnswerable(
            Problem("", "no lead has converted, so nobody knows how long it takes", f"0 of {len(group):,} leads",
                    "leads that became customers", "map converted_at in [tables.leads]")
        )  # fmt: skip
    inner = np.unique(np.quantile(delay_days[came], np.linspace(0, 1, SLICES + 1)[1:-1]))
    edges = np.concatenate([[0.0], inner[(inner > 0) & (inner < end_days)], [end_days]])
    slices = len(edges) - 1
    place = np.clip(np.searchsorted(edges, delay_days[came], side="left") - 1, 0, slices - 1)
    stands = np.minimum(np.searchsorted(edges, age_days[~came], side="right") - 1, slices)
    converted, waiting = np.zeros((groups, slices), dtype=np.int64), np.zeros((groups, slices + 1), dtype=np.int64)
    np.add.at(converted, (group[came], place), 1)
    np.add.at(waiting, (group[~came], stands), 1)
    inside = stands < slices
    at = stands[inside]
    behind = (age_days[~came][inside] - edges[at]) / np.diff(edges)[at]
    here = np.bincount(at, minlength=slices)
    waited = np.where(here > 0, np.bincount(at, behind, minlength=slices) / np.maximum(here, 1), 0.0)
    return DelayCounts(edges, converted, waiting, np.asarray(waited))
