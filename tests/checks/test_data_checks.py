"""Data checks: every state of every check, and all of them from stored tables in one call."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from tradewind.checks.data import (
    check_currency,
    check_empty_columns,
    check_fresh,
    check_future,
    check_history_start,
    check_not_empty,
    check_references,
    check_rejected,
)
from tradewind.checks.tables import check_tables
from tradewind.core.finding import Check

TODAY = date(2018, 1, 1)


@pytest.mark.parametrize(
    ("check", "status"),
    [
        (check_not_empty("orders", 3), "pass"),
        (check_not_empty("orders", 0), "fail"),
        (check_empty_columns("orders", {"amount": 0, "channel": 2}, 3), "pass"),
        (check_empty_columns("orders", {"amount": 0, "channel": 3}, 3), "warn"),
        (check_empty_columns("orders", {}, 0), "unknown"),
        (check_rejected("orders", 1, 999), "pass"),
        (check_rejected("orders", 50, 950), "warn"),
        (check_rejected("orders", 500, 500), "fail"),
        (check_rejected("orders", 0, 0), "unknown"),
        (check_fresh("orders", date(2017, 12, 31), TODAY), "pass"),
        (check_fresh("orders", date(2017, 12, 1), TODAY), "warn"),
        (check_fresh("orders", date(2017, 6, 1), TODAY), "fail"),
        (check_fresh("orders", None, TODAY), "unknown"),
        (check_future("orders", 0, 10), "pass"),
        (check_future("orders", 1, 10, datetime(2031, 1, 1)), "fail"),
        (check_future("orders", 0, 0), "unknown"),
        (check_currency("orders", 0, 10, "USD"), "pass"),
        (check_currency("orders", 2, 10, "USD"), "warn"),
        (check_currency("orders", 8, 10, "USD"), "fail"),
        (check_currency("orders", 0, 0, "USD"), "unknown"),
        (check_references("order_lines", "product_id", 0, 10), "pass"),
        (check_references("order_lines", "product_id", 2, 10), "warn"),
        (check_references("order_lines", "product_id", 9, 10), "fail"),
        (check_references("order_lines", "product_id", 0, 0), "unknown"),
        (check_history_start(False, "first orders come evenly"), "pass"),
        (check_history_start(True, "1,982 of 2,469 first orders are in the first month"), "warn"),
        (check_history_start(None, "there are no orders"), "unknown"),
    ],
    ids=lambda value: value.name[:40] if isinstance(value, Check) else value,
)
def test_states(check: Check, status: str) -> None:
    assert check.status == status
    assert check.what
    assert bool(check.do) == (status != "pass")


def orders(**columns: list[object]) -> pa.Table:
    base = {
        "order_id": ["1", "2", "3"],
        "customer_id": ["a", "b", "x"],
        "happened_at": [datetime(2017, 12, day) for day in (29, 30, 31)],
        "amount": [Decimal("5"), None, Decimal("7")],
        "channel": pa.nulls(3, pa.string()),
        "amount_base": [Decimal("5"), None, None],
        "happened_on": [date(2017, 12, day) for day in (29, 30, 31)],
        "valid_to": pa.nulls(3, pa.timestamp("us")),
    }
    return pa.table(base | columns)


def statuses(tables: dict[str, pa.Table], rejected: dict[str, int] | None = None) -> dict[str, str]:
    checks = check_tables(tables, rejected or {}, datetime(2018, 1, 1, 5), TODAY, "USD")
    return {check.name: check.status for check in checks}


def test_stored_tables_are_checked_by_what_the_contract_says() -> None:
    customers = pa.table({"customer_id": ["a", "b"], "country": ["US", "US"]})
    assert statuses({"orders": orders(), "customers": customers}, {"orders": 1}) == {
        "orders has rows": "pass",
        "orders: rows we could not use": "fail",
        "orders has values in every mapped column": "warn",
        "orders holds nothing from the future": "pass",
        "orders reaches up to today": "pass",
        "orders: every amount is known in USD": "warn",
        "orders.customer_id points to rows that exist": "warn",
        "customers has rows": "pass",
        "customers: rows we could not use": "pass",
        "customers has values in every mapped column": "pass",
    }


def test_the_future_is_found() -> None:
    future = orders(happened_at=[datetime(2017, 1, 1), datetime(2017, 1, 2), datetime(2031, 1, 1)])
    assert statuses({"orders": future})["orders holds nothing from the future"] == "fail"


def test_an_empty_table_fails_and_is_asked_nothing_more() -> None:
    assert statuses({"orders": orders().slice(0, 0)}) == {
        "orders has rows": "fail",
        "orders: rows we could not use": "unknown",
    }


def test_a_table_without_the_other_side_is_not_asked_for_it() -> None:
    assert not [name for name in statuses({"orders": orders()}) if "points to" in name]
