"""The OpenAPI document reads well: every operation has a name, words, an example that fits, and all its errors."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tradewind.web.app import build_app
from tradewind.web.site import Site

NAME = re.compile(r"(get|list|give|start|cancel|send|score|explain|export)_[a-z_]+|score|explain")


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    site = Site(tmp_path_factory.mktemp("empty"), environ={})
    made: dict[str, Any] = build_app(site, lambda request, of: None).openapi()
    site.close()
    return made


def operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [told for item in document["paths"].values() for told in item.values()]


def test_every_operation_has_a_name_and_words(document: dict[str, Any]) -> None:
    names = [told["operationId"] for told in operations(document)]
    assert len(set(names)) == len(names) > 30
    tags = {tag["name"] for tag in document["tags"]}
    for told in operations(document):
        assert re.fullmatch(
            r"(get|list|give|start|cancel|send|score|explain|export)_[a-z_]+|score|explain", told["operationId"]
        )
        assert told["summary"]
        assert "_" not in told["summary"]
        assert len(told["description"]) > 20
        assert set(told["tags"]) <= tags
        for one in told.get("parameters", ()):
            assert one.get("description") or one["schema"].get("description"), (told["operationId"], one["name"])
    assert all(path.startswith("/v1/") for path in document["paths"])


def test_every_error_is_a_problem(document: dict[str, Any]) -> None:
    for told in operations(document):
        for status in ("401", "403", "422", "429", "500", "503"):
            assert list(told["responses"][status]["content"]) == ["application/problem+json"], told["operationId"]
        assert "Retry-After" in told["responses"]["503"]["headers"]
        if any(parameter["name"] == "Idempotency-Key" for parameter in told.get("parameters", ())):
            assert {"409", "415", "413"} & set(told["responses"])


def test_examples_fit_their_schemas(document: dict[str, Any]) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    seen = 0
    for told in operations(document):
        for status, response in told["responses"].items():
            content = response.get("content", {}).get("application/json")
            if status < "300" and content is not None:
                schema = {**content["schema"], "components": document["components"]}
                jsonschema.validate(content["example"], schema)
                seen += 1
    assert seen > 20, "hardly an answer has an example"


def test_the_page_of_the_api_shows_every_operation(client_of, tmp_path: Path, document: dict[str, Any]) -> None:
    page = client_of(tmp_path, None).get("/v1/docs")
    assert page.status_code == 200
    for told in operations(document):
        assert f'id="{told["operationId"]}"' in page.text
    assert "<script>" not in page.text
    assert "https://" not in re.sub(r"https://(shop|tradewind|example)[^<\"]*", "", page.text)


def test_every_request_with_a_body_may_be_too_slow_or_too_large(document: dict[str, Any]) -> None:
    with_bodies = [told for told in operations(document) if "requestBody" in told]
    assert len(with_bodies) > 5
    for told in with_bodies:
        for status in ("408", "413"):
            assert "application/problem+json" in told["responses"][status]["content"], told["operationId"]
