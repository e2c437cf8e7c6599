"""The client and the OpenAPI document say the same: every operation, parameter and field, in both directions."""

from __future__ import annotations

import inspect
import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest

from tradewind.client import AsyncClient, Client, calls
from tradewind.client.call import Call
from tradewind.web.app import build_app
from tradewind.web.site import Site

FILES = {"format"}
"""Parameters that the client does not have: it asks for JSON."""

MADE: Mapping[str, Any] = {"content": b"id\n1\n", "verdict": "done", "events": [{}], "message": {}}
"""Arguments that are not any text."""


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The OpenAPI document."""
    site = Site(tmp_path_factory.mktemp("empty"), environ={})
    made: dict[str, Any] = build_app(site, lambda request, of: None).openapi()
    site.close()
    return made


def operations(document: dict[str, Any]) -> dict[str, tuple[str, str, dict[str, Any]]]:
    return {
        told["operationId"]: (method.upper(), path, told)
        for path, item in document["paths"].items()
        for method, told in item.items()
    }


def call_of(name: str) -> Call[Any]:
    """The call with its required arguments made up."""
    function = getattr(calls, name)
    needed = [
        one.name for one in inspect.signature(function).parameters.values() if one.default is inspect.Parameter.empty
    ]
    return function(**{name: MADE.get(name, f"<{name}>") for name in needed})


def test_every_operation_has_a_function_and_the_other_way_round(document: dict[str, Any]) -> None:
    assert set(operations(document)) == set(calls.__all__)
    for name in calls.__all__:
        assert callable(getattr(Client, name))
        assert inspect.iscoroutinefunction(getattr(AsyncClient, name))


def test_every_parameter_is_there(document: dict[str, Any]) -> None:
    for name, (method, path, told) in operations(document).items():
        parameters = {one["name"]: one for one in told.get("parameters", ())}
        taken = set(inspect.signature(getattr(calls, name)).parameters)
        expected = {each for each, one in parameters.items() if one["in"] in ("path", "query")} - FILES
        if "Idempotency-Key" in parameters:
            expected.add("key")
        content = told.get("requestBody", {}).get("content", {})
        if "text/csv" in content:
            expected |= {"content", "media_type"}
        elif "application/json" in content:
            schema = resolved(document, content["application/json"]["schema"])
            free = {"events"} if "oneOf" in schema else {"message"}
            expected |= set(schema["properties"]) if "properties" in schema else free
        assert taken == expected, name
        call = call_of(name)
        assert call.method == method
        assert call.writes == ("Idempotency-Key" in parameters), name
        pattern = path
        for each in parameters:
            pattern = pattern.replace("{" + each + "}", f"%3C{each}%3E")
        assert call.path == pattern


def test_every_field_of_every_answer_is_there_with_its_type(document: dict[str, Any]) -> None:
    for name, (_, _, told) in operations(document).items():
        done = next(response for status, response in told["responses"].items() if status < "300")
        if "application/json" not in done["content"]:
            assert call_of(name).answer is bytes
            continue
        schema = done["content"]["application/json"]["schema"]
        compare(document, schema, call_of(name).answer, name)


def resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        found: dict[str, Any] = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
        return found
    return schema


def compare(document: dict[str, Any], schema: dict[str, Any], kind: Any, where: str) -> None:
    """Whether a type of the client reads exactly what a schema says."""
    schema = resolved(document, schema)
    origin, arguments = get_origin(kind), get_args(kind)
    if kind is Any:
        return
    if "anyOf" in schema:
        null = any(one.get("type") == "null" for one in schema["anyOf"])
        rest = [one for one in schema["anyOf"] if one.get("type") != "null"]
        if null:
            assert origin in (Union, types.UnionType), f"{where} may be null"
            kind = next(one for one in arguments if one is not type(None))
        if len(rest) == 1:
            compare(document, rest[0], kind, where)
        return
    if schema.get("type") == "array":
        assert origin is tuple, where
        compare(document, schema["items"], arguments[0], f"{where}[]")
    elif schema.get("type") == "object" and "properties" not in schema:
        assert origin is Mapping, where
        extra = schema.get("additionalProperties", {})
        compare(document, extra if isinstance(extra, dict) else {}, arguments[1], f"{where}{{}}")
    elif schema.get("type") == "object":
        compare_fields(document, schema, origin or kind, arguments, where)
    elif schema:
        assert kind is plain(schema), f"{where}: {schema} read as {kind}"


def compare_fields(document: dict[str, Any], schema: dict[str, Any], made: Any, arguments: Any, where: str) -> None:
    assert is_dataclass(made), where
    hints = get_type_hints(made)
    assert {one.name for one in fields(made)} == set(schema["properties"]), where
    absent = set(schema["properties"]) - set(schema.get("required", ()))
    assert absent <= {one.name for one in fields(made) if one.default == ""}, f"{where}: may be absent: {absent}"
    names = dict(zip(getattr(made, "__parameters__", ()), arguments, strict=False))
    for base in getattr(made, "__orig_bases__", ()):
        names |= dict(zip(getattr(get_origin(base), "__parameters__", ()), get_args(base), strict=False))
    for name, told in schema["properties"].items():
        hint = hints[name]
        inner = get_args(hint)
        if any(one in names for one in inner):
            hint = get_origin(hint)[tuple(names.get(one, one) for one in inner)]
        compare(document, told, hint, f"{where}.{name}")


def plain(schema: dict[str, Any]) -> Any:
    if schema.get("format") in ("date", "date-time"):
        return date if schema["format"] == "date" else datetime
    kind = schema.get("type", "string")
    return {"string": str, "integer": int, "number": float, "boolean": bool}[kind]


def test_the_client_needs_nothing_else_of_ours() -> None:
    folder = Path(inspect.getfile(Client)).parent
    lines = [line for path in folder.rglob("*.py") for line in path.read_text().splitlines()]
    imports = [line for line in lines if line.startswith(("import tradewind", "from tradewind"))]
    assert imports
    assert all("tradewind.client" in line for line in imports)
