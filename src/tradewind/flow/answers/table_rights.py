"""Which tables, columns and rows somebody may open: the one definition for pages, files and the API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tradewind.core.contract import CONTRACT
from tradewind.core.entities import ENTITIES
from tradewind.core.visitor import Visitor
from tradewind.flow.answers.published import Published
from tradewind.flow.people.columns import PERSONAL_WORDS
from tradewind.flow.people.names import OWNERS
from tradewind.flow.people.own import own_keys
from tradewind.flow.questions.states import known_question
from tradewind.store.manifest import TableEntry
from tradewind.store.workspace import Workspace

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

    Who may not see contact data, or sees only records of his own, opens contract tables and those behind answers: in
    others anything may stand. Which rows he sees is for `rows_for` to say.
    """
    behind = {name for finding in (published.findings if published else ()) for name in finding.tables.values()}
    told = entry.name in behind or entry.name in CONTRACT or entry.name in PLAIN
    if is_of_people(entry) and not visitor.may("see_people"):
        return False
    return told or (visitor.sees_personal and not visitor.own_only)


@dataclass(frozen=True)
class RowsFor:
    """Which rows of a table somebody sees, as SQL over the table `l`.

    Args:
        where: a condition.
        bound: what is bound in it.
    """

    where: str
    bound: Mapping[str, object]


def rows_for(workspace: Workspace, visitor: Visitor, entry: TableEntry, kind: str = "") -> RowsFor | None:
    """Return which rows of a table a visitor sees; None where all.

    Who sees only records of his own sees the rows about them; of totals those of himself, and those of nobody in
    particular: what the whole team does.

    Args:
        workspace: an open workspace.
        visitor: who asks.
        entry: of the table.
        kind: key column of those whom its `entity_id` names, where it has one.
    """
    if not visitor.own_only:
        return None
    if not is_of_people(entry):
        who = colleague_in(entry)
        mine = "lower(trim({})) IN (SELECT lower(trim(name)) FROM unnest($mine::VARCHAR[]) AS of(name))"
        if not who:
            return None
        return RowsFor(f"NULLIF(trim({who}), '') IS NULL OR {mine.format(who)}", {"mine": list(visitor.owners)})
    cases, bound = [], {}
    for column, entity in _named_in(entry, kind):
        bound[f"own_{entity}"] = sorted(own_keys(workspace, visitor, entity))
        value = f'CAST(l."{column}" AS VARCHAR)'
        cases.append(f"WHEN {value} IS NOT NULL THEN {value} IN (SELECT unnest($own_{entity}::VARCHAR[]))")
    return RowsFor(f"CASE {' '.join(cases)} ELSE FALSE END" if cases else "FALSE", bound)


def colleague_in(entry: TableEntry) -> str:
    """Return the SQL of the colleague whose figures a row of totals holds; empty where no row is of a single one."""
    names = dict(entry.columns)
    own = next((name for name in OWNERS if name in names), "")
    if own:
        return f'l."{own}"'
    if {"kind", "who"} <= names.keys():
        return "CASE WHEN l.kind = 'owner' THEN l.who END"
    if {"attribute", "value"} <= names.keys():
        listed = ", ".join(f"'{name}'" for name in OWNERS)
        return f"CASE WHEN l.attribute IN ({listed}) THEN l.value END"
    return ""


def kind_in(workspace: Workspace, entry: TableEntry, published: Published | None) -> str:
    """Return the key column of those whom a table's `entity_id` names: that of the question it is behind."""
    if "entity_id" not in dict(entry.columns):
        return ""
    behind = (each.name for each in (published.findings if published else ()) if entry.name in each.tables.values())
    name = next(behind, "")
    return known_question(workspace, name).use_case.entity if name else ""


def _named_in(entry: TableEntry, kind: str) -> list[tuple[str, str]]:
    """The columns that name whom a row is about, and of which kind; the first that is filled counts."""
    names = dict(entry.columns)
    if own := next((one.key for one in ENTITIES.values() if one.table == entry.name), ""):
        return [(own, own)]
    found = [("entity_id", kind)] if "entity_id" in names and kind else []
    return found + [(one, one) for one in ("deal_id", "lead_id", "customer_id", "account_id") if one in names]


def columns_for(visitor: Visitor, entry: TableEntry) -> tuple[str, ...]:
    """Return the columns of a table that a visitor sees."""
    return tuple(name for name, _ in entry.columns if visitor.sees_personal or not is_personal(entry, name))
