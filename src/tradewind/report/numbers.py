"""Figures as people say them: rounded to what they mean, shares as "18 in 100", chances as "1 in 14"."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date

from tradewind.core.finding import Number
from tradewind.core.money import format_money

CENTS_BELOW = 20

_BIG = ((1e9, "billion"), (1e6, "million"))


def round_to_meaning(value: float, low: float | None = None, high: float | None = None) -> float:
    """Round to three leading digits, or to the tenth part of the interval's width where that is coarser.

    Args:
        value: any finite number.
        low: lower end of its interval, if known.
        high: upper end.
    Returns:
        The rounded value; digits that the interval makes meaningless are gone.
    """
    if value == 0 or not math.isfinite(value):
        return value
    place = math.floor(math.log10(abs(value))) - 2
    if low is not None and high is not None and 0 < high - low < math.inf:
        # Never coarser than the leading digit: a wide interval must not turn the value itself into 0.
        place = min(max(place, math.floor(math.log10(high - low)) - 1), place + 2)
    return round(value, -place)


def say_count(value: float) -> str:
    """Write a number of things: 1,234; 48,300; 1.47 million."""
    if not math.isfinite(value):
        return "unknown"
    for size, word in _BIG:
        if abs(value) >= size:
            return f"{_minus(f'{value / size:,.2f}'.rstrip('0').rstrip('.'))} {word}"
    whole = round(value) if abs(value) < 10_000 else round_to_meaning(value)
    return _minus(f"{whole:,.0f}")


def say_money(value: float, currency: str, low: float | None = None, high: float | None = None) -> str:
    """Write an amount, rounded to what it means: $3.20, $842, $48,300, $1.2 million."""
    if not math.isfinite(value):
        return "unknown"
    for size, word in _BIG:
        if abs(value) >= size:
            return f"{format_money(round(value / size, 2), currency).replace('.00', '')} {word}"
    if abs(value) < 100:
        # Cents mean something in what a contact costs, not in what a customer brings.
        return format_money(value if abs(value) < CENTS_BELOW else round(value), currency).replace(".00", "")
    return format_money(round_to_meaning(value, low, high), currency)


def say_share(share: float) -> str:
    """Write a share of people: 0.18 → "18 in 100", 0.004 → "4 in 1,000", 0 → "none", 1 → "all"."""
    if not math.isfinite(share):
        return "unknown"
    if share < 0:
        return f"−{say_share(-share)}"
    if share == 0:
        return "none"
    if share > 0.995:
        return "all" if share >= 1 else "more than 99 in 100"
    for base in (100, 1_000, 10_000):
        if round(share * base) >= 1 and (share * base >= 0.95 or base == 10_000):
            return f"{round(share * base)} in {base:,}"
    return "fewer than 1 in 10,000"


def say_one_in(share: float) -> str:
    """Write a small share as a chance: 0.0714 → "1 in 14"; from 0.3 on "4 in 10"; 1 or more → "everybody and more"."""
    if not math.isfinite(share):
        return "unknown"
    if share > 1:
        return "more than everybody"
    if share >= 0.3:
        return f"{round(share * 10)} in 10"
    return f"1 in {say_count(1 / share)}" if share > 0 else "nobody"


def say_of_100(share: float) -> str:
    """Write a share as the bare number of 100: 0.184 → "18"; below one half in 100 with a decimal."""
    value = share * 100
    return f"{value:.0f}" if abs(value) >= 0.95 or value == 0 else f"{value:.1f}"


def say_days(value: float) -> str:
    """Write a span of days: "1 day", "41 days"."""
    whole = round(value)
    return f"{whole:,} day{'' if whole == 1 else 's'}"


def say_day(day: date) -> str:
    """Write a calendar day: "1 December 2017"."""
    return f"{day.day} {day:%B %Y}"


def say_between(low: float, high: float, say: Callable[[float], str]) -> str:
    """Write an interval: "between 15 and 21 in 100"; one text where both ends read the same."""
    first, last = say(low), say(high)
    if first == last:
        return f"about {first}"
    (start, _, unit), (_, _, last_unit) = first.partition(" "), last.partition(" ")
    return f"between {start if unit == last_unit else first} and {last}"


def say_value(value: float, unit: str, low: float | None = None, high: float | None = None) -> str:
    """Write a value by its unit: a currency code, `share`, `days`, `count` or words."""
    if len(unit) == 3 and unit.isupper():
        return say_money(value, unit, low, high)
    if unit == "share":
        return say_share(value)
    if unit in ("day", "days"):
        return say_days(value)
    whole = unit == "count" or float(value).is_integer()
    text = say_count(value) if whole else say_decimal(value, low, high)
    return text if unit in ("", "count") else f"{text} {unit}"


def say_number(number: Number) -> str:
    """Write a number with its interval in plain words, or why there is none."""
    if number.value is None:
        return f"not known: {number.reason}"
    text = say_value(number.value, number.unit, number.low, number.high)
    between = say_interval(number)
    return f"{text} ({between})" if between else text


def say_interval(number: Number) -> str:
    """Write a number's interval in plain words; empty where there is none."""
    if number.value is None or number.low is None or number.high is None:
        return ""
    low, high = number.low, number.high
    return say_between(low, high, lambda end: say_value(end, number.unit, low, high))


def say_decimal(value: float, low: float | None = None, high: float | None = None) -> str:
    """Write a pure number with the digits that its interval leaves meaning to: 0.867, 4.31, −9,582.43."""
    if not math.isfinite(value):
        return "unknown"
    if low is not None and high is not None and 0 < high - low < math.inf:
        digits = min(max(math.ceil(-math.log10(high - low)) + 1, 0), 4)
        return _minus(f"{value:,.{digits}f}")
    text = f"{value:,.2f}" if abs(value) >= 100 else f"{value:.4f}"
    return _minus(text.rstrip("0").rstrip("."))


def _minus(text: str) -> str:
    return text.replace("-", "−")
