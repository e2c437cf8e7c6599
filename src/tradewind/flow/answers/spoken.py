"""A figure inside a sentence; one that is not known is said to be unknown and never becomes a number."""

from __future__ import annotations

from tradewind.core.finding import Number
from tradewind.report.numbers import say_count, say_money, say_of_100


def known(number: Number | None) -> bool:
    """Whether there is a value."""
    return number is not None and number.value is not None


def value_of(number: Number | None) -> float:
    """Return the value of a figure that is known."""
    assert number is not None
    assert number.value is not None
    return number.value


def of_100(number: Number | None) -> str:
    """Say a share as so many of 100."""
    return say_of_100(value_of(number)) if known(number) else "an unknown number"


def count_of(number: Number | None) -> str:
    """Say how many."""
    return say_count(value_of(number)) if known(number) else "an unknown number of"


def money_of(number: Number | None, currency: str) -> str:
    """Say an amount."""
    return say_money(value_of(number), currency) if known(number) else "an unknown amount"
