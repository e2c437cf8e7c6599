"""Which tables and columns somebody may open: rows of people and personal columns are not for everybody."""

from __future__ import annotations

from tradewind.core.contract import CONTRACT
from tradewind.core.entities import ENTITIES
from tradewind.core.visitor import Visitor
from tradewind.flow.answers.published import Published
from tradewind.flow.people.columns import PERSONAL_WORDS
from tradewind.store.manifest import TableEntry

KEYS = frozenset({*ENTITIES, "entity_id", "anonymous_id", "person_id", "text_id", "activity_id", "order_id"})
"""Columns of tables that hold a row for each person, deal or thing that somebody did."""

PARTS = ("mail", "phone", "address", "birth", "surname")
"""Parts of a column's name that mark what a user calls it in other words as personal."""

FREE = frozenset({"properties", "text", "value", "said", "because", "row", "payload", "context", "traits"})
"""Columns of text in which anything may stand, also a name."""

PLAIN = frozenset({"trouble"})
"""Tables of no question that hold totals only."""


def is_of_people(entry: TableEntry) -> bool:
    """Whether a table holds rows of single people, deals or things they did."""
    return not KEYS.isdisjoint(name for name, _ in entry.columns)


def is_personal(entry: TableEntry, column: str) -> bool:
    """Whether only who may see contact data sees a column."""
    contract = CONTRACT.get(entry.name)
    known = contract.column(column) if contract is not None else None
    if known is not None and known.personal:
        return True
    if not is_of_people(entry):
        return False
    low, is_text = column.lower(), dict(entry.columns).get(column) == "VARCHAR"
    return low in PERSONAL_WORDS or (low in FREE and is_text) or any(part in low for part in PARTS)


def may_open(visitor: Visitor, entry: TableEntry, published: Published | None) -> bool:
    """Whether a visitor may open a table at all.

    Who sees only records of his own opens tables of totals: his rows stand in his lists. Who may not see contact data
    opens contract tables and those behind answers: in others anything may stand.
    """
    behind = {name for finding in (published.findings if published else ()) for name in finding.tables.values()}
    told = entry.name in behind or entry.name in CONTRACT or entry.name in PLAIN
    if is_of_people(entry):
        return visitor.may("see_people") and not visitor.own_only and (visitor.sees_personal or told)
    return (visitor.sees_personal and not visitor.own_only) or told


def columns_for(visitor: Visitor, entry: TableEntry) -> tuple[str, ...]:
    """Return the columns of a table that a visitor sees."""
    return tuple(name for name, _ in entry.columns if visitor.sees_personal or not is_personal(entry, name))
