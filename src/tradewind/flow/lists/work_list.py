"""The list of a question to work through: who, how likely, why, what to do, what was said last; filtered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from tradewind.core.entities import ENTITIES
from tradewind.core.errors import ConfigError, NotAnswerable, Problem, StoreError
from tradewind.core.finding import Finding
from tradewind.core.visitor import Visitor
from tradewind.core.words import say
from tradewind.flow.answers.published import read_published
from tradewind.flow.answers.rule_list import offered_rule, rule_of_list
from tradewind.flow.kept import keep
from tradewind.flow.lists.rows import Row, listed_row, say_last, scored_row
from tradewind.flow.mapping.page_words import on_page
from tradewind.flow.people.aliases import Aliases, aliases_for
from tradewind.flow.people.index import PeopleIndex, people_index
from tradewind.flow.people.index_sql import Listed, quoted
from tradewind.flow.people.list import (
    PeoplePage,
    PersonRow,
    Wanted,
    kept_question,
    list_people,
    rank_row,
    resting_of,
    title_of,
)
from tradewind.flow.people.query import query_of
from tradewind.flow.questions.asked import asked_questions
from tradewind.flow.questions.counted import say_worth
from tradewind.flow.questions.question import Question
from tradewind.store.workspace import Workspace


@dataclass(frozen=True)
class WorkRow:
    """One row to work on: who it is, what the list says, and the values of its table's row."""

    person: PersonRow
    told: Row
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class WorkList:
    """A page of a question's list.

    Args:
        question: its name.
        title: in plain words.
        action: what to do with those on it.
        one: what one of them is called.
        people: what they are called.
        page: the page as a list of people.
        rows: of the page, in words.
        as_of: the local day as of which the list was made; None where it does not say.
        caveat: what the report says of a list that is no better than a rule of thumb; else empty.
        evidence: grade of the question's finding; empty where there is none.
        scored: whether it shows chances or amounts.
        chance: whether those are chances.
        worth: what "worth" counts on it, in words; empty where no row has any.
        rule: the rule in whose order it stands; empty where it is the model's.
        offered: the rule in whose order it could stand, because that does as well; empty where none is.
    """

    question: str
    title: str
    action: str
    one: str
    people: str
    page: PeoplePage
    rows: tuple[WorkRow, ...]
    as_of: date | None
    caveat: str
    evidence: str
    scored: bool
    chance: bool
    worth: str = ""
    rule: str = ""
    offered: str = ""


@dataclass(frozen=True)
class ListCard:
    """A list as a room shows it.

    Args:
        question: its name.
        title: in plain words.
        action: what to do.
        people: what those on it are called.
        entity: key column.
        on_list: how many the visitor sees on it.
        waiting: how many of them nobody has worked on yet.
        worth: for how many a contact is worth its cost; None where nobody worked that out.
    """

    question: str
    title: str
    action: str
    people: str
    entity: str
    on_list: int
    waiting: int
    worth: int | None


def entity_of(index: PeopleIndex, name: str) -> Listed:
    """Return the table of a question's list.

    Raises:
        NotAnswerable: no run has made one, or the question has none.
    """
    found = next((each for all_ in index.questions.values() for each in all_ if each.name == name), None)
    if found is None:
        raise NotAnswerable(
            Problem(name, "there is no list of this question yet", "", "a question that lists single people or deals",
                    f"tradewind run --only {name}")
        )  # fmt: skip
    return found


def work_list(workspace: Workspace, visitor: Visitor, name: str, wanted: Wanted) -> WorkList:
    """Return a page of a question's list.

    Args:
        workspace: an open workspace.
        visitor: who asks.
        name: of the question.
        wanted: search, filters, page; its question is this one.
    Raises:
        ConfigError: there is no such question, filter or order.
        NotAnswerable: no run has made a list of it.
        Stale: the data have changed since the page before.
    """
    question = kept_question(workspace, name)
    index = people_index(workspace)
    listed = entity_of(index, name)
    page = list_people(workspace, visitor, listed.entity, replace(wanted, question=name))
    rows = told_rows(workspace, index, aliases_for(workspace, visitor.sees_personal), listed, question, page.rows)
    first = index.rows(f"SELECT * FROM {quoted(listed.table)} LIMIT 1")
    as_of = first[0].get("cutoff") if first else None
    found, revenue = _finding(workspace, name)
    case, rule = question.use_case, rule_of_list(keep(workspace, "manifest", workspace.manifest), name)
    caveat = on_page(found.next) if found is not None and found.status == "not distinguishable" else ""
    offered = "" if rule else offered_rule(question, found)
    worth = say_worth(question, revenue) if listed.kind == "scores" else say("counted.amount")
    return WorkList(
        name, title_of(workspace, question), question.words(case.action), question.one, question.people, page, rows,
        as_of if isinstance(as_of, date) else None, caveat, found.evidence if found is not None else "",
        listed.kind == "scores", case.task == "classification",
        worth if any(each.told.worth for each in rows) else "", rule, offered,
    )  # fmt: skip


def told_rows(
    workspace: Workspace,
    index: PeopleIndex,
    known: Aliases,
    listed: Listed,
    question: Question,
    people: Sequence[PersonRow],
) -> tuple[WorkRow, ...]:
    """Return what a list says of these people, in words; other keys in its rows as the visitor knows them."""
    raw = rank_row(index, listed, [each.key for each in people])
    currency = workspace.config.workspace.currency
    chance = question.use_case.task == "classification"
    made = []
    for each in people:
        row = {name: known.cell(name, value) for name, value in raw[each.key].items()}
        place = Row(int(row.pop("rank_")), each.id, each.name, each.owner, last=say_last(each.said))
        told = (
            scored_row(place, row, listed.entity, chance, currency)
            if listed.kind == "scores"
            else listed_row(place, row, listed.entity, currency)
        )
        if told.chance and told.chance == row.get("tier"):  # a bare letter says nothing
            told = replace(told, chance=f"tier {told.chance}")
        made.append(WorkRow(each, told, row))
    return tuple(made)


def list_cards(workspace: Workspace, visitor: Visitor) -> tuple[ListCard, ...]:
    """Return every list that the visitor can work on, in the order in which the questions are asked."""
    index = people_index(workspace)
    by_name = {each.name: each for all_ in index.questions.values() for each in all_}
    with suppress(ConfigError):
        asked = keep(workspace, "asked questions", lambda: asked_questions(workspace.config))
        return tuple(
            _card(workspace, visitor, index, by_name[each.name], each) for each in asked if each.name in by_name
        )
    return ()


def _card(workspace: Workspace, visitor: Visitor, index: PeopleIndex, listed: Listed, question: Question) -> ListCard:
    resting = resting_of(workspace, listed.entity, [question.name])
    counts = []
    for wanted in (Wanted(question=question.name), Wanted(question=question.name, unhandled=True)):
        query = query_of(index, listed.entity, wanted, visitor, resting)
        worth = "worth_contacting" in listed.columns
        counted = f"count(*) FILTER (WHERE {quoted(f'worth_{question.name}')})" if worth else "NULL"
        counts.append(
            index.rows(
                f"SELECT count(*) AS n, {counted} AS worth FROM people_{listed.entity} {query.sql}", query.values
            )[0]
        )
    case = question.use_case
    return ListCard(
        question.name, title_of(workspace, question), question.words(case.action), ENTITIES[listed.entity].people,
        listed.entity, counts[0]["n"], counts[1]["n"], counts[1]["worth"],
    )  # fmt: skip


def _finding(workspace: Workspace, name: str) -> tuple[Finding | None, bool]:
    """The answer of a question that stands, and whether its amounts are revenue."""
    with suppress(StoreError):
        published = keep(workspace, "published", lambda: read_published(workspace))
        if published is not None:
            return published.find(name), published.amounts_are == "revenue"
    return None, True
