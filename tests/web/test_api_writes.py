"""What the API takes: once under a key, within limits, in the right form, and only from who may."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

QUESTION = "lead_conversion"
CSV = {"content-type": "text/csv"}


def first_id(client, question: str = QUESTION) -> str:
    return client.get(f"/v1/lists/{question}").json()["items"][0]["id"]


def test_feedback_under_a_key_is_taken_down_once(client_of, answered_sales: Path, fresh_copy) -> None:
    client = client_of(fresh_copy(answered_sales))
    said = {"question": QUESTION, "entity_id": first_id(client), "verdict": "wrong", "because": "=SUM(A1) \u2615"}
    key = {"Idempotency-Key": "once"}
    first = client.post("/v1/feedback", json=said, headers=key)
    again = client.post("/v1/feedback", json=said, headers=key)
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert again.headers["idempotency-replayed"] == "true"
    other = client.post("/v1/feedback", json={**said, "verdict": "done"}, headers=key)
    assert other.status_code == 409
    assert client.post("/v1/feedback", json=said).status_code == 201
    listed = client.get("/v1/feedback", params={"limit": 1}).json()
    assert listed["total"] == 2
    rest = client.get("/v1/feedback", params={"limit": 1, "cursor": listed["next_cursor"]}).json()
    assert first.json() in listed["items"] + rest["items"]
    assert listed["items"] != rest["items"]
    assert rest["next_cursor"] is None
    assert client.get("/v1/feedback", params={"entity_id": "nobody"}).json()["items"] == []


def test_what_was_refused_leaves_the_key_free(client_of, answered_sales: Path, fresh_copy) -> None:
    client = client_of(fresh_copy(answered_sales))
    key = {"Idempotency-Key": "free"}
    said = {"question": QUESTION, "entity_id": first_id(client), "verdict": "wrong"}
    assert client.post("/v1/feedback", json=said, headers=key).status_code == 422
    assert client.post("/v1/feedback", json={**said, "because": "moved"}, headers=key).status_code == 201


def test_nobody_speaks_of_other_peoples_records(client_of, answered_sales: Path, fresh_copy) -> None:
    root = fresh_copy(answered_sales)
    rows = client_of(root).get(f"/v1/lists/{QUESTION}", params={"limit": 500}).json()["items"]
    owner = next(row["owner"] for row in rows if row["owner"])
    own = next(row["id"] for row in rows if row["owner"] == owner)
    foreign = next(row["id"] for row in rows if row["owner"] != owner)
    seller = client_of(root, "sales", (owner,))
    refused = seller.post("/v1/feedback", json={"question": QUESTION, "entity_id": foreign, "verdict": "done"})
    unknown = seller.post("/v1/feedback", json={"question": QUESTION, "entity_id": "no such", "verdict": "done"})
    assert refused.status_code == unknown.status_code == 404
    assert refused.json()["problems"][0]["what"] == unknown.json()["problems"][0]["what"]
    assert seller.post("/v1/feedback", json={"question": QUESTION, "entity_id": own, "verdict": "done"}).is_success
    batch = seller.post(f"/v1/batch-scores?question={QUESTION}", content=f"id\n{own}\n{foreign}\n", headers=CSV).json()
    assert [row["status"] for row in batch["items"]] == ["scored", "not asked about"]
    assert client_of(root, "viewer").post("/v1/feedback", json={}).status_code == 403
    namesake = client_of(root, "sales", ("somebody else",))  # both are called alike: a name is no right
    assert namesake.get("/v1/feedback").json()["items"] == []
    assert [one["entity_id"] for one in seller.get("/v1/feedback").json()["items"]] == [own]
    assert seller.post("/v1/runs", json={}).status_code == 403


@pytest.mark.parametrize("sent", [{"question": "\ud800"}, {"entity_id": "\ud83d"}, {"because": "\udfff"}])
def test_half_a_character_is_refused_in_words(client_of, answered_sales: Path, sent: dict) -> None:
    said = {"question": QUESTION, "entity_id": "1", "verdict": "wrong", "because": "moved", **sent}
    answer = client_of(answered_sales).post(
        "/v1/feedback", content=json.dumps(said), headers={"content-type": "application/json"}
    )
    assert answer.status_code == 422
    assert answer.json()["problems"]


def test_a_body_of_the_wrong_kind_or_size_is_refused(client_of, answered_sales: Path) -> None:
    client = client_of(answered_sales)
    form = client.post("/v1/feedback", content="a=1", headers={"content-type": "application/x-www-form-urlencoded"})
    assert form.status_code == 415
    kind = {"content-type": "application/json"}
    large = client.post("/v1/feedback", content=b" " * 1_000_001, headers=kind)
    assert large.status_code == 413
    chunks = client.post(
        "/v1/feedback", content=(b" " * 400_000 for _ in range(3)), headers={"content-type": "application/json"}
    )
    assert chunks.status_code == 413
    broken = client.post("/v1/feedback", content=b"{", headers=kind)
    assert broken.status_code == 422
    assert client.post(f"/v1/batch-scores?question={QUESTION}", content=b"x").status_code == 415
    for answer in (form, large, chunks, broken):
        assert answer.headers["content-type"] == "application/problem+json"


def test_runs_are_queued_seen_and_stopped(client_of, answered_sales: Path, fresh_copy) -> None:
    client = client_of(fresh_copy(answered_sales))
    assert client.post("/v1/runs", json={"only": ["no_such"]}).status_code == 422
    key = {"Idempotency-Key": "run"}
    run = client.post("/v1/runs", json={"only": [QUESTION]}, headers=key)
    assert run.status_code == 202
    assert client.post("/v1/runs", json={"only": [QUESTION]}, headers=key).json() == run.json()
    assert [one["id"] for one in client.get("/v1/runs").json()["items"]] == [run.json()["id"]]
    path = f"/v1/runs/{run.json()['id']}"
    assert client.get(path).json()["status"] == "queued"
    assert client.get(f"{path}/events").json() == {
        "items": [], "next_cursor": None, "snapshot_id": None, "total": None, "ended": False,
    }  # fmt: skip
    stopped = client.post(f"{path}/cancel").json()
    assert (stopped["status"], stopped["ended"]) == ("cancelled", True)


def test_a_file_of_ids_is_answered_row_by_row(client_of, answered_sales: Path) -> None:
    client = client_of(answered_sales)
    rows = client.get(f"/v1/lists/{QUESTION}").json()["items"][:3]
    sent = "lead_id,note\n" + "".join(f"{row['id']},=1+1\n" for row in rows) + "nobody,\n"
    path = f"/v1/batch-scores?question={QUESTION}"
    batch = client.post(path, content=sent, headers=CSV).json()
    assert [row["id"] for row in batch["items"]] == [row["id"] for row in rows] + ["nobody"]
    assert [row["score"] for row in batch["items"]] == [row["score"] for row in rows] + [None]
    assert batch["items"][0]["reasons"] == rows[0]["reasons"]
    assert batch["scored"] == 3
    sink = io.BytesIO()
    pq.write_table(pa.table({"lead_id": [row["id"] for row in rows]}), sink)
    parquet = {"content-type": "application/vnd.apache.parquet"}
    file = client.post(f"{path}&format=parquet", content=sink.getvalue(), headers=parquet).content
    assert pq.read_table(io.BytesIO(file))["score"].to_pylist() == [row["score"] for row in rows]
    text = client.post(f"{path}&format=csv", content="lead_id\n=cmd|' /C calc'!A0\n", headers=CSV).text
    assert text.splitlines()[1].startswith("'=cmd")


def test_feature_rows_are_scored_by_the_model_in_use(client_of, answered_sales: Path) -> None:
    client = client_of(answered_sales)
    scored = client.get(f"/v1/lists/{QUESTION}").json()["items"]
    path = f"/v1/batch-scores?question={QUESTION}"
    batch = client.post(path, content="lead_id,days_since_created_at,colour\n7,3,red\n8,,\n", headers=CSV).json()
    assert batch["scored"] == 2
    assert batch["ignored_columns"] == ["colour"]
    assert batch["missing_features"]
    assert all(0 <= row["score"] <= 1 for row in batch["items"])
    assert batch["as_of"] is None
    assert scored
    wrong = client.post(path, content="days_since_created_at\nx\n", headers=CSV)
    assert wrong.status_code == 422
    assert "row 1" in wrong.json()["problems"][0]["where"]


def test_files_that_cannot_be_scored_are_refused_in_words(client_of, answered_sales: Path) -> None:
    client = client_of(answered_sales)
    path = f"/v1/batch-scores?question={QUESTION}"
    bombs = pa.table({"id": pa.array(["x" * 1000] * 190_000), "more": pa.array(["y" * 2000] * 190_000)})
    packed = io.BytesIO()
    pq.write_table(bombs, packed, use_dictionary=False, compression="zstd")
    refused = [
        client.post(path, content=content, headers={"content-type": kind})
        for content, kind in [
            (b"", "text/csv"), (b"a,b\n1,2\n", "text/csv"), (b"id\n", "text/csv"), (b"\x00\x01\x02", "text/csv"),
            (b"id,id\n1,2\n", "text/csv"), (b",".join(b"c%d" % n for n in range(10_000)) + b"\n", "text/csv"),
            (b"id\n" + b"1\n" * 200_001, "text/csv"), (b"id\n1,2\n", "text/csv"),
            (b"\x00\xff\xfe,\n1,2", "text/csv"), (b"PAR1", "application/vnd.apache.parquet"),
            (packed.getvalue(), "application/vnd.apache.parquet"),
        ]
    ]  # fmt: skip
    assert [answer.status_code for answer in refused] == [422] * len(refused)
    assert client.post("/v1/batch-scores?question=pipeline_health", content=b"id\n1\n", headers=CSV).status_code == 404
    assert client.post("/v1/batch-scores?question=no_such", content=b"id\n1\n", headers=CSV).status_code == 404
