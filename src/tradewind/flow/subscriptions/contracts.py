"""Whose subscription ran from when to when, as known by a day: the rows that time-to-leave is learned and read from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tradewind.core.time import Cutoff
from tradewind.features.whose import rows_of
from tradewind.flow.ask import ask_known
from tradewind.flow.data import Data

if TYPE_CHECKING:
    import pyarrow as pa

Ints = NDArray[np.int64]
Array = NDArray[np.float64]

NEVER = 10_000_000
"""The day number of an end that has not come."""
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Contracts:
    """Subscriptions by whose they are and when they began; arrays are (n,), days are day numbers since 1970.

    A stay is one or more subscriptions of the same one without a gap between them that is longer than a switch takes.

    Args:
        ids: (k,) everybody who ever paid, sorted.
        who: position in `ids`.
        start: first day that is paid for: that after the trial.
        end: last day; `NEVER` while it runs.
        term_months: months that it binds at a time; NaN where not known.
        stay: number of the stay it belongs to.
        stay_start: (stays,) first day of each.
        stay_end: (stays,) last day of each; `NEVER` while it runs.
        in_trial: subscriptions that ended before they were paid for; they are not among the rows.
        backwards: subscriptions that ended before they began; they are not among the rows.
    """

    ids: NDArray[np.object_]
    who: Ints
    start: Ints
    end: Ints
    term_months: Array
    stay: Ints
    stay_start: Ints
    stay_end: Ints
    in_trial: int
    backwards: int

    def at(self, entity_id: NDArray[np.object_], day: Ints) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
        """Return (m,) row of the newest subscription of each one as of a day, and whether the stay was going on then.

        Args:
            entity_id: (m,) whose.
            day: (m,) day number of the cutoff.
        """
        import pyarrow as pa
        import pyarrow.compute as pc

        if not len(self.who):
            return np.zeros(len(day), dtype=np.intp), np.zeros(len(day), dtype=bool)
        place = pc.index_in(pa.array(entity_id, pa.string()), pa.array(self.ids, pa.string())).fill_null(-1)
        who = np.asarray(place.to_numpy(zero_copy_only=False), dtype=np.int64)
        # Keys grow with whose and when, so that one search finds the newest that began before the day.
        row = np.searchsorted(self.who * NEVER + self.start, who * NEVER + day, side="left") - 1
        row = np.maximum(row, 0)
        stay = self.stay[row]
        going = (self.who[row] == who) & (self.stay_start[stay] < day) & (self.stay_end[stay] >= day)
        return row, going


def read_contracts(data: Data, entity: str, known_by: Cutoff, switch_days: int) -> Contracts:
    """Read who was subscribed from when to when, as known by a day.

    Args:
        data: the open snapshot.
        entity: key column of whose subscriptions they are.
        known_by: the day; later starts and ends are not seen.
        switch_days: a subscription that begins at most so many days after another one ended goes on with it.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    rows = ask_known(data.engine, data.catalog, _sql(data, entity), known_by)
    zone = data.catalog.zone
    start, end, trial = (local_days(rows.column(name), zone) for name in ("started_at", "ended_at", "trial_ends_at"))
    paid = np.where(trial == NEVER, start, np.maximum(start, trial))
    backwards, unpaid = end < start, (end <= paid) & (trial < NEVER)
    kept = ~backwards & ~unpaid & (paid < day_number(known_by.day))
    whose = rows.column(entity).combine_chunks().cast(pa.string()).filter(pa.array(kept))
    ids = np.sort(np.array(pc.unique(whose).to_pylist(), dtype=object))
    who = np.asarray(pc.index_in(whose, pa.array(ids, pa.string())).to_numpy(zero_copy_only=False), dtype=np.int64)
    term = rows.column("term_months").cast(pa.float64()).to_numpy(zero_copy_only=False)
    order = np.lexsort((term[kept], end[kept], paid[kept], who))
    who, start, end = who[order], paid[kept][order], end[kept][order]
    stay = _stays(who, start, end, switch_days)
    first = np.flatnonzero(np.r_[True, np.diff(stay) > 0]) if len(stay) else np.zeros(0, dtype=np.intp)
    last = np.maximum.reduceat(end, first) if len(stay) else end
    return Contracts(
        ids, who, start, end, term[kept][order], stay, start[first], last, int((unpaid & ~backwards).sum()),
        int(backwards.sum()),
    )  # fmt: skip


def _sql(data: Data, entity: str) -> str:
    has = data.catalog.has
    columns = ["started_at"]
    for name, kind in (("ended_at", "TIMESTAMP"), ("trial_ends_at", "TIMESTAMP"), ("term_months", "DOUBLE")):
        shown = name if has("subscriptions", name) else f"CAST(NULL AS {kind})"
        columns.append(f"{shown} AS {name}")
    whose = rows_of(data.catalog, "subscriptions", entity)
    return f"SELECT {entity}, {', '.join(columns)} FROM {whose} WHERE {entity} IS NOT NULL"


def _stays(who: Ints, start: Ints, end: Ints, switch_days: int) -> Ints:
    """Number the stays: a new one begins where all that the same one had before ended too long ago."""
    if not len(who):
        return who
    span = 4 * NEVER  # apart enough for the running maximum to begin anew with each one
    latest = np.maximum.accumulate(who * span + end) - who * span
    begins = np.r_[True, (np.diff(who) > 0) | (start[1:] > latest[:-1] + switch_days)]
    return np.asarray(np.cumsum(begins) - 1)


def local_days(times: pa.ChunkedArray, zone: str) -> Ints:
    """Return the local day number of each naive UTC instant; `NEVER` where there is none."""
    import pyarrow as pa
    import pyarrow.compute as pc

    utc = times.combine_chunks().cast(pa.timestamp("us"))
    local = pc.local_timestamp(pc.assume_timezone(utc, "UTC").cast(pa.timestamp("us", tz=zone)))
    micro = local.cast(pa.int64())
    days = np.floor_divide(np.asarray(micro.fill_null(0).to_numpy(zero_copy_only=False)), 86_400_000_000)
    absent = np.asarray(pc.is_null(utc).to_numpy(zero_copy_only=False), dtype=bool)
    return np.where(absent, NEVER, days).astype(np.int64)


def day_number(day: date) -> int:
    """Return the number of a day since 1970."""
    return (day - _EPOCH).days


def day_of(number: int) -> date:
    """Return the day of a number."""
    return _EPOCH + timedelta(days=int(number))


def billing_period(gaps: ArrayLike, times: ArrayLike) -> int:
    """Return the days of a period: a month of 30 days, or what is billed in instead.

    Args:
        gaps: days between one payment and the next of the same customer, each length once.
        times: how often each came.
    """
    days, count = np.asarray(gaps, dtype=np.float64), np.asarray(times, dtype=np.float64)
    usable = (days >= 5) & (days <= 100)
    days, count = days[usable], count[usable]
    if count.sum() < 30:
        return 30
    usual = float(days[count.argmax()])
    near = float(count[np.abs(days - usual) <= 1].sum() / count.sum())
    if near < 0.3:
        return 30
    if usual <= 8 or 13 <= usual <= 15:
        return 28
    return 90 if 88 <= usual <= 93 else 30
