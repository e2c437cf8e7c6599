"""Figures are written as people say them, and never lose their sign or their size."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.core.finding import Number, missing
from tradewind.report.numbers import (
    round_to_meaning,
    say_between,
    say_count,
    say_days,
    say_decimal,
    say_money,
    say_number,
    say_one_in,
    say_share,
    say_value,
)


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.18, "18 in 100"),
        (0.004, "4 in 1,000"),
        (0.0003, "3 in 10,000"),
        (0.000001, "fewer than 1 in 10,000"),
        (0.0, "none"),
        (1.0, "all"),
        (0.998, "more than 99 in 100"),
        (-0.05, "−5 in 100"),
        (math.nan, "unknown"),
    ],
)
def test_shares_are_told_as_people_count(share: float, text: str) -> None:
    assert say_share(share) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.0714, "1 in 14"), (0.5, "5 in 10"), (0.001, "1 in 1,000"), (0.0, "nobody"), (1.4, "more than everybody")],
)
def test_small_chances_are_told_as_one_in(share: float, text: str) -> None:
    assert say_one_in(share) == text


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (3.2, "$3.20"),
        (3.0, "$3"),
        (79.93, "$80"),
        (842.4, "$842"),
        (48312.4, "$48,300"),
        (1_234_567, "$1.23 million"),
        (-5210, "−$5,210"),
        (math.inf, "unknown"),
    ],
)
def test_money_is_rounded_to_what_it_means(amount: float, text: str) -> None:
    assert say_money(amount, "USD") == text


def test_money_in_a_currency_without_a_sign_names_it() -> None:
    assert say_money(48312.4, "SEK") == "48,300 SEK"


def test_digits_that_the_interval_makes_meaningless_are_dropped() -> None:
    assert say_money(9840.4, "USD", 8930, 10720) == "$9,800"
    assert say_decimal(0.8674, 0.849, 0.8855) == "0.867"
    assert say_decimal(-9582.43) == "−9,582.43"
    assert say_decimal(4.4136) == "4.4136"


@pytest.mark.parametrize(
    ("count", "text"), [(1234, "1,234"), (48312, "48,300"), (1_469_307, "1.47 million"), (-7, "−7")]
)
def test_counts(count: float, text: str) -> None:
    assert say_count(count) == text


def test_an_interval_says_its_unit_once() -> None:
    assert say_between(0.15, 0.21, say_share) == "between 15 and 21 in 100"
    assert say_between(0.004, 0.21, say_share) == "between 4 in 1,000 and 21 in 100"
    assert say_between(0.151, 0.152, say_share) == "about 15 in 100"
    assert say_between(3, 41, say_days) == "between 3 and 41 days"


def test_a_missing_number_says_why() -> None:
    assert say_number(missing("no margin is known")) == "not known: no margin is known"
    assert say_number(Number(0.18, 0.15, 0.21, "share")) == "18 in 100 (between 15 and 21 in 100)"
    assert say_value(41, "days") == "41 days"
    assert say_value(2303, "households") == "2,303 households"


@given(st.floats(1e-9, 1e12), st.floats(0, 2))
def test_rounding_keeps_the_size_of_a_number(value: float, width: float) -> None:
    rounded = round_to_meaning(value, value * (1 - width / 2), value * (1 + width / 2))
    assert rounded == pytest.approx(value, rel=0.51)
    assert round_to_meaning(-value) == -round_to_meaning(value)


@given(st.floats(0.0001, 0.99))
def test_a_share_read_back_is_the_share(share: float) -> None:
    first, _, base = say_share(share).partition(" in ")
    assert int(first) / int(base.replace(",", "")) == pytest.approx(share, rel=0.51, abs=0.00005)
