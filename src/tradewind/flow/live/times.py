"""When an event happened, by the sender's clock set right by ours."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tradewind.core.errors import ContractError, Problem

EARLIEST = datetime(2000, 1, 1)
AHEAD = timedelta(days=1)
"""A clock that is wrong by no more than this is set right to the moment of receipt."""

_EPOCH = datetime(1970, 1, 1)


def when_it_happened(sent: Mapping[str, Any], received_at: datetime, sent_at: object = None) -> datetime:
    """Return the instant of an event, naive UTC, never after it was received.

    A sender that says when the event happened and when it was sent tells how long it had waited, whatever its clock
    says: that long before the receipt it happened.

    Args:
        sent: the message: `timestamp` (or `originalTimestamp`, `happened_at`) and `sentAt`.
        received_at: naive UTC, by our clock.
        sent_at: of the batch, where the message has none.
    Raises:
        ContractError: the time cannot be read, or lies before the year 2000 or far ahead.
    """
    original = _instant(sent, "originalTimestamp", "timestamp", "happened_at")
    if original is None:
        return received_at
    left = _instant(sent, "sentAt", "sent_at") or _instant({"sentAt": sent_at}, "sentAt")
    if left is not None and left >= original:
        happened = received_at - (left - original)
    else:
        happened = original
    if happened > received_at + AHEAD:
        raise unusable("its time lies more than a day ahead")
    if happened < EARLIEST:
        raise unusable(f"its time lies before {EARLIEST.year}")
    return min(happened, received_at)


def _instant(sent: Mapping[str, Any], *names: str) -> datetime | None:
    name = next((name for name in names if sent.get(name) not in (None, "")), None)
    if name is None:
        return None
    value = sent[name]
    try:
        if isinstance(value, str):
            moment = datetime.fromisoformat(value.strip())
            return moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return _EPOCH + timedelta(milliseconds=value) if abs(value) > 1e11 else _EPOCH + timedelta(seconds=value)
    except (ValueError, OverflowError):
        pass
    raise unusable(f"its {name} is no time: ISO 8601 with a zone, or milliseconds since 1970")


def unusable(why: str) -> ContractError:
    """Return why one event cannot be taken, in words for its sender."""
    return ContractError(Problem("event", why))
