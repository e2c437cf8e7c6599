"""What the API gives to read: pages that fit together, only what one may see, and errors in problem+json."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tradewind.web.api.cursors import Place, write_cursor

QUESTION = "lead_conversion"


def rows_of(client, path: str, **query) -> list[dict]:
    """Walk through all pages."""
    found, cursor = [], ""
    while cursor is not None:
        answer = client.get(path, params={**query, "cursor": cursor})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += page["items"]
        cursor = page["next_cursor"]
    return found


def test_who_am_i(client_of, answered_sales: Path, tmp_path: Path) -> None:
    me = client_of(answered_sales, "sales", ("Kim",)).get("/v1/me").json()
    assert me["role"] == "sales"
    assert me["owners"] == ["Kim"]
    assert "manage_accounts" not in me["permissions"]
    assert me["workspace"]["snapshot_id"]
    assert client_of(tmp_path).get("/v1/me").json()["workspace"] is None


def test_pages_of_a_list_are_the_whole_list_in_its_order(client_of, answered_sales: Path) -> None:
    client = client_of(answered_sales)
    whole = client.get(f"/v1/lists/{QUESTION}", params={"limit": 500}).json()
    walked = rows_of(client, f"/v1/lists/{QUESTION}", limit=7)
    assert walked == whole["items"]
    assert [row["rank"] for row in walked] == list(range(1, len(walked) + 1))
    assert whole["total"] == len(walked)
    scores = [row["score"] for row in walked]
    assert scores == sorted(scores, reverse=True)
    assert walked[0]["reasons"]
    assert {row["question"] for row in rows_of(client, "/v1/lists")} >= {QUESTION, "pipeline_health"}


def test_sales_sees_its_own_rows_and_nobody_elses(client_of, answered_sales: Path) -> None:
    every = rows_of(client_of(answered_sales), f"/v1/lists/{QUESTION}", limit=500)
    owners = sorted({row["owner"] for row in every if row["owner"]})
    mine = rows_of(client_of(answered_sales, "sales", (owners[0].upper(),)), f"/v1/lists/{QUESTION}", limit=3)
    assert mine == [row for row in every if row["owner"] == owners[0]]
    chosen = rows_of(client_of(answered_sales), f"/v1/lists/{QUESTION}", owner=owners[0].lower())
    assert chosen == mine
    nobody = client_of(answered_sales, "sales", ()).get(f"/v1/lists/{QUESTION}").json()
    assert nobody["items"] == []
    assert nobody["total"] == 0


def test_viewers_get_no_names(client_of, answered_shop: Path) -> None:
    named = rows_of(client_of(answered_shop, "marketer"), "/v1/lists/lapse")
    plain = rows_of(client_of(answered_shop, "viewer"), "/v1/lists/lapse")
    assert [row["id"] for row in named] == [row["id"] for row in plain]
    assert {row["name"] for row in plain} == {None}


def test_a_list_that_has_not_changed_is_not_sent_again(client_of, answered_sales: Path, fresh_copy) -> None:
    client = client_of(fresh_copy(answered_sales))
    for path in (f"/v1/lists/{QUESTION}", "/v1/findings", f"/v1/findings/{QUESTION}"):
        first = client.get(path)
        again = client.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
    tag = client.get(f"/v1/lists/{QUESTION}").headers["etag"]
    first = client.get(f"/v1/lists/{QUESTION}").json()["items"][0]
    said = {"question": QUESTION, "entity_id": first["id"], "verdict": "done"}
    assert client.post("/v1/feedback", json=said).status_code == 201
    now = client.get(f"/v1/lists/{QUESTION}", headers={"If-None-Match": tag})
    assert now.status_code == 200
    assert first["id"] not in {row["id"] for row in now.json()["items"]}
    every = client.get(f"/v1/lists/{QUESTION}", params={"handled": True}).json()
    assert every["items"][0]["id"] == first["id"]
    assert every["items"][0]["said_last"]
    assert every["total"] == now.json()["total"] + 1


def test_a_walk_goes_on_in_its_data_or_says_that_they_have_changed(client_of, answered_sales: Path, fresh_copy) -> None:
    root = fresh_copy(answered_sales)
    client = client_of(root)
    paths = [f"/v1/findings/{QUESTION}/tables/scores", f"/v1/lists/{QUESTION}", "/v1/leads"]
    firsts = [client.get(path, params={"limit": 2}).json() for path in paths]
    after = client.get(paths[0], params={"limit": 2, "cursor": firsts[0]["next_cursor"]}).json()
    manifest = json.loads((root / "workspace.json").read_text())
    old = manifest["snapshot_id"]
    manifest["snapshot_id"] = "f" * 16
    (root / "workspace.json").write_text(json.dumps(manifest))
    still = client.get(paths[0], params={"limit": 2, "cursor": firsts[0]["next_cursor"]}).json()
    assert (still["items"], still["snapshot_id"]) == (after["items"], old)
    (root / f"snapshots/{old}.json").unlink()
    for path, first in zip(paths, firsts, strict=True):
        gone = client.get(path, params={"limit": 2, "cursor": first["next_cursor"]})
        assert gone.status_code == 409
        assert "begin" in gone.text


@pytest.mark.parametrize("cursor", ["x", "AAAA", "é", "%00", "eyJhIjoxfQ"])
def test_a_cursor_that_was_not_made_here_is_refused(client_of, answered_sales: Path, cursor: str) -> None:
    client = client_of(answered_sales)
    for path in (f"/v1/lists/{QUESTION}", "/v1/questions", "/v1/feedback", "/v1/runs", "/v1/findings", "/v1/leads"):
        answer = client.get(path, params={"cursor": cursor})
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"
    page = client.get(f"/v1/lists/{QUESTION}", params={"limit": 2}).json()
    other = client.get("/v1/lists/deal_win", params={"cursor": page["next_cursor"]})
    assert other.status_code == 422


@pytest.mark.parametrize("after", ["x", -1, 1e308, 10**30, True, [1], ["x", "y"], [None, None], {"a": 1},
                                   ["2018-01-01T00:00:00+05:00", "x"], ["0001-01-01", "x"]])  # fmt: skip
def test_a_cursor_that_somebody_wrote_himself_is_refused(client_of, answered_sales: Path, after: object) -> None:
    pages = {
        **{f"/v1/{name}": {"of": name} for name in ("lists", "findings", "questions")},
        "/v1/runs": {"runs": "runs"}, "/v1/feedback": {"feedback": "feedback", "question": "", "entity_id": ""},
        f"/v1/findings/{QUESTION}/tables/gain": {"table": f"{QUESTION}/gain"},
    }  # fmt: skip
    client = client_of(answered_sales)
    for path, filters in pages.items():
        answer = client.get(path, params={"cursor": write_cursor(Place("", after), filters)})
        assert answer.status_code == 422, path
        assert answer.json()["problems"][0]["what"] == "this is no cursor of ours"


def test_records_with_their_scores_and_what_happened(client_of, answered_sales: Path) -> None:
    client = client_of(answered_sales)
    leads = rows_of(client, "/v1/leads", question=QUESTION, limit=50)
    listed = rows_of(client, f"/v1/lists/{QUESTION}", handled=True, limit=50)
    assert [lead["id"] for lead in leads] == [row["id"] for row in listed]
    first = client.get(f"/v1/leads/{leads[0]['id']}").json()
    assert first["record"] == leads[0]
    answer = next(one for one in first["answers"] if one["question"] == QUESTION)
    assert answer["rank"] == 1
    assert answer["reasons"] == [reason["text"] for reason in listed[0]["reasons"]]
    moments = rows_of(client, f"/v1/leads/{leads[0]['id']}/timeline", limit=500)
    assert first["timeline"] == moments[: len(first["timeline"])]
    for path in ("/v1/customers", "/v1/accounts", "/v1/deals"):
        assert client.get(path).status_code == 200
    found = client.get("/v1/leads", params={"search": "'; DROP TABLE people_lead_id; --"})
    assert found.json()["items"] == []
    assert client.get("/v1/leads", params={"where": "colour"}).status_code == 422
    assert client.get("/v1/leads", params={"where": "colour=red"}).status_code == 422
    assert client.get("/v1/leads/no such/timeline").status_code == 404


def test_nobody_reads_other_peoples_records(client_of, answered_sales: Path) -> None:
    leads = rows_of(client_of(answered_sales), "/v1/leads", question=QUESTION, limit=500)
    owner = next(lead["owner"] for lead in leads if lead["owner"])
    foreign = next(lead["id"] for lead in leads if lead["owner"] != owner)
    seller = client_of(answered_sales, "sales", (owner,))
    assert {lead["owner"] for lead in rows_of(seller, "/v1/leads", question=QUESTION)} == {owner}
    for path in (f"/v1/leads/{foreign}", f"/v1/leads/{foreign}/timeline", "/v1/leads/no%20such"):
        assert seller.get(path).status_code == 404
    viewer = client_of(answered_sales, "viewer").get("/v1/leads").json()["items"]
    assert {lead[key] for lead in viewer for key in ("email", "phone")} == {None}


def test_a_list_is_taken_out_as_a_file(client_of, answered_sales: Path, fresh_copy) -> None:
    client = client_of(fresh_copy(answered_sales))
    file = client.get(f"/v1/lists/{QUESTION}/export", params={"top": 3})
    assert file.headers["content-type"].startswith("text/csv")
    assert len(file.text.strip().splitlines()) == 4
    assert "attachment" in file.headers["content-disposition"]
    assert client.get(f"/v1/lists/{QUESTION}/export", params={"layout": "excel"}).content[:2] == b"PK"
    refused = client.get(f"/v1/lists/{QUESTION}/export", params={"layout": "fax"})
    assert refused.status_code == 422
    assert "hubspot" in refused.json()["problems"][0]["expected"]
    assert client_of(answered_sales, "viewer").get(f"/v1/lists/{QUESTION}/export").status_code == 403


def test_the_tables_behind_a_finding_as_rows_and_as_a_file(client_of, answered_sales: Path) -> None:
    client = client_of(answered_sales)
    finding = client.get(f"/v1/findings/{QUESTION}").json()
    for role in ("gain", "scores"):
        path = f"/v1/findings/{QUESTION}/tables/{role}"
        rows = rows_of(client, path, limit=40)
        file = pq.read_table(io.BytesIO(client.get(path, params={"format": "parquet"}).content))
        assert file.num_rows == len(rows) == client.get(path).json()["total"]
        assert list(rows[0]) == file.column_names
        assert client.get(path).json()["table"] == finding["tables"][role]
    assert client_of(answered_sales, "viewer").get(path, params={"format": "parquet"}).status_code == 403
    owner = next(row["owner"] for row in rows_of(client, f"/v1/lists/{QUESTION}") if row["owner"])
    own = rows_of(client_of(answered_sales, "sales", (owner,)), path)
    assert 0 < len(own) < len(rows)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/nothing", 404), ("/v1/lists/nothing", 404), ("/v1/findings/nothing", 404), ("/v1/questions/nothing", 404),
        (f"/v1/findings/{QUESTION}/tables/nothing", 404), ("/v1/lists/pipeline_forecast", 404),
        ("/v1/runs/" + "0" * 32, 404), ("/v1/lists/DROP%20TABLE", 422), (f"/v1/lists/{QUESTION}?limit=0", 422),
        (f"/v1/lists/{QUESTION}?limit=501", 422), (f"/v1/findings/{QUESTION}/tables/scores?format=xml", 422),
    ],
)  # fmt: skip
def test_errors_are_told_as_problems(client_of, answered_sales: Path, path: str, status: int) -> None:
    answer = client_of(answered_sales).get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert answer.json()["title"]
    assert set(answer.json()) == {"type", "title", "status", "detail", "problems", "request_id"}


def test_a_parameter_that_is_written_wrong_is_told(client_of, answered_sales: Path) -> None:
    answer = client_of(answered_sales).get(f"/v1/lists/{QUESTION}", params={"limt": 5})
    assert answer.status_code == 422
    assert answer.json()["problems"][0]["do"] == "did you mean limit?"


def test_a_stranger_and_a_wrong_method_are_told_so(client_of, answered_sales: Path) -> None:
    stranger = client_of(answered_sales, None).get("/v1/findings")
    assert stranger.status_code == 401
    assert stranger.headers["www-authenticate"] == "Bearer"
    wrong = client_of(answered_sales).delete("/v1/findings")
    assert wrong.status_code == 405
    assert wrong.headers["allow"] == "GET"
    assert wrong.headers["content-type"] == "application/problem+json"
