"""Whom to work on: the list of each question, with reasons; to read, or as a file for another tool."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from tradewind.core.contract import CONTRACT
from tradewind.core.visitor import Visitor
from tradewind.flow.depends import today_of
from tradewind.flow.lists.export import make_export, plan_export
from tradewind.flow.lists.feedback_pages import last_word
from tradewind.flow.lists.table import INFLUENCES, REASONS
from tradewind.flow.lists.work_list import WorkList, WorkRow, list_cards, work_list
from tradewind.flow.people.query import Wanted
from tradewind.flow.questions.states import known_question
from tradewind.web.api.answers import ListRow, ListSummary, ListSummaryPage, ReasonAnswer, WorkListPage
from tradewind.web.api.asking import KIND_OF, Cursor, Exports, Limit, OwnerName, QuestionName, SeesPeople, errors
from tradewind.web.api.cursors import Place, read_cursor, write_cursor
from tradewind.web.api.unchanged import mark, not_modified, tag_of
from tradewind.web.audit import note
from tradewind.web.refusals import NotAllowed
from tradewind.web.visitor import site_of

router = APIRouter(prefix="/v1", tags=["Lists"])

PERSONAL = frozenset(
    column.name.replace("_", " ") for table in CONTRACT.values() for column in table.columns if column.personal
)
CSV, EXCEL = "text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BINARY = {"schema": {"type": "string", "format": "binary"}}


@router.get("/lists", operation_id="list_lists", summary="List the lists", responses=errors())
def list_lists(request: Request, visitor: SeesPeople, limit: Limit = 50, cursor: Cursor = "") -> ListSummaryPage:
    """Return every list that there is to work on: one for each question that scores or names somebody."""
    begin = read_cursor(cursor, {"of": "lists"}).number()
    workspace = site_of(request).workspace()
    cards = list_cards(workspace, visitor)
    return ListSummaryPage(
        items=[
            ListSummary(
                question=card.question,
                title=card.title,
                action=card.action,
                kind=KIND_OF[card.entity],
                people=card.people,
                on_list=card.on_list,
                waiting=card.waiting,
                worth_contacting=card.worth,
            )
            for card in cards[begin : begin + limit]
        ],
        next_cursor=write_cursor(Place("", begin + limit), {"of": "lists"}) if begin + limit < len(cards) else None,
        snapshot_id=workspace.manifest().snapshot_id or None,
        total=len(cards),
    )


@router.get("/lists/{question}", operation_id="get_list", summary="Get a list", responses=errors(404, 409))
def get_list(
    request: Request, response: Response, visitor: SeesPeople, question: QuestionName,
    search: Annotated[str, Query(max_length=200, description="Words that all must stand in who it is.")] = "",
    owner: OwnerName = "",
    handled: Annotated[bool, Query(description="Also rows that somebody worked on or put off.")] = False,
    limit: Limit = 50, cursor: Cursor = "",
) -> WorkListPage:  # fmt: skip
    """Return the rows of a question's list, the first to work on first, each with at most three reasons. Rows that
    somebody worked on or put off are left out unless asked for. Sales gets the rows of its own records; viewers get no
    names. A cursor belongs to one state of the data: once they have changed, it is refused with 409."""
    workspace = site_of(request).workspace()
    known_question(workspace, question)
    filters = {"list": question, "search": search, "owner": owner, "handled": handled}
    place = read_cursor(cursor, filters)
    sight = (visitor.own_only, visitor.owners, visitor.sees_personal)
    today, last = today_of(workspace), last_word(workspace.state())
    tag = tag_of(workspace.manifest().snapshot_id, last, today, filters, place.after, limit, sight)
    if (same := not_modified(request, tag)) is not None:
        return same  # type: ignore[return-value]
    mark(response, tag)
    wanted = Wanted(search=search, owner=owner, unhandled=not handled, cursor=str(place.after or ""), limit=limit)
    found = work_list(workspace, visitor, question, wanted)
    note(request, visitor, "saw", "list", question, rows=len(found.rows))
    following = Place(found.page.snapshot_id, found.page.next)
    return _answer(found, visitor, write_cursor(following, filters) if found.page.next else None)


@router.get(
    "/lists/{question}/export",
    operation_id="export_list",
    summary="Take a list out as a file",
    response_class=Response,
    responses={
        **errors(404),
        200: {"description": "The file.", "content": {CSV: {"schema": {"type": "string"}}, EXCEL: BINARY}},
    },
)
def export_list(
    request: Request, visitor: Exports, question: QuestionName,
    layout: Annotated[
        str, Query(max_length=40, pattern=r"^[a-z_]*$",
                   description="For which tool: `csv`, `excel`, `klaviyo`, `mailchimp`, `hubspot`, `salesforce` …; an "
                   "unknown one is refused with those that fit.", examples=["csv"])
    ] = "csv",
    top: Annotated[int, Query(ge=1, le=100_000, description="At most so many rows, the first of the list.")] = 1_000,
    owner: OwnerName = "",
) -> Response:  # fmt: skip
    """Return a list in the columns that a tool imports, with name, contact data, owner, reasons and the record's id in
    its source system. People who refused to be contacted are left out. Who took what out is written down. No cell runs
    as a formula."""
    workspace = site_of(request).workspace()
    known_question(workspace, question)
    wanted = Wanted(owner=owner, unhandled=True)
    if not visitor.sees_personal:
        raise NotAllowed("see_contacts")
    plan = plan_export(workspace, visitor, question, layout, wanted, top)
    made = make_export(workspace, visitor, plan, wanted)
    note(request, visitor, "exported", "list", question, rows=made.export.rows, layout=made.export.layout)
    headers = {"Content-Disposition": f'attachment; filename="{made.name}"', "Cache-Control": "no-store"}
    return Response(made.content, media_type=made.media_type, headers=headers)


def _answer(found: WorkList, visitor: Visitor, next_cursor: str | None) -> WorkListPage:
    return WorkListPage(
        question=found.question,
        title=found.title,
        action=found.action,
        kind=KIND_OF[found.page.entity],
        people=found.people,
        as_of=found.as_of,
        evidence=found.evidence or None,
        caveat=found.caveat,
        items=[_row(row, found, visitor.sees_personal) for row in found.rows],
        next_cursor=next_cursor,
        snapshot_id=found.page.snapshot_id,
        total=found.page.found,
    )


def _row(work: WorkRow, found: WorkList, personal: bool) -> ListRow:
    told, values = work.told, work.values
    score = work.person.scores.get(found.question)
    return ListRow(
        rank=told.rank,
        id=work.person.id,
        name=work.person.name or None,
        company=work.person.company or None,
        owner=told.owner or None,
        score=_number(values.get("mean")) if found.scored else None,
        low=_number(values.get("low")) if found.scored else None,
        high=_number(values.get("high")) if found.scored else None,
        value=_number(values.get("value", values.get("amount"))),
        says=told.chance,
        worth=told.worth,
        worth_contacting=score.worth if score is not None else None,
        reasons=_reasons(work),
        do=told.do or found.action,
        more={name: text for name, text in told.more if personal or name not in PERSONAL},
        said_last=(told.last or None) if personal else None,
    )


def _reasons(work: WorkRow) -> list[ReasonAnswer]:
    values = work.values
    influences = [
        values.get(influence) for text, influence in zip(REASONS, INFLUENCES, strict=True) if values.get(text)
    ]
    told = zip(work.told.reasons, [*influences, None, None, None], strict=False)
    return [ReasonAnswer(text=text, influence=influence) for text, influence in told]


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
