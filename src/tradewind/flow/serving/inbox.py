"""What has arrived since the last run, as rows of contract tables; whoever keeps it hands it out by sequence number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from tradewind.core.contract import BASE_AMOUNTS, CONTRACT
from tradewind.store.manifest import Manifest


@dataclass(frozen=True)
class InboxRow:
    """One row that no run has read yet.

    Args:
        sequence: rises with every row that is accepted.
        table: the contract table it will be a row of.
        row: its columns; times are naive UTC.
        known_at: when it was received, naive UTC.
    """

    sequence: int
    table: str
    row: Mapping[str, Any] = field(repr=False)
    known_at: datetime


class Inbox(Protocol):
    """Where accepted rows wait for a run."""

    def rows_since(self, sequence: int) -> Sequence[InboxRow]:
        """Return the rows accepted after this sequence number, in order."""

    def drained_by(self, manifest: Manifest) -> int:
        """Return the sequence number up to which a snapshot holds the rows itself; 0 for none."""


class EmptyInbox:
    """No events are taken in."""

    def rows_since(self, sequence: int) -> Sequence[InboxRow]:
        """Return none."""
        return ()

    def drained_by(self, manifest: Manifest) -> int:
        """Return 0."""
        return 0


def as_stored(row: InboxRow, zone: ZoneInfo, currency: str) -> InboxRow:
    """Return a row with the columns that a load adds: its local day and hour, when it was known, its amount in the
    workspace's currency where it is in that currency.

    Args:
        row: as it was accepted.
        zone: the workspace's.
        currency: the workspace's.
    """
    made = dict(row.row)
    happened = made.get("happened_at")
    if isinstance(happened, datetime):
        local = happened.replace(tzinfo=UTC).astimezone(zone)
        made.setdefault("happened_on", local.date())
        made.setdefault("happened_hour", local.hour)
    amount = BASE_AMOUNTS.get(row.table)
    if amount in made and "amount_base" not in made:
        own = CONTRACT[row.table].column("currency") is None or (made.get("currency") or currency) == currency
        made["amount_base"] = made[amount] if own else None
    made |= {"known_at": row.known_at, "valid_to": None, "first_seen_at": made.get("first_seen_at", row.known_at)}
    return InboxRow(row.sequence, row.table, made, row.known_at)
