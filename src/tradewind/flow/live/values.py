"""Values as SDKs send them, made plain: texts without control characters, amounts, names in one spelling."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

LONGEST_TEXT = 2_000

_WORD = re.compile(r"[^a-z0-9]+")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]+")
_PHONE, _TABLET = re.compile(r"Mobi|iPhone|Android.+Mobile"), re.compile(r"iPad|Tablet|Android")


@lru_cache(maxsize=10_000)
def snake(text: str) -> str:
    """Return a name as this workspace writes names: “Order Completed” and “orderCompleted” are order_completed."""
    return _WORD.sub("_", _HUMP.sub("_", text.strip()).lower()).strip("_")


def money(*values: object) -> str | None:
    """Return the first value that is an amount, as text with four places; None where none is."""
    for value in values:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            continue
        try:
            amount = Decimal(str(value)).quantize(Decimal("0.0001"))
        except InvalidOperation:
            continue
        if amount.is_finite() and abs(amount) < 10**14:
            return str(amount)
    return None


def address_of(value: object) -> str:
    """Return a page's address without what stands behind it: there, forms and mails put names and tokens."""
    return re.split(r"[?#]", text_of(value), maxsplit=1)[0]


def device_of(agent: str) -> str:
    """Return what kind of device a browser says that it runs on: mobile, tablet, desktop; empty if unsaid."""
    if not agent:
        return ""
    return "mobile" if _PHONE.search(agent) else "tablet" if _TABLET.search(agent) else "desktop"


def mapping(of: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return the object of a name; an empty one where none is there."""
    value = of.get(name)
    return value if isinstance(value, dict) else {}


def text_of(value: object) -> str:
    """Return a plain value as text without control characters; nothing for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    text = value if isinstance(value, str) else str(value)
    return (text if text.isprintable() else CONTROL.sub(" ", text)).strip()[:LONGEST_TEXT]
