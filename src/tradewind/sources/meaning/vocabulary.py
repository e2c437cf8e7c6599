"""The words that `values.toml` and `words.toml` hold, read once."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class KnownValues:
    """Values whose meaning does not depend on whose data they are in.

    Args:
        blank: words, in lower case, that stand for "no value".
        flags: (yes, no) in lower case.
        countries: names in lower case.
        country_codes: ISO codes.
        currency_codes: ISO codes.
        currency_signs: sign to the code it usually means.
        zones: country, in lower case, to the IANA zone where most of its people live.
        zone_of_currency: currency code to the zone that it makes likely.
        currency_of_zone: the currency that a zone makes likely.
    """

    blank: frozenset[str]
    flags: tuple[tuple[str, str], ...]
    countries: frozenset[str]
    country_codes: frozenset[str]
    currency_codes: frozenset[str]
    currency_signs: Mapping[str, str]
    zones: Mapping[str, str]
    zone_of_currency: Mapping[str, str]
    currency_of_zone: Mapping[str, str]


@cache
def known_values() -> KnownValues:
    """Return the values of `values.toml`."""
    found = tomllib.loads((files("tradewind.sources.meaning") / "values.toml").read_text(encoding="utf-8"))
    return KnownValues(
        frozenset(found["blank"]),
        tuple((yes, no) for yes, no in found["flags"]),
        frozenset(found["countries"]),
        frozenset(found["country_codes"]),
        frozenset(found["currency_codes"]),
        found["currency_signs"],
        found["zones"],
        found["zone_of_currency"],
        found["currency_of_zone"],
    )
