"""Open subscriptions beside each other, ends before beginnings and negative amounts are told."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from tradewind.checks.look import look_for_trouble
from tradewind.checks.looked import Given
from tradewind.core.trouble import Trouble


def look(**columns: Any) -> dict[str, Trouble]:
    rows = {
        "customer_id": [f"C{place:02d}" for place in range(40)],
        "started_at": [datetime(2024, 1, 1) + timedelta(days=place, hours=place) for place in range(40)],
        "ended_at": [datetime(2024, 9, 1) if place % 2 else None for place in range(40)],
        "plan": ["small", "large"] * 20,
        "monthly_amount": [10.0, 20.0] * 20,
        **columns,
    }
    with duckdb.connect() as con:
        given = {"subscriptions": Given(pa.table(rows))}
        found = look_for_trouble(con, given, date(2025, 1, 1), "EUR")
    return {f"{each.column}: {each.kind}": each for each in found if each.kind in ("two at once", "impossible")}


@pytest.mark.parametrize(("other", "words", "severity"), [
    ("small", "2 of them have the same plan twice", "misleads"), ("extra", "run beside another one", "cosmetic"),
])  # fmt: skip
def test_two_open_subscriptions_are_told_with_what_is_done(other: str, words: str, severity: str) -> None:
    who = [f"C{place:02d}" for place in range(40)]
    who[2], plan = who[0], ["small", "large"] * 20
    plan[2] = other
    told = look(customer_id=who, plan=plan)["ended_at: two at once"]
    assert (told.rows, told.severity) == (2, severity)
    assert words in told.what
    assert "whoever ends one of two has not left" in told.what


def test_one_that_ended_and_another_are_no_trouble() -> None:
    who = [f"C{place:02d}" for place in range(40)]
    who[1] = who[0]
    assert look(customer_id=who) == {}


def test_an_end_before_the_beginning_and_a_negative_amount_are_told() -> None:
    ends = [datetime(2024, 9, 1) if place % 2 else None for place in range(40)]
    ends[1] = datetime(2023, 6, 1)
    amounts = [10.0, 20.0] * 20
    amounts[4] = -10.0
    assert set(look(ended_at=ends, monthly_amount=amounts)) == {"ended_at: impossible", "monthly_amount: impossible"}
