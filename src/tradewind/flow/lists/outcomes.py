"""Feedback that says what came of it becomes rows of the table `outcomes`.

Each run makes these rows anew from all feedback, so that nothing is lost or counted twice, whenever a run is killed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tradewind.core.entities import ENTITIES
from tradewind.core.feedback import OUTCOMES, Feedback
from tradewind.core.time import local_day
from tradewind.store.manifest import Manifest, TableEntry, publish
from tradewind.store.tables import write_table
from tradewind.store.workspace import Workspace

if TYPE_CHECKING:
    import pyarrow as pa

TABLE = "outcomes"
INBOX = "inbox"
"""Key of the table's notes under which the files that came from feedback are named."""


def set_inbox_aside(workspace: Workspace) -> None:
    """Take the rows of feedback out of a mapped `outcomes`, so that a load finds there what it left."""
    manifest = workspace.manifest()
    entry = manifest.tables.get(TABLE)
    if entry is not None and entry.meta.get(INBOX) and TABLE in workspace.config.tables:
        _publish(workspace, manifest, _loaded_part(entry))


def drain_inbox(workspace: Workspace) -> int:
    """Publish `outcomes`: what was loaded, and every outcome that people told; return how many of these there are."""
    told = [each for each in workspace.state().feedback() if each.verdict in OUTCOMES]
    manifest = workspace.manifest()
    entry = manifest.tables.get(TABLE)
    loaded = _loaded_part(entry) if entry is not None and TABLE in workspace.config.tables else None
    if not told and (entry is None or entry == loaded):
        return 0
    wanted = None if not told and loaded is None else _with_rows(workspace, loaded, told)
    if wanted != entry:
        _publish(workspace, manifest, wanted)
    return len(told)


def _publish(workspace: Workspace, manifest: Manifest, entry: TableEntry | None) -> None:
    with workspace.lock("feedback"):
        publish(workspace.root, manifest, {TABLE: entry}, workspace.clock)


def _loaded_part(entry: TableEntry) -> TableEntry:
    """The table without its rows of feedback."""
    inbox = set(entry.meta.get(INBOX, ()))
    files = tuple(file for file in entry.files if file.path not in inbox)
    meta = {key: value for key, value in entry.meta.items() if key != INBOX}
    return replace(entry, files=files, rows=sum(file.rows for file in files), meta=meta)


def _with_rows(workspace: Workspace, loaded: TableEntry | None, told: Sequence[Feedback]) -> TableEntry:
    zone = workspace.config.workspace.timezone
    made = write_table(workspace.root, TABLE, outcome_rows(told, zone, loaded))
    files = (*(loaded.files if loaded is not None else ()), *made.files)
    meta = {**(loaded.meta if loaded is not None else {}), INBOX: [file.path for file in made.files]}
    columns = loaded.columns if loaded is not None else made.columns
    return TableEntry(TABLE, files, columns, sum(file.rows for file in files), meta)


def outcome_rows(told: Sequence[Feedback], zone: str, loaded: TableEntry | None = None) -> pa.Table:
    """Return feedback as rows of `outcomes`, with the columns of what was loaded where something was.

    Args:
        told: outcomes that people told, oldest first.
        zone: of the workspace.
        loaded: the table as it was loaded, or None.
    """
    import pyarrow as pa

    text, time, money = pa.string(), pa.timestamp("us"), pa.decimal128(18, 4)
    kinds = {
        "entity_type": text, "entity_id": text, "name": text, "happened_at": time, "value": money,
        "happened_on": pa.date32(), "happened_hour": pa.int16(), "known_at": time, "valid_to": time,
        "first_seen_at": time,
    }  # fmt: skip
    rows = [_row(each, zone) for each in told]
    names = list(kinds) if loaded is None else [name for name, _ in loaded.columns]
    empty: dict[str, Any] = {"DOUBLE": pa.float64(), "BOOLEAN": pa.bool_(), "TIMESTAMP": time, "DATE": pa.date32()}
    types = dict(loaded.columns) if loaded is not None else {}
    schema = pa.schema([(name, kinds.get(name) or empty.get(types[name], text)) for name in names])
    return pa.Table.from_pylist([{name: row.get(name) for name in names} for row in rows], schema)


def _row(feedback: Feedback, zone: str) -> dict[str, object]:
    kind = ENTITIES[feedback.entity].key.removesuffix("_id") if feedback.entity in ENTITIES else feedback.entity
    value: Decimal | None = None
    return {
        "entity_type": kind, "entity_id": feedback.entity_id, "name": f"{feedback.question}: {feedback.verdict}",
        "happened_at": feedback.at, "value": value, "happened_on": local_day(feedback.at, zone),
        "happened_hour": _local_hour(feedback, zone), "known_at": feedback.at, "valid_to": None,
        "first_seen_at": feedback.at,
    }  # fmt: skip


def _local_hour(feedback: Feedback, zone: str) -> int:
    from datetime import UTC
    from zoneinfo import ZoneInfo

    return feedback.at.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).hour
