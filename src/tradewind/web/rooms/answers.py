"""Answers: one page for each question, made of its folder and its finding, with no code of its own."""

from __future__ import annotations

import json
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from markupsafe import Markup

from tradewind.core.label_words import infinitive
from tradewind.core.visitor import Visitor
from tradewind.core.words import say_do
from tradewind.flow.answers.index import answer_index
from tradewind.flow.answers.page import AnswerPage, answer_charts, answer_page, require_finding
from tradewind.flow.answers.rule_list import order_by_model, order_by_rule
from tradewind.flow.answers.versions import choose_version, say_metric, use_newest
from tradewind.flow.jobs.queue import start_run
from tradewind.flow.kept import keep
from tradewind.report.numbers import say_one_in
from tradewind.web.audit import note
from tradewind.web.charts import inert_text, picture_of_saved
from tradewind.web.refusals import NotFound
from tradewind.web.render import page
from tradewind.web.visitor import may, site_of
from tradewind.web.whose import evidence_badge, owners_for

router = APIRouter(include_in_schema=False)

NEWEST = "newest"
COMPARED = ("auc", "baseline_auc", "ece", "mae", "baseline_mae")
"""Figures by which versions are compared, the most telling first."""


@router.get("/answers")
def answers(request: Request, visitor: Annotated[Visitor, may("see_answers")]) -> HTMLResponse:
    """Show every question with its answer in a sentence."""
    site = site_of(request)
    index = answer_index(site.workspace(), owners_for(visitor)) if site.has_config else None
    return page(request, "answers/index.html", title="Answers", visitor=visitor, index=index)


@router.get("/answers/{question}")
def answer(
    request: Request,
    question: str,
    visitor: Annotated[Visitor, may("see_answers")],
    contact_cost: Annotated[float | None, Query(ge=0, le=1e9, allow_inf_nan=False)] = None,
    of_100: Annotated[float | None, Query(ge=0, le=100, allow_inf_nan=False)] = None,
    kept: bool = False,
) -> HTMLResponse:
    """Show one answer; with another cost and share, what these would leave."""
    workspace = site_of(request).workspace()
    made = answer_page(workspace, question, owners_for(visitor), visitor.sees_personal)
    charts = answer_charts(workspace, question, owners_for(visitor))
    pictures = keep(
        workspace, f"pictures {question} {owners_for(visitor)}",
        lambda: tuple(picture_of_saved(chart) for chart in charts),
    )  # fmt: skip
    share = made.money.success_share if of_100 is None else of_100 / 100
    tried = made.money.reckon(contact_cost, share)
    if made.list is not None and visitor.may("see_people"):
        note(request, visitor, "saw", "list", question, rows=len(made.list.rows))
    return page(
        request, "answers/answer.html", title=made.section.title, visitor=visitor, answer=made, pictures=pictures,
        tried=tried, curve=curve_text(made), compared=_compared(made), evidence_badge=evidence_badge, kept=kept,
        does=infinitive(made.finding.does or say_do(question)), say_one_in=say_one_in,
        say_metric=say_metric,
    )  # fmt: skip


def curve_text(made: AnswerPage) -> Markup:
    """Return the curve behind the slider as text that no parser mistakes for markup."""
    return inert_text(made.money.curve.to_json()) if made.money.curve is not None else Markup("")


def _compared(made: AnswerPage) -> tuple[str, ...]:
    """The figures by which versions are compared: those that a version has, the usual ones first."""
    known = {name for version in made.versions for name, number in version.metrics.items() if number.value is not None}
    return tuple(name for name in COMPARED if name in known)


@router.post("/answers/{question}/version", response_model=None)
def use_version(
    request: Request,
    question: str,
    visitor: Annotated[Visitor, may("run")],
    version: Annotated[str, Form(max_length=64)],
    because: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Use an earlier version from the next update on, or the newest again."""
    site = site_of(request)
    if version == NEWEST:
        use_newest(site.workspace(), question)
    else:
        choose_version(site.workspace(), question, version, visitor.name, because)
    note(request, visitor, "changed", "version", question, version=version)
    return RedirectResponse(f"{site.prefix}/answers/{question}?kept=1#versions", 303)


@router.post("/answers/{question}/order", response_model=None)
def put_in_order(
    request: Request,
    question: str,
    visitor: Annotated[Visitor, may("run")],
    by: Annotated[Literal["rule", "model"], Form()],
) -> Response:
    """Put a list in the order of its rule of thumb, or of its model again, and make it anew."""
    site = site_of(request)
    workspace = site.workspace()
    if by == "rule":
        order_by_rule(workspace, question, visitor.name)
    else:
        order_by_model(workspace, question)
    note(request, visitor, "changed", "order of list", question, by=by)
    run_id = start_run(site.state(), "run", {}, visitor.name, site.clock)
    return RedirectResponse(f"{site.prefix}/updates/{run_id}", 303)


@router.get("/answers/{question}/finding.json")
def finding(request: Request, question: str, visitor: Annotated[Visitor, may("see_answers")]) -> Response:
    """Give one finding as a file."""
    published, found = require_finding(site_of(request).workspace(), question, owners_for(visitor))
    frame = {
        "currency": published.currency, "amounts_are": published.amounts_are, "as_of": published.as_of.isoformat(),
        "snapshot_id": published.snapshot_id,
    }  # fmt: skip
    text = json.dumps({**found.to_json(), **frame}, ensure_ascii=False, indent=2) + "\n"
    return _file(text.encode(), f"{found.name}.json", "application/json")


@router.get("/reports/latest.{kind}")
def report(
    request: Request, kind: Literal["html", "json"], visitor: Annotated[Visitor, may("see_answers")]
) -> Response:
    """Give the newest report as one file to forward: it shows what everybody brings, so not to everybody."""
    if not visitor.sees_colleagues:
        raise NotFound("report for who sees records of his own alone")
    path = site_of(request).workspace().path(f"reports/latest.{kind}")
    if not path.is_file():
        raise NotFound("report yet")
    return _file(path.read_bytes(), f"report.{kind}", "text/html" if kind == "html" else "application/json")


def _file(content: bytes, name: str, kind: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, media_type=kind, headers=headers)
