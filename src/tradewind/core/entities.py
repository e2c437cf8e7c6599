"""Whom a question can be about: the entities, by the column that names one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Entity:
    """A kind of thing that is scored.

    Args:
        key: column that names one, in every contract table.
        table: contract table with one row for each.
        one: what one is called.
        people: what many are called.
    """

    key: str
    table: str
    one: str
    people: str


_ENTITIES = (
    Entity("customer_id", "customers", "customer", "customers"),
    Entity("account_id", "accounts", "company", "companies"),
    Entity("lead_id", "leads", "lead", "leads"),
    Entity("deal_id", "deals", "deal", "deals"),
)

ENTITIES: Mapping[str, Entity] = {entity.key: entity for entity in _ENTITIES}
"""Every kind of entity by its key column."""

BY_TABLE: Mapping[str, Entity] = {entity.table: entity for entity in _ENTITIES}
"""Every kind of entity by its contract table."""
