"""Cursors: where a page begins, in which snapshot, and for which filters; opaque to whoever passes one on."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tradewind.core.errors import ConfigError, Problem

LONGEST = 600
"""Characters of a cursor."""

MOST_ROWS = 2**40
"""So many rows a cursor may pass over."""


@dataclass(frozen=True)
class Place:
    """Where a page begins.

    Args:
        snapshot: id of the data it belongs to; empty for those of now.
        after: what the page before ended with; None for the first.
    """

    snapshot: str = ""
    after: Any = None

    def number(self) -> int:
        """Return how many rows came before; anybody can write a cursor, so what it holds is checked.

        Raises:
            ConfigError: it holds no such number.
        """
        after = 0 if self.after is None else self.after
        if type(after) is not int or not 0 <= after <= MOST_ROWS:
            raise _strange()
        return after

    def moment(self) -> tuple[datetime, str] | None:
        """Return when the last one of the page before was (naive UTC) and its id; None at the beginning.

        Raises:
            ConfigError: it holds no such moment.
        """
        if self.after is None:
            return None
        try:
            at, name = self.after
            found = datetime.fromisoformat(at)
        except (TypeError, ValueError) as error:
            raise _strange() from error
        if found.tzinfo is not None or not 1970 <= found.year < 3000:
            raise _strange()
        return found, str(name)


def write_cursor(place: Place, filters: Mapping[str, object]) -> str:
    """Return the cursor of a place among what these filters let through."""
    payload = json.dumps([place.snapshot, place.after, _digest(filters)], separators=(",", ":"))
    return base64.urlsafe_b64encode(_check(payload.encode()) + payload.encode()).decode().rstrip("=")


def read_cursor(cursor: str, filters: Mapping[str, object]) -> Place:
    """Return the place that a cursor names; the beginning where it is empty.

    A cursor holds nothing secret and gives no rights: what it leads to is checked as every request is.

    Raises:
        ConfigError: it is none of ours, or was made for other filters.
    """
    if not cursor:
        return Place()
    try:
        raw = base64.b64decode(cursor.encode() + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        check, payload = raw[:8], raw[8:]
        if check != _check(payload):
            raise ValueError("check")
        snapshot, after, digest = json.loads(payload)
    except (ValueError, binascii.Error, RecursionError) as error:
        raise _strange() from error
    if digest != _digest(filters):
        raise _wrong("this cursor was made for other filters", "the same parameters as for the page before")
    return Place(str(snapshot), after)


def _digest(filters: Mapping[str, object]) -> str:
    text = json.dumps({name: value for name, value in filters.items() if value}, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _check(payload: bytes) -> bytes:
    return hashlib.sha256(b"tradewind cursor 1" + payload).digest()[:8]


def _strange() -> ConfigError:
    return _wrong("this is no cursor of ours", "the next_cursor of an answer, unchanged")


def _wrong(what: str, expected: str) -> ConfigError:
    return ConfigError(Problem("cursor", what, "", expected, "begin again without a cursor"))
