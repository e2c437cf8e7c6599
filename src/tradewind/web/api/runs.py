"""Updates: asked for, watched, stopped."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from tradewind.core.errors import ConfigError, Problem
from tradewind.flow.jobs.kinds import KINDS
from tradewind.flow.jobs.queue import Job, JobEvent, cancel_run, get_run, job_events, list_runs, start_run, waits_for
from tradewind.web.api.answers import RunAnswer, RunEvent, RunEventPage, RunPage
from tradewind.web.api.asking import Cursor, Limit, Runs, SeesAnswers, errors
from tradewind.web.api.cursors import Place, read_cursor, write_cursor
from tradewind.web.api.once import DoOnce
from tradewind.web.site import Site
from tradewind.web.visitor import site_of

router = APIRouter(prefix="/v1", tags=["Runs"])
RunId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$", description="Id of a run.", examples=["0" * 32])]


class NewRun(BaseModel):
    """What is to be done."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"kind": "run", "only": ["lapse"]}]})
    kind: Literal["run", "check"] = Field("run", description="`run` loads the data and answers; `check` only looks.")
    only: list[Annotated[str, Field(max_length=63)]] = Field(
        [], max_length=100, description="Questions to answer; all that are asked where empty."
    )


@router.post(
    "/runs", operation_id="start_run", summary="Start a run", status_code=202, response_model=RunAnswer,
    responses=errors(409, 413, 415),
)  # fmt: skip
def post_run(request: Request, visitor: Runs, once: DoOnce, wanted: NewRun) -> Response:
    """Put an update into the queue; it begins within a second unless another is under way, and goes on where a killed
    one stopped. Watch it at `/v1/runs/{run_id}` or `/v1/runs/{run_id}/events`."""
    site = site_of(request)

    def start() -> RunAnswer:
        _known(site, wanted.only)
        arguments = {"only": wanted.only} if wanted.kind == "run" and wanted.only else {}
        run_id = start_run(site.state(), wanted.kind, arguments, visitor.name, site.clock)
        return _answer(site, get_run(site.state(), run_id))

    return once(start, 202)


@router.get("/runs", operation_id="list_runs", summary="List runs", responses=errors())
def list_all_runs(request: Request, visitor: SeesAnswers, limit: Limit = 50, cursor: Cursor = "") -> RunPage:
    """Return what the server was asked to do, newest first."""
    site, filters = site_of(request), {"runs": "runs"}
    before = read_cursor(cursor, filters).moment()
    found = list_runs(site.state(), limit + 1, before)
    last = found[limit - 1] if len(found) > limit else None
    following = None if last is None else Place("", [last.asked_at.isoformat(), last.job_id])
    return RunPage(
        items=[_answer(site, job) for job in found[:limit]],
        next_cursor=None if following is None else write_cursor(following, filters),
        snapshot_id=None,
        total=None,
    )


@router.get("/runs/{run_id}", operation_id="get_run", summary="Get a run", responses=errors(404))
def get_one_run(request: Request, visitor: SeesAnswers, run_id: RunId) -> RunAnswer:
    """Return how a run stands."""
    site = site_of(request)
    return _answer(site, get_run(site.state(), run_id))


@router.get("/runs/{run_id}/events", operation_id="list_run_events", summary="Watch a run", responses=errors(404))
def list_run_events(
    request: Request, visitor: SeesAnswers, run_id: RunId,
    after: Annotated[int, Query(ge=0, le=2**31, description="Only what was said behind this number.")] = 0,
    limit: Limit = 50, cursor: Cursor = "",
) -> RunEventPage:  # fmt: skip
    """Return what a run said, oldest first. While it is under way, ask again with `after` the last `number`: nothing is
    lost or told twice."""
    state, filters = site_of(request).state(), {"run": run_id}
    job = get_run(state, run_id)
    begin = read_cursor(cursor, filters).number() or after
    found = job_events(state, run_id, begin, limit + 1)
    shown = found[:limit]
    following = Place("", shown[-1].number) if len(found) > limit else None
    return RunEventPage(
        items=[_event(event) for event in shown],
        next_cursor=None if following is None else write_cursor(following, filters),
        snapshot_id=None,
        total=None,
        ended=job.ended,
    )


@router.post(
    "/runs/{run_id}/cancel", operation_id="cancel_run", summary="Stop a run", response_model=RunAnswer,
    responses=errors(404, 409),
)  # fmt: skip
def post_cancel(request: Request, visitor: Runs, once: DoOnce, run_id: RunId) -> Response:
    """Stop a run: what it has finished stands, and the next goes on from there. One that has ended stays so."""
    site = site_of(request)

    def cancel() -> RunAnswer:
        cancel_run(site.state(), run_id, visitor.name, site.clock)
        return _answer(site, get_run(site.state(), run_id))

    return once(cancel)


def _known(site: Site, only: list[str]) -> None:
    from tradewind.flow.questions.asked import list_questions

    known = list_questions(site.workspace().config)
    problems = [
        Problem(f"only.{place}", "there is no such question", name, "a name from /v1/questions")
        for place, name in enumerate(only) if name not in known
    ]  # fmt: skip
    if problems:
        raise ConfigError(problems)


def _answer(site: Site, job: Job) -> RunAnswer:
    return RunAnswer(
        id=job.job_id,
        kind=job.kind,
        title=KINDS[job.kind].title if job.kind in KINDS else job.kind,
        only=[str(name) for name in job.arguments.get("only") or ()],
        status=job.status,
        ended=job.ended,
        asked_by=job.asked_by,
        asked_at=job.asked_at,
        started_at=job.started_at,
        finished_at=job.finished_at,
        waits_for=waits_for(site.state(), job),
        reason=job.reason,
        problems=[str(problem) for problem in job.result.get("problems") or ()],
        snapshot_id=job.result.get("snapshot"),
    )


def _event(event: JobEvent) -> RunEvent:
    said = event.said
    texts: Iterator[str] = (str(said[name]) for name in ("doing", "note", "line", "reason") if said.get(name))
    return RunEvent(
        number=event.number,
        at=event.at,
        kind=event.kind,
        title=str(said.get("title") or ""),
        text=next(texts, ""),
        done=said.get("done"),
        total=said.get("total"),
    )
