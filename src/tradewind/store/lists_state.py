"""What people keep of lists: saved filters, files taken out, words taken back; on SQLite and Postgres alike."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

import sqlalchemy as sa

from tradewind.store.state import State
from tradewind.store.state_connection import from_micros, to_micros, told, writing
from tradewind.store.state_schema import EXPORT_ROWS, EXPORTS, FEEDBACK_TAKEN_BACK, SAVED_LISTS

_AT_ONCE = 5_000


@dataclass(frozen=True)
class SavedList:
    """A named filter.

    Args:
        list_id: names it.
        user_id: whose.
        made_by: their name.
        name: as they called it.
        path: address of the list below the workspace.
        shared: whether everybody sees it.
        made_at: naive UTC.
    """

    list_id: str
    user_id: str
    made_by: str
    name: str
    path: str
    shared: bool
    made_at: datetime


@dataclass(frozen=True)
class Export:
    """One file that was taken out.

    Args:
        export_id: names it.
        made_at: naive UTC.
        user_id: by whom.
        made_by: their name.
        question: whose list.
        entity: key column of its rows.
        layout: for which tool.
        rows: how many.
        left_out: how many were left out, by the reason's name.
        unknown: of how many rows nobody knows whether they may be contacted.
        snapshot_id: of the data.
        filters: what was asked for.
    """

    export_id: str
    made_at: datetime
    user_id: str
    made_by: str
    question: str
    entity: str
    layout: str
    rows: int
    left_out: Mapping[str, int]
    unknown: int
    snapshot_id: str
    filters: Mapping[str, object]


def save_list(state: State, saved: SavedList) -> None:
    """Keep a named filter; another of the same name and person is replaced."""
    same = (SAVED_LISTS.c.user_id == saved.user_id) & (SAVED_LISTS.c.name == saved.name)
    row = {
        "list_id": saved.list_id, "user_id": saved.user_id, "made_by": saved.made_by, "name": saved.name,
        "path": saved.path, "shared": int(saved.shared), "made_at": to_micros(saved.made_at),
    }  # fmt: skip
    with writing(state.engine) as connection:
        connection.execute(SAVED_LISTS.delete().where(same))
        connection.execute(SAVED_LISTS.insert().values(row))


def saved_lists(state: State, user_id: str) -> list[SavedList]:
    """Return a person's own filters and those that others share, by name."""
    mine = (SAVED_LISTS.c.user_id == user_id) | (SAVED_LISTS.c.shared == 1)
    rows = _rows(state, SAVED_LISTS.select().where(mine).order_by(SAVED_LISTS.c.name, SAVED_LISTS.c.list_id))
    return [
        SavedList(row.list_id, row.user_id, row.made_by, row.name, row.path, bool(row.shared), from_micros(row.made_at))
        for row in rows
    ]


def drop_list(state: State, list_id: str, user_id: str) -> bool:
    """Forget a person's own filter; return whether it was theirs."""
    same = (SAVED_LISTS.c.list_id == list_id) & (SAVED_LISTS.c.user_id == user_id)
    with writing(state.engine) as connection:
        return connection.execute(SAVED_LISTS.delete().where(same)).rowcount > 0


def record_export(state: State, export: Export, entity_ids: Sequence[str]) -> None:
    """Note a file with all of its rows, in one transaction."""
    row = {
        "export_id": export.export_id, "made_at": to_micros(export.made_at), "user_id": export.user_id,
        "made_by": export.made_by, "question": export.question, "entity": export.entity, "layout": export.layout,
        "row_count": export.rows, "left_out": json.dumps(dict(export.left_out)), "unknown_count": export.unknown,
        "snapshot_id": export.snapshot_id, "filters": json.dumps(dict(export.filters), ensure_ascii=False),
    }  # fmt: skip
    with writing(state.engine) as connection:
        connection.execute(EXPORTS.insert().values(row))
        for part in _parts(iter(dict.fromkeys(entity_ids))):
            rows = [{"entity": export.entity, "entity_id": key, "export_id": export.export_id} for key in part]
            connection.execute(EXPORT_ROWS.insert(), rows)


def exports(state: State, limit: int = 50, user_id: str = "") -> list[Export]:
    """Return the newest files taken out, newest first; of one person where named."""
    query = EXPORTS.select().order_by(EXPORTS.c.made_at.desc(), EXPORTS.c.export_id).limit(limit)
    return _exports(state, query.where(EXPORTS.c.user_id == user_id) if user_id else query)


def find_export(state: State, export_id: str) -> Export | None:
    """Return one file that was taken out, or None."""
    return next(iter(_exports(state, EXPORTS.select().where(EXPORTS.c.export_id == export_id))), None)


def exports_with(state: State, entity: str, entity_id: str) -> list[Export]:
    """Return the files that an entity was in, newest first."""
    inside = sa.select(EXPORT_ROWS.c.export_id).where(
        EXPORT_ROWS.c.entity == entity, EXPORT_ROWS.c.entity_id == entity_id
    )
    return _exports(
        state, EXPORTS.select().where(EXPORTS.c.export_id.in_(inside)).order_by(EXPORTS.c.made_at.desc()).limit(100)
    )


def take_back(state: State, feedback_id: str, by: str, at: datetime) -> None:
    """Note that a word was taken back, and the id of who did; a second time changes nothing."""
    taken = FEEDBACK_TAKEN_BACK
    with writing(state.engine) as connection:
        there = connection.execute(sa.select(taken.c.feedback_id).where(taken.c.feedback_id == feedback_id)).fetchone()
        if there is None:
            row = {"feedback_id": feedback_id, "taken_back_by": by, "taken_back_at": to_micros(at)}
            connection.execute(taken.insert().values(row))


def _exports(state: State, query: sa.Select[tuple[object, ...]]) -> list[Export]:
    return [
        Export(
            row.export_id, from_micros(row.made_at), row.user_id, row.made_by, row.question, row.entity, row.layout,
            row.row_count, json.loads(row.left_out), row.unknown_count, row.snapshot_id, json.loads(row.filters),
        )
        for row in _rows(state, query)
    ]  # fmt: skip


def _rows(state: State, query: sa.Select[tuple[object, ...]]) -> list[sa.Row[tuple[object, ...]]]:
    with told(state.engine), state.engine.connect().execution_options(reading=True) as connection:
        return list(connection.execute(query).fetchall())


def _parts(keys: Iterator[str]) -> Iterator[list[str]]:
    while part := list(islice(keys, _AT_ONCE)):
        yield part
