"""Scores and their reasons in milliseconds: of the last run, or of now where something has happened since."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from threading import Lock
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field, model_validator
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import State

from tradewind.core.errors import ConfigError, Problem
from tradewind.core.visitor import Visitor
from tradewind.flow.serving.answers import Answer as Told
from tradewind.flow.serving.live import open_scorer
from tradewind.flow.serving.scorer import MOST_IDS, Scorer
from tradewind.web.api.answers import Answer
from tradewind.web.api.asking import EntityId, QuestionName, SeesAnswers, errors
from tradewind.web.observe import numbers
from tradewind.web.refusals import NotFound
from tradewind.web.site import Site

router = APIRouter(prefix="/v1", tags=["Scores"], responses=errors(404))

AsOf = Annotated[
    date | None,
    Query(description="Day as of which to answer; by default that of the last list, or of the newest event since."),
]
FEW = 4
"""So many entities are computed at once without leaving the loop."""


class ReasonSaid(Answer):
    """Why a score is what it is; what is empty is left out."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=False)

    text: str = Field(description="One sentence.", examples=["no order for 41 days; usually every 6"])
    influence: str = Field("", description="Whether one can act on it; empty where not known.")
    group: str = Field("", description="Part of the business it belongs to; mostly empty.")
    direction: str = Field("", description="`raises` or `lowers` the score; empty where not known.")


class ScoreSaid(Answer):
    """One entity's score, with where it comes from; or why there is none."""

    question: str = Field(examples=["lapse"])
    id: str = Field(examples=["1024"])
    status: Literal["scored", "not asked", "not known"] = Field(
        description="`not asked`: the question is not about this one; `not known`: nobody of this id is in the data, "
        "or no answer can be given now; `because` says which."
    )
    score: float | None = Field(description="Probability or expected amount; null where there is none.")
    low: float | None = Field(description="Lower end of the 80 % interval.")
    high: float | None = Field(description="Upper end of the 80 % interval.")
    unit: str = Field(description="`probability`, or the ISO code of amounts.", examples=["probability"])
    value: float | None = Field(description="Money at stake, in the workspace's currency; null where nobody knows.")
    as_of: date | None = Field(description="Day as of which it holds.")
    model_version: str = Field(description="Which model said so.")
    computed: Literal["last run", "now"] = Field(description="Whether it was worked out for this request.")
    reasons: list[ReasonSaid] = Field(description="Most important first.")
    because: str = Field(description="Why there is no score; else empty.")
    note: str = Field(description="What to know about it, such as that newer events are not in it; mostly empty.")


class FeatureUsed(Answer):
    """One feature as the model read it."""

    name: str
    means: str = Field(description="In plain words.")
    value: float | str | None = Field(description="Null where not known.")


class ExplanationSaid(ScoreSaid):
    """One score beside everybody's, with up to six reasons."""

    usual: float | None = Field(description="Median score of the last list.")
    rank: int | None = Field(description="Place on the last list, or the one it would have; 1 is first.")
    asked: int = Field(description="How many are on the last list.")
    features: list[FeatureUsed] = Field(description="What the model read, where it was asked for.")


class ScoresSaid(Answer):
    """One answer for each id, in the order asked."""

    items: list[ScoreSaid]


class AskScore(BaseModel):
    """Whose score is wanted."""

    model_config = ConfigDict(extra="forbid")

    question: str = Field(min_length=1, max_length=63, pattern=r"^[a-z_][a-z0-9_]*$", examples=["lapse"])
    id: str | None = Field(None, min_length=1, max_length=200, description="Of one.", examples=["1024"])
    ids: list[Annotated[str, Field(min_length=1, max_length=200)]] | None = Field(
        None, min_length=1, max_length=MOST_IDS, description="Of many; in place of `id`."
    )
    as_of: date | None = Field(None, description="Day as of which to answer.")
    reasons: bool = Field(True, description="Whether reasons are wanted.")

    @model_validator(mode="after")
    def _one_or_many(self) -> AskScore:
        if (self.id is None) == (self.ids is None):
            raise ValueError("give either id or ids")
        return self


class AskExplanation(BaseModel):
    """Whose score is to be explained."""

    model_config = ConfigDict(extra="forbid")

    question: str = Field(min_length=1, max_length=63, pattern=r"^[a-z_][a-z0-9_]*$", examples=["lapse"])
    id: str = Field(min_length=1, max_length=200, examples=["1024"])
    as_of: date | None = Field(None, description="Day as of which to answer.")
    features: bool = Field(False, description="Whether the features as used are wanted.")


class PayloadScores(Answer):
    """Scores of rows of features, in their order."""

    model_version: str
    unit: str
    predictions: list[float]


def scorer_of(request: Request) -> Scorer:
    """Return what answers for this workspace, made at the first request."""
    return scorer_at(request.app.state)


_first = Lock()


def scorer_at(state: State) -> Scorer:
    """Return what answers for the workspace of an application, by what the application keeps."""
    with _first:
        if getattr(state, "scorer", None) is None:
            site: Site = state.site
            state.scorer = open_scorer(site.workspace, site.clock, site.settings.scoring_memory)
    scorer: Scorer = state.scorer
    return scorer


async def _asked(request: Request, visitor: Visitor, question: str, ids: list[str]) -> tuple[Scorer, list[str]]:
    """The scorer, ready, and the keys that these ids stand for, once the visitor may see all these records."""
    scorer, keys = scorer_of(request), ids
    if not scorer.ready:
        await run_in_threadpool(scorer.current)
    if ids and not visitor.sees_personal and not scorer.keys_are_open(question):
        keys = await run_in_threadpool(scorer.keys_of, question, ids)
    if visitor.own_only:
        own = await run_in_threadpool(scorer.own, question, keys, visitor)
        if not own.issuperset(keys):
            raise NotFound("record of this id")
    return scorer, keys


async def _apart(scorer: Scorer, found: list[Told]) -> list[Told]:
    """The answers, with those nobody of whose id is in the data told apart."""
    if all(each.status != "not asked" for each in found):
        return found
    return await run_in_threadpool(scorer.tell_unknown, found)


def _called(said: dict[str, Any], id: str) -> dict[str, Any]:
    """An answer under the id that was asked for: where that is an alias, the key is not told."""
    return {**said, "id": id}


@router.post("/score", operation_id="score", summary="Score one or many",
             response_model=ScoreSaid | ScoresSaid)  # fmt: skip
async def post_score(request: Request, visitor: SeesAnswers, asked: AskScore) -> Response:
    """Answer with the score and reasons of `id`, or with `items` for `ids`, in their order."""
    ids = asked.ids if asked.ids is not None else [asked.id or ""]
    scorer, keys = await _asked(request, visitor, asked.question, ids)
    if len(keys) <= FEW and scorer.is_quick(asked.question):
        found = scorer.score(asked.question, keys, asked.as_of, asked.reasons)
    else:
        found = await run_in_threadpool(scorer.score, asked.question, keys, asked.as_of, asked.reasons)
    found = await _apart(scorer, found)
    for each in found:
        numbers().scores.labels(each.computed).inc()
    if asked.ids is None:
        return _json(_called(found[0].as_json(), ids[0]))
    return _json({"items": [_called(each.as_json(), one) for each, one in zip(found, ids, strict=True)]})


@router.get("/score/{question}/{id}", operation_id="get_score", summary="Score one", response_model=ScoreSaid)
async def get_score(
    request: Request, visitor: SeesAnswers, question: QuestionName, id: EntityId, as_of: AsOf = None,
    reasons: Annotated[bool, Query(description="Whether reasons are wanted.")] = True,
) -> Response:  # fmt: skip
    """Answer with one score and its reasons."""
    scorer, keys = await _asked(request, visitor, question, [id])
    if scorer.is_quick(question):
        answers = scorer.score(question, keys, as_of, reasons)
    else:
        answers = await run_in_threadpool(scorer.score, question, keys, as_of, reasons)
    (found,) = await _apart(scorer, answers)
    numbers().scores.labels(found.computed).inc()
    return _json(_called(found.as_json(), id))


async def _explain(request: Request, visitor: Visitor, asked: AskExplanation) -> Response:
    scorer, (key,) = await _asked(request, visitor, asked.question, [asked.id])
    found = await run_in_threadpool(scorer.explain, asked.question, key, asked.as_of, asked.features)
    (answer,) = await _apart(scorer, [found.answer])
    found = replace(found, answer=answer)
    return _json(_called(found.as_json(), asked.id))


@router.get("/explain/{question}/{id}", operation_id="get_explanation", summary="Explain one score",
            response_model=ExplanationSaid)  # fmt: skip
async def get_explanation(
    request: Request, visitor: SeesAnswers, question: QuestionName, id: EntityId, as_of: AsOf = None,
    features: Annotated[bool, Query(description="Whether the features as used are wanted.")] = False,
) -> Response:  # fmt: skip
    """Answer with one score beside what is usual, its place, and up to six reasons."""
    asked = AskExplanation.model_construct(question=question, id=id, as_of=as_of, features=features)
    return await _explain(request, visitor, asked)


@router.post("/explain", operation_id="explain", summary="Explain one score", response_model=ExplanationSaid)
async def post_explanation(request: Request, visitor: SeesAnswers, asked: AskExplanation) -> Response:
    """The same, asked in the body: ids of any characters."""
    return await _explain(request, visitor, asked)


_SPLIT: dict[str, Any] = {
    "type": "object",
    "required": ["columns", "data"],
    "properties": {
        "columns": {"type": "array", "items": {"type": "string"}, "description": "Names of the model's features."},
        "data": {"type": "array", "items": {"type": "array", "items": {}}, "maxItems": 10_000},
    },
}


@router.post(
    "/score/{question}/features",
    operation_id="score_features",
    summary="Score rows of features",
    response_model=PayloadScores,
    openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": _SPLIT}}}},
)
async def post_features(request: Request, visitor: SeesAnswers, question: QuestionName) -> Response:
    """For products that compute the features themselves: scores only, nothing is looked up or kept.

    Features of the model that are missing count as unknown. `dataframe_split` around columns and data is taken too.
    """
    body = await request.body()
    scorer, _ = await _asked(request, visitor, question, [])
    try:
        sent = json.loads(body)
        sent = sent.get("dataframe_split", sent)
        columns, rows = sent["columns"], sent["data"]
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError) as error:
        raise ConfigError(Problem("body", "this is no table", str(error)[:80], "columns and data, as JSON")) from error
    if not isinstance(columns, list) or not isinstance(rows, list):
        raise ConfigError(Problem("body", "this is no table", "", "lists of columns and of data"))
    payload = scorer.payload(question)
    if len(rows) <= FEW:
        predictions = payload.score(columns, rows)
    else:
        predictions = await run_in_threadpool(payload.score, columns, rows)
    return _json({"model_version": payload.version, "unit": payload.unit, "predictions": predictions})


def _json(data: dict[str, Any]) -> Response:
    return Response(json.dumps(data, ensure_ascii=False, separators=(",", ":")), media_type="application/json")
