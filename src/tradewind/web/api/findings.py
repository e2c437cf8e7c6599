"""The findings of the newest run, and the tables behind each."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response

from tradewind.core.finding import Finding
from tradewind.core.visitor import Visitor
from tradewind.flow.answers.colleagues import told_to
from tradewind.flow.answers.published import Published, read_published
from tradewind.flow.answers.table_page import seen_table, table_of, table_page, table_parquet
from tradewind.flow.mapping.page_words import on_api
from tradewind.flow.snapshot_rows import find_snapshot
from tradewind.web.api.answers import FindingAnswer, FindingPage, FindingTablePage, TableColumn
from tradewind.web.api.asking import Cursor, Limit, QuestionName, SeesAnswers, errors
from tradewind.web.api.cursors import Place, read_cursor, write_cursor
from tradewind.web.api.unchanged import mark, not_modified, tag_of
from tradewind.web.refusals import NotAllowed, NotFound
from tradewind.web.visitor import site_of
from tradewind.web.whose import owners_for

router = APIRouter(prefix="/v1", tags=["Questions and answers"])
TableRole = Annotated[
    str, Path(min_length=1, max_length=63, description="Key of the finding's `tables`.", examples=["gain"])
]
PARQUET = "application/vnd.apache.parquet"


@router.get("/findings", operation_id="list_findings", summary="List findings", responses=errors())
def list_findings(
    request: Request, response: Response, visitor: SeesAnswers, limit: Limit = 50, cursor: Cursor = ""
) -> FindingPage:
    """Return the findings of the newest run in the order of its report: what was found, what it means in money, what
    to do next. Before the first run there are none. Send the `ETag` back as `If-None-Match` to ask whether anything is
    new."""
    begin = read_cursor(cursor, {"of": "findings"}).number()
    workspace = site_of(request).workspace()
    published, owners = read_published(workspace), owners_for(visitor)
    tag = tag_of("findings", _version(published), begin, limit, owners)
    if (same := not_modified(request, tag)) is not None:
        return same  # type: ignore[return-value]
    mark(response, tag)
    findings = published.findings if published is not None else ()
    shown = [told_to(workspace, finding, owners) for finding in findings[begin : begin + limit]]
    more = begin + limit < len(findings)
    return FindingPage(
        items=[_answer(finding) for finding in shown],
        next_cursor=write_cursor(Place("", begin + limit), {"of": "findings"}) if more else None,
        snapshot_id=published.snapshot_id if published is not None else None,
        total=len(findings),
        as_of=published.as_of if published is not None else None,
        currency=published.currency if published is not None else workspace.config.workspace.currency,
        amounts_are=published.amounts_are if published is not None else "revenue",
    )


@router.get("/findings/{question}", operation_id="get_finding", summary="Get a finding", responses=errors(404))
def get_finding(request: Request, response: Response, visitor: SeesAnswers, question: QuestionName) -> FindingAnswer:
    """Return what the newest run found for one question."""
    workspace, owners = site_of(request).workspace(), owners_for(visitor)
    published = read_published(workspace)
    finding = published.find(question) if published is not None else None
    if finding is None:
        raise NotFound("finding of this name")
    tag = tag_of("finding", _version(published), question, owners)
    if (same := not_modified(request, tag)) is not None:
        return same  # type: ignore[return-value]
    mark(response, tag)
    return _answer(told_to(workspace, finding, owners))


@router.get(
    "/findings/{question}/tables/{role}",
    operation_id="get_finding_table",
    summary="Read a table behind a finding",
    responses={**errors(404, 409), 200: {"content": {PARQUET: {"schema": {"type": "string", "format": "binary"}}}}},
    response_model=FindingTablePage,
)
def get_finding_table(
    request: Request, visitor: SeesAnswers, question: QuestionName, role: TableRole, limit: Limit = 50,
    cursor: Cursor = "",
    format: Annotated[
        Literal["json", "parquet"], Query(description="`parquet` gives the whole table as one file.")
    ] = "json",
) -> FindingTablePage | Response:  # fmt: skip
    """Return rows of a table behind a finding: `role` is a key of the finding's `tables`. Personal columns are left
    out for viewers. Sales gets the rows of its own records, and of totals its own and the team's: no colleague's.
    Tables with rows of people need the right to see people. A walk by cursor reads the same state of the data to its
    end."""
    workspace = site_of(request).workspace()
    published = read_published(workspace)
    finding = published.find(question) if published is not None else None
    if published is None or finding is None:
        raise NotFound("finding of this name")
    filters = {"table": f"{question}/{role}"}
    place = read_cursor(cursor, filters)
    manifest = find_snapshot(workspace, place.snapshot)
    entry = table_of(manifest, finding, role, visitor, published)
    seen = seen_table(workspace, manifest, entry, visitor, published)
    if format == "parquet":
        _may_export(visitor)
        name = f"{entry.name}.parquet"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(table_parquet(seen), media_type=PARQUET, headers=headers)
    page = table_page(seen, place.number(), limit)
    following = Place(manifest.snapshot_id, page.after)
    return FindingTablePage(
        role=role,
        table=page.table,
        columns=[TableColumn(name=name, type=kind) for name, kind in page.columns],
        items=list(page.rows),
        next_cursor=None if page.after is None else write_cursor(following, filters),
        snapshot_id=manifest.snapshot_id,
        total=page.total,
    )


def _may_export(visitor: Visitor) -> None:
    if not visitor.may("export"):
        raise NotAllowed("export")


def _version(published: Published | None) -> str:
    return "" if published is None else f"{published.snapshot_id} {published.generated_at.isoformat()}"


def _answer(finding: Finding) -> FindingAnswer:
    told = finding.to_json()
    blank = {"value": None, "low": None, "high": None, "unit": "", "reason": ""}
    numbers = {name: {**blank, **number.to_json()} for name, number in finding.numbers.items()}
    words = {name: on_api(getattr(finding, name)) for name in ("approach", "money", "next", "caption")}
    found = [on_api(each) for each in finding.found]
    checks = [
        {"name": each.name, "status": each.status, "what": on_api(each.what), "do": on_api(each.do)}
        for each in finding.checks
    ]
    return FindingAnswer.model_validate({**told, **words, "found": found, "checks": checks, "numbers": numbers})
