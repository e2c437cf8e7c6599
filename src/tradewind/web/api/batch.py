"""Scores for a whole file at once."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from tradewind.core.visitor import Visitor
from tradewind.flow.batch.files import batch_csv, batch_parquet
from tradewind.flow.batch.scores import BatchScores, score_batch
from tradewind.flow.batch.upload import Format, read_upload
from tradewind.flow.questions.states import known_question
from tradewind.web.api.answers import BatchAnswer, BatchRow, ReasonAnswer
from tradewind.web.api.asking import KIND_OF, Exports, errors
from tradewind.web.refusals import Refusal
from tradewind.web.site import Site
from tradewind.web.visitor import site_of

router = APIRouter(prefix="/v1", tags=["Scores"])

CSV, PARQUET = "text/csv", "application/vnd.apache.parquet"
TAKEN: dict[str, Format] = {CSV: "csv", PARQUET: "parquet"}
BINARY = {"schema": {"type": "string", "format": "binary"}}


@router.post(
    "/batch-scores",
    operation_id="score_batch",
    summary="Score a file",
    response_model=BatchAnswer,
    responses={**errors(404, 413, 415), 200: {"content": {CSV: {"schema": {"type": "string"}}, PARQUET: BINARY}}},
    openapi_extra={
        "requestBody": {
            "required": True,
            "description": "The file itself, not a form.",
            "content": {
                CSV: {"schema": {"type": "string"}, "example": "customer_id\n1024\n1025\n"},
                PARQUET: BINARY,
            },
        }
    },
)
async def post_batch(
    request: Request, visitor: Exports,
    question: Annotated[
        str, Query(min_length=1, max_length=63, pattern=r"^[a-z_][a-z0-9_]*$", description="Which question to answer.",
                   examples=["lapse"])
    ],
    format: Annotated[
        Literal["json", "csv", "parquet"], Query(description="Of the answer.")
    ] = "json",
) -> Response | BatchAnswer:  # fmt: skip
    """Score the rows of a CSV or Parquet file of at most 50 MB and 200,000 rows: one answer for each row, in its order,
    with at most three reasons. A file of ids (a column `customer_id`, `lead_id` …, or a single column) is answered as
    the last run scored them; a file with columns named as the model's features is scored by the model in use. The
    features of a question are the columns of its table `training_<question>`. Nothing is kept."""
    kind = TAKEN.get(request.headers.get("content-type", "").split(";")[0].strip().lower())
    if kind is None:
        raise Refusal("This kind of content is not taken", f"Send the file itself as {CSV} or {PARQUET}.", 415)
    content = await request.body()
    return await run_in_threadpool(_scored, site_of(request), visitor, question, content, kind, format)


def _scored(
    site: Site, visitor: Visitor, name: str, content: bytes, kind: Format, format: str
) -> Response | BatchAnswer:
    workspace = site.workspace()
    question = known_question(workspace, name)
    batch = score_batch(workspace, question, read_upload(content, kind), visitor)
    if format == "json":
        return _answer(batch)
    made, media = (batch_csv(batch), CSV) if format == "csv" else (batch_parquet(batch), PARQUET)
    headers = {"Content-Disposition": f'attachment; filename="scores_{name}.{format}"'}
    return Response(made, media_type=media, headers=headers)


def _answer(batch: BatchScores) -> BatchAnswer:
    return BatchAnswer(
        question=batch.question.name,
        kind=KIND_OF[batch.question.use_case.entity],
        model_version=batch.model_version or None,
        as_of=batch.as_of,
        scored=batch.scored,
        missing_features=list(batch.missing_features),
        ignored_columns=list(batch.ignored_columns),
        items=[
            BatchRow(
                id=row.id,
                status=row.status,
                score=row.score,
                low=row.low,
                high=row.high,
                reasons=[ReasonAnswer(text=text, influence=influence) for text, influence in row.reasons],
            )
            for row in batch.rows
        ],
    )
