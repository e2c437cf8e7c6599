"""Data checks: every state of every check."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from tradewind.checks.data import (
    check_currency,
    check_customers,
    check_empty_columns,
    check_fresh,
    check_future,
    check_history_start,
    check_load,
    check_not_empty,
    check_references,
    check_rejected,
)
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
        (check_customers("orders", 0, 0.0, 10, 50.0, "USD"), "pass"),
        (check_customers("orders", 1, 5.0, 10, 50.0, "USD"), "pass"),
        (check_customers("orders", 1, 25.0, 10, 50.0, "USD"), "warn"),
        (check_customers("orders", 4, -5.0, 10, 50.0, "USD"), "warn"),
        (check_customers("orders", 0, 0.0, 0, 0.0, "USD"), "unknown"),
        (check_load("orders", (30, 0, 0), 30, 0, False, False), "pass"),
        (check_load("orders", (0, 0, 0), 30, 30, False, True), "pass"),
        (check_load("orders", (1, 0, 19), 16, 30, True, False), "pass"),
        (check_load("orders", (0, 0, 15), 15, 30, False, False), "warn"),
        (check_load("orders", (0, 0, 8), 8, 16, False, False), "pass"),
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
