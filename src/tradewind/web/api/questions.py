"""What can be asked here, and what would unlock more."""

from __future__ import annotations

from fastapi import APIRouter, Request

from tradewind.flow.mapping.page_words import on_api
from tradewind.flow.questions.states import QuestionState, question_state, question_states
from tradewind.web.api.answers import QuestionAnswer, QuestionPage
from tradewind.web.api.asking import KIND_OF, Cursor, Limit, QuestionName, SeesAnswers, errors
from tradewind.web.api.cursors import Place, read_cursor, write_cursor
from tradewind.web.refusals import NotFound
from tradewind.web.visitor import site_of

router = APIRouter(prefix="/v1", tags=["Questions and answers"])


@router.get("/questions", operation_id="list_questions", summary="List questions", responses=errors())
def list_questions(request: Request, visitor: SeesAnswers, limit: Limit = 50, cursor: Cursor = "") -> QuestionPage:
    """Return every question that this workspace could ask, those that it asks first, each with how it stands and what
    it would need."""
    begin = read_cursor(cursor, {"of": "questions"}).number()
    workspace = site_of(request).workspace()
    states = question_states(workspace)
    shown = states[begin : begin + limit]
    more = begin + limit < len(states)
    return QuestionPage(
        items=[_answer(state) for state in shown],
        next_cursor=write_cursor(Place("", begin + limit), {"of": "questions"}) if more else None,
        snapshot_id=workspace.manifest().snapshot_id or None,
        total=len(states),
    )


@router.get("/questions/{question}", operation_id="get_question", summary="Get a question", responses=errors(404))
def get_question(request: Request, visitor: SeesAnswers, question: QuestionName) -> QuestionAnswer:
    """Return one question, how it stands and what it would need."""
    state = question_state(site_of(request).workspace(), question)
    if state is None:
        raise NotFound("question of this name")
    return _answer(state)


def _answer(state: QuestionState) -> QuestionAnswer:
    question, case = state.question, state.question.use_case
    return QuestionAnswer(
        name=question.name,
        title=question.words(case.title),
        question=question.words(case.question),
        action=question.words(case.action),
        kind=KIND_OF[case.entity],
        people=question.people,
        task=case.task,
        horizon_days=case.horizon.length.count,
        asked=state.asked,
        status=state.status,
        has_list=state.has_list,
        needs=list(state.needs),
        unlocked_by=on_api(state.unlocked_by) or None,
    )
