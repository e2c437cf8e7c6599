"""Whether these data can answer a question at all; if not, which data would."""

from __future__ import annotations

from tradewind.core.contract import CONTRACT
from tradewind.core.errors import NotAnswerable, Problem
from tradewind.core.use_case import UseCase
from tradewind.features.history import History, judge_history
from tradewind.flow.data import Data


def require_answerable(data: Data, use_case: UseCase) -> None:
    """Do nothing where a question can be asked.

    Raises:
        NotAnswerable: contract tables are missing or the history begins in mid-life; all reasons together.
    """
    problems = [
        Problem(use_case.name, f"it needs to know {CONTRACT[table].doc}", "no such data", f"the table {table}",
                f"map [tables.{table}]")
        for table in use_case.requires
        if data.catalog.table(table) is None
    ]  # fmt: skip
    if not problems and "first orders" in use_case.needs:
        history = first_orders(data)
        if history.starts_mid_life is not False:
            problems.append(mid_life_problem(use_case.name, history))
    if problems:
        raise NotAnswerable(problems)


def first_orders(data: Data) -> History:
    """Return whether the first orders we see are the customers' first; config may say so outright."""
    stated = data.workspace.config.workspace.first_orders
    if stated is not None:
        seen = f"[workspace] first_orders = {stated!r} says so"
        return History(stated == "partial", seen)
    return judge_history(data.engine, data.catalog)


def mid_life_problem(name: str, history: History) -> Problem:
    """Word why first orders are not known."""
    return Problem(
        name,
        "the data begin in the middle of customers' lives, so their first orders are not in them",
        history.seen,
        "data that begin with the business, or the first-order date of each customer",
        'map customers.first_order_at, or set first_orders = "complete" in [workspace] if they are complete',
    )
