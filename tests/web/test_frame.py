"""What surrounds every page: who may enter, what it may load, how errors are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from tradewind.web.app import PUBLIC, all_routes
from tradewind.web.visitor import permission_of


def test_every_route_names_the_permission_it_needs_or_is_public() -> None:
    routes = all_routes()
    assert len(routes) > 3
    bare = {route.path for route in routes if permission_of(route.dependant) is None}
    assert bare <= PUBLIC, bare - PUBLIC


def test_every_answer_forbids_other_hosts(client_of, tmp_path: Path) -> None:
    answer = client_of(tmp_path).get("/")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert len(answer.headers["x-request-id"]) >= 8


def test_nobody_is_sent_to_the_door(client_of, tmp_path: Path) -> None:
    client = client_of(tmp_path, None)
    answer = client.get("/?a=1&b=2")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=%2F%3Fa%3D1%26b%3D2"


def test_a_page_that_is_not_there_says_so_in_words(client_of, tmp_path: Path) -> None:
    answer = client_of(tmp_path).get("/nothing-here")
    assert answer.status_code == 404
    assert "<h1>There is no such page</h1>" in answer.text


def test_a_program_gets_problem_json(client_of, tmp_path: Path) -> None:
    answer = client_of(tmp_path).get("/v1/nothing-here")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == 404


@pytest.mark.parametrize("name", ["../app.py", "no-such.css", "..%2fapp.py"])
def test_no_file_but_those_of_the_pages_is_served(client_of, tmp_path: Path, name: str) -> None:
    assert client_of(tmp_path).get(f"/static/x/{name}").status_code == 404


def test_a_static_file_is_kept_for_long_under_its_version(client_of, tmp_path: Path) -> None:
    client = client_of(tmp_path)
    address = next(part for part in client.get("/").text.split('"') if part.endswith("tradewind.css"))
    answer = client.get(address)
    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]
    assert "immutable" not in client.get("/static/old/tradewind.css").headers["cache-control"]
