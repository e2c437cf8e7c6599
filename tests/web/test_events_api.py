"""The live door over HTTP: keys, other sites' pages, beacons, and answers that browsers and SDKs understand."""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tradewind.core.visitor import ALLOWED
from tradewind.govern.tokens import Wish, make_token
from tradewind.store.inbox_state import events_since
from tradewind.web.app import build_app
from tradewind.web.site import Site

NOW = datetime(2026, 3, 1, 12)
SHOP, OTHER = "https://shop.example", "https://evil.example"
TRACK = {"type": "track", "userId": "C1", "event": "Seen", "messageId": "m1"}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    (tmp_path / "tradewind.toml").write_text('[workspace]\ncurrency = "EUR"\ntimezone = "UTC"\n')
    site = Site(tmp_path, clock=lambda: NOW, environ={})
    yield site
    site.close()


@pytest.fixture
def client(site: Site) -> Iterator[TestClient]:
    def recognise(request: Any, of: Site) -> Any:
        header = request.headers.get("authorization", "")
        secret = header.removeprefix("Bearer ")
        if header.startswith("Basic "):
            secret = base64.b64decode(header.removeprefix("Basic ")).decode().rstrip(":")
        return of.accounts.recognise_token(secret, request.headers.get("origin", "")) if secret else None

    with TestClient(build_app(site, recognise), raise_server_exceptions=False) as client:
        yield client


def key(site: Site, **wish: Any) -> str:
    secret, _ = make_token(site.state(), Wish(**{"name": "web", **wish}), "me", ALLOWED["admin"], NOW)
    return secret


def page_key(site: Site) -> str:
    return key(site, kind="browser key", origins=(SHOP,))


def stored(site: Site) -> list[str]:
    return [each.event.message_id for each in events_since(site.state().engine, 0)]


def test_an_array_and_a_batch_are_taken_once(client: TestClient, site: Site) -> None:
    bearer = {"Authorization": f"Bearer {key(site, scopes=('write_events',))}"}
    bad = {"type": "track", "event": "x", "messageId": "m2"}
    said = client.post("/v1/events", json=[TRACK, bad], headers=bearer)
    reason = "it says of nobody who it was: userId or anonymousId is missing"
    assert said.status_code == 200
    assert said.json() == {
        "success": False, "accepted": 1, "duplicate": 0,
        "refused": [{"index": 1, "messageId": "m2", "reason": reason}],
    }  # fmt: skip
    again = client.post("/v1/batch", json={"batch": [TRACK], "sentAt": "2026-03-01T12:00:00Z"}, headers=bearer)
    assert again.json() == {"success": True, "accepted": 0, "duplicate": 1, "refused": []}
    assert stored(site) == ["m1"]


@pytest.mark.parametrize("call", ["track", "identify", "page", "screen", "group", "alias", "t", "i", "p"])
def test_sdk_paths_take_the_write_key_as_user_name(client: TestClient, site: Site, call: str) -> None:
    basic = base64.b64encode(f"{key(site, scopes=('write_events',))}:".encode()).decode()
    event = {"userId": "C1", "event": "x", "groupId": "A1", "previousId": "a1", "messageId": call}
    said = client.post(f"/v1/{call}", json=event, headers={"Authorization": f"Basic {basic}"})
    assert (said.status_code, said.json()["accepted"]) == (200, 1)


def test_a_beacon_brings_its_key_in_the_body_and_counts_on_the_key_s_pages_alone(
    client: TestClient, site: Site
) -> None:
    body = json.dumps({"writeKey": page_key(site), "batch": [TRACK]})
    plain = {"Content-Type": "text/plain;charset=UTF-8"}
    assert client.post("/v1/events", content=body, headers={**plain, "Origin": OTHER}).status_code == 401
    assert client.post("/v1/events", content=body, headers=plain).status_code == 401
    said = client.post("/v1/events", content=body, headers={**plain, "Origin": SHOP})
    assert (said.status_code, said.headers["access-control-allow-origin"]) == (200, SHOP)
    assert "access-control-allow-credentials" not in said.headers
    assert "Origin" in said.headers["vary"]


def test_a_page_key_reads_nothing_and_another_token_sends_nothing(client: TestClient, site: Site) -> None:
    looking = {"Authorization": f"Bearer {key(site, scopes=('see_answers',))}"}
    assert client.post("/v1/events", json=[TRACK], headers=looking).status_code == 403
    sending = {"Authorization": f"Bearer {page_key(site)}", "Origin": SHOP}
    assert client.get("/", headers=sending).status_code == 403
    assert client.post("/v1/events", json=[TRACK]).status_code == 401
    assert client.post("/v1/events", json=[TRACK], headers={"Authorization": "Bearer twkey_x"}).status_code == 401
    assert stored(site) == []


def test_a_browser_that_asks_before_it_sends_is_told(client: TestClient, site: Site) -> None:
    page_key(site)
    asking = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}
    said = client.options("/v1/track", headers={**asking, "Origin": SHOP})
    assert said.status_code == 204
    assert said.headers["access-control-allow-origin"] == SHOP
    assert said.headers["access-control-allow-methods"] == "POST"
    assert "authorization" in said.headers["access-control-allow-headers"]
    other = client.options("/v1/track", headers={**asking, "Origin": OTHER})
    assert (other.status_code, other.headers.get("access-control-allow-origin")) == (403, None)
    refused = client.post("/v1/track", json=TRACK, headers={"Origin": SHOP})
    assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (401, SHOP)


def test_half_a_character_is_no_trouble_for_the_others(client: TestClient, site: Site) -> None:
    bearer = {"Authorization": f"Bearer {key(site, scopes=('write_events',))}"}
    broken = {"type": "track", "userId": "\ud83d", "event": "x", "messageId": "\ud83d"}
    said = client.post("/v1/events", content=json.dumps([broken, TRACK]), headers=bearer)
    assert (said.status_code, said.json()["accepted"]) == (200, 1)
    assert said.json()["refused"][0]["messageId"] == "\ufffd"
    nobody = client.post("/v1/events", content=json.dumps({"writeKey": "\ud800", "batch": []}))
    assert nobody.status_code == 401


def test_a_page_closed_while_it_sends_is_no_error_of_ours(site: Site) -> None:
    answers: list[dict] = []

    async def receive() -> dict:
        return {"type": "http.disconnect"}

    async def send(message: dict) -> None:
        answers.append(message)

    scope = {
        "type": "http", "method": "POST", "path": "/v1/events", "raw_path": b"/v1/events", "query_string": b"",
        "root_path": "", "scheme": "http", "http_version": "1.1", "server": ("t", 80), "client": ("127.0.0.1", 1),
        "headers": [(b"host", b"t"), (b"content-length", b"9")],
    }  # fmt: skip
    asyncio.run(build_app(site)(scope, receive, send))
    assert answers[0]["status"] == 400


def test_what_is_too_large_or_no_json_is_told(client: TestClient, site: Site) -> None:
    bearer = {"Authorization": f"Bearer {key(site, scopes=('write_events',))}"}
    assert client.post("/v1/events", content=b"x" * 600_000, headers=bearer).status_code == 413
    packed = {**bearer, "Content-Encoding": "gzip"}
    assert client.post("/v1/events", content=gzip.compress(b" " * 50_000_000), headers=packed).status_code == 422
    assert client.post("/v1/events", content=b"no gzip", headers=packed).status_code == 422
    said = client.post("/v1/events", content=gzip.compress(json.dumps([TRACK]).encode()), headers=packed)
    assert said.json()["accepted"] == 1
    for content in (b"", b"{", b"[" * 400_000):
        refused = client.post("/v1/events", content=content, headers=bearer)
        assert (refused.status_code, refused.headers["content-type"]) == (422, "application/problem+json")
    many = client.post("/v1/events", json=[TRACK] * 501, headers=bearer)
    assert "too many" in many.json()["problems"][0]["what"]


def test_while_the_state_database_is_away_nothing_counts_as_received(client: TestClient, site: Site) -> None:
    bearer = {"Authorization": f"Bearer {key(site, scopes=('write_events',))}"}
    assert client.post("/v1/events", json=[TRACK], headers=bearer).status_code == 200
    with site.state().engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE inbox RENAME TO elsewhere")
    said = client.post("/v1/events", json=[{**TRACK, "messageId": "m2"}], headers=bearer)
    assert (said.status_code, "retry-after" in said.headers) == (503, True)
    with site.state().engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO inbox")
    assert client.post("/v1/events", json=[{**TRACK, "messageId": "m2"}], headers=bearer).json()["accepted"] == 1


def test_the_api_s_own_description_names_the_calls(client: TestClient) -> None:
    paths = client.get("/v1/openapi.json").json()["paths"]
    assert {"/v1/events", "/v1/batch", "/v1/track", "/v1/identify"} <= set(paths)
    assert "/v1/t" not in paths
