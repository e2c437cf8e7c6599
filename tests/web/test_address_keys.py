"""A shop whose customers' keys are e-mail addresses: nobody without the right to contact data ever meets one."""

from __future__ import annotations

import base64
import binascii
import io
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from fastapi.testclient import TestClient

import tradewind as tw
from small_worlds import NOW
from tradewind.core.visitor import Visitor, visitor_of
from tradewind.flow.people.alias import alias_of, alias_secret
from tradewind.flow.people.index import people_index
from tradewind.store.manifest import publish
from tradewind.store.tables import write_table
from tradewind.web.app import build_app
from tradewind.web.settings import ServeSettings
from tradewind.web.site import Site

HOST, CSRF = "customers.test", "csrf-of-the-test"
VIEWER, MARKETER = visitor_of("viewer", csrf=CSRF), visitor_of("marketer", csrf=CSRF)
TOKEN = Visitor(
    "t1", "a program", "marketer", "token", frozenset({"see_answers", "see_people", "export", "give_feedback"})
)
FIRST = (
    "/", "/people", "/people?sort=key", "/lists", "/lists/lapse", "/lists/lapse?open=0", "/answers", "/tables",
    "/answers/lapse", "/leads", "/deals", "/accounts", "/segments", "/offers", "/tests", "/sends",
    "/v1/customers?limit=3", "/v1/customers?sort=key&limit=3", "/v1/lists", "/v1/lists/lapse?limit=3", "/v1/findings",
    "/v1/questions", "/v1/me", "/v1/findings/lapse/tables/scores?limit=3", "/v1/feedback",
    "/v1/findings/lapse/tables/scores?format=parquet",
)  # fmt: skip


def with_address_keys(root: Path) -> Path:
    """Write every customer's key anew as an address, in all tables."""
    workspace = tw.open(root, clock=lambda: NOW)
    changes = {}
    for name in workspace.manifest().tables:
        rows = workspace.table(name)
        for place, field in enumerate(rows.schema):
            if pa.types.is_string(field.type):
                new = pc.replace_substring_regex(rows.column(place), r"^C(\d{5})$", rf"c\1@{HOST}")
                rows = rows.set_column(place, field, new)
        changes[name] = write_table(root, name, rows)
    with workspace.lock("test"):
        publish(root, workspace.manifest(), changes, workspace.clock)
    workspace.close()
    return root


@pytest.fixture(scope="module")
def shop(answered_shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    import shutil

    return with_address_keys(Path(shutil.copytree(answered_shop, tmp_path_factory.mktemp("addresses") / "shop")))


@pytest.fixture(scope="module")
def signed_in(shop: Path) -> Iterator[Callable[[Visitor], TestClient]]:
    opened: dict[str, tuple[TestClient, Site]] = {}

    def make(visitor: Visitor) -> TestClient:
        if visitor.id not in opened:
            site = Site(shop, ServeSettings(), clock=lambda: NOW, environ={})
            client = TestClient(build_app(site, lambda request, of: visitor), follow_redirects=False)
            client.headers["X-CSRF-Token"] = CSRF
            opened[visitor.id] = client, site
        return opened[visitor.id][0]

    yield make
    for client, site in opened.values():
        client.close()
        site.close()


def told(answer: httpx.Response) -> str:
    """All that an answer says, also within cursors and files."""
    if "parquet" in answer.headers.get("content-type", ""):
        return str(pq.read_table(io.BytesIO(answer.content)).to_pylist())
    texts = ["\n".join((answer.text, *answer.headers.values()))]
    for _ in range(3):  # a cursor may hold another
        pieces = re.findall(r"[A-Za-z0-9_-]{24,}", texts[-1])
        texts.append("\n".join(_decoded(piece) for piece in pieces))
    return "\n".join(texts).replace("%40", "@")


def _decoded(piece: str) -> str:
    try:
        return base64.urlsafe_b64decode(piece + "=" * (-len(piece) % 4)).decode(errors="replace")
    except binascii.Error:
        return ""


def walk(client: TestClient, follow: bool) -> dict[str, httpx.Response]:
    """Answers of the first pages and of what they lead to, a few of each kind."""
    found: dict[str, httpx.Response] = {}
    waiting, kinds = list(FIRST), {}
    while waiting:
        path = waiting.pop(0)
        kind = re.sub(r"\?.*|(?<=/people/).*|(?<=/v1/customers/)[^/]*", "", path)
        if (
            path in found
            or kinds.setdefault(kind, 0) >= (1 if path.startswith(("/v1/findings/", "/tables/")) else 2)
            or path.startswith(("/static/", "/updates", "/data"))
        ):
            continue
        kinds[kind] += 1
        found[path] = answer = client.get(path)
        links = re.findall(r'href="(/[^"#]*)', answer.text) if follow else []
        waiting += [link.replace("&amp;", "&") for link in links]
        if path.startswith("/v1/") and answer.status_code == 200 and "json" in answer.headers["content-type"]:
            waiting += [address for item in answer.json().get("items", ()) for address in _routes_of(path, item)]
            if "/tables/" not in path and (cursor := answer.json().get("next_cursor")):
                waiting.append(f"{path}&cursor={cursor}")
    return found


def _routes_of(path: str, item: dict[str, Any]) -> list[str]:
    if path.startswith("/v1/customers?"):
        who = item["id"]
        one = f"/v1/customers/{who}"
        return [one, f"{one}/timeline"]
    if path == "/v1/findings" and item["name"] == "lapse":
        return [f"/v1/findings/{item['name']}/tables/{role}?limit=3" for role in item["tables"]]
    return []


@pytest.mark.parametrize("visitor", [VIEWER, TOKEN], ids=["viewer", "token"])
def test_no_address_is_in_any_answer(signed_in, visitor: Visitor) -> None:
    answers = walk(signed_in(visitor), follow=visitor.kind == "user")
    assert sum(answer.status_code == 200 for answer in answers.values()) > 25
    assert any(re.match(r"(/people|/v1/customers)/[0-9a-f-]{19}$", path) for path in answers)
    wrong = [path for path, answer in answers.items() if f"@{HOST}" in told(answer)]
    assert not wrong, "\n".join(wrong)
    failed = [path for path, answer in answers.items() if answer.status_code >= 500]
    assert not failed, "\n".join(failed)


def test_who_may_see_addresses_sees_them_once(signed_in) -> None:
    marketer = signed_in(MARKETER)
    row = marketer.get("/v1/customers?limit=1").json()["items"][0]
    assert row["id"].endswith(f"@{HOST}")
    assert marketer.get(f"/people/{row['id']}").status_code == 200
    first = re.findall(r'<li class="work-row".*?</li>', marketer.get("/lists/lapse").text, re.S)[0]
    shown = re.sub(r"<[^>]+>", " ", re.sub(r'<span class="hidden">.*?</span>', "", first))
    assert shown.count(f"@{HOST}") == 1


def test_an_alias_leads_to_whom_it_names_and_an_address_to_nobody(signed_in, shop: Path) -> None:
    marketer, viewer, token = signed_in(MARKETER), signed_in(VIEWER), signed_in(TOKEN)
    named = marketer.get("/v1/lists/lapse?limit=1").json()["items"][0]
    hidden = viewer.get("/v1/lists/lapse?limit=1").json()["items"][0]
    key, alias = named["id"], hidden["id"]
    assert re.fullmatch(r"[0-9a-f]{4}(-[0-9a-f]{4}){3}", alias)
    path = f"/v1/score/lapse/{alias}"
    assert (viewer.get(path).json()["id"], viewer.get(path).json()["score"]) == (alias, named["score"])
    asked = viewer.post("/v1/score", json={"question": "lapse", "ids": [alias, key]}).json()["items"]
    assert [each["score"] is None for each in asked] == [False, True]
    for one in ("/people/", "/v1/customers/"):
        assert viewer.get(f"{one}{alias}").status_code == 200
        assert viewer.get(f"{one}{key}").status_code == 404
        assert marketer.get(f"{one}{alias}").status_code == 404
    explained = viewer.get(f"/v1/explain/lapse/{alias}?features=true")
    assert explained.json()["id"] == alias
    assert f"@{HOST}" not in told(explained)
    for search, status in ((key, 0), (key.split("@")[0], 0), (alias, 1)):
        assert viewer.get("/v1/customers", params={"search": search}).json()["total"] == status
    scored = token.post(
        "/v1/batch-scores?question=lapse", content=f"id\n{alias}\n{key}\n", headers={"Content-Type": "text/csv"}
    )
    assert [(each["id"], each["status"]) for each in scored.json()["items"]] == [
        (alias, "scored"),
        (key, "not asked about"),
    ]


def test_feedback_of_a_program_that_knows_aliases_only(signed_in) -> None:
    token = signed_in(TOKEN)
    alias = token.get("/v1/lists/lapse?limit=1").json()["items"][0]["id"]
    key = signed_in(MARKETER).get("/v1/lists/lapse?limit=1").json()["items"][0]["id"]
    said = {"question": "lapse", "entity_id": alias, "verdict": "done"}
    given = token.post("/v1/feedback", json=said)
    assert (given.status_code, given.json()["entity_id"]) == (201, alias)
    assert token.get(f"/v1/feedback?entity_id={alias}").json()["items"][0]["entity_id"] == alias
    assert token.get("/v1/feedback", params={"entity_id": key}).json()["total"] == 0
    refused = token.post("/v1/feedback", json=said | {"entity_id": f"c00001@{HOST}"})
    assert refused.status_code == 404
    marketer = signed_in(MARKETER)
    assert marketer.get("/v1/feedback").json()["items"][0]["entity_id"].endswith(f"@{HOST}")


def test_files_are_without_hidden_keys_and_lists_are_not_taken_out(signed_in) -> None:
    token = signed_in(TOKEN)
    for name in ("rows.csv", "rows.parquet"):
        answer = token.get(f"/tables/scores_lapse/{name}")
        assert answer.status_code == 200
        assert f"@{HOST}" not in told(answer)
    assert token.get("/v1/lists/lapse/export").status_code == 403
    assert token.get("/lists/lapse/export").status_code == 403


def test_an_alias_belongs_to_its_workspace(shop: Path) -> None:
    workspace = tw.open(shop, clock=lambda: NOW)
    secret, index = alias_secret(workspace), people_index(workspace)
    row = index.rows("SELECT key_, alias_ FROM people_customer_id LIMIT 1")[0]
    assert index.aliased == {"customer_id"}
    assert row["alias_"] == alias_of(secret, row["key_"]) != alias_of("another secret", row["key_"])
    begun = time.process_time()
    index.rows("SELECT key_ FROM people_customer_id WHERE alias_ = ?", [row["alias_"]])
    assert time.process_time() - begun < 0.5
    workspace.close()


def test_keys_that_are_no_addresses_stay_as_they_are(client_of, answered_shop: Path, answered_sales: Path) -> None:
    assert re.fullmatch(
        r"C\d{5}", client_of(answered_shop, "viewer").get("/v1/customers?limit=1").json()["items"][0]["id"]
    )
    assert "-" not in client_of(answered_sales, "viewer").get("/v1/deals?limit=1").json()["items"][0]["id"][4:5]
