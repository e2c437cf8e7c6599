"""What each load brought, as the state database remembers it."""

from __future__ import annotations

import json

from tradewind.store.state import Load, State
from tradewind.store.state_connection import from_micros, told
from tradewind.store.state_schema import LOADS


def list_loads(state: State, limit: int = 200) -> list[Load]:
    """Return loads of contract tables, the newest first; all tables of one load carry the same instant."""
    query = LOADS.select().order_by(LOADS.c.loaded_at.desc(), LOADS.c.table_name).limit(limit)
    with told(state.engine), state.engine.connect().execution_options(reading=True) as connection:
        rows = connection.execute(query).fetchall()
    return [Load(row.table_name, from_micros(row.loaded_at), row.fingerprint, json.loads(row.details)) for row in rows]
