"""The pages of people, deals and lists: who sees what, what a click does, what stands in a file."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest

import tradewind as tw
from small_worlds import NOW
from tradewind.core.visitor import visitor_of
from tradewind.flow.people.list import Wanted, list_people


def first_lead(root: Path, owner: str = "") -> tuple[str, str]:
    """Return key and owner of the first lead of a list, or of the first that this owner has."""
    with_owner = Wanted(question="lead_conversion", owner=owner, limit=1)
    workspace = tw.open(root, clock=lambda: NOW)
    row = list_people(workspace, visitor_of("admin"), "lead_id", with_owner).rows[0]
    workspace.close()
    return row.key, row.owner


@pytest.mark.parametrize("path", ["/people", "/leads", "/accounts", "/deals", "/lists", "/deals/forecast", "/exports"])
def test_every_room_answers_with_and_without_data(client_of, answered_sales: Path, tmp_path: Path, path: str) -> None:
    assert client_of(answered_sales).get(path, follow_redirects=True).status_code == 200
    empty = client_of(tmp_path).get(path)
    assert empty.status_code == 200
    assert "yet" in empty.text


def test_search_takes_text_for_text(client_of, answered_sales: Path) -> None:
    client = client_of(answered_sales)
    for text in (
        "'; DROP TABLE people_lead_id; --",
        "%",
        "_",
        "\\",
        '"',
        "\x00",
        "<script>alert(1)</script>",
        "a" * 5_000,
    ):
        answer = client.get("/leads", params={"q": text})
        assert answer.status_code == 200, text
        assert "<script>alert" not in answer.text
    assert "Nobody found" in client.get("/leads", params={"q": "%"}).text


@pytest.mark.parametrize(
    "query",
    ["sort=nothing", "is.password=1", "list=nothing", "list=lead_conversion&band=most", "from=abc", "sort=name;x"],
)
def test_what_nobody_offers_is_refused_in_words(client_of, answered_sales: Path, query: str) -> None:
    answer = client_of(answered_sales).get(f"/leads?{query}")
    assert answer.status_code == 422
    assert "Expected" in answer.text


def test_a_page_of_older_data_begins_again(client_of, answered_sales: Path) -> None:
    import base64
    import json

    old = base64.urlsafe_b64encode(json.dumps(["older", "key_", "x", "x"]).encode()).decode()
    answer = client_of(answered_sales).get(f"/leads?from={old}")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/leads?changed=1"


def test_pages_follow_each_other_without_gap(client_of, answered_sales: Path) -> None:
    client, seen, path = client_of(answered_sales), [], "/accounts"
    while path:
        text = client.get(path).text
        seen += re.findall(r'<th scope="row"><a href="/accounts/([^"]+)"', text)
        following = re.search(r'rel="next" href="([^"]+)"', text)
        path = following.group(1).replace("&amp;", "&") if following else ""
    assert len(seen) == len(set(seen)) == 250


def test_sales_sees_its_own_rows_alone(client_of, answered_sales: Path) -> None:
    key, owner = first_lead(answered_sales)
    mine, other = client_of(answered_sales, "sales", (owner,)), client_of(answered_sales, "sales", ("Somebody Else",))
    assert mine.get(f"/leads/{key}").status_code == 200
    assert other.get(f"/leads/{key}").status_code == 404
    assert key in mine.get("/lists/lead_conversion?open=0").text
    assert key not in other.get("/lists/lead_conversion?open=0").text
    said = {"key": key, "verdict": "done"}
    assert other.post("/lists/lead_conversion/say", data=said).status_code == 404
    assert "Nothing is yours yet" in other.get("/leads").text


def test_viewers_neither_say_nor_take_out(client_of, answered_sales: Path) -> None:
    client = client_of(answered_sales, "viewer")
    assert client.get("/lists/lead_conversion/export").status_code == 403
    assert client.post("/lists/lead_conversion/export", data={"layout": "csv"}).status_code == 403
    assert client.post("/lists/lead_conversion/say", data={"key": "1", "verdict": "done"}).status_code == 403
    assert '<form method="post" action="/lists/lead_conversion/say' not in client.get("/lists/lead_conversion").text


def test_one_click_counts_once_and_can_be_taken_back(client_of, fresh_copy, answered_sales: Path) -> None:
    root = fresh_copy(answered_sales)
    client = client_of(root, "marketer")
    key, _ = first_lead(root)
    json = {"Accept": "application/json"}
    said = [client.post("/lists/lead_conversion/say", data={"key": key, "verdict": "done"}, headers=json) for _ in "ab"]
    assert said[0].json()["feedback_id"] == said[1].json()["feedback_id"]
    assert f'data-key="{key}"' not in client.get("/lists/lead_conversion").text
    assert "Said last: done" in client.get("/lists/lead_conversion?open=0").text
    one = {"feedback_id": said[0].json()["feedback_id"]}
    assert client.post("/lists/lead_conversion/take-back", data=one).status_code == 303
    assert f'data-key="{key}"' in client.get("/lists/lead_conversion").text
    assert client.post("/lists/lead_conversion/take-back", data=one).status_code == 404


def test_without_script_the_page_says_what_was_said(client_of, fresh_copy, answered_sales: Path) -> None:
    root = fresh_copy(answered_sales)
    client = client_of(root, "marketer")
    key, _ = first_lead(root)
    wrong = {"key": key, "verdict": "wrong", "because": "<b>gone</b>", "back": "/lists/lead_conversion?open=1"}
    answer = client.post("/lists/lead_conversion/say", data=wrong)
    assert answer.status_code == 303
    text = client.get(answer.headers["location"]).text
    assert "&lt;b&gt;gone&lt;/b&gt;" in text
    assert "Take it back" in text
    away = client.post("/lists/lead_conversion/say", data={**wrong, "back": "//evil.example/"})
    assert away.headers["location"].startswith("/lists/")
    assert client.post("/lists/lead_conversion/say", data={"key": key, "verdict": "wrong"}).status_code == 422
    assert (
        client.post("/lists/lead_conversion/say", data={"key": key, "verdict": "not-now", "until": "x"}).status_code
        == 422
    )


def test_a_file_is_what_the_page_said_and_is_written_down(client_of, fresh_copy, answered_sales: Path) -> None:
    root = fresh_copy(answered_sales)
    client = client_of(root, "marketer")
    page = client.get("/lists/lead_conversion/export?layout=hubspot-contacts&top=5").text
    assert "nobody knows whether they may be contacted" in page
    assert page.index("nobody knows") < page.index("are in the file")
    made = client.post("/lists/lead_conversion/export", data={"layout": "hubspot-contacts", "top": "5"})
    assert made.status_code == 200
    assert made.headers["content-disposition"].startswith("attachment")
    rows = list(csv.DictReader(io.StringIO(made.text)))
    assert len(rows) == 5
    assert "nobody knows" not in made.text
    key = rows[0]["Source Record ID"]
    assert "HubSpot: contacts" in client.get("/exports").text
    assert "HubSpot: contacts" in client.get(f"/leads/{key}").text
    assert client.post("/lists/lead_conversion/export", data={"layout": "klaviyo"}).status_code == 404  # no addresses
    assert client.post("/lists/lead_conversion/export", data={"layout": "hubspot-deals"}).status_code == 422


def test_a_filter_is_kept_under_a_name(client_of, fresh_copy, answered_sales: Path) -> None:
    client = client_of(fresh_copy(answered_sales), "marketer")
    kept = client.post("/saved-lists", data={"name": "Open ones", "path": "/leads?open=1&list=lead_conversion"})
    assert kept.headers["location"] == "/leads?open=1&list=lead_conversion"
    text = client.get("/leads").text
    assert "Open ones" in text
    list_id = re.search(r"/saved-lists/([0-9a-f]+)/forget", text).group(1)
    assert client.post("/saved-lists", data={"name": "x", "path": "https://evil.example"}).status_code == 422
    assert client.post(f"/saved-lists/{list_id}/forget", data={"back": "/leads"}).status_code == 303
    assert "Open ones" not in client.get("/leads").text


def test_a_record_tells_its_story(client_of, answered_sales: Path) -> None:
    key, _ = first_lead(answered_sales)
    text = client_of(answered_sales, "marketer").get(f"/leads/{key}").text
    for words in ("Value and risk", "May they be contacted?", "Every decision, and why", "What happened", "of 100"):
        assert words in text
    assert "No decision has been sent yet" in text
    assert client_of(answered_sales, "marketer").get("/leads/nobody").status_code == 404
    assert client_of(answered_sales, "marketer").get("/leads/%2e%2e%2fstate.db").status_code == 404
