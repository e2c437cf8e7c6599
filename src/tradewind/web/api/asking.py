"""What every route of the API takes and says: pages, the visitor's sight, and the errors that may come."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path, Query

from tradewind.core.entities import ENTITIES
from tradewind.core.visitor import Visitor
from tradewind.web.api.answers import Kind, ProblemDetails
from tradewind.web.api.cursors import LONGEST
from tradewind.web.visitor import may

Limit = Annotated[int, Query(ge=1, le=500, description="At most so many items.")]
Cursor = Annotated[
    str, Query(max_length=LONGEST, description="`next_cursor` of the page before; none for the first page.")
]
QuestionName = Annotated[
    str,
    Path(
        min_length=1, max_length=63, pattern=r"^[a-z_][a-z0-9_]*$",
        description="Name of a question; see `/v1/questions`.", examples=["lapse"],
    ),
]  # fmt: skip
EntityId = Annotated[
    str,
    Path(
        min_length=1,
        max_length=200,
        description="Key in the source system, or the `id` of an answer.",
        examples=["1024"],
    ),
]
OwnerName = Annotated[str, Query(max_length=200, description="Only records that this person owns.")]

SeesAnswers = Annotated[Visitor, may("see_answers")]
SeesPeople = Annotated[Visitor, may("see_people")]
Exports = Annotated[Visitor, may("export")]
GivesFeedback = Annotated[Visitor, may("give_feedback")]
Runs = Annotated[Visitor, may("run")]

KIND_OF: dict[str, Kind] = {
    "customer_id": "customer", "account_id": "account", "lead_id": "lead", "deal_id": "deal",
}  # fmt: skip
"""What the API calls each kind of entity, by its key column."""

assert KIND_OF.keys() == ENTITIES.keys()


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the description of the errors that a route may answer with, beside those of every route."""
    return {status: {"model": ProblemDetails, "description": ERRORS[status]} for status in (*EVERY, *statuses)}


ERRORS = {
    400: "The request cannot be understood.",
    401: "Nobody known sends it: send a token as `Authorization: Bearer …`.",
    403: "The token may not do this.",
    404: "There is no such thing, none that you may see, or the data do not answer it.",
    408: "The request came too slowly; send it again, over a better line or in smaller parts.",
    409: "The same key with something else, the same write just now, or a cursor of data that are no longer kept.",
    413: "What was sent is too large.",
    415: "This kind of content is not taken.",
    422: "Some values cannot be used; `problems` names each.",
    429: "Too many requests; come back after `Retry-After` seconds.",
    500: "Something went wrong here.",
    503: "The data cannot be reached just now; come back after `Retry-After` seconds.",
}
"""What each status of an error means."""

EVERY = (400, 401, 403, 422, 429, 500, 503)
"""Errors that any route may answer with."""
