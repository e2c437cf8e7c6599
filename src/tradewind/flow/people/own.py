"""Which records are somebody's own: those that he works on, as the company's owner too, and those a list gives him."""

from __future__ import annotations

from collections.abc import Collection

from tradewind.core.visitor import Visitor
from tradewind.flow.people.index import people_index
from tradewind.flow.people.index_sql import quoted
from tradewind.store.workspace import Workspace


def own_keys(
    workspace: Workspace, visitor: Visitor, entity: str, among: Collection[str] | None = None
) -> frozenset[str]:
    """Return the keys of the records that stand under a visitor's names; see `flow.people.list.may_see`.

    Args:
        workspace: an open workspace.
        visitor: who asks.
        entity: key column.
        among: keys to look at; all where None.
    """
    index = people_index(workspace)
    given = [
        f"owner_{each.name}" for each in index.questions[entity] if each.kind == "list" and "owner" in each.columns
    ]
    owner = " OR ".join(f"{quoted(name)} IN (SELECT name FROM mine_)" for name in ("owner_key_", *given))
    sql = "WITH mine_ AS (SELECT lower(trim(name)) AS name FROM unnest(?) AS of(name) WHERE trim(name) <> '') "
    sql += f"SELECT key_ FROM people_{entity} WHERE ({owner})"
    values: list[object] = [list(visitor.owners)]
    if among is not None:
        sql, values = f"{sql} AND key_ IN (SELECT unnest(?))", [*values, sorted(set(among))]
    return frozenset(str(row["key_"]) for row in index.rows(sql, values))
