"""The rows that the live door brought, table by table, as files that only grow: each event's rows once."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from tradewind.core.contract import CONTRACT, LOCAL_COLUMNS, SYSTEM_COLUMNS
from tradewind.flow.live.door import InboxRow, rows_of
from tradewind.store.inbox_state import events_since, inbox_id, newest_sequence
from tradewind.store.live import LIVE_TABLES, MADE_OF, live_name
from tradewind.store.manifest import FileEntry, Manifest, TableEntry
from tradewind.store.tables import read_table, write_table
from tradewind.store.workspace import Workspace

if TYPE_CHECKING:
    import pyarrow as pa

AT_A_TIME = 50_000
"""Events turned into files at a time: what is held in memory."""
MOST_FILES = 40
"""Files of one month before they are put together to one."""
NOTES = live_name("events")
"""The table whose notes say up to which event of which inbox rows are published: every event makes a row of it."""
SAID = "said"
"""Column of live customers and accounts: what was said of one, as JSON text."""

_KEYED = {name: CONTRACT[name].key[0] for name in LIVE_TABLES if CONTRACT[name].kind == "keyed"}


@dataclass(frozen=True)
class Log:
    """The live rows of every table, and where in the inbox they end.

    Args:
        tables: by contract table.
        through: number of the last event that they hold.
        added: events that were not in the log before.
    """

    tables: Mapping[str, TableEntry]
    through: int
    added: int = 0


def published_through(workspace: Workspace, manifest: Manifest) -> int:
    """Return the number of the last event of the inbox whose rows stand in a snapshot; 0 before the first."""
    notes = manifest.tables[NOTES].meta if NOTES in manifest.tables else {}
    through = int(notes.get("through", 0))
    return through if through and notes.get("inbox") == inbox_id(workspace.state().engine) else 0


def grown_log(workspace: Workspace, manifest: Manifest) -> Log:
    """Return the log with the events that came in since the snapshot; nothing is published.

    Args:
        workspace: an open workspace; the caller holds its lock.
        manifest: the present snapshot.
    """
    engine = workspace.state().engine
    zone = workspace.config.workspace.timezone
    logs = {name: manifest.tables[live_name(name)] for name in LIVE_TABLES if live_name(name) in manifest.tables}
    logs = {name: _in_zone(workspace, name, entry, zone) for name, entry in logs.items()}
    after, newest = published_through(workspace, manifest), newest_sequence(engine)
    through, added, chunk = after, 0, []
    for stored in events_since(engine, after, newest) if newest > after else ():
        chunk.append(stored)
        if len(chunk) == AT_A_TIME:
            logs = _extended(workspace, logs, [row for each in chunk for row in rows_of(each)], zone)
            through, added, chunk = chunk[-1].sequence, added + len(chunk), []
    if chunk:
        logs = _extended(workspace, logs, [row for each in chunk for row in rows_of(each)], zone)
        through, added = chunk[-1].sequence, added + len(chunk)
    if added:
        notes = {"inbox": inbox_id(engine), "through": through}
        logs["events"] = replace(logs["events"], meta={**logs["events"].meta, **notes})
    return Log(logs, through, added)


def read_said(workspace: Workspace, entry: TableEntry) -> list[dict[str, Any]]:
    """Return what was said of customers or accounts, in the order in which it came."""
    return [{**row, SAID: json.loads(row[SAID])} for row in read_table(workspace.root, entry).to_pylist()]


def _extended(
    workspace: Workspace, logs: Mapping[str, TableEntry], rows: Iterable[InboxRow], zone: str
) -> dict[str, TableEntry]:
    by_table: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for each in rows:
        by_table[each.table].append(_logged(each, zone))
    grown = dict(logs)
    for name, found in by_table.items():
        grown[name] = _appended(workspace, grown.get(name), name, arrow_rows(name, found), zone)
    return grown


def _logged(row: InboxRow, zone: str) -> dict[str, Any]:
    """One row as the log keeps it."""
    known = row.row["known_at"]
    if row.table in _KEYED:
        key = _KEYED[row.table]
        said = {name: value for name, value in row.row.items() if name not in (key, "known_at", "happened_at")}
        return {key: row.row[key], "known_at": known, SAID: json.dumps(said, sort_keys=True)}
    return {**row.row, **local_of(row.row["happened_at"], zone), "valid_to": None, "first_seen_at": known}


def local_of(happened_at: datetime, zone: str) -> dict[str, object]:
    """Return the calendar day and hour of an instant in a zone, as contract tables have them."""
    wall = happened_at.replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
    return {"happened_on": date(wall.year, wall.month, wall.day), "happened_hour": wall.hour}


def arrow_rows(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    """Return rows of a table in the contract's types and order; columns that hold nothing are left out."""
    import pyarrow as pa

    kinds = _kinds(name)
    filled = {column for row in rows for column, value in row.items() if value is not None} | {"valid_to"}
    filled -= {"valid_to"} if name in _KEYED else set()
    schema = pa.schema([(column, kind) for column, kind in kinds.items() if column in filled])
    return pa.Table.from_pylist([{column: row.get(column) for column in schema.names} for row in rows], schema)


def _kinds(name: str) -> dict[str, pa.DataType]:
    import pyarrow as pa

    text, time, money = pa.string(), pa.timestamp("us"), pa.decimal128(18, 4)
    if name in _KEYED:
        return {_KEYED[name]: text, "known_at": time, SAID: text}
    types = {"text": text, "time": time, "money": money, "quantity": money}
    kinds = {column.name: types[column.type] for column in CONTRACT[name].columns}
    kinds |= dict(zip(LOCAL_COLUMNS, (pa.date32(), pa.int16()), strict=True))
    return {**kinds, **dict.fromkeys(SYSTEM_COLUMNS, time)}


def _appended(
    workspace: Workspace, entry: TableEntry | None, name: str, rows: pa.Table, zone: str
) -> TableEntry:  # fmt: skip
    made = write_table(workspace.root, live_name(name), rows, "known_at")
    if entry is None:
        return replace(made, meta={MADE_OF: "what came in live", "zone": zone})
    known = dict([*entry.columns, *made.columns])
    columns = tuple((column, known[column]) for column in _kinds(name) if column in known)
    files = _put_together(workspace, name, (*entry.files, *made.files), columns)
    return replace(entry, files=files, columns=columns, rows=entry.rows + made.rows)


def _put_together(
    workspace: Workspace, name: str, files: tuple[FileEntry, ...], columns: tuple[tuple[str, str], ...]
) -> tuple[FileEntry, ...]:
    """Make one file of a month's many."""
    months = [file.month for file in files]
    for month in {month for month in months if months.count(month) > MOST_FILES}:
        parts = tuple(file for file in files if file.month == month)
        whole = read_table(workspace.root, TableEntry(name, parts, columns, 0, {MADE_OF: ""}))
        made = write_table(workspace.root, live_name(name), _without_empty(whole), "known_at")
        first = months.index(month)
        files = (*files[:first], *made.files, *(file for file in files[first:] if file.month != month))
        months = [file.month for file in files]
    return files


def _in_zone(workspace: Workspace, name: str, entry: TableEntry, zone: str) -> TableEntry:
    """The log with the days and hours of the workspace's zone: it may have been another one when they came in."""
    if entry.meta.get("zone") == zone or name in _KEYED:
        return entry
    rows = read_table(workspace.root, entry).to_pylist()
    told = arrow_rows(name, [{**row, **local_of(row["happened_at"], zone)} for row in rows])
    made = write_table(workspace.root, live_name(name), told, "known_at")
    return replace(made, meta={**entry.meta, "zone": zone})


def _without_empty(rows: pa.Table) -> pa.Table:
    keep = [name for name in rows.column_names if name == "valid_to" or rows[name].null_count < rows.num_rows]
    return rows.select(keep)
