"""Lists of customers, companies, leads and deals with their scores: searched, filtered, sorted, a page at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tradewind.core.errors import ConfigError, StoreError
from tradewind.core.feedback import Feedback
from tradewind.core.visitor import Visitor
from tradewind.flow.answers.published import read_published
from tradewind.flow.kept import keep
from tradewind.flow.lists.feedback import resting_now
from tradewind.flow.people.aliases import aliases_for
from tradewind.flow.people.index import PeopleIndex, people_index
from tradewind.flow.people.index_sql import Listed, quoted
from tradewind.flow.people.query import (
    Query,
    Wanted,
    after,
    bounded,
    cursor_of,
    first_order,
    key_column,
    order_of,
    query_of,
)
from tradewind.flow.questions.asked import Question, find_question
from tradewind.report.numbers import say_money, say_of_100
from tradewind.store.feedback_state import last_words
from tradewind.store.workspace import Workspace

__all__ = ["Asked", "PeoplePage", "PersonRow", "ScoreCell", "Wanted", "kinds_with_anybody", "list_people"]


@dataclass(frozen=True)
class Asked:
    """A question that has scores or a list of these entities.

    Args:
        name: of the question.
        title: in plain words.
        kind: `scores` or `list`.
        chance: whether its scores are chances; else amounts.
        worth: whether it says for whom a contact is worth its cost.
        does: what those with a high chance do ("stop buying").
    """

    name: str
    title: str
    kind: str
    chance: bool
    worth: bool
    does: str


@dataclass(frozen=True)
class ScoreCell:
    """What one question says of one entity.

    Args:
        question: its name.
        text: "31 of 100", an amount, or "on the list".
        mean: chance or amount; None for a list of an analysis.
        worth: whether a contact is worth its cost; None where nobody worked that out.
        rank: place on the question's list, 1 is first.
    """

    question: str
    text: str
    mean: float | None
    worth: bool | None
    rank: int


@dataclass(frozen=True)
class PersonRow:
    """One row; texts that are not known, or not for this visitor, are empty.

    Args:
        key: id in the source system, as loaded; never shown, `id` is.
        id: the key as this visitor knows it: an alias where it is an address that he may not see.
        name: of the person, company or deal.
        company: it belongs to.
        account_id: id of that company, as this visitor knows it.
        owner: who works on it.
        email: e-mail address.
        phone: telephone number.
        stage: of a deal.
        state: open, won, lost, converted, given up.
        amount: of a deal, in the workspace's currency.
        created_at: naive UTC.
        attributes: further columns by name.
        scores: what the questions say, by question.
        said: the last word that somebody said of it; None where nobody did.
    """

    key: str
    id: str
    name: str
    company: str
    account_id: str
    owner: str
    email: str
    phone: str
    stage: str
    state: str
    amount: float | None
    created_at: datetime | None
    attributes: Mapping[str, str]
    scores: Mapping[str, ScoreCell]
    said: Feedback | None = None


@dataclass(frozen=True)
class PeoplePage:
    """One page of a list.

    Args:
        entity: key column of whom it is about.
        wanted: what was asked for.
        rows: of this page.
        found: how many there are in all.
        next: cursor of the next page; empty on the last.
        asked: the questions that say something about these entities.
        currency: of amounts.
        snapshot_id: the data that all of this was read from.
        searches_names: whether the visitor's search looks at names and contact data.
        order: the order in which they are, where nobody chose one: `key`, or `list:` and a question.
    """

    entity: str
    wanted: Wanted
    rows: tuple[PersonRow, ...]
    found: int
    next: str
    asked: tuple[Asked, ...]
    currency: str
    snapshot_id: str
    searches_names: bool
    order: str = "key"


def list_people(workspace: Workspace, visitor: Visitor, entity: str, wanted: Wanted) -> PeoplePage:
    """Return a page of customers, companies, leads or deals.

    Args:
        workspace: an open workspace.
        visitor: who asks: sales sees its own rows, viewers no personal columns, and cannot search them either.
        entity: key column (`customer_id`, `account_id`, `lead_id`, `deal_id`).
        wanted: search, filters, order, page.
    Raises:
        ConfigError: a filter or a way to sort does not exist, or is not for this visitor.
        Stale: the data have changed since the page before.
    """
    index, wanted = people_index(workspace), bounded(wanted)
    asked = asked_of(workspace, index, entity)
    names = [wanted.question] if wanted.question else [each.name for each in asked]
    resting = resting_of(workspace, entity, names) if wanted.unhandled else []
    query = query_of(index, entity, wanted, visitor, resting)
    order = order_of(index, entity, wanted, visitor)
    key = key_column(index, entity, visitor)
    found, places = _places(index, entity, wanted, query, order, key)
    page, more = places[: wanted.limit], places[wanted.limit :]
    keys = [each["key_"] for each in page]
    rows, last = index.by_key(entity, keys), said_of(workspace, entity, wanted.question, asked, keys)
    shown = [person_row(index, entity, rows[each["key_"]], asked, visitor, workspace, last) for each in page]
    cursor = cursor_of(index, order, key, page[-1]) if more else ""
    currency = workspace.config.workspace.currency
    return PeoplePage(
        entity,
        wanted,
        tuple(shown),
        int(found),
        cursor,
        asked,
        currency,
        index.snapshot_id,
        visitor.sees_personal,
        first_order(index, entity),
    )


def _places(
    index: PeopleIndex, entity: str, wanted: Wanted, query: Query, order: str, key: str
) -> tuple[int, list[dict[str, Any]]]:
    """How many fit in all, and which are on the page with one more, from the few columns that decide it.

    All columns of a page are read afterwards, by key: that takes a third of the time.
    """
    condition, values = after(order, key, wanted, index)
    columns = "key_, alias_" if key == "alias_" else "key_"
    fit = f"SELECT {columns}, {order} AS order_ FROM people_{entity} {query.sql}"
    rows = index.rows(
        f"WITH fit AS {'MATERIALIZED' if query.conditions else 'NOT MATERIALIZED'} ({fit}) "
        f"SELECT *, (SELECT count(*) FROM fit) AS found_ FROM fit {f'WHERE {condition}' if condition else ''} "
        f"ORDER BY order_, {key} LIMIT {wanted.limit + 1}",
        [*query.values, *values],
    )
    return int(rows[0]["found_"]) if rows else 0, rows


def asked_of(workspace: Workspace, index: PeopleIndex, entity: str) -> tuple[Asked, ...]:
    """Return the questions that the workspace still asks and that have rows about these entities."""
    found = []
    for each in index.questions[entity]:
        with suppress(ConfigError):  # scores of a question that the configuration no longer has
            question = kept_question(workspace, each.name)
            found.append(_asked(workspace, question, each))
    return tuple(found)


def kept_question(workspace: Workspace, name: str) -> Question:
    """Return a question as the workspace asks it, read once for each state of its configuration."""
    return keep(workspace, f"question {name}", lambda: find_question(workspace.config, name))


def title_of(workspace: Workspace, question: Question) -> str:
    """Return what a question is called by the answer that stands: one that had to fall back answers a shorter span."""
    with suppress(StoreError):
        published = keep(workspace, "published", lambda: read_published(workspace))
        found = published.find(question.name) if published is not None else None
        if found is not None:
            return found.title
    return question.words(question.use_case.title)


def _asked(workspace: Workspace, question: Question, each: Listed) -> Asked:
    case = question.use_case
    chance = case.task == "classification"
    worth = "worth_contacting" in each.columns
    return Asked(each.name, title_of(workspace, question), each.kind, chance, worth, question.do if chance else "")


def resting_of(workspace: Workspace, entity: str, names: Sequence[str]) -> list[str]:
    """Return the keys of those to leave alone today on any of these questions' lists."""
    questions = []
    for name in names:
        with suppress(ConfigError):
            questions.append(kept_question(workspace, name))
    return resting_now(workspace, entity, questions)


def said_of(
    workspace: Workspace, entity: str, name: str, asked: Sequence[Asked], keys: Sequence[str]
) -> dict[str, Feedback]:
    """Return the last word on each of these entities; of one question where it is named, else of all."""
    names = [name] if name else [each.name for each in asked]
    return last_words(workspace.state(), entity, names, keys)


def person_row(
    index: PeopleIndex,
    entity: str,
    row: Mapping[str, Any],
    asked: Sequence[Asked],
    visitor: Visitor,
    workspace: Workspace,
    last: Mapping[str, Feedback],
) -> PersonRow:
    """Return a row of the index as this visitor may see it."""
    columns, currency = index.columns[entity], workspace.config.workspace.currency
    hidden = columns.personal if not visitor.sees_personal else frozenset()
    known = aliases_for(workspace, visitor.sees_personal)

    def text(name: str, personal: bool = False) -> str:
        return "" if personal and not visitor.sees_personal else str(row[name] or "")

    attributes = {
        name: known.text(str(row[f"a_{name}"]))
        for name in columns.attributes
        if name not in hidden and row[f"a_{name}"] is not None
    }
    return PersonRow(
        key=row["key_"],
        id=known.shown(entity, row["key_"]),
        name=text("name_", personal="name" in columns.personal or entity in ("customer_id", "lead_id")),
        company=text("company_"),
        account_id=known.shown("account_id", text("account_")),
        owner=text("owner_"),
        email=text("email_", personal=True),
        phone=text("phone_", personal=True),
        stage=text("stage_"),
        state=text("state_"),
        amount=row["amount_"],
        created_at=row["created_"],
        attributes=attributes,
        scores={each.name: cell for each in asked if (cell := _cell(row, each, currency)) is not None},
        said=last.get(row["key_"]),
    )


def _cell(row: Mapping[str, Any], asked: Asked, currency: str) -> ScoreCell | None:
    rank = row.get(f"rank_{asked.name}")
    if rank is None:
        return None
    mean, worth = row.get(f"mean_{asked.name}"), row.get(f"worth_{asked.name}")
    if mean is None:
        return ScoreCell(asked.name, f"no. {rank:,}", None, worth, int(rank))
    text = f"{say_of_100(mean)} of 100" if asked.chance else say_money(mean, currency)
    return ScoreCell(asked.name, text, float(mean), worth, int(rank))


def person_of(workspace: Workspace, visitor: Visitor, entity: str, key: str) -> PersonRow | None:
    """Return one entity as the visitor may see it; None where there is none, or it is not his."""
    index = people_index(workspace)
    found = index.rows(f"SELECT * FROM people_{entity} WHERE key_ = ?", [key])
    if not found or not may_see(index, entity, found[0], visitor):
        return None
    asked = asked_of(workspace, index, entity)
    last = said_of(workspace, entity, "", asked, [found[0]["key_"]])
    return person_row(index, entity, found[0], asked, visitor, workspace, last)


def may_see(index: PeopleIndex, entity: str, row: Mapping[str, Any], visitor: Visitor) -> bool:
    """Whether a row is the visitor's: by its owner, or by the owner to whom a list gives it."""
    owners = [row["owner_"], *(row.get(f"owner_{each.name}") for each in index.questions[entity])]
    return any(visitor.sees_row(owner) for owner in owners)


@dataclass(frozen=True)
class Choices:
    """What can be filtered by, most frequent first: owners, stages, states, and attributes with few values."""

    owners: tuple[str, ...]
    stages: tuple[str, ...]
    states: tuple[str, ...]
    attributes: Mapping[str, tuple[str, ...]]


def choices_of(workspace: Workspace, visitor: Visitor, entity: str) -> Choices:
    """Return what the visitor can filter a list by."""
    index = people_index(workspace)
    columns = index.columns[entity]
    shown = [name for name in columns.attributes if visitor.sees_personal or name not in columns.personal]
    few = index.few_values(entity)
    attributes = {name: few[f"a_{name}"] for name in shown if few.get(f"a_{name}")}
    own = visitor.own_only
    return Choices(() if own else few.get("owner_", ()), few.get("stage_", ()), few.get("state_", ()), attributes)


FIRST_KINDS = ("lead_id", "deal_id", "account_id", "customer_id")
"""Where somebody begins who has no customers to look at."""


def kinds_with_anybody(workspace: Workspace, visitor: Visitor) -> tuple[str, ...]:
    """Return the kinds of records of which the visitor sees any, by key column, the first to open first."""
    index = people_index(workspace)
    there = [entity for entity in FIRST_KINDS if index.anybody(entity)]
    if not visitor.own_only:
        return tuple(there)
    return tuple(entity for entity in there if list_people(workspace, visitor, entity, Wanted(limit=1)).rows)


def rank_row(index: PeopleIndex, asked: Listed, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return the rows of a question's own table about these entities, by key; of several the first on the list."""
    rows = index.rows(
        f"SELECT * FROM {quoted(asked.table)} WHERE {quoted(asked.entity)} IN (SELECT unnest(?)) ORDER BY rank_ DESC",
        [list(keys)],
    )
    return {str(row[asked.entity]): row for row in rows}
