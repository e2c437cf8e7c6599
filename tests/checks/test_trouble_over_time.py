"""Trouble with time: lost days, a robot's day, a load cut off, a clock in another zone, outcomes not entered yet."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from tradewind.checks.look import look_for_trouble
from tradewind.checks.looked import Given
from tradewind.core.trouble import Trouble

START, DAYS = date(2024, 1, 1), 366
TODAY = START + timedelta(days=DAYS)


def look(name: str, rows: pa.Table) -> tuple[Trouble, ...]:
    with duckdb.connect() as con:
        return look_for_trouble(con, {name: Given(rows)}, TODAY, "EUR")


def orders(per_day: Any, hour: Any = lambda _day, rng: float(np.clip(rng.normal(14, 3), 7, 22.9))) -> pa.Table:
    """A shop with weekends half as busy, changed by `per_day(day, usual)`."""
    rng = np.random.default_rng(11)
    at: list[datetime] = []
    for day in range(DAYS):
        usual = 20.0 * (0.5 if (START + timedelta(days=day)).weekday() > 4 else 1.0)
        for _ in range(int(rng.poisson(per_day(day, usual)))):
            at.append(datetime.combine(START, datetime.min.time()) + timedelta(days=day, hours=hour(day, rng)))
    at.sort()
    count = len(at)
    return pa.table(
        {
            "order_id": [str(place) for place in range(count)],
            "customer_id": [f"C{number}" for number in rng.integers(0, 500, count)],
            "happened_at": pa.array(at, pa.timestamp("us")),
            "amount": pa.array(np.round(rng.lognormal(3, 0.5, count), 2)),
            "happened_on": pa.array([each.date() for each in at]),
            "happened_hour": pa.array([each.hour for each in at], pa.int16()),
        }
    )


def kinds(told: tuple[Trouble, ...]) -> set[str]:
    return {each.kind for each in told}


def test_a_steady_shop_with_weekends_and_growth_is_in_order() -> None:
    assert look("orders", orders(lambda day, usual: usual * (1 + day / DAYS))) == ()


def test_lost_days_are_told_with_their_dates() -> None:
    told = look("orders", orders(lambda day, usual: 0 if 100 <= day < 106 else usual))
    assert kinds(told) == {"volume"}
    assert "10 April 2024 to 15 April 2024" in told[0].what


def test_half_of_a_month_lost() -> None:
    assert kinds(look("orders", orders(lambda day, usual: usual * (0.3 if 150 <= day < 192 else 1)))) == {"volume"}


def test_a_day_of_many_times_the_orders() -> None:
    told = look("orders", orders(lambda day, usual: usual * (15 if day == 200 else 1)))
    assert kinds(told) == {"volume"}
    assert "19 July 2024" in told[0].what


def test_the_last_days_are_cut_off() -> None:
    assert kinds(look("orders", orders(lambda day, usual: usual * (0.1 if day >= DAYS - 3 else 1)))) == {"truncated"}


def test_a_clock_in_another_zone() -> None:
    night = orders(lambda _day, usual: usual, lambda _day, rng: float(np.clip(rng.normal(4, 2), 0, 9)))
    assert kinds(look("orders", night)) == {"time zone"}
    evening = orders(
        lambda _day, usual: usual, lambda day, rng: float(np.clip(rng.normal(20 if day > 200 else 11, 1.5), 0, 23.9))
    )
    told = look("orders", evening)
    assert kinds(told) == {"time zone"}
    assert "July 2024" in told[0].what or "August 2024" in told[0].what


def deals(open_from: int, won: float = 0.3) -> pa.Table:
    """A deal a day for each of 4; those opened from a day on have not ended."""
    rng = np.random.default_rng(5)
    begun = [datetime(2024, 1, 1, 9) + timedelta(days=place // 4, minutes=place) for place in range(4 * DAYS)]
    ended = [at + timedelta(days=float(rng.gamma(2, 5)) + 1) for at in begun]
    known = [end.date() < TODAY and place // 4 < open_from for place, end in enumerate(ended)]
    closed = [end if done else None for end, done in zip(ended, known, strict=True)]
    return pa.table(
        {
            "deal_id": [str(place) for place in range(len(begun))],
            "created_at": pa.array(begun, pa.timestamp("us")),
            "stage": ["done" if done else "open" for done in known],
            "amount": pa.array(np.round(rng.lognormal(6, 0.5, len(begun)), 2)),
            "closed_at": pa.array(closed, pa.timestamp("us")),
            "won": pa.array([bool(rng.random() < won) if done else None for done in known]),
        }
    )


def test_outcomes_not_entered_yet() -> None:
    assert look("deals", deals(DAYS)) == ()
    told = look("deals", deals(DAYS - 90))
    assert kinds(told) == {"late label"}


def test_an_answer_that_is_rare() -> None:
    told = look("deals", deals(DAYS, won=0.008))
    assert kinds(told) == {"one outcome"}
    assert "won" in told[0].what


def test_closed_before_it_was_created() -> None:
    rows = deals(DAYS)
    wrong = rows["closed_at"].to_pylist()
    wrong[3] = datetime(2023, 6, 1)
    told = look("deals", rows.set_column(4, "closed_at", pa.array(wrong, pa.timestamp("us"))))
    assert [(each.column, each.kind, each.rows) for each in told] == [("closed_at", "impossible", 1)]


def test_empty_tables_and_empty_columns_are_no_trouble_to_look_at() -> None:
    assert look("orders", orders(lambda _day, _usual: 0)) == ()
    nothing = pa.table({"customer_id": ["a", "b"], "x": pa.nulls(2, pa.string()), "y": pa.nulls(2, pa.float64())})
    assert look("customers", nothing) == ()


_VALUES = st.one_of(
    st.lists(st.one_of(st.none(), st.text(max_size=12)), min_size=40, max_size=40),
    st.lists(st.one_of(st.none(), st.floats(allow_nan=False, width=32)), min_size=40, max_size=40),
    st.lists(st.one_of(st.none(), st.booleans()), min_size=40, max_size=40),
    st.lists(
        st.one_of(st.none(), st.datetimes(datetime(1600, 1, 1), datetime(9999, 12, 31))), min_size=40, max_size=40
    ),
)


@given(_VALUES, _VALUES)
@settings(max_examples=15, deadline=None)
def test_whatever_stands_in_a_column_is_looked_at(one: list[Any], two: list[Any]) -> None:
    rows = pa.table({"customer_id": [str(place) for place in range(40)], "one": pa.array(one), "two": pa.array(two)})
    for trouble in look("customers", rows):
        assert 0 < trouble.rows <= trouble.of
        assert len(trouble.examples) <= 20
