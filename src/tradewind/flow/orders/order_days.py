"""Who bought on which day: read once from a snapshot, for all who ask."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradewind.core.errors import NotAnswerable, Problem
from tradewind.flow.ask import ask_known
from tradewind.flow.data import Data
from tradewind.stats.spans import OrderDays


@dataclass(frozen=True)
class Buyers:
    """Who bought when, and who they are.

    Args:
        orders: customers as codes.
        names: (k,) the customer of each code.
    """

    orders: OrderDays
    names: NDArray[np.object_]


def read_order_days(data: Data) -> Buyers:
    """Return who bought when, as known today; returns and orders of guests are left out.

    Raises:
        NotAnswerable: there are no orders of known customers.
    """
    kept = data.kept.get(("order days", data.score_at))
    if isinstance(kept, Buyers):
        return kept
    if data.catalog.table("orders") is None:
        raise NotAnswerable(Problem("orders", "there are no orders", "", "the table orders", "map [tables.orders]"))
    query = "SELECT customer_id, happened_on FROM orders WHERE amount >= 0 AND customer_id IS NOT NULL"
    rows = ask_known(data.engine, data.catalog, query, data.score_at)
    if rows.num_rows == 0:
        raise NotAnswerable(Problem("orders", "no order is of a known customer", "", "orders that say who bought"))
    who = rows.column("customer_id").combine_chunks().dictionary_encode()
    # Codes in the order of names: samples are drawn by code, and engines give rows in any order.
    names, place = np.unique(np.array(who.dictionary.to_pylist(), dtype=object), return_inverse=True)
    code = place[who.indices.to_numpy()].astype(np.int64)
    day = rows.column("happened_on").to_numpy().astype("datetime64[D]").astype(np.int64)
    # One number for day and customer: sorting such numbers is many times faster than sorting pairs.
    pairs = np.sort(day * len(names) + code)
    day, code = np.divmod(pairs[np.r_[True, np.diff(pairs) > 0]], len(names))
    end = int(np.datetime64(data.score_at.day, "D").astype(np.int64))
    buyers = Buyers(OrderDays(code.astype(np.intp), day, len(names), end), names)
    data.kept["order days", data.score_at] = buyers
    return buyers
