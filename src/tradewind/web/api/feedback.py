"""What people say of the rows of a list."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from tradewind.core.feedback import Feedback
from tradewind.flow.lists.feedback import Said, give_feedback
from tradewind.flow.lists.feedback_pages import Wanted, feedback_page
from tradewind.flow.people.aliases import Aliases, aliases_for, keys_asked
from tradewind.flow.people.one import is_visible
from tradewind.web.api.answers import FeedbackAnswer, FeedbackPage, Verdict
from tradewind.web.api.asking import KIND_OF, Cursor, GivesFeedback, Limit, errors
from tradewind.web.api.cursors import Place, read_cursor, write_cursor
from tradewind.web.api.once import DoOnce
from tradewind.web.audit import note
from tradewind.web.visitor import site_of

router = APIRouter(prefix="/v1", tags=["Feedback"])


class NewFeedback(BaseModel):
    """What is said of one row of a list."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"question": "lapse", "entity_id": "1024", "verdict": "done"}]},
    )
    question: str = Field(min_length=1, max_length=63, description="Whose list.")
    entity_id: str = Field(min_length=1, max_length=200, description="Key of the row, `id` in the list.")
    verdict: Verdict = Field(description="`done`, `won`, `lost`, `not-now`, or `wrong`: the list is wrong about it.")
    because: str = Field("", max_length=1000, description="The reason; needed for `wrong`.")
    until: date | None = Field(None, description="For `not-now`: the day before which it is left alone.")


@router.post(
    "/feedback", operation_id="give_feedback", summary="Say what came of a row", status_code=201,
    response_model=FeedbackAnswer, responses=errors(404, 409, 413, 415),
)  # fmt: skip
def post_feedback(request: Request, visitor: GivesFeedback, once: DoOnce, said: NewFeedback) -> Response:
    """Take down what came of a row of a list, with the score as it was shown. What was said before stays. The next run
    learns from `done`, `won` and `lost`; `not-now` puts the row off; `wrong` says that the list is wrong, and why."""
    workspace = site_of(request).workspace()
    known = aliases_for(workspace, visitor.sees_personal)
    (key,) = keys_asked(workspace, visitor.sees_personal, said.question, [said.entity_id])

    def own(entity: str) -> bool:
        return not visitor.own_only or is_visible(workspace, visitor, entity, key)

    def give() -> FeedbackAnswer:
        words = Said(said.verdict, said.because, said.until, visitor.name, visitor.id, visitor.kind)
        given = give_feedback(workspace, said.question, key, words, own, said.entity_id)
        note(
            request, visitor, "changed", KIND_OF.get(given.entity, "customer"), given.entity_id, feedback=given.verdict
        )
        return _answer(given, known)

    return once(give, 201)


@router.get("/feedback", operation_id="list_feedback", summary="List feedback", responses=errors())
def list_feedback(
    request: Request, visitor: GivesFeedback,
    question: Annotated[str, Query(max_length=63, description="Only on this question's list.")] = "",
    entity_id: Annotated[str, Query(max_length=200, description="Only on whoever has this key.")] = "",
    limit: Limit = 50, cursor: Cursor = "",
) -> FeedbackPage:  # fmt: skip
    """Return what was said, newest first. Sales gets what it said itself of its own records."""
    filters = {"feedback": "feedback", "question": question, "entity_id": entity_id}
    before = read_cursor(cursor, filters).moment()
    workspace = site_of(request).workspace()
    known = aliases_for(workspace, visitor.sees_personal)
    his = (visitor.id, visitor.name) if visitor.own_only else ("", "")
    wanted = Wanted(question, known.key_anywhere(entity_id), *his)
    page = feedback_page(workspace.state(), wanted, limit, before)
    seen = [
        one for one in page.said if not visitor.own_only or is_visible(workspace, visitor, one.entity, one.entity_id)
    ]
    return FeedbackPage(
        items=[_answer(one, known) for one in seen],
        next_cursor=None if page.after is None else write_cursor(Place("", page.after), filters),
        snapshot_id=None,
        total=None if visitor.own_only else page.total,
    )


def _answer(said: Feedback, known: Aliases) -> FeedbackAnswer:
    return FeedbackAnswer(
        id=said.feedback_id,
        question=said.question,
        kind=KIND_OF.get(said.entity, "customer"),
        entity_id=known.shown(said.entity, said.entity_id),
        verdict=said.verdict,
        because=said.because,
        until=said.until,
        by=said.by,
        by_id=said.by_id or None,
        by_kind=said.by_kind or None,
        at=said.at,
        model_version=said.model_version or None,
        as_of=said.as_of,
        score=said.score,
    )
