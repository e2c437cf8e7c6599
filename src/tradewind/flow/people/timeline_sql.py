"""Where moments of a timeline come from: one SELECT for each contract table that says something about an entity."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tradewind.flow.people.facts import Facts

Part = tuple[str, list[object]]

_PRIVATE = ("text",)
"""Kinds of moment that hold people's own words."""


def moments(facts: Facts, entity: str, key: str, people: Sequence[str] = ()) -> list[Part]:
    """Return the SELECTs of everything that is known about an entity, with their bound values.

    Args:
        facts: of the snapshot.
        entity: key column.
        key: which one.
        people: customers of a company, whose doings count as its own.
    """
    parts: list[Part] = []
    for table, make in _TABLES:
        if table not in facts.columns:
            continue
        where, values = _about(facts, table, entity, key, people)
        if where:
            parts += [(f"{select} AND {where}", list(values)) for select in make(facts)]
    if entity in ("lead_id", "deal_id", "customer_id", "account_id") and "outcomes" in facts.columns:
        kind = entity.removesuffix("_id")
        parts.append(
            (_select(facts, "outcomes", "outcome", "happened_at", "name", amount="value")
             + " AND entity_type = ? AND entity_id = ?", [kind, key])
        )  # fmt: skip
    return parts


def _about(facts: Facts, table: str, entity: str, key: str, people: Sequence[str]) -> tuple[str, list[object]]:
    """The condition that a row is about the entity; empty where the table does not say whom its rows are about."""
    columns = facts.columns[table]
    conditions: list[str] = []
    values: list[object] = []
    if entity in columns:
        conditions.append(f"{entity} = ?")
        values.append(key)
    if people and "customer_id" in columns:
        conditions.append("customer_id IN (SELECT unnest(?))")
        values.append(list(people))
    return f"({' OR '.join(conditions)})" if conditions else "", values


def _select(
    facts: Facts,
    table: str,
    kind: str,
    time: str,
    title: str,
    detail: str = "NULL",
    amount: str = "",
    who: str = "",
) -> str:
    """One SELECT; columns that the table lacks are NULL."""
    columns = facts.columns[table]
    money = f"CAST({amount} AS DOUBLE)" if amount in columns else "CAST(NULL AS DOUBLE)"
    whose = f"CAST({who} AS VARCHAR)" if who in columns else "CAST(NULL AS VARCHAR)"
    valid = "valid_to IS NULL" if "valid_to" in columns else "TRUE"
    return (
        f"SELECT {time} AS happened_at, known_at, '{kind}' AS kind, CAST({title} AS VARCHAR) AS title, "
        f"CAST({detail} AS VARCHAR) AS detail, {money} AS amount, {whose} AS who, "
        f"{str(kind in _PRIVATE).upper()} AS private FROM {table} WHERE {valid}"
    )


def _joined(facts: Facts, table: str, *columns: str) -> str:
    """Those of these columns that there are, as one text."""
    there = [f"CAST({column} AS VARCHAR)" for column in columns if column in facts.columns[table]]
    return f"nullif(concat_ws(', ', {', '.join(there)}), '')" if there else "NULL"


def _orders(facts: Facts) -> list[str]:
    amount = "amount_base" if facts.has("orders", "amount_base") else "amount"
    return [
        _select(
            facts, "orders", "order", "happened_at", "order_id", _joined(facts, "orders", "channel", "status"), amount
        )
    ]


def _events(facts: Facts) -> list[str]:
    columns = facts.columns["events"]
    # What stands behind a question mark may name people, or hold keys.
    parts = ["split_part(url, '?', 1)"] if "url" in columns else []
    parts += [f"CAST({column} AS VARCHAR)" for column in ("campaign", "channel", "device") if column in columns]
    detail = f"nullif(concat_ws(', ', {', '.join(parts)}), '')" if parts else "NULL"
    return [_select(facts, "events", "event", "happened_at", "name", detail, "value")]


def _touches(facts: Facts) -> list[str]:
    return [
        _select(
            facts,
            "touches",
            "touch",
            "happened_at",
            "channel",
            _joined(facts, "touches", "kind", "campaign_id", "variant"),
        )
    ]


def _texts(facts: Facts) -> list[str]:
    kind = "kind" if facts.has("texts", "kind") else "'text'"
    return [_select(facts, "texts", "text", "happened_at", kind, "text")]


def _activities(facts: Facts) -> list[str]:
    detail = _joined(facts, "activities", "outcome", "direction")
    return [
        _select(facts, "activities", "activity", "happened_at", "kind", detail,
                who="owner")
    ]  # fmt: skip


def _stages(facts: Facts) -> list[str]:
    return [_select(facts, "deal_stages", "stage", "entered_at", "stage")]


def _subscriptions(facts: Facts) -> list[str]:
    columns, plan = facts.columns["subscriptions"], _joined(facts, "subscriptions", "plan")
    made = [_select(facts, "subscriptions", "subscription", "started_at", "'began'", plan, "monthly_amount")]
    for column, words in (("ended_at", "ended"), ("payment_failed_at", "payment failed")):
        if column in columns:
            made.append(_select(facts, "subscriptions", "subscription", column, f"'{words}'", plan))
    return made


def _consents(facts: Facts) -> list[str]:
    said = "CASE WHEN granted THEN 'given' ELSE 'withdrawn' END"
    source = _joined(facts, "consents", "source")
    return [_select(facts, "consents", "consent", "happened_at", "purpose", f"concat_ws(', ', {said}, {source})")]


def _leads(facts: Facts) -> list[str]:
    made = [_select(facts, "leads", "lead", "created_at", "'came in'", _joined(facts, "leads", "source"), who="owner")]
    for column, words in (("converted_at", "converted"), ("lost_at", "given up")):
        if column in facts.columns["leads"]:
            made.append(_select(facts, "leads", "lead", column, f"'{words}'", who="owner"))
    return made if facts.has("leads", "created_at") else made[1:]


def _deals(facts: Facts) -> list[str]:
    amount = "amount_base" if facts.has("deals", "amount_base") else "amount"
    made = []
    if facts.has("deals", "created_at"):
        made.append(_select(facts, "deals", "deal", "created_at", "'opened'", "deal_id", amount, "owner"))
    if facts.has("deals", "closed_at", "won"):
        ended = "CASE WHEN won THEN 'won' ELSE 'lost' END"
        made.append(_select(facts, "deals", "deal", "closed_at", ended, "deal_id", amount, "owner"))
    return made


_TABLES: tuple[tuple[str, Callable[[Facts], list[str]]], ...] = (
    ("orders", _orders),
    ("events", _events),
    ("touches", _touches),
    ("texts", _texts),
    ("activities", _activities),
    ("deal_stages", _stages),
    ("subscriptions", _subscriptions),
    ("consents", _consents),
    ("leads", _leads),
    ("deals", _deals),
)
