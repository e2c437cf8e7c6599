"""Amounts in several currencies: the rate of the day, never an older one than a week, never added up without one."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradewind.sources.derived import add_base_amount

Rate = tuple[str, str, str, float]


def convert(
    orders: list[tuple[str, float, str | None]], rates: list[Rate] | None, base: str = "EUR"
) -> list[float | None]:
    """(day, amount, currency) of each order to its amount in the base currency."""
    money = pa.decimal128(18, 4)
    rows = pa.table(
        {
            "amount": pa.array([Decimal(str(amount)) for _, amount, _ in orders], money),
            "currency": pa.array([code for *_, code in orders], pa.string()),
            "happened_on": pa.array([date.fromisoformat(day) for day, *_ in orders], pa.date32()),
            "known_at": pa.array([datetime(2024, 6, 1)] * len(orders), pa.timestamp("us")),
        }
    )
    stored = None
    if rates is not None:
        stored = pa.table(
            {
                "day": pa.array([date.fromisoformat(day) for day, *_ in rates], pa.date32()),
                "from_currency": pa.array([one for _, one, _, _ in rates], pa.string()),
                "to_currency": pa.array([other for _, _, other, _ in rates], pa.string()),
                "rate": pa.array([rate for *_, rate in rates], pa.float64()),
                "valid_to": pa.nulls(len(rates), pa.timestamp("us")),
            }
        )
    done = add_base_amount("orders", rows, stored, base, "UTC")["amount_base"].to_pylist()
    return [None if value is None else float(value) for value in done]


def test_the_rate_of_the_day_not_a_later_one() -> None:
    rates = [("2024-05-01", "USD", "EUR", 0.9), ("2024-05-03", "USD", "EUR", 0.5)]
    orders = [("2024-05-02", 10, "USD"), ("2024-05-03", 10, "USD"), ("2024-04-30", 10, "USD")]
    assert convert(orders, rates) == [9.0, 5.0, None]


def test_a_rate_serves_for_a_week() -> None:
    rates = [("2024-05-01", "USD", "EUR", 0.9)]
    assert convert([("2024-05-08", 10, "USD"), ("2024-05-09", 10, "USD")], rates) == [9.0, None]


def test_refunds_convert_at_the_rate_of_their_own_day() -> None:
    rates = [("2024-05-01", "USD", "EUR", 0.9), ("2024-05-03", "USD", "EUR", 0.5)]
    assert convert([("2024-05-01", 10, "USD"), ("2024-05-03", -10, "USD")], rates) == [9.0, -5.0]


def test_a_rate_the_other_way_round_is_used_where_none_is_stated() -> None:
    other = [("2024-05-01", "EUR", "USD", 1.25)]
    assert convert([("2024-05-01", 10, "USD")], other) == [8.0]
    assert convert([("2024-05-01", 10, "USD")], [*other, ("2024-05-01", "USD", "EUR", 0.9)]) == [9.0]


def test_by_way_of_a_third_currency() -> None:
    rates = [("2024-05-01", "JPY", "USD", 0.01), ("2024-05-01", "USD", "EUR", 0.9)]
    assert convert([("2024-05-02", 1000, "JPY")], rates) == [9.0]
    turned = [("2024-05-01", "USD", "JPY", 100.0), ("2024-05-01", "EUR", "USD", 1.25)]
    assert convert([("2024-05-02", 1000, "JPY")], turned) == [8.0]


def test_the_older_of_two_rates_sets_the_limit() -> None:
    rates = [("2024-05-07", "JPY", "USD", 0.01), ("2024-05-01", "USD", "EUR", 0.9)]
    assert convert([("2024-05-08", 1000, "JPY"), ("2024-05-09", 1000, "JPY")], rates) == [9.0, None]


def test_of_two_third_currencies_the_one_with_more_days_counts() -> None:
    rates = [
        ("2024-05-01", "JPY", "USD", 0.01), ("2024-05-02", "JPY", "USD", 0.01), ("2024-05-01", "JPY", "GBP", 0.5),
        ("2024-05-01", "USD", "EUR", 0.9), ("2024-05-01", "GBP", "EUR", 2.0),
    ]  # fmt: skip
    assert convert([("2024-05-02", 1000, "JPY")], rates) == [9.0]


@pytest.mark.parametrize("rates", [None, [], [("2024-05-01", "USD", "EUR", 0.0)], [("2024-05-01", "USD", "EUR", -1.0)]])
def test_without_a_usable_rate_there_is_no_amount(rates: list[Rate] | None) -> None:
    assert convert([("2024-05-01", 10, "USD"), ("2024-05-01", 10, "EUR"), ("2024-05-01", 10, None)], rates) == [
        None,
        10.0,
        10.0,
    ]


@given(
    st.lists(
        st.tuples(st.integers(1, 28), st.sampled_from(["USD", "GBP", "EUR"]), st.integers(-500, 500)),
        min_size=1,
        max_size=20,
    ),
    st.lists(st.tuples(st.integers(1, 28), st.sampled_from(["USD", "GBP"]), st.integers(1, 30)), max_size=12),
)
@settings(max_examples=25, deadline=None)
def test_as_a_plain_loop_would_convert(orders: list[tuple[int, str, int]], rates: list[tuple[int, str, int]]) -> None:
    unique = {(day, code): rate / 10 for day, code, rate in rates}
    expected: list[float | None] = []
    for day, code, amount in orders:
        days = [at for at, other in unique if other == code and at <= day]
        if code == "EUR":
            expected.append(float(amount))
        elif days and day - max(days) <= 7:
            expected.append(pytest.approx(amount * unique[max(days), code], abs=1e-4))
        else:
            expected.append(None)
    stated = [(f"2024-05-{day:02d}", code, "EUR", rate) for (day, code), rate in unique.items()]
    assert convert([(f"2024-05-{day:02d}", amount, code) for day, code, amount in orders], stated) == expected
