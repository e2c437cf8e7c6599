"""From an empty folder to a mapping, and the state of the data: through the routes, with and without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tradewind.core.time import system_clock
from tradewind.flow.mapping.draft import look_at_uploads
from tradewind.flow.progress import Silent
from tradewind.flow.start.first_visit import present_work
from tradewind.web.settings import ServeSettings

ORDERS = "number,customer,ordered,total\n" + "".join(
    f"{n},=c{n % 40},2023-0{1 + n % 6}-{1 + n % 28:02d} 10:00,{10 + n % 90}.50\n" for n in range(1, 300)
)
CSRF = "csrf-of-the-test"
ClientOf = Callable[..., TestClient]


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    root = tmp_path / "empty"
    root.mkdir()
    return root


@pytest.fixture
def proposed(empty: Path, client_of: ClientOf) -> Path:
    assert client_of(empty).put("/data/uploads/files/orders.csv", content=ORDERS.encode()).status_code == 200
    look_at_uploads(empty, {}, system_clock, Silent())
    return empty


def hidden(page: str) -> dict[str, str]:
    """What the mapping's form sends besides its values."""
    form = page[page.index('id="mapping"') :]
    found = {name: re.search(f'name="{name}" value="([^"]*)"', form) for name in ("version", "seen")}
    return {name: unescape(each[1]) for name, each in found.items() if each}


def test_an_empty_folder_leads_to_the_upload_and_the_demos(empty: Path, client_of: ClientOf) -> None:
    client = client_of(empty)
    assert client.get("/data").headers["location"] == "/start"
    assert client.get("/data/mapping").headers["location"] == "/start"
    page = client.get("/start").text
    for words in ("Choose your files", "Try the demo shop", "Send your files"):
        assert words in page
    assert "Choose your files" not in client_of(empty, "viewer").get("/start").text


def test_a_file_is_streamed_in_and_its_fate_told(empty: Path, client_of: ClientOf) -> None:
    client = client_of(empty)
    got = client.put("/data/uploads/files/..%2F..%2Forders.csv", content=ORDERS.encode())
    assert got.status_code in (200, 404)
    got = client.put("/data/uploads/files/orders.csv", content=ORDERS.encode())
    assert got.json()["files"][0]["name"] == "orders.csv"
    refused = client.put("/data/uploads/files/orders2.csv", content=b"%PDF-1.7")
    assert (refused.status_code, refused.json()["problem"]["what"]) == (422, "this is a PDF, and holds no table")
    assert client_of(empty, "sales").put("/data/uploads/files/x.csv", content=b"a,b\n").status_code == 403
    small = client_of(empty, settings=ServeSettings(upload_limit=100))
    large = small.put("/data/uploads/files/large.csv", content=ORDERS.encode())
    assert large.json()["problem"]["what"] == "this file is too large to be sent"
    assert [path.name for path in (empty / "uploads" / "files").iterdir()] == ["orders.csv"]


def test_a_plain_form_sends_files_too_and_says_what_was_refused(empty: Path, client_of: ClientOf) -> None:
    client = client_of(empty)
    del client.headers["X-CSRF-Token"]
    files = [("files", ("orders.csv", ORDERS.encode())), ("files", ("people.csv", b"id,name\n1,Ann\n"))]
    assert client.post("/data/uploads", data={"csrf": "no"}, files=files).status_code == 403
    assert client.post("/data/uploads", data={"csrf": CSRF}, files=files).headers["location"] == "/start"
    page = client.post("/data/uploads", data={"csrf": CSRF}, files=[("files", ("x.csv", b""))])
    assert (page.status_code, "the file is empty" in page.text, "orders.csv" in page.text) == (422, True, True)
    gone = client.post("/data/uploads/files/people.csv/remove", data={"csrf": CSRF})
    assert gone.status_code == 303
    assert "people.csv" not in client.get("/start").text
    limit = client_of(empty, settings=ServeSettings(upload_limit=100))
    assert (
        limit.post("/data/uploads", data={"csrf": CSRF}, files=[("files", ("x", b"0" * 1_200_000))]).status_code == 413
    )


def test_files_are_read_by_a_job_that_is_started_once(empty: Path, client_of: ClientOf) -> None:
    client = client_of(empty)
    assert client.post("/start/look").status_code == 404
    client.put("/data/uploads/files/orders.csv", content=ORDERS.encode())
    first, second = client.post("/start/look"), client.post("/start/look")
    assert first.headers["location"] == second.headers["location"]
    assert present_work(client.app.state.site.state()) is not None  # type: ignore[attr-defined]
    waiting = client.get(first.headers["location"])
    assert "Reading your files" in waiting.text
    assert client.post("/start/demo", data={"what": "shop"}).status_code == 409


def test_a_proposal_is_corrected_and_two_editors_meet_on_a_merge_page(proposed: Path, client_of: ClientOf) -> None:
    client = client_of(proposed)
    page = client.get("/data/mapping").text
    assert "Only you know this" in page
    sent = hidden(page)
    preview = client.post("/data/mapping/preview/orders", data={**sent, "value:tables.orders.amount": "total * 2"}).text
    assert "299 of the first 299 rows can be used" in preview
    assert "23.00" in preview
    bad = client.post("/data/mapping", data={**sent, "value:tables.orders.amount": "read_csv('x')"})
    assert (bad.status_code, "not allowed" in bad.text, "read_csv" in bad.text) == (422, True, True)
    ok = client.post("/data/mapping", data={**sent, "value:tables.orders.amount": "total * 2"})
    assert ok.headers["location"] == "/data/mapping?saved=2"
    late = client.post("/data/mapping", data={**sent, "value:tables.orders.amount": "total * 3"})
    assert late.status_code == 409
    for words in ("total * 2", "total * 3", "A admin"):
        assert words in late.text
    answered = client.post("/data/mapping/answers", data={**hidden(client.get("/data/mapping").text)})
    assert answered.headers["location"].startswith("/start/working/")
    assert client_of(proposed, "sales").get("/data/mapping").status_code == 403


def test_the_state_of_the_data_is_told(answered_shop: Path, client_of: ClientOf) -> None:
    client = client_of(answered_shop)
    page = client.get("/data").text
    for words in ("Where they come from", "What each load brought", "Rows we could not use", "would unlock"):
        assert words in page
    assert client.get("/data/check").status_code == 200
    assert client.get("/data/mapping").status_code == 200
    rows = client.get("/data/rejected.csv")
    assert rows.text.startswith("\ufefftable,source,row")
    viewer = client_of(answered_shop, "viewer")
    assert "Send files" not in viewer.get("/data").text
    assert viewer.get("/data/rejected.csv").status_code == 403
    assert client.get("/start/working/nothing").status_code == 404


def test_where_a_workspace_is_only_read_nothing_can_be_changed(answered_shop: Path, client_of: ClientOf) -> None:
    client = client_of(answered_shop, settings=ServeSettings(read_only=True))
    assert "only read here" in client.get("/data").text
    assert "Send files" not in client.get("/data").text
    for path in ("/data/run", "/data/check", "/data/mapping"):
        assert client.post(path).status_code == 409
    assert client.put("/data/uploads/files/x.csv", content=b"a,b\n1,2\n").status_code == 409


def test_a_file_that_nothing_reads_yet_is_marked_and_can_be_added(
    answered_shop: Path, fresh_copy: Callable[[Path], Path], client_of: ClientOf
) -> None:
    root = fresh_copy(answered_shop)
    client = client_of(root)
    assert "nothing reads it yet" not in client.get("/data/upload").text
    client.put("/data/uploads/files/more.csv", content=ORDERS.encode())
    page = client.get("/data/upload").text
    assert "nothing reads it yet" in page
    assert "Find out what the new files hold" in page
    waiting = client.post("/data/add").headers["location"]
    assert "Reading the new files" in client.get(waiting).text
