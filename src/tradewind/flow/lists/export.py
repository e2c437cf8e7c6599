"""A list on its way to another tool: who is on the file, who is left out and why, and the record that it was taken."""

from __future__ import annotations

import re
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import partial

from tradewind.core.errors import ConfigError, Problem
from tradewind.core.visitor import Visitor
from tradewind.core.words import say
from tradewind.destinations.contact import Contact, clean_contact
from tradewind.destinations.csv_file import write_csv
from tradewind.destinations.excel_file import write_excel
from tradewind.destinations.layouts import LAYOUTS, PEOPLE, Column, Layout
from tradewind.flow.lists.withheld import without_refused
from tradewind.flow.lists.work_list import WorkRow, entity_of, told_rows
from tradewind.flow.people.alias import alias_of, alias_secret
from tradewind.flow.people.aliases import EVERYTHING
from tradewind.flow.people.consent import ConsentWord, knows_consent, permission_for, words_of
from tradewind.flow.people.facts import open_facts
from tradewind.flow.people.index import PeopleIndex, people_index
from tradewind.flow.people.list import PersonRow, Wanted, list_people, title_of
from tradewind.flow.people.query import MOST_ROWS
from tradewind.flow.people.source_system import system_of
from tradewind.flow.questions.asked import find_question
from tradewind.store.lists_state import Export, exports, exports_with, find_export, record_export
from tradewind.store.workspace import Workspace

__all__ = ["Export", "LayoutChoice", "Plan", "exports_with", "find_export", "layouts_for", "list_exports",
           "make_export", "plan_export"]  # fmt: skip

MOST_AT_ONCE = 100_000
"""Rows of one file."""


@dataclass(frozen=True)
class LayoutChoice:
    """A layout that fits a list.

    Args:
        name: of the layout.
        title: in words.
        how: how to import it.
        same: whether its records came from that tool, so that rows update them by their id.
    """

    name: str
    title: str
    how: str
    same: bool


@dataclass(frozen=True)
class Plan:
    """What a file would hold.

    Args:
        question: whose list.
        title: of the question.
        people: what those on it are called.
        entity: key column.
        layout: for which tool.
        same: whether its rows update records that came from that tool.
        columns: of the file.
        contacts: its rows.
        keys: their keys as loaded; a row whose key is a refused address goes out under another name.
        left_out: how many were left out, by the reason's name: refused, no address, over the limit.
        unknown: of how many rows nobody knows whether they may be contacted.
        snapshot_id: of the data.
        consent_known: whether anything is loaded about permissions.
    """

    question: str
    title: str
    people: str
    entity: str
    layout: Layout
    same: bool
    columns: tuple[Column, ...]
    contacts: tuple[Contact, ...]
    keys: tuple[str, ...]
    left_out: Mapping[str, int]
    unknown: int
    snapshot_id: str
    consent_known: bool

    @property
    def lines(self) -> tuple[str, ...]:
        """What is said before anybody takes the file: unknown permission first, then the counts."""
        return said_of_file(len(self.contacts), self.people, self.unknown, self.left_out)


@dataclass(frozen=True)
class Made:
    """A file and the record of it."""

    export: Export
    content: bytes
    name: str
    media_type: str


def said_of_file(rows: int, people: str, unknown: int, left_out: Mapping[str, int]) -> tuple[str, ...]:
    """Return the summary of a file in sentences: unknown permission is the first."""
    said = []
    if unknown:
        all_of_them = "export.unknown.all" if unknown == rows else "export.unknown"
        said.append(say(all_of_them, unknown=f"{unknown:,}", rows=f"{rows:,}", people=people))
    said.append(say("export.rows", rows=f"{rows:,}", people=people))
    said += [
        say(f"export.left.{reason}", count=f"{count:,}", people=people) for reason, count in left_out.items() if count
    ]
    return tuple(said)


def layouts_for(workspace: Workspace, entity: str) -> tuple[LayoutChoice, ...]:
    """Return the layouts that fit an entity."""
    system = system_of(workspace, entity)
    return tuple(
        LayoutChoice(
            name, say(f"export.layout.{name}"), say(f"export.how.{name}"), bool(system) and each.system == system
        )
        for name, each in LAYOUTS.items()
        if entity in each.entities
    )


def plan_export(
    workspace: Workspace, visitor: Visitor, name: str, layout: str, wanted: Wanted, top: int = 1_000
) -> Plan:
    """Return what the file would hold.

    Args:
        workspace: an open workspace.
        visitor: who asks: sales gets its own rows.
        name: of the question.
        layout: name of the layout.
        wanted: filters of the list.
        top: at most so many rows, the first of the list.
    Raises:
        ConfigError: there is no such question or layout, or it does not fit the list.
        NotAnswerable: no run has made a list of it.
    """
    index, question = people_index(workspace), find_question(workspace.config, name)
    listed = entity_of(index, name)
    chosen = LAYOUTS.get(layout)
    if chosen is None or listed.entity not in chosen.entities:
        fit = ", ".join(each.name for each in layouts_for(workspace, listed.entity))
        raise ConfigError(Problem("layout", f"there is no such layout for {question.people}", layout[:80], fit))
    most = min(max(top, 1), MOST_AT_ONCE, chosen.most_rows)
    people, found, snapshot = _everybody(workspace, visitor, listed.entity, replace(wanted, question=name), most)
    as_of = _as_of(index, listed.table)
    told = told_rows(workspace, index, EVERYTHING, listed, question, people)
    raw = _extra(index, listed.entity, [each.key for each in people])
    title, action = title_of(workspace, question), question.words(question.use_case.action)
    rows = [_contact(each, raw[each.person.key], name, title, action, as_of) for each in told]
    asks = chosen.channels and listed.entity in PEOPLE  # a file of deals or companies holds nobody's address
    customers = [raw[each.person.key]["customer_"] for each in told]
    leads = [each.record_id for each in rows] if listed.entity == "lead_id" else []
    said = _said(workspace, customers, leads)
    kept, left, unknown = (
        _allowed(workspace, chosen, rows, said) if asks else (list(zip(rows, rows, strict=True)), {}, 0)
    )
    keys, allowed = tuple(each.record_id for each, _ in kept), tuple(each for _, each in kept)
    same = system_of(workspace, listed.entity) == chosen.system != ""
    if found > len(people):
        left["over"] = found - len(people)
    return Plan(
        name, title, question.people, listed.entity, chosen, same, chosen.columns_for(allowed, same), allowed, keys,
        left, unknown, snapshot, knows_consent(open_facts(workspace)),
    )  # fmt: skip


def make_export(workspace: Workspace, visitor: Visitor, plan: Plan, filters: Wanted) -> Made:
    """Write the file that a plan says, and the record of who took it.

    Raises:
        StoreError: the record cannot be written; then there is no file.
    """
    excel = plan.layout.name == "excel"
    content = (
        write_excel(plan.columns, plan.contacts)
        if excel
        else write_csv(plan.columns, plan.contacts, mark=plan.layout.name == "csv")
    )
    at = workspace.clock()
    asked = {key: value for key, value in asdict(filters).items() if value and key not in ("cursor", "limit")}
    export = Export(
        uuid.uuid4().hex, at, visitor.id, visitor.name, plan.question, plan.entity, plan.layout.name,
        len(plan.contacts), dict(plan.left_out), plan.unknown, plan.snapshot_id, asked,
    )  # fmt: skip
    record_export(workspace.state(), export, plan.keys)
    name = f"{plan.question}-{plan.layout.name}-{at:%Y-%m-%d}.{'xlsx' if excel else 'csv'}"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" if excel else "text/csv; charset=utf-8"
    return Made(export, content, re.sub(r"[^A-Za-z0-9_.-]", "-", name), kind)


def list_exports(workspace: Workspace, visitor: Visitor) -> tuple[Export, ...]:
    """Return the files that were taken out, newest first; sales sees its own."""
    return tuple(exports(workspace.state(), user_id=visitor.id if visitor.own_only else ""))


def _everybody(
    workspace: Workspace, visitor: Visitor, entity: str, wanted: Wanted, most: int
) -> tuple[list[PersonRow], int, str]:
    """The first rows of a list, page by page; how many there are in all; of which snapshot."""
    people: list[PersonRow] = []
    cursor, found, snapshot = "", 0, ""
    while len(people) < most:
        page = list_people(
            workspace, visitor, entity, replace(wanted, cursor=cursor, limit=min(MOST_ROWS, most - len(people)))
        )
        people += page.rows
        cursor, found, snapshot = page.next, page.found, page.snapshot_id
        if not cursor:
            break
    return people, found, snapshot


def _as_of(index: PeopleIndex, table: str) -> date | None:
    first = index.rows(f'SELECT * FROM "{table}" LIMIT 1')
    found = first[0].get("cutoff") if first else None
    return found if isinstance(found, date) else None


def _extra(index: PeopleIndex, entity: str, keys: Sequence[str]) -> dict[str, dict[str, object]]:
    return index.by_key(entity, keys)


def _contact(
    work: WorkRow, raw: Mapping[str, object], question: str, title: str, action: str, as_of: date | None
) -> Contact:
    person, told = work.person, work.told
    score = person.scores[question]
    value = raw.get(f"value_{question}")
    visible = bool(person.name or person.email or person.phone)
    return clean_contact(
        Contact(
            record_id=person.key,
            name=person.name,
            first_name=str(raw["first_"] or "") if visible else "",
            last_name=str(raw["last_"] or "") if visible else "",
            email=person.email,
            phone=person.phone,
            company=person.company,
            country=person.attributes.get("country", ""),
            owner=person.owner,
            stage=person.stage,
            amount=person.amount,
            pipeline=person.attributes.get("pipeline", ""),
            title=title,
            reasons=told.reasons,
            do=told.do or action,
            score_words=told.chance,
            score=score.mean,
            worth_words=told.worth,
            worth=float(value) if isinstance(value, int | float) else None,
            rank=told.rank,
            as_of=as_of,
        )
    )


def _said(workspace: Workspace, customers: Sequence[object], leads: Sequence[str]) -> list[tuple[ConsentWord, ...]]:
    """What each row's person said, as a customer and as a lead."""
    as_customer = words_of(workspace, [str(each) for each in customers if each])
    as_lead = words_of(workspace, leads, "lead_id")
    keys = leads or [""] * len(customers)
    return [
        (*as_customer.get(str(customer or ""), ()), *as_lead.get(lead, ()))
        for customer, lead in zip(customers, keys, strict=True)
    ]


def _allowed(
    workspace: Workspace, layout: Layout, rows: Sequence[Contact], words: Sequence[Sequence[ConsentWord]]
) -> tuple[list[tuple[Contact, Contact]], dict[str, int], int]:
    """The rows that may go out, as loaded and as they go; how many may not and why; of how many nobody knows.

    Who refused every way that the tool uses, or the only way we know, is left out; who can be reached another way stays
    without the refused address.
    """
    alias = partial(alias_of, alias_secret(workspace))
    kept, left, unknown = [], Counter[str](), 0
    for row, said in zip(rows, words, strict=True):
        may = {channel: permission_for(channel, said) for channel in layout.channels}
        refused = {channel for channel, word in may.items() if word == "refused"}
        known = any(getattr(row, channel) for channel in refused)
        out = without_refused(row, refused, alias)
        if refused == {*may} or (known and not any(getattr(out, each) for each in layout.needs or layout.channels)):
            left["refused"] += 1
            continue
        if layout.needs and not any(getattr(out, channel) for channel in layout.needs):
            left["address"] += 1
            continue
        unknown += all(each != "granted" for each in may.values())
        kept.append((row, out))
    return kept, dict(left), unknown
