"""What belongs to what: a person's company, its people, their deals and leads, records that are the same person."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from tradewind.core.entities import ENTITIES
from tradewind.core.errors import TradewindError
from tradewind.core.identity import HISTORY, LINKS, RECORD_TABLES
from tradewind.core.visitor import Visitor
from tradewind.flow.people.aliases import Aliases, aliases_for
from tradewind.flow.people.facts import open_facts
from tradewind.flow.people.index import PeopleIndex, people_index
from tradewind.flow.people.list import PersonRow, may_see
from tradewind.store.workspace import Workspace

MOST = 25


@dataclass(frozen=True)
class Link:
    """One record that belongs to another.

    Args:
        entity: key column.
        key: which one, as this visitor knows it.
        words: what it is called, for this visitor.
        more: stage, state, owner.
        how: how the two belong together.
    """

    entity: str
    key: str
    words: str
    more: str
    how: str


@dataclass(frozen=True)
class Links:
    """Linked records, and how many more there are of those that are the visitor's."""

    links: tuple[Link, ...]
    more: int


def links_of(workspace: Workspace, visitor: Visitor, entity: str, row: PersonRow) -> Links:
    """Return the records that belong to an entity and that the visitor may see."""
    index, known = people_index(workspace), aliases_for(workspace, visitor.sees_personal)
    wanted: list[tuple[str, str, str, str]] = []  # entity, column, value, how
    company = row.key if entity == "account_id" else next(iter(_own(index, entity, row, "account_")), "")
    if company and entity != "account_id":
        wanted.append(("account_id", "key_", company, "its company"))
    if entity == "customer_id":
        wanted += [("lead_id", "customer_", row.key, "the lead it came from")]
    if entity == "lead_id":
        wanted += [("deal_id", "lead_", row.key, "its deal")]
        wanted += [
            ("customer_id", "key_", value, "the customer it became") for value in _own(index, entity, row, "customer_")
        ]
    if entity == "deal_id":
        wanted += [("lead_id", "key_", value, "the lead it came from") for value in _own(index, entity, row, "lead_")]
    if company:
        for other in ("customer_id", "deal_id", "lead_id"):
            wanted.append(
                (other, "account_", company, "of the company" if entity == "account_id" else "of the same company")
            )
    found: dict[tuple[str, str], Link] = {}
    more = 0
    for other, column, value, how in wanted:
        rows = index.rows(
            f"SELECT * FROM people_{other} WHERE {column} = ? "
            f"ORDER BY state_ = 'open' DESC, created_ DESC NULLS LAST, key_ LIMIT {4 * MOST}",
            [value],
        )
        mine = [
            each for each in rows if may_see(index, other, each, visitor) and (other, each["key_"]) != (entity, row.key)
        ]
        more += max(len(mine) - MOST, 0)
        for each in mine[:MOST]:
            found.setdefault((other, each["key_"]), _link(other, each, how, visitor, known))
    return Links(tuple(found.values()), more)


def _own(index: PeopleIndex, entity: str, row: PersonRow, column: str) -> Sequence[str]:
    found = index.rows(f"SELECT {column} AS value FROM people_{entity} WHERE key_ = ?", [row.key])
    return [str(each["value"]) for each in found if each["value"]]


def _link(entity: str, row: dict[str, object], how: str, visitor: Visitor, known: Aliases) -> Link:
    personal = entity in ("customer_id", "lead_id")
    name = "" if personal and not visitor.sees_personal else str(row["name_"] or "")
    mail = str(row["email_"] or "") if visitor.sees_personal else ""
    company = str(row["company_"] or "") if entity == "deal_id" else ""
    key = known.shown(entity, str(row["key_"]))
    words = name or company or mail or f"{ENTITIES[entity].one} {key}"
    more = ", ".join(str(row[column]) for column in ("stage_", "state_", "owner_") if row[column])
    return Link(entity, key, words, more, how)


@dataclass(frozen=True)
class SamePerson:
    """Another record of the same person, or a move of this record between people.

    Args:
        record: name of the other record (`lead:123`, or a customer's id).
        why: the rule or the probability, in words.
        since: since when it was known, or when it moved, naive UTC as text; empty where nobody knows.
    """

    record: str
    why: str
    since: str


def same_person(workspace: Workspace, known: Aliases, entity: str, key: str) -> tuple[SamePerson, ...]:
    """Return which other records are the same person, and the moves of this one, as the resolution left them."""
    kind = RECORD_TABLES.get(ENTITIES[entity].table)
    facts = open_facts(workspace)
    if kind is None or LINKS not in facts.columns:
        return ()
    with suppress(TradewindError):
        others = facts.rows(
            f"SELECT o.record_type, o.record_id, o.why, o.known_at FROM {LINKS} me JOIN {LINKS} o USING (person_id) "
            "WHERE me.record_type = ? AND me.record_id = ? AND me.valid_to IS NULL AND o.valid_to IS NULL "
            "AND NOT (o.record_type = me.record_type AND o.record_id = me.record_id) AND o.record_type <> 'anonymous' "
            f"ORDER BY o.known_at, o.record_type, o.record_id LIMIT {MOST}",
            [kind, key],
        )
        made = [
            _same(f"{row['record_type']} {known.cell('record_id', row['record_id'])}", row["why"], row["known_at"])
            for row in others
        ]
        if HISTORY in facts.columns:
            moves = facts.rows(
                f"SELECT * FROM {HISTORY} WHERE record_type = ? AND record_id = ? "
                f"ORDER BY recorded_at DESC, known_at DESC, from_person, to_person, why LIMIT {MOST}",
                [kind, key],
            )
            made += [_same("moved to another person", row.get("why"), row.get("recorded_at")) for row in moves]
        return tuple(replace(each, why=known.text(each.why)) for each in made)
    return ()


def _same(record: str, why: object, since: object) -> SamePerson:
    return SamePerson(record, str(why or ""), str(since)[:10] if since is not None else "")
