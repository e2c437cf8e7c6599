"""Whose a row of a table is, as SQL: the table's own word, else that of the entity's present row."""

from __future__ import annotations

from collections.abc import Callable

from tradewind.core.entities import ENTITIES
from tradewind.flow.people.names import OWNERS
from tradewind.store.manifest import Manifest, TableEntry

SeesRow = Callable[[str | None], bool]
"""Whether the records of an owner are shown."""


def with_owner(manifest: Manifest, entry: TableEntry, column: str, key: str) -> tuple[str, str]:
    """Return the FROM clause of a table as `l`, and the SQL of a row's owner; empty where nobody knows one.

    Args:
        manifest: the snapshot.
        entry: of the table.
        column: of it that names whom a row is about; empty where none does.
        key: of which kind that is.
    """
    listed = f'"{entry.name}" l'
    own = next((name for name in OWNERS if name in dict(entry.columns)), "")
    if own:
        return listed, f'l."{own}"'
    table = ENTITIES[key].table if column and key in ENTITIES else ""
    columns = dict(manifest.tables[table].columns) if table in manifest.tables else {}
    known = [name for name in OWNERS if name in columns]
    if not known or "valid_to" not in columns:
        return listed, ""
    filled = ", ".join(f"NULLIF(e.\"{name}\", '')" for name in known)
    return f'{listed} LEFT JOIN "{table}" e ON e."{key}" = l."{column}" AND e.valid_to IS NULL', f"COALESCE({filled})"
