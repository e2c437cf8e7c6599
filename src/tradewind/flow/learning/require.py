"""Whether these data can answer a question at all; if not, which data would."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tradewind.core.contract import CONTRACT
from tradewind.core.errors import NotAnswerable, Problem
from tradewind.core.time import local_day
from tradewind.core.use_case import UseCase
from tradewind.features.history import HistoryStart, starts_mid_life
from tradewind.flow.ask import ask_known
from tradewind.flow.data import Data
from tradewind.flow.orders.order_days import read_order_days


def require_answerable(data: Data, use_case: UseCase) -> None:
    """Do nothing where a question can be asked.

    Raises:
        NotAnswerable: contract tables are missing or the history begins in mid-life; all reasons together.
    """
    problems = []
    for table in use_case.requires:
        stored, what = data.manifest.tables.get(table), f"it needs to know {CONTRACT[table].doc}"
        if stored is None:
            problems.append(Problem(use_case.name, what, "no such data", f"the table {table}", f"map [tables.{table}]"))
        elif stored.rows == 0:
            do = f"look into the files behind [tables.{table}]"
            problems.append(Problem(use_case.name, what, f"0 rows in {table}", f"rows in {table}", do))
    if not problems:
        problems += _columns_lacking(data, use_case)
    if not problems and "first orders" in use_case.needs:
        history = first_orders(data)
        if history.answer != "complete":
            problems.append(mid_life_problem(use_case.name, history))
    if problems:
        raise NotAnswerable(problems)


def _columns_lacking(data: Data, use_case: UseCase) -> list[Problem]:
    """Columns that the question cannot do without and of which none is there."""
    problems = []
    for needed in use_case.columns:
        places = [tuple(place.split(".")) for place in needed.split("|")]
        if not any(data.catalog.has(table, column) for table, column in places):
            docs = {column.doc for table, name in places if (column := CONTRACT[table].column(name)) is not None}
            named = " or ".join(".".join(place) for place in places)
            do = "map " + " or ".join(f"{column} in [tables.{table}]" for table, column in places)
            told = f", {min(docs)}" if docs else ""
            what, found = f"it needs to know {named}{told}", "no such column"
            today = [(table, name) for table, name in places if _is_of_today(data, table, name)]
            if today:
                found = f"{named} is only known as it is today"
                do = f'where it never changes, stable = ["{today[0][1]}"] in [tables.{today[0][0]}]'
            problems.append(Problem(use_case.name, what, found, named, do))
    return problems


def _is_of_today(data: Data, table: str, column: str) -> bool:
    """Whether a column is stored, but nobody can say what it was in the past."""
    stored = data.catalog.table(table)
    return stored is not None and column in stored.as_of_today


def first_orders(data: Data) -> HistoryStart:
    """Return whether the first orders we see are the customers' first; config may say so outright."""
    key = ("first orders", data.score_at)
    kept = data.kept.get(key)
    if not isinstance(kept, HistoryStart):
        kept = data.kept[key] = _first_orders(data)
    return kept


def _first_orders(data: Data) -> HistoryStart:
    declared = data.workspace.config.workspace.first_orders
    try:
        buyers = read_order_days(data)
    except NotAnswerable:
        return starts_mid_life(np.zeros(0, dtype=np.intp), np.zeros(0, dtype="datetime64[D]"), declared)
    day = buyers.orders.day.astype("datetime64[D]")
    created = None if declared is not None else _created(data, buyers.names)
    return starts_mid_life(buyers.orders.customer, day, declared, created)


def _created(data: Data, names: NDArray[np.object_]) -> NDArray[np.datetime64] | None:
    """The local day on which each customer became known; None where nobody's is."""
    table = data.catalog.table("customers")
    if table is None or "created_at" not in table.columns:
        return None
    query = "SELECT customer_id, created_at FROM customers"
    rows = ask_known(data.engine, data.catalog, query, data.score_at).to_pylist()
    zone = data.catalog.zone
    known = {row["customer_id"]: local_day(row["created_at"], zone) for row in rows if row["created_at"] is not None}
    return np.array([known.get(name) for name in names], dtype="datetime64[D]")


def mid_life_problem(name: str, history: HistoryStart, or_dates: bool = False) -> Problem:
    """Word why first orders are not known.

    Args:
        name: of the question.
        history: what was seen.
        or_dates: whether the dates of first orders would do in place of the orders: for a lifetime, not for a new
            customer, whose first order itself is what the answer is read from.
    """
    what = "the data begin in the middle of customers' lives, so their first orders are not in them"
    if history.answer == "unknown":
        what = "nobody can tell whether the data reach back to customers' first orders"
    return Problem(
        name,
        what,
        history.reason,
        "data that begin with the business" + (", or the first-order date of each customer" if or_dates else ""),
        ("map customers.first_order_at, or " if or_dates else "load the older orders, or ")
        + 'set first_orders = "complete" in [workspace] if they are complete',
    )
