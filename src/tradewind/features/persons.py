"""Rows under the person they belong to, as far as that was known: identity links inside the as-of view.

A row's customer is the one it names, else the one its visitor or lead was known to be. That customer's person is looked
up as of the same instant, so that no feature sees a link made later.

Outcomes are read at a later instant than the cutoff, and must go to whom was asked about: a customer known at the
cutoff keeps the person it had then, and one that came later goes to the person it is known to be by then.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from sqlglot import exp

from tradewind.core.identity import ID_COLUMNS, LINKS, RecordType
from tradewind.features.catalog import CatalogTable
from tradewind.store.expressions import parse_query

Sight = Literal["cutoff", "known_by"]

_BESIDE: tuple[RecordType, ...] = ("anonymous", "lead")
"""Kinds of record that stand beside `customer_id` in facts."""

_LINKED = """
    SELECT record_id, customer_id FROM {links} WHERE record_type = '{kind}' AND customer_id IS NOT NULL
    AND known_at < :{instant} AND (valid_to IS NULL OR valid_to >= :{instant}) {further}
"""


def with_persons(table: CatalogTable, sight: Sight, linked: Collection[str]) -> exp.Expression:
    """Return what stands in FROM for a stored table whose `customer_id` is to be the person's.

    Args:
        table: the stored table.
        sight: the instant as of which links count.
        linked: kinds of record that have links.
    Returns:
        the bare table where nothing in it could be linked; of `customers`, each person's one row: that of the customer
        whose id was kept.
    """
    kinds: list[RecordType] = [kind for kind in _BESIDE if kind in linked and ID_COLUMNS[kind] in table.columns]
    if table.name in ("customers", "leads") or table.contract.kind == "keyed":
        kinds = []
    if "customer_id" not in table.columns and not kinds:
        return exp.to_table(table.name)
    named = ["t.customer_id"] if "customer_id" in table.columns else []
    joins = [
        f"LEFT JOIN ({_links(kind, sight)}) AS of_{kind} ON of_{kind}.record_id = t.{ID_COLUMNS[kind]}"
        for kind in kinds
    ]
    named += [f"of_{kind}.customer_id" for kind in kinds]
    who = named[0] if len(named) == 1 else f"COALESCE({', '.join(named)})"
    person, more = _person(who, sight, "customer" in linked)
    columns = [f't."{name}"' for name in table.columns if name != "customer_id"]
    where = f"WHERE {person} = t.customer_id" if table.name == "customers" else ""
    shown = ", ".join([*columns, f"{person} AS customer_id"])
    select = parse_query(f"SELECT {shown} FROM {table.name} AS t {' '.join([*joins, *more])} {where}", table.name)
    assert isinstance(select, exp.Query)
    return select.subquery(table.name, copy=False)


def _person(who: str, sight: Sight, linked: bool) -> tuple[str, list[str]]:
    """The expression of a customer's person, and the joins it needs."""
    if not linked:
        return who, []
    joins = [f"LEFT JOIN ({_links('customer', 'cutoff')}) AS person ON person.record_id = {who}"]
    if sight == "cutoff":
        return f"COALESCE(person.customer_id, {who})", joins
    came_later = _links("customer", "known_by", "AND since >= :cutoff")
    joins.append(f"LEFT JOIN ({came_later}) AS later ON later.record_id = {who}")
    return f"COALESCE(person.customer_id, later.customer_id, {who})", joins


def _links(kind: str, instant: str, further: str = "") -> str:
    return _LINKED.format(links=LINKS, kind=kind, instant=instant, further=further)
