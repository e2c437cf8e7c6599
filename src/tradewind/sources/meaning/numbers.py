"""Text as numbers: decimal comma or point, thousands apart, currency signs, percent, negatives in brackets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from tradewind.sources.meaning.vocabulary import known_values

Floats = NDArray[np.float64]

_FEW = 3
_GROUPS = re.compile(r"\d{1,3}(?:[.,'’ \u00a0\u202f]\d{3})+")


@cache
def _number_pattern() -> re.Pattern[str]:
    known = known_values()
    marks = sorted((*known.currency_signs, *known.currency_codes), key=len, reverse=True)
    mark = "|".join(re.escape(one) for one in marks)
    return re.compile(
        rf"(?P<open>\()?\s*(?P<sign>[-+−])?\s*(?P<before>{mark})?\s*(?P<sign2>[-+−])?\s*"
        r"(?P<body>\d{1,3}(?:[.,'’ \u00a0\u202f]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)?|[.,]\d+)"
        r"(?P<exponent>[eE][+-]?\d{1,3})?[.,]?"
        rf"\s*(?P<after>{mark})?\s*(?P<percent>%)?\s*(?P<trailing>-)?(?P<close>\))?"
    )


@dataclass(frozen=True)
class NumberShape:
    """How the values of a column read as numbers.

    Args:
        share: of the filled values that are numbers.
        decimal: the decimal sign, `.` or `,`.
        grouped: whether thousands are set apart.
        currency: ISO code of the one currency its signs or codes mean; empty where there are none, or several.
        percent: whether percent signs follow.
        brackets: whether brackets mean below zero.
        dressed: whether anything but digits, a sign and a decimal mark must be taken off to read it.
        whole: share that are whole numbers.
        cents: share with at most two decimals; 0 where hardly any has two.
        negative: share below zero.
        zero: share equal to zero.
        low: the smallest value.
        high: the largest.
        middle: the median.
        skew: (mean − median) ÷ standard deviation; above 0 where a few values are far larger than the rest.
    """

    share: float
    decimal: str = "."
    grouped: bool = False
    currency: str = ""
    percent: bool = False
    brackets: bool = False
    dressed: bool = False
    whole: float = 0.0
    cents: float = 0.0
    negative: float = 0.0
    zero: float = 0.0
    low: float = 0.0
    high: float = 0.0
    middle: float = 0.0
    skew: float = 0.0


def number_shape(values: Sequence[str] | Floats) -> tuple[NumberShape | None, Floats]:
    """Read values as numbers.

    Args:
        values: the filled values, as trimmed text or already numbers.
    Returns:
        their shape (None where fewer than nine in ten are numbers), and the numbers, NaN where a value is none.
    """
    if isinstance(values, np.ndarray):
        return _described(values, {}), values
    pattern = _number_pattern()
    matches = [pattern.fullmatch(value) for value in values]
    found = [match for match in matches if match]
    others = {value for value, match in zip(values, matches, strict=True) if match is None}
    if not found or len(found) < 0.9 * len(values) or len(others) > _FEW:  # many others are codes with letters
        return None, np.full(len(values), np.nan)
    decimal = _decimal_sign([match["body"] for match in found])
    numbers = np.array([_number(match, decimal) if match else np.nan for match in matches])
    marks = {mark for match in found for mark in (match["before"], match["after"]) if mark}
    codes = {known_values().currency_signs.get(mark, mark) for mark in marks}
    grouped = any(_GROUPS.match(match["body"]) and _other(decimal, match["body"]) for match in found)
    percent = sum(match["percent"] is not None for match in found) > len(found) / 2
    brackets = any(match["open"] for match in found)
    dressed = bool(marks or percent or brackets or any(match["trailing"] for match in found))
    facts = {
        "decimal": decimal,
        "grouped": grouped,
        "currency": codes.pop() if len(codes) == 1 else "",
        "percent": percent,
        "brackets": brackets,
        "dressed": dressed,
    }
    return _described(numbers, facts), numbers


def _described(numbers: Floats, facts: dict[str, object]) -> NumberShape | None:
    known = numbers[np.isfinite(numbers)]
    if len(known) == 0 or len(known) < 0.9 * len(numbers):
        return None
    cents, tenths = _has_decimals(known, 2), _has_decimals(known, 1)
    whole = known == np.round(known)
    spread = float(known.std())
    middle = float(np.median(known))
    return NumberShape(
        share=len(known) / len(numbers),
        whole=float(whole.mean()),
        cents=float(cents.mean()) if (~tenths).mean() > 0.05 else 0.0,
        negative=float((known < 0).mean()),
        zero=float((known == 0).mean()),
        low=float(known.min()),
        high=float(known.max()),
        middle=middle,
        skew=(float(known.mean()) - middle) / spread if spread > 0 else 0.0,
        **facts,  # type: ignore[arg-type]
    )


def _has_decimals(numbers: Floats, places: int) -> NDArray[np.bool_]:
    scaled = numbers * 10**places
    close: NDArray[np.bool_] = np.abs(scaled - np.round(scaled)) < 1e-6 * np.maximum(1, np.abs(scaled))
    return close


def _decimal_sign(bodies: Sequence[str]) -> str:
    """The mark that stands last where both occur, or that is not followed by exactly three digits."""
    comma = point = 0
    for body in bodies:
        last_comma, last_point = body.rfind(","), body.rfind(".")
        if last_comma >= 0 and last_point >= 0:
            comma, point = comma + (last_comma > last_point), point + (last_point > last_comma)
        elif last_comma >= 0 and not (len(body) - last_comma == 4 and _GROUPS.fullmatch(body)):
            comma += 1
        elif last_point >= 0 and not (len(body) - last_point == 4 and _GROUPS.fullmatch(body)):
            point += 1
    return "," if comma > point else "."


def _other(decimal: str, body: str) -> bool:
    return any(mark in body for mark in "'’ \u00a0\u202f" + ("," if decimal == "." else "."))


def _number(match: re.Match[str], decimal: str) -> float:
    body = match["body"]
    for mark in "'’ \u00a0\u202f" + ("," if decimal == "." else "."):
        body = body.replace(mark, "")
    body = body.replace(decimal, ".")
    if body.count(".") > 1:
        return float("nan")
    try:
        size = float(body + (match["exponent"] or ""))
    except ValueError:
        return float("nan")
    negative = (match["open"] and match["close"]) or match["trailing"]
    negative = negative or "-" in (match["sign"] or "") + (match["sign2"] or "") or "−" in (match["sign"] or "")
    return -size if negative else size
