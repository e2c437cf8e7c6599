"""Alive, ready, in numbers and in the log: what a server tells of itself, and what never."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tradewind.core.errors import ConfigError
from tradewind.web import lifecycle
from tradewind.web.logs import JsonLines
from tradewind.web.settings import VARIABLES, ServeSettings, settings_from

DOCS = Path(__file__).resolve().parents[2] / "docs" / "web" / "running.md"
ClientOf = Callable[..., Any]


def test_an_empty_folder_is_ready_for_its_first_visitor(client_of: ClientOf, tmp_path: Path) -> None:
    client = client_of(tmp_path / "new", None)
    assert client.get("/health").json() == {"status": "alive"}
    assert client.get("/ready").json() == {"status": "ready"}


def test_it_says_why_it_is_not_ready_and_recovers(client_of: ClientOf, tmp_path: Path) -> None:
    client = client_of(tmp_path, None)
    (tmp_path / "workspace.json").write_text("{")
    answer = client.get("/ready")
    assert (answer.status_code, answer.json()["reasons"]) == (503, ["the workspace's manifest cannot be read"])
    assert int(answer.headers["retry-after"]) > 0
    (tmp_path / "workspace.json").unlink()
    assert client.get("/ready").status_code == 200


def test_a_server_that_stops_is_not_ready_but_alive(client_of: ClientOf, tmp_path: Path) -> None:
    client = client_of(tmp_path, None)
    lifecycle._stopping.set()
    try:
        assert client.get("/ready").json()["reasons"] == ["the server is stopping"]
        assert client.get("/health").status_code == 200
    finally:
        lifecycle._stopping.clear()


def test_numbers_go_to_this_computer_or_to_who_has_the_token(client_of: ClientOf, tmp_path: Path) -> None:
    client = client_of(tmp_path, None, settings=ServeSettings(metrics_token="the token of the test"))
    assert client.get("/metrics").status_code == 404  # the client of the test has no address
    assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 404
    answer = client.get("/metrics", headers={"Authorization": "Bearer the token of the test"})
    assert answer.status_code == 200
    assert 'tradewind_requests_total{method="GET",route="/metrics",status="404"}' in answer.text
    assert "tradewind_build{" in answer.text


def test_a_request_has_one_line_without_anything_of_anybody(
    client_of: ClientOf, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    client = client_of(tmp_path, "admin")
    with caplog.at_level(logging.INFO, "tradewind.requests"):
        logging.getLogger("tradewind.requests").propagate = True
        answer = client.get(
            "/static/secret-version/Ann?q=ann@shop.example", headers={"X-Request-Id": "given-by-a-proxy"}
        )
    (record,) = caplog.records
    line = json.loads(record.getMessage())
    assert answer.headers["x-request-id"] == line["request_id"] == "given-by-a-proxy"
    assert line["route"] == "/static/{version}/{name}"
    assert (line["status"], line["workspace"]) == (404, tmp_path.name)
    assert "ann" not in record.getMessage().lower().replace(tmp_path.name.lower(), "")


def test_other_lines_are_json_too_and_hold_no_trace() -> None:
    try:
        raise ValueError("Ann Smith")
    except ValueError as error:
        told = logging.LogRecord("x", logging.ERROR, "f", 1, "it failed", (), (ValueError, error, error.__traceback__))
    line = json.loads(JsonLines().format(told))
    assert (line["message"], line["error"]) == ("it failed", "ValueError")
    assert "Smith" not in json.dumps(line)


def test_settings_come_from_the_environment_all_problems_together_and_documented() -> None:
    found = settings_from(
        {"TRADEWIND_SECURE": "yes", "TRADEWIND_UPLOAD_LIMIT": "20", "TRADEWIND_STATE": "postgres://x"}
    )
    assert (found.secure_cookies, found.upload_limit) == (True, 20_000_000)
    assert "postgres" not in repr(found)
    with pytest.raises(ConfigError) as caught:
        settings_from({"TRADEWIND_SECURE": "perhaps", "TRADEWIND_UPLOAD_LIMIT": "-1", "TRADEWIND_BASE_URL": "shop"})
    assert len(caught.value.problems) == 3
    page = DOCS.read_text(encoding="utf-8")
    assert all(f"`{variable}`" in page for variable in VARIABLES)
