"""Who somebody is, in words: name, company or deal, as far as they are mapped, and who works on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tradewind.core.entities import ENTITIES
from tradewind.store.tables import read_columns
from tradewind.store.workspace import Workspace

if TYPE_CHECKING:
    import pyarrow as pa

NAMES = ("name", "full_name", "deal_name", "title", "company", "company_name", "subject", "email")
"""Columns that may say who or what it is; the first that is filled counts."""

GIVEN = (("first_name", "last_name"), ("given_name", "surname"), ("given_name", "family_name"))
OWNERS = ("owner", "account_owner", "owner_name")


def say_names(workspace: Workspace, entity: str, ids: Sequence[str]) -> dict[str, str]:
    """Return what each is called: a person's name and company, a company's name, a deal's name and company.

    Args:
        workspace: an open workspace.
        entity: key column.
        ids: of whom.
    Returns:
        id to words; those of whom nothing is known are absent.
    """
    rows = current_rows(workspace, entity, ids)
    companies = {str(row["account_id"]) for row in rows.values() if row.get("account_id") and entity != "account_id"}
    accounts = current_rows(workspace, "account_id", sorted(companies)) if companies else {}
    found = {}
    for key, row in rows.items():
        name = _name(row)
        account = accounts.get(str(row.get("account_id")))
        company = _name(account) if account is not None else ""
        told = " · ".join(dict.fromkeys(part for part in (name, company) if part))
        if told:
            found[key] = told
    return found


def owners_of(workspace: Workspace, entity: str, rows: pa.Table) -> dict[str, str]:
    """Return who works on each of a list: the list's own word, else the entity's present owner."""
    ids = [str(value) for value in rows[entity].to_pylist()]
    for column in OWNERS:
        if column in rows.column_names:
            return {key: str(value) for key, value in zip(ids, rows[column].to_pylist(), strict=True) if value}
    table = ENTITIES[entity].table if entity in ENTITIES else ""
    entry = workspace.manifest().tables.get(table)
    if entry is None or not {name for name, _ in entry.columns} & set(OWNERS):
        return {}
    known = current_rows(workspace, entity, ids)
    found = {}
    for key, row in known.items():
        owner = next((str(row[column]) for column in OWNERS if row.get(column)), "")
        if owner:
            found[key] = owner
    return found


def current_rows(workspace: Workspace, entity: str, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return the present row of each entity, with the columns that say who it is and who works on it."""
    import pyarrow as pa
    import pyarrow.compute as pc

    entry = workspace.manifest().tables.get(ENTITIES[entity].table) if entity in ENTITIES and ids else None
    if entry is None:
        return {}
    wanted = (entity, "account_id", "valid_to", *NAMES, *OWNERS, *(name for pair in GIVEN for name in pair))
    stored = read_columns(workspace.root, entry, wanted)
    present = pc.and_(pc.is_null(stored["valid_to"]), pc.is_in(stored[entity], pa.array(list(ids), pa.string())))
    rows: list[Mapping[str, Any]] = stored.filter(present).to_pylist()
    return {str(row[entity]): dict(row) for row in rows}


def _name(row: Mapping[str, Any]) -> str:
    for first, last in GIVEN:
        if row.get(first) or row.get(last):
            return " ".join(str(part) for part in (row.get(first), row.get(last)) if part)
    return next((str(row[column]).strip() for column in NAMES if row.get(column)), "")
