"""Orders brought to purchase days, and those to each customer's frequency, recency and age."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tradewind.core.errors import ContractError, NotAnswerable, Problem
from tradewind.core.time import Horizon
from tradewind.models.lifetime.summary import Floats, Ints, LifetimeSummary, weeks_observed


def summarise_orders(
    entity_ids: NDArray[Any],
    times: NDArray[np.datetime64],
    amounts: ArrayLike | None,
    end: date,
    *,
    first_order_known: bool,
    first_order_at: NDArray[np.datetime64] | None = None,
    unit_days: float = 7.0,
) -> LifetimeSummary:
    """Summarise orders as of a day: repeat purchases, recency and age of each customer (Fader, Hardie, Lee 2005).

    Several orders on one day are one purchase. A day whose orders net to less than nothing, or to nothing because of
    returns, is no purchase; its amount is deducted from the customer's spend. Orders at or after `end` are not seen.
    The last day observed is the day before `end`, which is the convention of the published CDNOW figures.

    Args:
        entity_ids: (m,) who ordered.
        times: (m,) datetime64, the local calendar day of each order (an hour, if any, is dropped).
        amounts: (m,) what was paid, negative for returns, NaN where unknown; None where no amount is known.
        end: the cutoff: the first local day that is not observed.
        first_order_known: whether a customer's first order in these data is the first one ever. False when the
            history starts mid-life.
        first_order_at: (m,) datetime64, each row's customer's first order ever, NaT where unknown. With it, customers
            who began before these data begin are told apart and left out, the others can be answered for.
        unit_days: the unit in which parameters are told.

    Raises:
        NotAnswerable: the history starts mid-life and no first-order dates are known; or nobody is left.
        ContractError: the arrays do not fit each other or hold missing times.
    """
    if not first_order_known and first_order_at is None:
        raise NotAnswerable(
            Problem(
                "orders",
                "the history starts mid-life: nobody knows when these customers first ordered",
                expected="data that reach back to each customer's first order, or customers.first_order_at",
                do="map customers.first_order_at, or load the older orders",
            )
        )
    day, paid = _days(times, len(entity_ids)), _paid(amounts, len(entity_ids))
    cutoff = int(np.datetime64(end, "D").astype(np.int64))
    seen = day < cutoff
    names, who = _codes(np.asarray(entity_ids)[seen])
    if len(names) == 0:
        raise NotAnswerable(Problem("orders", f"there is no order before {end}", do="choose a later day"))
    buyers = _buyers(who, day[seen], paid[seen], len(names))
    keep, left_out = buyers.frequency >= 0, {}
    if not np.all(keep):
        left_out["only returns, no purchase"] = int(np.sum(~keep))
    if first_order_at is not None:
        began = _began_here(np.asarray(first_order_at)[seen], who, buyers.first, first_order_known)
        if np.any(keep & ~began):
            left_out["began before these data"] = int(np.sum(keep & ~began))
        keep &= began
    if not np.any(keep):
        found = f"{len(names):,} customers: " + ", ".join(f"{count:,} {why}" for why, count in left_out.items())
        raise NotAnswerable(Problem("orders", "no customer's life is known from the first order on", found))
    first = buyers.first[keep]
    return LifetimeSummary(
        names[keep],
        buyers.frequency[keep],
        (buyers.last[keep] - first).astype(np.float64),
        (cutoff - 1 - first).astype(np.float64),
        buyers.mean_amount[keep],
        buyers.amount_count[keep],
        unit_days,
        left_out,
    )


def count_purchases(
    summary: LifetimeSummary,
    entity_ids: NDArray[Any],
    times: NDArray[np.datetime64],
    amounts: ArrayLike | None,
    start: date,
    horizon: Horizon,
) -> Ints:
    """Count each summarised customer's purchases (as `summarise_orders` counts them) in `[start, start + horizon)`.

    Returns:
        (n,) purchases, in the order of the summary; 0 for who bought nothing.
    """
    who, on = purchases_of(summary, entity_ids, times, amounts)
    begin = int(np.datetime64(start, "D").astype(np.int64))
    inside = (on >= begin) & (on < begin + horizon.length.count)
    return np.bincount(who[inside], minlength=len(summary)).astype(np.int64)


def count_weeks(
    summary: LifetimeSummary,
    entity_ids: NDArray[Any],
    times: NDArray[np.datetime64],
    amounts: ArrayLike | None,
    end: date,
    ahead: Horizon | None = None,
) -> Ints:
    """Count the summarised customers' repeat purchases so far at the end of each week.

    Args:
        summary: customers as `summarise_orders` gave them for `end`.
        end: the cutoff: the first local day that the summary does not see; a week ends just before it.
        ahead: how far to count beyond it, in whole weeks; the orders must reach as far.

    Returns:
        (w,) cumulative counts, the first week being the one of the oldest first purchase.
    """
    who, on = purchases_of(summary, entity_ids, times, amounts)
    final = int(np.datetime64(end, "D").astype(np.int64)) - 1
    first = final - summary.age_days[who].astype(np.int64)
    past = weeks_observed(summary)
    weeks = past + (ahead.length.count // 7 if ahead else 0)
    # The week of a purchase: days up to and including `final` belong to week `past`, seven by seven.
    week = past - 1 + np.ceil((on - final) / 7.0).astype(np.int64)
    again = (on > first) & (week < weeks)
    return np.cumsum(np.bincount(np.maximum(week[again], 0), minlength=weeks)).astype(np.int64)


def purchases_of(
    summary: LifetimeSummary, entity_ids: NDArray[Any], times: NDArray[np.datetime64], amounts: ArrayLike | None
) -> tuple[NDArray[np.intp], Ints]:
    """Return the row in the summary and the day of each purchase of summarised customers, whenever it was."""
    day = _days(times, len(entity_ids))
    names, who = _codes(np.asarray(entity_ids))
    purchases = _purchase_days(who, day, _paid(amounts, len(day)))
    row_of = {name: row for row, name in enumerate(summary.entity_id.tolist())}
    row = np.array([row_of.get(name, -1) for name in names.tolist()], dtype=np.intp)[purchases.who[purchases.bought]]
    return row[row >= 0], purchases.day[purchases.bought][row >= 0]


@dataclass(frozen=True)
class _PurchaseDays:
    """Customer-days with orders: who, day, net amount, whether an amount is unknown, whether it is a purchase."""

    who: NDArray[np.intp]
    day: Ints
    net: Floats
    unknown: NDArray[np.bool_]
    bought: NDArray[np.bool_]


def _purchase_days(who: NDArray[np.intp], day: Ints, paid: Floats) -> _PurchaseDays:
    order = np.lexsort((day, who))
    who, day, paid = who[order], day[order], paid[order]
    if len(who) == 0:
        none = np.zeros(0, dtype=np.bool_)
        return _PurchaseDays(who, day, paid, none, none)
    starts = np.flatnonzero(np.concatenate([[True], (who[1:] != who[:-1]) | (day[1:] != day[:-1])]))
    net = np.add.reduceat(np.nan_to_num(paid), starts)
    unknown = np.logical_or.reduceat(np.isnan(paid), starts)
    returned = np.logical_or.reduceat(paid < 0, starts)
    return _PurchaseDays(who[starts], day[starts], net, unknown, unknown | (net > 0) | ~returned)


@dataclass(frozen=True)
class _Buyers:
    """One row per customer: day of the first and last purchase, repeat purchases (−1: no purchase at all), amounts."""

    first: Ints
    last: Ints
    frequency: Ints
    mean_amount: Floats
    amount_count: Ints


def _buyers(who: NDArray[np.intp], day: Ints, paid: Floats, entities: int) -> _Buyers:
    p = _purchase_days(who, day, paid)
    limits = np.iinfo(np.int64)
    first, last = np.full(entities, limits.max), np.full(entities, limits.min)
    np.minimum.at(first, p.who[p.bought], p.day[p.bought])
    np.maximum.at(last, p.who[p.bought], p.day[p.bought])
    repeat = np.bincount(p.who[p.bought], minlength=entities).astype(np.int64) - 1
    later = (p.day > first[p.who]) & ~p.unknown
    spend = np.bincount(p.who[later], weights=p.net[later], minlength=entities)
    known = np.bincount(p.who[later & p.bought], minlength=entities).astype(np.int64)
    mean = np.divide(spend, known, out=np.full(entities, np.nan), where=known > 0)
    return _Buyers(first, last, repeat, mean, known)


def _began_here(
    first_order_at: NDArray[np.datetime64], who: NDArray[np.intp], first: Ints, assume: bool
) -> NDArray[np.bool_]:
    """Whether each customer's first purchase in the data is the first one ever."""
    stated = first_order_at.astype("datetime64[D]")
    known = ~np.isnat(stated)
    ever = np.full(len(first), np.iinfo(np.int64).max)
    np.minimum.at(ever, who[known], stated[known].astype(np.int64))
    told = ever != np.iinfo(np.int64).max
    return np.where(told, ever >= first, assume)


def _days(times: NDArray[np.datetime64], rows: int) -> Ints:
    stamps = np.asarray(times)
    if stamps.dtype.kind != "M":
        raise ContractError(Problem("times", "orders need calendar days", str(stamps.dtype), "datetime64"))
    if len(stamps) != rows:
        raise ContractError(Problem("times", "one time per order", f"{len(stamps)} times", f"{rows} times"))
    if np.any(np.isnat(stamps)):
        raise ContractError(
            Problem("times", "an order has no time", f"{int(np.isnat(stamps).sum()):,} rows", "a time for each order")
        )
    return stamps.astype("datetime64[D]").astype(np.int64)


def _paid(amounts: ArrayLike | None, rows: int) -> Floats:
    """Amounts as numbers; all unknown where there are none."""
    if amounts is None:
        return np.full(rows, np.nan)
    paid = np.asarray(amounts, dtype=np.float64)
    if len(paid) != rows:
        raise ContractError(Problem("amounts", "one amount per order", f"{len(paid)} amounts", f"{rows} amounts"))
    if np.any(np.isinf(paid)):
        raise ContractError(Problem("amounts", "an amount is infinite", expected="finite amounts or NaN for unknown"))
    return paid


def _codes(ids: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """Number the distinct ids in the order of their first row."""
    import pyarrow as pa

    coded = pa.array(ids).dictionary_encode()
    if coded.null_count:
        raise ContractError(Problem("entity_ids", "an order belongs to nobody", f"{coded.null_count:,} rows"))
    names = coded.dictionary.to_numpy(zero_copy_only=False)
    return names, coded.indices.to_numpy(zero_copy_only=False).astype(np.intp)
