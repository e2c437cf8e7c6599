"""Whom to work on: the list of each question, with reasons."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from tradewind.core.contract import CONTRACT
from tradewind.core.visitor import Visitor
from tradewind.flow.depends import today_of
from tradewind.flow.feedback_pages import last_word
from tradewind.flow.list_page import Asked, ListedRow, ListPage, list_page
from tradewind.flow.question_states import known_question, question_states
from tradewind.flow.snapshot_rows import find_snapshot
from tradewind.flow.worklist import INFLUENCES, REASONS, list_table
from tradewind.web.api.answers import ListRow, ListSummary, ListSummaryPage, ReasonAnswer, WorkListPage
from tradewind.web.api.asking import KIND_OF, Cursor, Limit, OwnerName, QuestionName, SeesPeople, errors, sees
from tradewind.web.api.cursors import Place, read_cursor, write_cursor
from tradewind.web.api.unchanged import mark, not_modified, tag_of
from tradewind.web.visitor import site_of

router = APIRouter(prefix="/v1", tags=["Lists"])

PERSONAL = frozenset(
    column.name.replace("_", " ") for table in CONTRACT.values() for column in table.columns if column.personal
)


@router.get("/lists", operation_id="list_lists", summary="List the lists", responses=errors())
def list_lists(request: Request, visitor: SeesPeople, limit: Limit = 50, cursor: Cursor = "") -> ListSummaryPage:
    """Return every list that has rows to work on: one for each question that scores or names somebody."""
    begin = read_cursor(cursor, {}).after or 0
    workspace = site_of(request).workspace()
    manifest = workspace.manifest()
    states = [state for state in question_states(workspace) if state.has_list]
    shown = states[begin : begin + limit]
    return ListSummaryPage(
        items=[
            ListSummary(
                question=state.question.name,
                title=state.question.words(state.question.use_case.title),
                action=state.question.words(state.question.use_case.action),
                kind=KIND_OF[state.question.use_case.entity],
                people=state.question.people,
                rows=list_table(manifest, state.question).rows,
            )
            for state in shown
        ],
        next_cursor=write_cursor(Place("", begin + limit), {}) if begin + limit < len(states) else None,
        snapshot_id=manifest.snapshot_id or None,
        total=len(states),
    )


@router.get("/lists/{question}", operation_id="get_list", summary="Get a list", responses=errors(404, 409))
def get_list(
    request: Request, response: Response, visitor: SeesPeople, question: QuestionName, owner: OwnerName = "",
    limit: Limit = 50, cursor: Cursor = "",
) -> WorkListPage:  # fmt: skip
    """Return the rows of a question's list, the first to work on first, each with at most three reasons. Rows that
    somebody worked on or put off are left out and counted in `handled`. Sales gets the rows of its own records; viewers
    get no names. A walk by cursor reads the same state of the data to its end."""
    workspace = site_of(request).workspace()
    asked = known_question(workspace, question)
    filters = {"list": question, "owner": owner}
    place = read_cursor(cursor, filters)
    manifest = find_snapshot(workspace, place.snapshot)
    sight = (visitor.own_only, visitor.owners, visitor.sees_personal)
    today, last = today_of(workspace), last_word(workspace.state())
    tag = tag_of(manifest.snapshot_id, last, today, filters, place.after, limit, sight)
    if (same := not_modified(request, tag)) is not None:
        return same  # type: ignore[return-value]
    mark(response, tag)
    page = list_page(workspace, manifest, asked, Asked(int(place.after or 0), limit, owner, sees(visitor)))
    following = Place(manifest.snapshot_id, page.after)
    return _answer(
        page, visitor, manifest.snapshot_id, None if page.after is None else write_cursor(following, filters)
    )


def _answer(page: ListPage, visitor: Visitor, snapshot_id: str, next_cursor: str | None) -> WorkListPage:
    question, case = page.question, page.question.use_case
    return WorkListPage(
        question=question.name,
        title=question.words(case.title),
        action=question.words(case.action),
        kind=KIND_OF.get(page.entity, KIND_OF[case.entity]),
        people=question.people,
        as_of=page.as_of,
        handled=page.handled,
        caveat=page.caveat,
        items=[_row(row, question.words(case.action), visitor.sees_personal) for row in page.rows],
        next_cursor=next_cursor,
        snapshot_id=snapshot_id,
        total=page.on_list,
    )


def _row(listed: ListedRow, action: str, personal: bool) -> ListRow:
    row, values = listed.row, listed.values
    more = {name: text for name, text in row.more if personal or name not in PERSONAL}
    influences = [values.get(key) for key in INFLUENCES if values.get(REASONS[INFLUENCES.index(key)])]
    texts = zip(row.reasons, [*influences, None, None, None], strict=False)
    return ListRow(
        rank=row.rank,
        id=row.entity_id,
        name=(row.who or None) if personal else None,
        owner=row.owner or None,
        score=_number(values.get("mean")),
        low=_number(values.get("low")) if "mean" in values else None,
        high=_number(values.get("high")) if "mean" in values else None,
        value=_number(values.get("value", values.get("amount"))),
        says=row.chance,
        worth=row.worth,
        reasons=[ReasonAnswer(text=text, influence=influence) for text, influence in texts],
        do=row.do or action,
        more=more,
        said_last=(row.last or None) if personal else None,
    )


def _number(value: object) -> float | None:
    return None if value is None else float(str(value))
