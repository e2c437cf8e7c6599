"""Customers, companies, leads and deals: lists, one with all that is known, and what happened."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request

from tradewind.core.entities import ENTITIES
from tradewind.core.errors import ConfigError, NotFound, Problem
from tradewind.core.visitor import Visitor
from tradewind.flow.lists.rows import say_last
from tradewind.flow.people.aliases import aliases_for
from tradewind.flow.people.list import PersonRow, list_people
from tradewind.flow.people.one import Person, Told, find_person, is_visible
from tradewind.flow.people.query import Wanted
from tradewind.flow.people.timeline import Timeline, timeline
from tradewind.web.api import answers_people as told
from tradewind.web.api.asking import KIND_OF, Cursor, EntityId, Limit, OwnerName, SeesPeople, errors
from tradewind.web.api.cursors import Place, read_cursor, write_cursor
from tradewind.web.audit import note
from tradewind.web.visitor import site_of

router = APIRouter(prefix="/v1", tags=["People and deals"])
LATELY = 20
"""Moments that come with a record."""


def wanted_of(
    search: Annotated[str, Query(max_length=200, description="Words that all must stand in who it is.")] = "",
    question: Annotated[
        str, Query(max_length=63, description="Only those on this question's list, in its order.")
    ] = "",
    owner: OwnerName = "",
    state: Annotated[str, Query(max_length=40, description="Of leads and deals: open, won, lost, converted …")] = "",
    stage: Annotated[str, Query(max_length=100, description="Of deals.")] = "",
    where: Annotated[
        list[str] | None,
        Query(max_length=10, description="`attribute=value`, all of which must hold.", examples=[["country=DE"]]),
    ] = None,
    unhandled: Annotated[bool, Query(description="Only those of whom nobody said what came of it.")] = False,
    sort: Annotated[
        Literal["", "key", "name", "company", "owner", "newest", "amount", "list"],
        Query(description="`list` is the question's order, which is the default where one is named."),
    ] = "",
) -> Wanted:
    """Read which records are wanted."""
    return Wanted(
        search=search, question=question, owner=owner, state=state, stage=stage, unhandled=unhandled, sort=sort,
        where=tuple(_pair(text) for text in where or ()),
    )  # fmt: skip


WantedRecords = Annotated[Wanted, Depends(wanted_of)]


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        raise ConfigError(Problem("where", "this is no filter", text[:80], "attribute=value"))
    return name, value


def _add_routes(entity: str, plural: str) -> None:
    """The three routes of one kind of record."""
    kind, one_of, people = KIND_OF[entity], ENTITIES[entity].one, ENTITIES[entity].people

    def list_records(
        request: Request, visitor: SeesPeople, wanted: WantedRecords, limit: Limit = 50, cursor: Cursor = ""
    ) -> told.RecordPage:
        return _list(request, visitor, entity, wanted, limit, cursor)

    def get_record(request: Request, visitor: SeesPeople, id: EntityId) -> told.RecordDetail:
        workspace = site_of(request).workspace()
        found = find_person(workspace, visitor, entity, id)
        note(request, visitor, "saw", kind, found.row.key)
        lately = timeline(workspace, visitor, entity, found.row.key, "", LATELY)
        return _detail(found, lately, workspace.manifest().snapshot_id, visitor.sees_personal)

    def list_moments(
        request: Request, visitor: SeesPeople, id: EntityId, limit: Limit = 50, cursor: Cursor = ""
    ) -> told.MomentPage:
        workspace, filters = site_of(request).workspace(), {"timeline": kind, "id": id}
        begin = str(read_cursor(cursor, filters).after or "")
        key = aliases_for(workspace, visitor.sees_personal).key_of(entity, id)
        if not is_visible(workspace, visitor, entity, key):
            raise NotFound(Problem(f"{kind} {id[:80]}", f"there is no such {kind}, or it is not yours"))
        found = timeline(workspace, visitor, entity, key, begin, limit)
        return told.MomentPage(
            items=_moments(found),
            next_cursor=write_cursor(Place("", found.next), filters) if found.next else None,
            snapshot_id=workspace.manifest().snapshot_id,
            total=None,
        )

    list_records.__doc__ = (
        f"Return {people} with their scores, searched, filtered and sorted. Sales gets its own records; viewers get no "
        "names or contact data, and cannot search them. A cursor belongs to one state of the data: once they have "
        "changed, it is refused with 409."
    )
    get_record.__doc__ = (
        f"Return one {one_of}: who it is, what every question says of it and why, consent, what people said of it, and "
        "what happened lately."
    )
    list_moments.__doc__ = f"Return what happened with one {one_of}, newest first, each with since when it was known."
    path, one = f"/{plural}", f"/{plural}/{{id:path}}"
    router.get(path, operation_id=f"list_{plural}", summary=f"List {people}", responses=errors(409))(list_records)
    router.get(
        f"{one}/timeline",
        operation_id=f"list_{kind}_timeline",
        summary=f"What happened with one {one_of}",
        responses=errors(404),
    )(list_moments)
    router.get(one, operation_id=f"get_{kind}", summary=f"Get one {one_of}", responses=errors(404))(get_record)


for _entity in ENTITIES.values():
    _add_routes(_entity.key, _entity.table)


def _list(request: Request, visitor: Visitor, entity: str, wanted: Wanted, limit: int, cursor: str) -> told.RecordPage:
    workspace, filters = site_of(request).workspace(), {"records": entity, **asdict(wanted)}
    begin = str(read_cursor(cursor, filters).after or "")
    page = list_people(workspace, visitor, entity, replace(wanted, cursor=begin, limit=limit))
    note(request, visitor, "saw", "list", ENTITIES[entity].table, rows=len(page.rows))
    return told.RecordPage(
        items=[_record(entity, row) for row in page.rows],
        next_cursor=write_cursor(Place(page.snapshot_id, page.next), filters) if page.next else None,
        snapshot_id=page.snapshot_id,
        total=page.found,
    )


def _record(entity: str, row: PersonRow) -> told.Record:
    return told.Record(
        kind=KIND_OF[entity],
        id=row.id,
        name=row.name or None,
        company=row.company or None,
        account_id=row.account_id or None,
        owner=row.owner or None,
        email=row.email or None,
        phone=row.phone or None,
        stage=row.stage or None,
        state=row.state or None,
        amount=row.amount,
        created_at=row.created_at,
        attributes=dict(row.attributes),
        scores=[
            told.RecordScore(
                question=cell.question, score=cell.mean, says=cell.text, rank=cell.rank, worth_contacting=cell.worth
            )
            for cell in row.scores.values()
        ],
    )


def _detail(found: Person, lately: Timeline, snapshot_id: str, personal: bool) -> told.RecordDetail:
    return told.RecordDetail(
        record=_record(found.entity, found.row),
        answers=[_answer(each) for each in found.told],
        next=found.next.do if found.next is not None else "",
        consents=[
            told.Consent(purpose=each.purpose, granted=each.granted, day=each.day, source=each.source)
            for each in found.consents
        ],
        reach=[told.Reach(channel=channel, permission=permission) for channel, permission in found.permissions],
        said=[say_last(each) for each in found.said] if personal else [],
        timeline=_moments(lately),
        snapshot_id=snapshot_id,
    )


def _answer(each: Told) -> told.RecordAnswer:
    return told.RecordAnswer(
        question=each.question,
        title=each.title,
        says=each.text,
        between=each.between,
        usual=each.usual,
        rank=each.rank,
        on_list=each.asked,
        reasons=list(each.reasons),
        worth=each.worth,
        worth_contacting=each.contact,
        do=each.do,
        as_of=each.as_of,
        model_version=each.version or None,
        evidence=each.evidence or None,
    )


def _moments(found: Timeline) -> list[told.Moment]:
    return [
        told.Moment(
            day=day.day,
            time=each.time,
            kind=each.kind,
            title=each.title,
            detail=each.detail,
            amount=each.amount,
            who=each.who,
            known=each.known,
            times=each.times,
            waiting=each.waiting,
        )
        for day in found.days
        for each in day.moments
    ]
