"""`/v1/docs`: the OpenAPI document as a page to read, without anything from another host."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from tradewind.web.api.document import TAGS
from tradewind.web.render import page
from tradewind.web.visitor import site_of

router = APIRouter(include_in_schema=False)

KINDS = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false", "array": "texts"}


@dataclass(frozen=True)
class Operation:
    """One operation as the page shows it."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[tuple[str, str, str, str], ...]
    body: str
    answer: str
    errors: tuple[tuple[str, str], ...]
    curl: str


@router.get("/v1/docs")
def docs(request: Request) -> HTMLResponse:
    """Show every operation, with what it takes, what it answers, and a line to try it."""
    document = request.app.openapi()
    address = f"{str(request.base_url).rstrip('/')}"
    parts = [(name, words, tuple(_operations(document, name, address))) for name, words in TAGS.items()]
    shown = [part for part in parts if part[2]]
    opening = [part for part in document["info"]["description"].split("\n\n") if part]
    return page(request, "api_docs.html", title="The API", parts_of=shown, opening=opening, address=address,
                document=f"{site_of(request).prefix}/v1/openapi.json")  # fmt: skip


def _operations(document: Mapping[str, Any], tag: str, address: str) -> Iterator[Operation]:
    for path, item in document["paths"].items():
        for method, told in item.items():
            if tag in told.get("tags", ()):
                yield _operation(document, path, method.upper(), told, address)


def _operation(document: Mapping[str, Any], path: str, method: str, told: Mapping[str, Any], address: str) -> Operation:
    done: Mapping[str, Any] = next((one for status, one in told["responses"].items() if status < "300"), {})
    example = done.get("content", {}).get("application/json", {}).get("example")
    body = _body(document, told)
    return Operation(
        id=told["operationId"],
        method=method,
        path=path,
        summary=told["summary"],
        description=told.get("description", ""),
        parameters=tuple(_parameter(one) for one in told.get("parameters", ())),
        body=body,
        answer="" if example is None else json.dumps(example, indent=2, ensure_ascii=False),
        errors=tuple((status, one["description"]) for status, one in told["responses"].items() if status >= "400"),
        curl=_curl(method, address + path, told, body),
    )


def _parameter(one: Mapping[str, Any]) -> tuple[str, str, str, str]:
    """Name, where it stands, what it holds, what it means."""
    schema = one.get("schema", {})
    schema = {**schema, **next((each for each in schema.get("anyOf", ()) if each.get("type") != "null"), {})}
    words = [str(word) for word in schema.get("enum", ()) if word]
    kind = " or ".join(words) if words else KINDS.get(schema.get("type", ""), "text")
    bounds = [f"{words} {schema[key]}" for key, words in (("minimum", "from"), ("maximum", "to")) if key in schema]
    default = f"{schema['default']} when absent" if schema.get("default") not in (None, "") else ""
    where = "required" if one.get("required") else one["in"]
    held = ", ".join(part for part in (kind, " ".join(bounds), default) if part)
    return one["name"], where, held, one.get("description") or schema.get("description", "")


def _body(document: Mapping[str, Any], told: Mapping[str, Any]) -> str:
    """An example of what is sent."""
    content = told.get("requestBody", {}).get("content", {})
    for kind, media in content.items():
        if "example" in media:
            return str(media["example"])
        if kind == "application/json":
            name = media["schema"].get("$ref", "").rsplit("/", 1)[-1]
            schema = document["components"]["schemas"].get(name, media["schema"])
            examples = schema.get("examples", [])
            return json.dumps(examples[0]) if examples else ""
    return ""


def _curl(method: str, address: str, told: Mapping[str, Any], body: str) -> str:
    """One line to try it with."""
    for one in told.get("parameters", ()):
        examples = one.get("schema", {}).get("examples") or ["…"]
        if one["in"] == "path":
            address = address.replace("{" + one["name"] + "}", str(examples[0]))
        elif one["in"] == "query" and one.get("required"):
            address += f"{'&' if '?' in address else '?'}{one['name']}={examples[0]}"
    parts = ['curl -H "Authorization: Bearer $TOKEN"']
    parts += [f"-X {method}"] if method != "GET" and not body else []
    if body:
        kind = next(iter(told["requestBody"]["content"]))
        sent = f"-d '{body}'" if kind == "application/json" else "--data-binary @ids.csv"
        parts += [f'-H "Content-Type: {kind}" {sent}']
    return " ".join([*parts, f'"{address}"'])
