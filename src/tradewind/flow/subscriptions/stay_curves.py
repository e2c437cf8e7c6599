"""How long people stay, as the data show it without any model: one curve for all, and one for each contract term."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tradewind.flow.subscriptions.contracts import NEVER, Contracts
from tradewind.models.survival.kaplan_meier import Curve, kaplan_meier

if TYPE_CHECKING:
    import pyarrow as pa

Array = NDArray[np.float64]

MOST_STEPS = 200
LEAST_STAYS = 30
"""A contract term with fewer stays has no curve of its own."""
EXPECTED = 5.0
"""So many ends that should have been seen before the first one are no chance: earlier leavers are not in the data."""


def stays_seen(contracts: Contracts, today: int) -> tuple[Array, Array, NDArray[np.bool_]]:
    """Return (stays,) days at which each was first seen, at which it ended or was last seen, and whether it ended.

    Where the first end comes much later than it should (more than five ends would have been expected before it),
    those who left earlier are missing from the data; then nobody counts as seen before it.

    Args:
        contracts: as known today.
        today: day number.
    """
    start, end = contracts.stay_start, np.minimum(contracts.stay_end, today)
    left = contracts.stay_end < today
    seen_from = np.zeros(len(start))
    if left.any():
        first = int(end[left].min())
        before = np.maximum(np.minimum(end, first) - start, 0).sum()
        after = float((end - np.maximum(start, first)).clip(0).sum())
        if after > 0 and before * left.sum() / after > EXPECTED:
            seen_from = np.maximum(first - 1 - start, 0).astype(np.float64)
    return seen_from, (end - start).astype(np.float64), left


def curve_of_all(contracts: Contracts, today: int) -> Curve:
    """Return the curve of all stays as known on a day.

    Raises:
        ModelError: there are none.
    """
    return kaplan_meier(*stays_seen(contracts, today))


def curve_rows(contracts: Contracts, today: int) -> pa.Table:
    """Return the curves as rows: whose (`all`, or months of the term), days, share still there, its band, how many.

    Raises:
        ModelError: there are no stays.
    """
    import pyarrow as pa

    entry, gone, left = stays_seen(contracts, today)
    first = np.flatnonzero(np.r_[True, np.diff(contracts.stay) > 0])
    term = contracts.term_months[first]
    groups = {"all": np.ones(len(gone), dtype=bool)}
    known = np.unique(term[np.isfinite(term)])
    for months in known if 2 <= len(known) <= 4 else ():
        chosen = term == months
        if chosen.sum() >= LEAST_STAYS:
            groups[f"{months:g}"] = chosen
    parts = [
        _rows(name, kaplan_meier(entry[rows], gone[rows], left[rows]), entry[rows], gone[rows])
        for name, rows in groups.items()
    ]
    return pa.concat_tables(parts)


def _rows(name: str, curve: Curve, entry: Array, gone: Array) -> pa.Table:
    """The steps of one curve, thinned where there are very many, from day 0 to the last day seen."""
    import pyarrow as pa

    chosen = np.unique(np.linspace(0, len(curve.time) - 1, min(MOST_STEPS, len(curve.time))).astype(np.intp))
    days = np.r_[0.0, curve.time[chosen], curve.seen]
    share = np.r_[1.0, curve.survival[chosen], curve.survival[-1] if len(curve.time) else 1.0]
    low, high = (np.r_[1.0, band[chosen], band[-1] if len(band) else 1.0] for band in (curve.low, curve.high))
    there = (gone >= days[:, None]) & ((entry < days[:, None]) | (entry == 0))
    return pa.table(
        {
            "group": pa.array([name] * len(days)),
            "days": days,
            "share": share,
            "low": pa.array(low, from_pandas=True),
            "high": pa.array(high, from_pandas=True),
            "at_risk": there.sum(axis=1),
            "left": np.r_[0, curve.left[chosen], 0].astype(np.int64),
        }
    )


def running(contracts: Contracts) -> int:
    """Return how many stays go on."""
    return int((contracts.stay_end == NEVER).sum())
