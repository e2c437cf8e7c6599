"""How early lights turned red before customers left, and how often red was nothing, on past days of looking."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradewind.core.finding import Number, missing
from tradewind.models.lights import LIGHTS, MONTH, days_between

Array = NDArray[np.float64]
Days = NDArray[np.datetime64]

BEFORE = (30, 60, 90)
"""Days before the end at which one would like to have known."""
RESAMPLES = 400


@dataclass(frozen=True)
class Looked:
    """Lights as they would have been seen, one row for each customer and day of looking.

    Args:
        who: (n,) customer.
        day: (n,) datetime64[D], the day of looking; the days are `MONTH` apart.
        light: (n,) place in `LIGHTS`.
        left: (n,) day on which the customer left after it; NaT where that has not happened.
        known_until: last day on which an end would be known.
    """

    who: NDArray[np.object_]
    day: Days
    light: NDArray[np.int8]
    left: Days
    known_until: np.datetime64


@dataclass(frozen=True)
class LeadTime:
    """What the lights were worth.

    Args:
        before: days before leaving → (share of those who left whose light was red then, how many they are).
        amber_before: the same for red or amber.
        after: light → (share that left within the horizon, rows it rests on).
        notice: (m,) days before the end at which the light of each that was red at last turned red for good.
        leavers: who left while being looked at.
        never: share of them whose light was not red on the last day of looking.
    """

    before: Mapping[int, tuple[Number, int]]
    amber_before: Mapping[int, tuple[Number, int]]
    after: Mapping[str, tuple[Number, int]]
    notice: Array
    leavers: int
    never: Number


def measure_lead_time(looked: Looked, horizon: int, rng: np.random.Generator) -> LeadTime:
    """Measure lights against what came.

    Args:
        looked: lights at past days, each from what was known then.
        horizon: days within which a red light is held against leaving; days of looking with less to come are left out.
        rng: for the ranges of shares that rest on several rows of one customer (drawn anew as whole customers).
    """
    ahead = days_between(looked.day, looked.left)
    leaves = np.isfinite(ahead)
    before = {span: _seen_before(looked, ahead, span, 0) for span in BEFORE}
    amber = {span: _seen_before(looked, ahead, span, 1) for span in BEFORE}
    done = looked.day + np.timedelta64(horizon, "D") <= looked.known_until
    soon = leaves & (np.nan_to_num(ahead, nan=np.inf) < horizon)
    after: dict[str, tuple[Number, int]] = {}
    for place, name in enumerate(LIGHTS):
        rows = done & (looked.light == place)
        after[name] = (_clustered_share(soon[rows], looked.who[rows], rng), int(rows.sum()))
    last = leaves & (ahead <= MONTH)
    never = share_of(int((looked.light[last] != 0).sum()), int(last.sum()))
    return LeadTime(before, amber, after, _notice(looked, ahead), int(last.sum()), never)


def _seen_before(looked: Looked, ahead: Array, span: int, worst: int) -> tuple[Number, int]:
    """Of those who left: the light on the last day of looking at least `span` days before; one row for each."""
    rows = (ahead >= span) & (ahead < span + MONTH)
    return share_of(int((looked.light[rows] <= worst).sum()), int(rows.sum())), int(rows.sum())


def _notice(looked: Looked, ahead: Array) -> Array:
    """Days before the end since which the light had been red without a break, of those who were red at last."""
    found = []
    order = np.lexsort((looked.day, looked.who.astype(str)))
    who, gone, light = looked.who[order], ahead[order], looked.light[order]
    for row in np.flatnonzero(np.isfinite(gone) & (gone <= MONTH) & (light == 0)):
        first = row
        while first > 0 and who[first - 1] == who[row] and light[first - 1] == 0:
            first -= 1
        found.append(gone[first])
    return np.array(found, dtype=np.float64)


def share_of(hits: int, of: int) -> Number:
    """Return a share with its 95 % interval (Wilson 1927, equation 4), or why there is none."""
    if of == 0:
        return missing("nobody left whose light was known then")
    z, share = 1.959964, hits / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z / (1 + z * z / of) * np.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return Number(share, max(0.0, float(middle - half)), min(1.0, float(middle + half)))


def _clustered_share(hit: NDArray[np.bool_], who: NDArray[np.object_], rng: np.random.Generator) -> Number:
    if not len(hit):
        return missing("no light of this colour has been seen for long enough")
    _, code = np.unique(who.astype(str), return_inverse=True)
    hits, rows = np.bincount(code, weights=hit), np.bincount(code)
    draws = rng.multinomial(len(rows), np.full(len(rows), 1 / len(rows)), size=RESAMPLES)
    shares = draws @ hits / np.maximum(draws @ rows, 1)
    low, high = np.quantile(shares, (0.025, 0.975))
    return Number(float(hits.sum() / rows.sum()), float(low), float(high))
