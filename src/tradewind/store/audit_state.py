"""The record of who did what, in the state database: it is appended to, read, and cut off by age."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tradewind.core.accounts import AuditEntry
from tradewind.store.state_connection import from_micros, to_micros
from tradewind.store.state_schema import AUDIT_LOG


@dataclass(frozen=True)
class Wanted:
    """Which lines of the record are asked for; what is empty does not narrow.

    Args:
        who: id of a user or token.
        did: what was done.
        entity: kind of thing.
        entity_id: which thing.
        since: first instant.
        until: instant before which.
    """

    who: str = ""
    did: str = ""
    entity: str = ""
    entity_id: str = ""
    since: datetime | None = None
    until: datetime | None = None


def append_entries(connection: sa.Connection, entries: Sequence[AuditEntry]) -> None:
    """Add lines to the record."""
    rows = [
        {
            "audit_id": entry.audit_id, "at": to_micros(entry.at), "who": entry.who, "kind": entry.kind,
            "did": entry.did, "entity": entry.entity, "entity_id": entry.entity_id, "origin": entry.origin,
            "details": json.dumps(dict(entry.details), sort_keys=True, ensure_ascii=False),
        }
        for entry in entries
    ]  # fmt: skip
    if rows:
        connection.execute(AUDIT_LOG.insert(), rows)


def read_entries(
    connection: sa.Connection, wanted: Wanted, limit: int, before: tuple[datetime, str] | None = None
) -> list[AuditEntry]:
    """Return lines, the newest first.

    Args:
        connection: of a reading transaction.
        wanted: which ones.
        limit: at most so many.
        before: instant and id of the last line seen, to read on from there.
    """
    columns = AUDIT_LOG.c
    query = AUDIT_LOG.select().order_by(columns.at.desc(), columns.audit_id.desc()).limit(limit)
    for name in ("who", "did", "entity", "entity_id"):
        if getattr(wanted, name):
            query = query.where(columns[name] == getattr(wanted, name))
    if wanted.since is not None:
        query = query.where(columns.at >= to_micros(wanted.since))
    if wanted.until is not None:
        query = query.where(columns.at < to_micros(wanted.until))
    if before is not None:
        at, audit_id = to_micros(before[0]), before[1]
        query = query.where((columns.at < at) | ((columns.at == at) & (columns.audit_id < audit_id)))
    return [_entry(row) for row in connection.execute(query)]


def delete_entries_before(connection: sa.Connection, before: datetime) -> int:
    """Cut off lines older than an instant; return how many."""
    return connection.execute(AUDIT_LOG.delete().where(AUDIT_LOG.c.at < to_micros(before))).rowcount


def _entry(row: Any) -> AuditEntry:
    return AuditEntry(
        row.audit_id, from_micros(row.at), row.who, row.kind, row.did, row.entity, row.entity_id, row.origin,
        json.loads(row.details),
    )  # fmt: skip
