"""Questions answered by plain loops over rows: what the compiled SQL must agree with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from random_worlds import CUTOFF, KEYS, KNOWN_BY, ZONE

from tradewind.core.contract import CONTRACT
from tradewind.core.time import local_midnight
from tradewind.features.questions.tree import All, Asked, Compare, Condition, Had, Not, Some, Worth

AMOUNTS = {"event": "value", "subscription": "monthly_amount"}
MEMBERS = {"customer_id": "customers", "deal_id": "deals", "lead_id": "leads"}
Row = dict[str, Any]
Rows = Mapping[str, Sequence[Row]]

TABLES = {
    "order": "orders", "return": "orders", "event": "events", "touch": "touches", "text": "texts", "ticket": "texts",
    "review": "texts", "survey": "texts", "chat": "texts", "activity": "activities", "call": "activities",
    "meeting": "activities", "demo": "activities", "subscription": "subscriptions", "failed payment": "subscriptions",
    "deal": "deals", "lead": "leads", "customer": "customers",
}  # fmt: skip
OWN = {"customer": "customers", "account": "accounts", "lead": "leads", "deal": "deals"}
FIRST = {"customer": "customer", "lead": "lead", "deal": "deal", "account": ""}


def at(day: date) -> datetime:
    return local_midnight(day, ZONE)


def back(days: int) -> datetime:
    return at(CUTOFF - timedelta(days=days))


def known(rows: Rows, day: date, past_only: bool) -> dict[str, list[Row]]:
    """Rows as they were known at a midnight, what was revealed later hidden."""
    instant, found = at(day), dict[str, list[Row]]()
    for name, listed in rows.items():
        table = CONTRACT[name]
        found[name] = []
        for row in listed:
            gone = row["valid_to"] is not None and row["valid_to"] < instant
            if row["known_at"] >= instant or gone:
                continue
            if past_only and table.kind == "fact" and row[table.time] >= instant:
                continue
            shown = dict(row)
            for column in table.columns:
                by = column.revealed_by
                if by and column.name in row and not (row[by] is not None and row[by] < instant):
                    shown[column.name] = None
            found[name].append(shown)
    return found


def answer(asked: Asked, rows: Rows) -> dict[str, tuple[float, float | None]]:
    """Return who is asked about at the cutoff, with outcome and worth."""
    then, later = known(rows, CUTOFF, past_only=True), known(rows, KNOWN_BY, past_only=False)
    key = KEYS[asked.entity]
    end = at(CUTOFF + timedelta(days=asked.within))
    found = {}
    for who in sorted(everybody(asked, then)):
        if not can_happen(asked, then, who) or not (
            asked.who is None or holds(asked.who, asked.entity, then, who, None)
        ):
            continue
        outcome = float(holds(asked.what, asked.entity, later, who, end))
        found[who] = (outcome, None if asked.worth is None else worth(asked.worth, asked.entity, key, then, who))
    return found


def everybody(asked: Asked, then: Rows) -> set[str]:
    """All who could be asked about: the entity's table, or of customers whoever had what comes first."""
    parts = () if asked.who is None else asked.who.parts if isinstance(asked.who, All) else (asked.who,)
    for part in parts:
        first = asked.entity == "customer" and isinstance(part, Had) and part.thing != "customer"
        if first and not part.quantity.holds(Decimal(0)):  # type: ignore[union-attr]
            table = "order_lines" if by_line(part) else TABLES[part.thing]  # type: ignore[arg-type, union-attr]
            return {row["customer_id"] for row in then[table]} - {None}
    return {row[KEYS[asked.entity]] for row in then[OWN[asked.entity]]}


def can_happen(asked: Asked, then: Rows, who: str) -> bool:
    finals = {"lead": {"converted"}, "deal": {"won", "lost", "closed"}}.get(asked.entity, set())
    if not any(each.thing == asked.entity and each.state in finals for each in facts(asked.what)):
        return True
    (row,) = [row for row in then[OWN[asked.entity]] if row[KEYS[asked.entity]] == who]
    closing = "converted_at" if asked.entity == "lead" else "closed_at"
    return row["created_at"] is not None and row["created_at"] < at(CUTOFF) and row[closing] is None


def facts(tree: Condition) -> list[Had]:
    if isinstance(tree, Had):
        return [tree]
    parts = (tree.part,) if isinstance(tree, Not) else tree.parts if isinstance(tree, All | Some) else ()
    return [each for part in parts for each in facts(part)]


def holds(tree: Condition, entity: str, rows: Rows, who: str, end: datetime | None) -> bool:
    """Whether a condition is true of one entity; `end` closes the horizon where it is about what comes."""
    if isinstance(tree, Not):
        return not holds(tree.part, entity, rows, who, end)
    if isinstance(tree, All | Some):
        joined: Callable[[Any], bool] = all if isinstance(tree, All) else any
        return joined(holds(part, entity, rows, who, end) for part in tree.parts)
    if isinstance(tree, Compare):
        return any(row[KEYS[entity]] == who and fits(row.get(tree.column), tree) for row in rows[OWN[entity]])
    mine = of(tree, KEYS[entity], rows, who, end)
    if tree.measure == "amount":
        return tree.quantity.holds(total(tree, mine))
    counted = len({row["order_id"] for row in mine}) if by_line(tree) else len(mine)
    return tree.quantity.holds(Decimal(counted))


def by_line(had: Had) -> bool:
    return TABLES[had.thing] == "orders" and any(f.column not in ("amount", "channel") for f in had.filters)


def total(had: Had, mine: Sequence[Row]) -> Decimal:
    column = AMOUNTS.get(had.thing, "amount_base")
    return sum((row[column] for row in mine if row[column] is not None), Decimal(0))


def of(had: Had, key: str, rows: Rows, who: str, end: datetime | None) -> list[Row]:
    """The rows of one entity that a fact is about."""
    found = []
    lines = by_line(had)
    products = {row["product_id"]: row for row in rows["products"]}
    for row in rows["order_lines" if lines else TABLES[had.thing]]:
        if whose(row, key, rows) != who or not in_state(had, row) or not in_time(had, row, end):
            continue
        seen = dict(row)
        if lines:
            product = products.get(row["product_id"], {})
            seen |= {"category": product.get("category"), "brand": product.get("brand"), "product": product.get("name")}
        if all(fits(seen[each.column], each) for each in had.filters):
            found.append(row)
    return found


def whose(row: Row, key: str, rows: Rows) -> str | None:
    """Who a row is about; what a company's people, deals and leads do is the company's, unless the row names one."""
    if key != "account_id" or row.get(key) is not None:
        return row.get(key)
    for of_key, table in MEMBERS.items():
        for member in rows[table]:
            if row.get(of_key) is not None and member[of_key] == row[of_key] and member["account_id"] is not None:
                return str(member["account_id"])
    return None


def in_state(had: Had, row: Row) -> bool:
    thing, state = had.thing, had.state
    if thing in ("order", "return"):
        counts = row["amount"] >= 0 if thing == "order" else row["amount"] < 0
        return counts or (thing == "order" and had.measure == "amount")
    if thing in ("ticket", "review", "survey", "chat", "call", "meeting", "demo"):
        return bool(row["kind"] == thing)
    if thing == "deal" and state in ("won", "lost"):
        return row["won"] is (state == "won")
    cutoff = at(CUTOFF)
    if state == "open":
        closing = "closed_at" if thing == "deal" else "converted_at"
        return row["created_at"] is not None and row["created_at"] < cutoff and row[closing] is None
    if state in ("running", "in trial"):
        running = row["started_at"] < cutoff and row["ended_at"] is None
        trial = row["trial_ends_at"] is not None and row["trial_ends_at"] >= cutoff
        return running and (state == "running" or trial)
    return True


def in_time(had: Had, row: Row, end: datetime | None) -> bool:
    if had.state in ("open", "running", "in trial"):
        return True
    column = {"lead": "created_at", "deal": "created_at", "customer": "created_at", "subscription": "started_at"}.get(
        had.thing, "happened_at"
    )
    column = {"won": "closed_at", "lost": "closed_at", "closed": "closed_at", "ended": "ended_at"}.get(
        had.state, column
    )
    column = "converted_at" if had.state == "converted" else column
    column = "payment_failed_at" if had.thing == "failed payment" else column
    when = row[column]
    if when is None:
        return False
    if end is not None:
        return bool(at(CUTOFF) <= when < end)
    oldest = had.window.oldest
    return bool((oldest is None or when >= back(oldest)) and when < back(had.window.newest))


def fits(value: Any, compare: Compare) -> bool:
    """Whether a value is as compared; what is not known fits nothing but `is unknown`."""
    if not compare.values:
        return (value is None) == (compare.operator == "=")
    if value is None:
        return False
    values = [float(each) if isinstance(each, Decimal) else each for each in compare.values]
    number = float(value) if isinstance(value, Decimal) else value
    if compare.operator in ("=", "!="):
        return (number in values) == (compare.operator == "=")
    least = values[0]
    return {"<": number < least, "<=": number <= least, ">": number > least, ">=": number >= least}[compare.operator]


def worth(said: Worth, entity: str, key: str, then: Rows, who: str) -> float | None:
    if said.attribute:
        column = "amount_base" if (entity, said.attribute) == ("deal", "amount") else said.attribute
        found = [row[column] for row in then[OWN[entity]] if row[key] == who and row[column] is not None]
        exact = found and isinstance(found[0], Decimal)
        return (float(said.factor * found[0]) if exact else float(said.factor) * float(found[0])) if found else None
    if said.source is None:
        return float(said.factor)
    mine = of(said.source, key, then, who, None)
    column = AMOUNTS.get(said.source.thing, "amount_base")
    known_amounts = [row[column] for row in mine if row[column] is not None]
    return float(said.factor * sum(known_amounts, Decimal(0))) if known_amounts else None
