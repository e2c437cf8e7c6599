"""How often a call is tried again, and how long one waits: as long as the server says, else longer every time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

AWAY = frozenset({429, 502, 503, 504})
"""Answers that mean "later": nothing was done."""


@dataclass(frozen=True)
class Patience:
    """When to give up.

    Args:
        tries: how often a call is made at most.
        first_wait: seconds before the second try; each later wait is twice as long.
        longest_wait: seconds; when the server asks for more, the call fails at once.
    """

    tries: int = 4
    first_wait: float = 0.25
    longest_wait: float = 30.0


def wait_before_next(
    patience: Patience, tried: int, status: int, headers: Mapping[str, str], now: datetime, jitter: float
) -> float | None:
    """Return the seconds to wait before the next try, or None to give up.

    Args:
        patience: when to give up.
        tried: how often it was tried, 1 after the first.
        status: of the answer; 0 when none came.
        headers: of the answer.
        now: with its zone.
        jitter: in [0, 1), so that many clients do not come back at one moment.
    """
    asked = retry_after(headers, now)
    later = status == 0 or status in AWAY or (status == 409 and asked is not None)
    if not later or tried >= patience.tries:
        return None
    if asked is not None:
        return asked if asked <= patience.longest_wait else None
    wait: float = patience.first_wait * 2 ** (tried - 1)
    return min(wait * (0.5 + jitter), patience.longest_wait)


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return the seconds that the header Retry-After asks for, given as seconds or as a date; None without one."""
    text = headers.get("retry-after", "").strip()
    if text.isdigit():
        return float(text)
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    at = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    return max((at - now).total_seconds(), 0.0)
