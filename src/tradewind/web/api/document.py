"""The OpenAPI document of `/v1`: what FastAPI reads from the routes, with what is the same for all said once."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from tradewind.web.api.asking import ERRORS
from tradewind.web.api.examples import EXAMPLES

TAGS = {
    "Questions and answers": "Who calls, what can be asked here, and what the newest run found.",
    "Scores": "Scores with their reasons, for one or for many.",
    "People and deals": "Customers, leads, companies and deals, each with its scores.",
    "Lists": "Whom to work on, with reasons.",
    "Feedback": "What came of it.",
    "Events": "What happens just now.",
    "Runs": "Updates of all answers.",
}
"""Parts of the API, in the order in which one reads them."""

DESCRIPTION = """Scores with their reasons, lists, findings, events and feedback of one workspace.

Send your token as `Authorization: Bearer …`. Answers that are long come in pages: pass `next_cursor` on as `cursor`
until it is null; a walk reads one state of the data to its end. Errors are `application/problem+json` (RFC 9457). A
write may carry an `Idempotency-Key`: sent again with the same key, it is not done again."""

SECURITY = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "A token made under Settings, Tokens. It holds a role and only the rights it was given.",
    }
}

OF_BODIES = (408, 413)
"""Errors of every request that has a body."""
PROBLEM = {"$ref": "#/components/schemas/ProblemDetails"}


def install_document(app: FastAPI) -> None:
    """Make `app.openapi()` return the document of the API alone, made at first need."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = make_document(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def make_document(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document of the routes under `/v1`."""
    made = get_openapi(
        title="Tradewind", version="1", summary="The REST API of Tradewind", description=DESCRIPTION, routes=app.routes,
        tags=[{"name": name, "description": words} for name, words in TAGS.items()],
    )  # fmt: skip
    made["paths"] = {path: item for path, item in made["paths"].items() if path.startswith("/v1/")}
    made["components"].setdefault("securitySchemes", {}).update(SECURITY)
    made["security"] = [{"token": []}]
    for item in made["paths"].values():
        for operation in item.values():
            _complete(operation)
    for name in ("HTTPValidationError", "ValidationError"):
        made["components"]["schemas"].pop(name, None)
    return made


def _complete(operation: dict[str, Any]) -> None:
    """Say that errors are problem+json, what headers come, and what an answer looks like."""
    if "requestBody" in operation:
        for status in OF_BODIES:
            told = {"description": ERRORS[status], "content": {"application/json": {"schema": PROBLEM}}}
            operation["responses"].setdefault(str(status), told)
    for status, response in operation["responses"].items():
        content = response.get("content", {})
        if status >= "400" and "application/json" in content:
            content["application/problem+json"] = content.pop("application/json")
        if status in ("429", "503"):
            response["headers"] = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds to wait."}}
        if status < "300" and operation.get("operationId") in EXAMPLES and "application/json" in content:
            content["application/json"]["example"] = EXAMPLES[operation["operationId"]]
