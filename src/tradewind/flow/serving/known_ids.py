"""Whether an id stands anywhere in the data: somebody whom a question is not about, or nobody at all."""

from __future__ import annotations

from collections.abc import Collection

from tradewind.core.contract import CONTRACT
from tradewind.core.entities import ENTITIES
from tradewind.flow.people.index import people_index
from tradewind.flow.snapshot_rows import snapshot_rows
from tradewind.store.workspace import Workspace


def known_ids(workspace: Workspace, entity: str, ids: Collection[str]) -> frozenset[str]:
    """Return those of some ids that stand in any table.

    Args:
        workspace: an open workspace.
        entity: key column.
        ids: as they are stored.
    """
    wanted = set(ids) - {""}
    if not wanted:
        return frozenset()
    sql = f"SELECT key_ FROM people_{entity} WHERE key_ IN (SELECT unnest(?))"
    found = {str(row["key_"]) for row in people_index(workspace).rows(sql, [sorted(wanted)])}
    if wanted <= found:
        return frozenset(found)
    manifest = workspace.manifest()
    tables = [
        name for name, entry in manifest.tables.items()
        if name in CONTRACT and name != ENTITIES[entity].table and entity in dict(entry.columns)
    ]  # fmt: skip
    with snapshot_rows(workspace, manifest, tables) as ask:
        for name in tables:
            sql = f'SELECT DISTINCT "{entity}" AS id FROM "{name}" WHERE "{entity}" IN (SELECT unnest($ids::VARCHAR[]))'
            found |= {str(row["id"]) for row in ask(sql, ids=sorted(wanted - found))}
            if wanted <= found:
                break
    return frozenset(found)
