"""Errors for people and for programs: a page that says what to do, or problem+json (RFC 9457) under /v1."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from tradewind.core.errors import (
    AccountError,
    ConfigError,
    ModelError,
    NotAnswerable,
    NotFound,
    Problem,
    SourceError,
    Stale,
    StateAway,
    StoreError,
    TooMany,
    TradewindError,
    UnsafeExpression,
    WorkspaceLocked,
)
from tradewind.flow.jobs.once import KeyReused, StillRunning
from tradewind.flow.mapping.page_words import on_api
from tradewind.web.refusals import NotSignedIn, Refusal
from tradewind.web.refusals import TooMany as TooManyRequests
from tradewind.web.render import page
from tradewind.web.visitor import site_of

PROBLEM_JSON = "application/problem+json"
RETRY_SECONDS = 5
AGAIN_SECONDS = 1
STATUS: tuple[tuple[type[TradewindError], int, str], ...] = (
    (WorkspaceLocked, 409, "Somebody else is writing just now"),
    (Stale, 409, "Somebody else changed this first"),
    (KeyReused, 409, "This key was used for something else"),
    (StillRunning, 409, "The same is being done just now"),
    (TooMany, 429, "Too many at once"),
    (AccountError, 422, "This was refused"),
    (NotFound, 404, "There is no such thing here"),
    (NotAnswerable, 404, "These data do not answer this"),
    (UnsafeExpression, 422, "This expression is not allowed"),
    (ConfigError, 422, "This cannot be used as it stands"),
    (SourceError, 422, "This cannot be read"),
    (StoreError, 503, "The data cannot be reached just now"),
    (ModelError, 503, "The model cannot be used just now"),
)
TITLES = {
    400: "This request cannot be understood",
    404: "There is no such page",
    408: "This came too slowly",
    405: "This cannot be done here",
    413: "This is too large",
    415: "This kind of content is not taken",
    500: "Something went wrong here",
}

API_TITLES = {404: "There is no such route", 405: "This route does not take this method"}


def install_problems(app: FastAPI) -> None:
    """Turn every error of an app into words."""
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(TradewindError, _tradewind)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_exception_handler(Exception, _unexpected)


def is_api(request: Request) -> bool:
    """Whether a program asks."""
    return request.url.path.removeprefix(request.scope.get("root_path", "")).startswith("/v1/")


def tell(
    request: Request, status: int, title: str, detail: str = "", problems: tuple[Problem, ...] = (),
    headers: dict[str, str] | None = None,
) -> Response:  # fmt: skip
    """Return an error in the form that its reader expects."""
    title, detail = _sendable(title), _sendable(detail)
    problems = tuple(Problem(*map(_sendable, (p.where, p.what, p.found, p.expected, p.do))) for p in problems)
    if is_api(request):
        problems = tuple(replace(problem, do=on_api(problem.do)) for problem in problems)
        number = getattr(request.state, "request_id", "")
        return problem_json(status, title, detail, problems, headers, number)
    shown = page(request, "problem.html", title=title, detail=detail, problems=problems, status_code=status)
    shown.headers.update(headers or {})
    return shown


def problem_json(
    status: int, title: str, detail: str = "", problems: tuple[Problem, ...] = (),
    headers: dict[str, str] | None = None, request_id: str = "",
) -> Response:  # fmt: skip
    """Return an error as RFC 9457 describes it."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "problems": [
            {"where": p.where, "what": p.what, "found": p.found, "expected": p.expected, "do": p.do} for p in problems
        ],
        "request_id": request_id,
    }
    return JSONResponse(body, status, headers, PROBLEM_JSON)


def _sendable(text: str) -> str:
    """A text without halves of characters, which JSON can name and nobody can send: what was asked may stand in it."""
    return text.encode("utf-8", "replace").decode()


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    if isinstance(error, NotSignedIn) and not is_api(request) and request.method == "GET":
        from urllib.parse import quote

        wanted = request.url.path.removeprefix(request.scope.get("root_path", ""))
        wanted += f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"{site_of(request).prefix}/sign-in?next={quote(wanted, safe='')}", 303)
    headers = {"WWW-Authenticate": "Bearer"} if isinstance(error, NotSignedIn) and is_api(request) else {}
    if isinstance(error, TooManyRequests):
        headers["Retry-After"] = str(error.after)
    return tell(request, error.status, error.title, error.detail, headers=headers)


async def _tradewind(request: Request, error: Exception) -> Response:
    assert isinstance(error, TradewindError)
    status, title = next(
        ((status, title) for kind, status, title in STATUS if isinstance(error, kind)), (422, "This cannot be done")
    )
    headers = {"Retry-After": str(RETRY_SECONDS)} if status == 503 else {}
    if isinstance(error, StillRunning):
        headers["Retry-After"] = str(AGAIN_SECONDS)
    if isinstance(error, TooMany):
        headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, StateAway):  # where the database lies is nobody's business here
        detail = "Nothing was lost. Ask again in a few seconds; it is found again by itself."
        return tell(request, status, title, detail, headers=headers)
    return tell(request, status, title, problems=error.problems, headers=headers)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    problems = tuple(
        Problem(".".join(map(str, each["loc"])), each["msg"], _shown(each.get("input"))) for each in error.errors()[:50]
    )
    return tell(request, 422, "Some values cannot be used", problems=problems)


def _shown(value: object) -> str:
    return "" if value is None or isinstance(value, dict | list) else str(value)[:80]


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    title = TITLES.get(error.status_code, str(error.detail))
    if is_api(request):
        title = API_TITLES.get(error.status_code, title)
    detail = "" if error.detail == HTTPStatus(error.status_code).phrase or error.detail == title else str(error.detail)
    return tell(request, error.status_code, title, detail, headers=dict(error.headers or {}))


async def _gone(request: Request, error: Exception) -> Response:
    """Somebody left while he was sending, as browsers do when a page is closed: nothing went wrong here."""
    return Response(status_code=400)


async def _unexpected(request: Request, error: Exception) -> Response:
    return tell(request, 500, TITLES[500], "It was written down under the number of this request.")
