"""Text by its look: addresses, numbers to call, pages, countries, people; words that mean yes, no or nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence

from tradewind.sources.meaning.vocabulary import known_values

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}")
_URL = re.compile(r"(https?://|www\.)\S+|/[\w\-/.?=&%]+", re.IGNORECASE)
_IP = re.compile(r"\d{1,3}(\.\d{1,3}){3}|[0-9a-f]{0,4}(:[0-9a-f]{0,4}){3,7}", re.IGNORECASE)
_PHONE = re.compile(r"(\+|00)?[\d\s()./\-]{7,20}(\s*(x|ext\.?)\s*\d+)?")
_PERSON = re.compile(r"([^\W\d_][\w'’.\-]*)(\s+[^\W\d_][\w'’.\-]*){1,3}")
_UUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{24,64}", re.IGNORECASE)


def text_kind(values: Sequence[str], distinct: int, filled: int) -> str:
    """Return what kind of text a column holds.

    Args:
        values: filled values of the sample, trimmed.
        distinct: different values among all rows.
        filled: filled rows.
    """
    known = known_values()
    some = list(dict.fromkeys(values))[:500]
    if not some:
        return "empty"
    for kind, pattern in (("email", _EMAIL), ("ip", _IP)):
        if _share(pattern, some) >= 0.9:
            return kind
    lengths = [len(value) for value in some]
    words = sum(len(value.split()) for value in some) / len(some)
    if _share(_URL, some) >= 0.9 and sum(lengths) / len(lengths) > 4:
        return "url"
    if _among(some, known.currency_codes, str.upper):
        return "currency"
    if _among(some, known.countries, str.lower) or _among(some, known.country_codes, str):
        return "country"
    if _share(_UUID, some) >= 0.9:
        return "code"
    if _phones(some):
        return "phone"
    if distinct > 20 and (sum(lengths) / len(lengths) > 60 or (words > 6 and max(lengths) > 60)):
        return "text"
    if distinct <= 2:
        return "flag"
    few = distinct <= 12 or (distinct <= 500 and distinct <= 0.05 * filled)
    if few and not (distinct >= 5 and distinct == filled):
        return "category"
    if words >= 1.7 and _share(_PERSON, some) >= 0.9 and words < 3.2:
        return "person"
    return "code"


def is_uuid(values: Sequence[str]) -> bool:
    """Tell whether values are made by a machine to be unique: UUIDs and long hexadecimal digests."""
    return bool(values) and _share(_UUID, values[:200]) >= 0.9


def flag_sides(values: Sequence[str]) -> str:
    """Return which of two values means yes, as it is written; empty where no word says so."""
    lowered = {value.lower(): value for value in values}
    for yes, no in known_values().flags:
        if set(lowered) == {yes, no} or set(lowered) == {yes}:
            return lowered[yes]
    return ""


def _share(pattern: re.Pattern[str], values: Sequence[str]) -> float:
    return sum(pattern.fullmatch(value) is not None for value in values) / len(values)


def _among(values: Sequence[str], known: Collection[str], form: Callable[[str], str]) -> bool:
    return sum(form(value) in known for value in values) >= 0.9 * len(values) and len(values) > 1


def _phones(values: Sequence[str]) -> bool:
    if _share(_PHONE, values) < 0.9:
        return False
    dressed = sum(any(mark in value for mark in "+ ()/") or value.startswith("00") for value in values)
    digits = sum(7 <= sum(letter.isdigit() for letter in value) <= 15 for value in values)
    return dressed >= 0.5 * len(values) and digits >= 0.9 * len(values)
