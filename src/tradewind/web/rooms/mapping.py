"""What the files mean: the proposal or the workspace's own mapping as a page that one can correct."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import FormData

from tradewind.core.errors import Problem
from tradewind.core.visitor import Visitor
from tradewind.flow.mapping.page import mapping_page
from tradewind.flow.mapping.preview import Preview, preview_table
from tradewind.flow.mapping.save import (
    Outcome,
    Standing,
    changed_workspace,
    changes_between,
    confirm_answers,
    save_mapping,
    standing_mapping,
    value_problems,
)
from tradewind.flow.mapping.source_tables import known_files
from tradewind.web.audit import note
from tradewind.web.refusals import NotFound, Refusal
from tradewind.web.render import page
from tradewind.web.rooms.waiting import begin, require_writable
from tradewind.web.visitor import may, site_of

router = APIRouter(include_in_schema=False)
Values = Mapping[str, str]


@router.get("/data/mapping")
def show(
    request: Request, visitor: Annotated[Visitor, may("change_data")], table: str = "", saved: int = 0
) -> Response:
    """Show the mapping; with `table`, also what becomes of the first rows of that one."""
    standing = _standing(request)
    if standing is None:
        return RedirectResponse(f"{site_of(request).prefix}/start", 303)
    return _shown(request, visitor, standing, table=table, saved=saved)


@router.post("/data/mapping")
async def save(request: Request, visitor: Annotated[Visitor, may("change_data")]) -> Response:
    """Save what was changed; or show what becomes of it, where only that is asked for."""
    form = await request.form()
    version, was, now = _read(form)
    table = str(form.get("preview") or "")
    if table:
        return await run_in_threadpool(_previewed, request, visitor, now, table)
    done = await run_in_threadpool(_save, request, visitor, version, was, now)
    if isinstance(done, Response):
        return done
    return RedirectResponse(f"{site_of(request).prefix}/data/mapping?saved={done.standing.number}", 303)


@router.post("/data/mapping/answers")
async def answer(request: Request, visitor: Annotated[Visitor, may("change_data")]) -> Response:
    """Take the answers to the questions, and try the mapping on the data."""
    form = await request.form()
    version, was, now = _read(form)
    done = await run_in_threadpool(_save, request, visitor, version, was, now)
    if isinstance(done, Response):
        return done
    site = site_of(request)
    await run_in_threadpool(confirm_answers, site.root, list(now), site.clock)
    return await run_in_threadpool(begin, request, visitor, "try")


@router.post("/data/mapping/preview/{table}")
async def preview(request: Request, visitor: Annotated[Visitor, may("change_data")], table: str) -> HTMLResponse:
    """Return what becomes of the first rows, as a part of the page."""
    _, _, now = _read(await request.form())
    found, _ = await run_in_threadpool(_preview_of, request, now, table)
    return page(request, "data/preview.html", title=table, visitor=visitor, preview=found, name=table)


def _standing(request: Request) -> Standing | None:
    return standing_mapping(site_of(request).root)


def _read(form: FormData) -> tuple[str, Values, Values]:
    """The version, the values that the form showed, and those that it sends.

    Raises:
        Refusal: it is no form of ours.
    """
    try:
        was = json.loads(str(form.get("seen") or "{}"))
        if not isinstance(was, dict) or not all(isinstance(value, str) for value in was.values()):
            raise ValueError
    except (ValueError, RecursionError):
        raise Refusal("This form cannot be read", "Open the page again; nothing was changed.", 422) from None
    now = {key.removeprefix("value:"): str(value) for key, value in form.items() if key.startswith("value:")}
    other = {key.removeprefix("other:"): str(value) for key, value in form.items() if key.startswith("other:")}
    now |= {key: value for key, value in other.items() if value.strip()}
    if "workspace.currency" in now:
        now["workspace.currency"] = now["workspace.currency"].strip().upper()
    table, source = str(form.get("new_table") or ""), str(form.get("new_source") or "")
    if table and source:
        now[f"tables.{table}.from"] = source
    return str(form.get("version") or ""), was, now


def _save(request: Request, visitor: Visitor, version: str, was: Values, now: Values) -> Outcome | Response:
    """Save; or the page that says why not, with nothing of the form lost."""
    site = site_of(request)
    require_writable(site)
    done = save_mapping(site.root, version, was, now, visitor.name, site.clock, site.environ)
    if done.clashes:
        mine = {change.key: change.now for change in changes_between(was, now)}
        shown = {clash.key for clash in done.clashes}
        rest = {key: value for key, value in mine.items() if key not in shown}
        seen = json.dumps(dict(done.standing.values), sort_keys=True, ensure_ascii=False)
        return page(request, "data/merge.html", title="Somebody else changed the mapping", visitor=visitor,
                    status_code=409, standing=done.standing, clashes=done.clashes, rest=rest, seen=seen)  # fmt: skip
    if done.problems:
        return _shown(request, visitor, done.standing, now, done.problems, status_code=422)
    note(request, visitor, "changed", "mapping", version=done.standing.number)
    return done


def _previewed(request: Request, visitor: Visitor, now: Values, table: str) -> Response:
    found, problems = _preview_of(request, now, table)
    standing = _standing(request)
    assert standing is not None
    return _shown(request, visitor, standing, now, problems, table=table, preview=found)


def _preview_of(request: Request, now: Values, table: str) -> tuple[Preview, tuple[Problem, ...]]:
    """What becomes of the first rows with some values changed, and what is wrong with the values."""
    site, standing = site_of(request), _standing(request)
    if standing is None:
        raise NotFound("mapping yet")
    changes = changes_between(standing.values, now)
    problems = value_problems(standing, changes)
    if problems:
        return Preview(problems=problems), problems
    changed = changed_workspace(site.root, standing, changes, site.clock, site.environ)
    if isinstance(changed, tuple):
        return Preview(problems=changed), changed
    if table not in changed.config.tables:
        raise NotFound("table of this name")
    found = preview_table(changed, table)
    return found, found.problems


def _shown(
    request: Request,
    visitor: Visitor,
    standing: Standing,
    typed: Values | None = None,
    problems: tuple[Problem, ...] = (),
    table: str = "",
    preview: Preview | None = None,
    status_code: int = 200,
    saved: int = 0,
) -> Response:
    site = site_of(request)
    files = () if standing.draft is not None else known_files(site.workspace())
    shown = mapping_page(standing, typed, problems, files)
    if table and preview is None and any(each.name == table for each in shown.tables):
        preview = _preview_of(request, {}, table)[0]
    return page(
        request, "data/mapping.html", title="What your files mean", visitor=visitor, status_code=status_code,
        mapping=shown, table=table, preview=preview, saved=saved, wrong=len(problems),
        unsaved=typed is not None, may_save=not site.settings.read_only,
    )  # fmt: skip
