"""From which tool records came, as far as the mapping or the ids say: that tool then knows them by their ids."""

from __future__ import annotations

import re

from tradewind.core.entities import ENTITIES
from tradewind.flow.people.index import people_index
from tradewind.store.workspace import Workspace

_SALESFORCE = re.compile(r"(00Q|003|006)[A-Za-z0-9]{12}([A-Za-z0-9]{3})?")
"""Ids of leads, contacts and opportunities begin so. Source: Salesforce, "Standard Field Record ID Prefix Decoder"."""


def system_of(workspace: Workspace, entity: str) -> str:
    """Return `hubspot` or `salesforce` where records of this kind surely came from it, else an empty text."""
    mapping = workspace.config.tables.get(ENTITIES[entity].table)
    if mapping is not None:
        key = mapping.columns.get(entity, "").lower()
        if "hubspot" in mapping.from_.lower() or "record id" in key:
            return "hubspot"
    few = people_index(workspace).rows(f"SELECT key_ FROM people_{entity} ORDER BY key_ LIMIT 5")
    return "salesforce" if few and all(_SALESFORCE.fullmatch(str(row["key_"])) for row in few) else ""
