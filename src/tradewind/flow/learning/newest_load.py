"""By when rows may be known for an answer as of today: by the end of the newest load, hours after its midnight."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from tradewind.core.time import Cutoff, local_day
from tradewind.flow.ask import ask
from tradewind.flow.data import Data

_HAPPENS = ("created_at", "closed_at", "converted_at", "entered_at", "happened_at", "started_at", "ended_at")


def known_today(data: Data, tables: Sequence[str]) -> Cutoff:
    """Return the midnight by which rows are known that today's answer may use.

    An answer as of this morning's midnight is given after the load of this morning. What a row became since the load
    before is known from that load on, hours after the midnight: without it, today's answer would be that of the last
    load. As of an earlier day, where later things have happened in the tables, only what was known then counts.

    Args:
        data: the open snapshot.
        tables: contract tables that the answer is read from.
    """
    zone, asked = data.catalog.zone, data.score_at
    is_today = asked.day == local_day(data.workspace.clock(), zone) and data.workspace.config.workspace.as_of is None
    newest = asked
    for name in tables:
        stored = data.catalog.table(name)
        if stored is None:
            continue
        for time in (time for time in _HAPPENS if time in stored.columns and not is_today):
            query = f"SELECT COUNT(*) AS later FROM {name} WHERE {time} >= :now"
            if ask(data.engine, query, now=asked.at).column("later")[0].as_py():
                return asked
        seen = ask(data.engine, f"SELECT MAX(first_seen_at) AS seen FROM {name}").column("seen")[0].as_py()
        if seen is not None:
            newest = max(newest, Cutoff(local_day(seen, zone) + timedelta(days=1), zone))
    return newest


def moments_of(data: Data, table: str) -> tuple[datetime | None, datetime | None]:
    """Return the newest moment at which anything of a table happens, and when its newest row was first seen.

    Args:
        data: the open snapshot.
        table: a contract table.
    """
    stored = data.catalog.table(table)
    columns = () if stored is None else tuple(stored.columns)
    times = [f"SELECT MAX({time}) AS newest FROM {table}" for time in _HAPPENS if time in columns]
    found = [ask(data.engine, query).column("newest")[0].as_py() for query in times]
    seen = ask(data.engine, f"SELECT MAX(first_seen_at) AS seen FROM {table}").column("seen")[0].as_py()
    return max((moment for moment in found if moment is not None), default=None), seen
