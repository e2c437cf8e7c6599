"""What contacting a list leaves at other costs and shares: the same figures as on the page of an answer."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from tradewind.flow.answers.page import question_money
from tradewind.flow.questions.states import known_question
from tradewind.web.api.asking import QuestionName, SeesAnswers, errors
from tradewind.web.visitor import site_of

router = APIRouter(prefix="/v1", tags=["Questions and answers"])


class Economics(BaseModel):
    """What contacting leaves at one cost of a contact and one share whom it changes."""

    question: str = Field(description="Name of the question.")
    currency: str = Field(description="ISO code of all amounts.")
    as_of: str = Field(description="The local day at whose midnight everything was known.")
    evidence: str = Field(description="How the share is known: `assumed` until a test has measured it.")
    contact_cost: float = Field(description="Cost of one contact.")
    success_share: float = Field(description="Share of those who would otherwise do it whom a contact changes.")
    contacts: int = Field(description="People for whom a contact pays.")
    cost: float = Field(description="Cost of contacting them.")
    gain: float = Field(description="What is expected to be left after that cost.")
    at_stake: float = Field(description="Chance times worth of them, added up.")
    break_even_share: float | None = Field(description="Share at which contacting them pays for itself.")
    best_length: int = Field(description="How far down the list to go where everybody down to there is contacted.")
    best_gain: float = Field(description="What that is expected to leave.")


@router.get(
    "/findings/{question}/economics", operation_id="get_economics", summary="What contacting a list leaves",
    responses=errors(404),
)  # fmt: skip
def economics(
    request: Request,
    question: QuestionName,
    visitor: SeesAnswers,
    contact_cost: Annotated[
        float | None, Query(ge=0, le=1e9, allow_inf_nan=False, description="Cost of one contact.")
    ] = None,
    success_share: Annotated[
        float | None, Query(ge=0, le=1, allow_inf_nan=False, description="Share whom a contact changes.")
    ] = None,
) -> Economics:
    """Work out what contacting a question's list leaves; at the settings in use where nothing else is given."""
    workspace = site_of(request).workspace()
    known_question(workspace, question)
    published, money = question_money(workspace, question)
    found = money.require(contact_cost, success_share)
    frame = {"question": question, "currency": published.currency, "as_of": published.as_of.isoformat()}
    return Economics.model_validate({**frame, "evidence": money.evidence, **found.to_json()})
