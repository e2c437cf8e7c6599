"""A few values of a column as people are shown them, before and after the mapping."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from tradewind.sources.raw import Raw

_LOOKED_AT = 200
_SHOWN = 3
_LONGEST = 60


def some_values(raw: Raw, place: int) -> tuple[str, ...]:
    """Return a few different values of a source's column."""
    values = raw.data.column(place).slice(0, _LOOKED_AT).to_pylist()
    return tuple(dict.fromkeys(said(value) for value in values if value not in (None, "")))[:_SHOWN]


def said(value: object) -> str:
    """Return a value in short plain words."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.isoformat(" ", "minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:,.2f}" if value == round(value, 2) else f"{value:,.4f}"
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
