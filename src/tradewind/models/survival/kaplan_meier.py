"""The Kaplan–Meier curve: which share is still there after so many days, whatever the length of each one's history."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tradewind.core.errors import ModelError, Problem

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

Z95 = 1.959963984540054


@dataclass(frozen=True)
class Curve:
    """A survival curve, as steps at the times at which somebody left.

    Args:
        time: (k,) the times, ascending.
        at_risk: (k,) how many were there and seen just before each.
        left: (k,) how many left then.
        survival: (k,) share still there just after.
        error: (k,) its standard error (Greenwood).
        low: (k,) lower end of its 95 % interval, on the log-log scale; NaN where nobody is left.
        high: (k,) upper end.
        seen: the longest time that anybody was followed: beyond it nothing is known.
    """

    time: Array
    at_risk: NDArray[np.int64]
    left: NDArray[np.int64]
    survival: Array
    error: Array
    low: Array
    high: Array
    seen: float

    def at(self, times: ArrayLike) -> Array:
        """Return the share still there at each of these times; NaN beyond what anybody was followed for."""
        wanted = np.asarray(times, dtype=np.float64)
        step = np.searchsorted(self.time, wanted, side="right")
        share = np.r_[1.0, self.survival][step]
        return np.where(wanted <= self.seen, share, np.nan)

    def quantile(self, share_left: float) -> tuple[float, float, float]:
        """Return the time by which this share has left, with its 95 % interval (Brookmeyer and Crowley 1982).

        Any of the three is NaN where the curve, or its band, is not seen to fall that far.
        """
        still = 1.0 - share_left
        return _first(self.time, self.survival, still), _first(self.time, self.low, still), _first(
            self.time, self.high, still
        )  # fmt: skip


def _first(time: Array, share: Array, still: float) -> float:
    reached = np.flatnonzero(np.nan_to_num(share, nan=0.0) <= still + 1e-12)
    return float(time[reached[0]]) if len(reached) else float("nan")


def kaplan_meier(entry: ArrayLike, gone_at: ArrayLike, left: ArrayLike) -> Curve:
    """Estimate the survival curve (Kaplan and Meier 1958), with delayed entry.

    Whoever was already there when the history began has an entry above zero and counts as at risk only after it, since
    those who left before are not in the data. The variance is Greenwood's (1926), the interval is symmetric for
    log(−log S) (Kalbfleisch and Prentice 1980, §1.4), so that it stays between 0 and 1.

    Args:
        entry: (n,) time since the start at which each was first seen; 0 for those seen from the start.
        gone_at: (n,) time since the start at which each left, or was last seen.
        left: (n,) whether it left then.
    Returns:
        The curve; without any step where nobody left.
    Raises:
        ModelError: nobody is there, a time is negative or no number, or somebody left before being seen.
    """
    begun, gone = np.asarray(entry, dtype=np.float64), np.asarray(gone_at, dtype=np.float64)
    event = np.asarray(left, dtype=bool)
    require_spells(begun, gone)
    time, count = np.unique(gone[event], return_counts=True)
    still = len(gone) - np.searchsorted(np.sort(gone), time, side="left")
    late = np.sort(begun[begun > 0])
    at_risk = still - (len(late) - np.searchsorted(late, time, side="left"))
    with np.errstate(divide="ignore", invalid="ignore"):
        survival = np.asarray(np.cumprod(1.0 - count / at_risk), dtype=np.float64)
        greenwood = np.cumsum(count / (at_risk * (at_risk - count).astype(np.float64)))
        spread = Z95 * np.sqrt(greenwood) / np.abs(np.log(survival))
        low, high = survival ** np.exp(spread), survival ** np.exp(-spread)
        error = survival * np.sqrt(greenwood)
    known = survival > 0
    return Curve(
        time, at_risk.astype(np.int64), count.astype(np.int64), survival, np.where(known, error, np.nan),
        np.where(known, low, np.nan), np.where(known, high, np.nan), float(gone.max()),
    )  # fmt: skip


def require_spells(entry: Array, gone_at: Array) -> None:
    """Do nothing where these are times of being there.

    Raises:
        ModelError: there are none, one is negative or no number, or one ends before it begins.
    """
    if len(entry) == 0 or len(entry) != len(gone_at):
        raise ModelError(Problem("", "there is nobody to follow", f"{len(entry)} rows", "at least one"))
    if not (np.isfinite(entry).all() and np.isfinite(gone_at).all()) or entry.min() < 0 or gone_at.min() < 0:
        raise ModelError(Problem("", "a time of being there is negative or no number", "", "days since the start"))
    backwards = int((gone_at < entry).sum())
    if backwards:
        raise ModelError(Problem("", "somebody ended before being seen", f"{backwards:,}", "an end after the start"))
