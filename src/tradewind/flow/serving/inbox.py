"""What has arrived since the last run, as rows of contract tables, held by the ids whose scores it may change."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from threading import Lock
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from tradewind.core.contract import BASE_AMOUNTS
from tradewind.core.entities import ENTITIES
from tradewind.core.identity import ID_COLUMNS
from tradewind.store.manifest import Manifest

MOST_WAITING = 1_000_000
"""Rows held at most; from there on, scores say that they are those of the last run until a run has read the rows."""

_KEYS = (*ENTITIES, *ID_COLUMNS.values())


class Row(Protocol):
    """One accepted row that no run has read yet; `flow.live.door.InboxRow` is one."""

    @property
    def sequence(self) -> int:
        """It rises with every event that is accepted."""

    @property
    def table(self) -> str:
        """The contract table that it will be a row of."""

    @property
    def row(self) -> Mapping[str, Any]:
        """Its columns; `known_at` is when it was received, naive UTC."""


class Inbox(Protocol):
    """Where accepted rows wait for a run."""

    def rows_since(self, sequence: int) -> Sequence[Row]:
        """Return the rows accepted after this number, in order."""

    def drained_by(self, manifest: Manifest) -> int:
        """Return the number up to which a snapshot holds the rows itself; 0 for none."""


class EmptyInbox:
    """Nothing is taken in."""

    def rows_since(self, sequence: int) -> Sequence[Row]:  # noqa: ARG002
        """Return none."""
        return ()

    def drained_by(self, manifest: Manifest) -> int:  # noqa: ARG002
        """Return 0."""
        return 0


@dataclass(frozen=True)
class Arrived:
    """One row, with the columns that a load would have added.

    Args:
        table: the contract table.
        row: its columns.
        known_at: when it was received, naive UTC.
    """

    table: str
    row: Mapping[str, Any] = field(repr=False)
    known_at: datetime


def as_loaded(row: Row, zone: ZoneInfo, currency: str) -> Arrived:
    """Return a row as a load would store it: local day and hour, the amount in the workspace's currency.

    Args:
        row: as it was accepted.
        zone: the workspace's.
        currency: the workspace's; amounts in others have no rate here, and are converted by the next run.
    """
    made = dict(row.row)
    happened, known = made.get("happened_at"), made["known_at"]
    if isinstance(happened, datetime):
        local = happened.replace(tzinfo=UTC).astimezone(zone)
        made["happened_on"], made["happened_hour"] = local.date(), local.hour
    amount = BASE_AMOUNTS.get(row.table)
    if amount in made and (made.get("currency") or currency) == currency:
        made["amount_base"] = made[amount]
    made.setdefault("first_seen_at", known)
    return Arrived(row.table, {**made, "valid_to": None}, known)


class Waiting:
    """The rows that no run has read yet; it only grows, and belongs to one snapshot.

    Args:
        drained: the number up to which the snapshot holds the rows itself.
        zone: the workspace's.
        currency: the workspace's.
        admit: which rows count from a row's arrival on; see `live_orders`.
    """

    def __init__(
        self, drained: int, zone: str, currency: str, admit: Callable[[Arrived], list[Arrived]] = lambda row: [row]
    ) -> None:
        self.sequence = drained
        self.count = 0
        self.newest: dict[str, datetime] = {}
        self._zone, self._currency, self._admit = ZoneInfo(zone), currency, admit
        self._by_id: dict[tuple[str, str], list[Arrived]] = {}
        self._lock = Lock()

    @property
    def overflowed(self) -> bool:
        """Whether more came than is held."""
        return self.count >= MOST_WAITING

    def read(self, inbox: Inbox) -> None:
        """Take in what has come since it was last asked."""
        with self._lock:
            for row in inbox.rows_since(self.sequence):
                self.sequence = row.sequence if row.sequence > self.sequence else self.sequence
                self.count += 1
                if not self.overflowed:
                    for each in self._admit(as_loaded(row, self._zone, self._currency)):
                        self._add(each)

    def _add(self, arrived: Arrived) -> None:
        happened = arrived.row.get("happened_at")
        if isinstance(happened, datetime):
            self.newest[arrived.table] = max(happened, self.newest.get(arrived.table, happened))
        for column in _KEYS:
            value = arrived.row.get(column)
            if value is not None:
                self._by_id.setdefault((column, str(value)), []).append(arrived)

    def of(self, ids: Mapping[str, Collection[str]]) -> list[Arrived]:
        """Return the rows that name one of these ids, oldest first, each once."""
        if not self._by_id:
            return []
        found = [row for column, values in ids.items() for value in values
                 for row in self._by_id.get((column, value), ())]  # fmt: skip
        if len(ids) == 1 and len(found) < 2:
            return found
        return sorted({id(row): row for row in found}.values(), key=lambda row: row.known_at)


def newest_known(rows: Sequence[Arrived], zone: str) -> date:
    """Return the local day on which the newest of some rows was received."""
    return max(row.known_at for row in rows).replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).date()
