"""Scores over HTTP: of the last run, of now after an event, of features, and what nobody may see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

import tradewind as tw
from small_worlds import NOW
from tradewind.core.time import Cutoff
from tradewind.flow.data import open_data
from tradewind.flow.learning.score import ask_everybody
from tradewind.flow.live.tables import drain_events
from tradewind.flow.questions.asked import find_question

ClientOf = Callable[..., TestClient]


def listed(root: Path, name: str) -> list[dict[str, Any]]:
    workspace = tw.open(root, clock=lambda: NOW)
    rows = workspace.table(f"scores_{name}").to_pylist()
    workspace.close()
    return rows


def test_a_score_is_that_of_the_last_run(answered_shop: Path, client_of: ClientOf) -> None:
    rows, client = listed(answered_shop, "lapse"), client_of(answered_shop, "viewer")
    first = rows[0]
    one = client.post("/v1/score", json={"question": "lapse", "id": first["customer_id"]}).json()
    assert (one["score"], one["low"], one["high"], one["value"]) == tuple(
        first[name] for name in ("mean", "low", "high", "value")
    )
    assert (one["unit"], one["computed"], one["status"]) == ("probability", "last run", "scored")
    assert [each["text"] for each in one["reasons"]] == [
        first[f"reason_{n}"] for n in (1, 2, 3) if first[f"reason_{n}"]
    ]
    assert client.get(f"/v1/score/lapse/{first['customer_id']}").json() == one
    ids = [row["customer_id"] for row in rows[:3]] + ["nobody"]
    many = client.post("/v1/score", json={"question": "lapse", "ids": ids, "reasons": False}).json()["items"]
    assert [each["id"] for each in many] == ids
    assert many[3]["score"] is None
    assert (many[3]["status"], many[3]["because"]) == ("not known", "no customer of this id is in the data")


def test_somebody_the_question_is_not_about_is_told_apart_from_nobody(
    answered_shop: Path, client_of: ClientOf, fresh_copy: Callable[[Path], Path]
) -> None:
    root = fresh_copy(answered_shop)
    client = client_of(root, "marketer")
    workspace = tw.open(root, clock=lambda: NOW)
    known = set(workspace.table("orders")["customer_id"].to_pylist())
    workspace.close()
    unasked = sorted(known - {row["customer_id"] for row in listed(root, "lapse")})[0]
    for body in ({"question": "lapse", "id": unasked}, {"question": "lapse", "ids": [unasked, "nobody"]}):
        told = client.post("/v1/score", json=body).json()
        first = told["items"][0] if "ids" in body else told
        assert first["status"] == "not asked"
        assert "not among the customers" in first["because"]
    assert told["items"][1]["status"] == "not known"
    assert client.get(f"/v1/explain/lapse/{unasked}").json()["status"] == "not asked"
    assert client.get("/v1/explain/lapse/nobody").json()["status"] == "not known"
    came = {"type": "page", "userId": "nobody", "name": "Home", "messageId": "m-1"}
    assert client.post("/v1/page", json=came).json()["accepted"] == 1
    assert client.get("/v1/score/lapse/nobody").json()["status"] == "not asked"


def test_a_score_is_explained_beside_everybodys(answered_shop: Path, client_of: ClientOf) -> None:
    rows, client = listed(answered_shop, "lapse"), client_of(answered_shop, "viewer")
    who = rows[1]["customer_id"]
    told = client.get(f"/v1/explain/lapse/{who}?features=true").json()
    assert told["score"] == rows[1]["mean"]
    assert told["rank"] == 1 + sum(row["mean"] > rows[1]["mean"] for row in rows)
    assert told["asked"] == len(rows)
    assert {"name", "means", "value"} == set(told["features"][0])
    assert client.post("/v1/explain", json={"question": "lapse", "id": who, "features": True}).json() == told


def test_what_waits_stands_in_the_timeline_and_a_refund_is_told(
    answered_shop: Path, client_of: ClientOf, fresh_copy: Callable[[Path], Path]
) -> None:
    root = fresh_copy(answered_shop)
    client = client_of(root, "marketer")
    who = listed(root, "lapse")[0]["customer_id"]
    before = client.get(f"/v1/customers/{who}/timeline?limit=500").json()["items"]
    at = (NOW - timedelta(hours=1)).isoformat() + "Z"
    old = (NOW - timedelta(days=4000)).isoformat() + "Z"
    order = {"order_id": "live-1", "total": 80.5}
    refund = {"order_id": "live-1", "total": 80.5}
    sent = [
        {"type": "track", "userId": who, "event": "Order Completed", "properties": order, "timestamp": at},
        {"type": "page", "userId": who, "name": "Home", "timestamp": old},
        {"type": "track", "userId": who, "event": "Order Refunded", "properties": refund, "timestamp": at},
    ]
    assert client.post("/v1/events", json={"batch": sent[:1]}).json()["accepted"] == 1
    assert client.get(f"/v1/score/lapse/{who}").json()["note"] == ""
    assert client.post("/v1/events", json={"batch": sent[1:]}).json()["accepted"] == 2
    assert "refund or cancellation" in client.get(f"/v1/score/lapse/{who}").json()["note"]
    walked, cursor = [], ""
    while cursor is not None:
        page = client.get(f"/v1/customers/{who}/timeline", params={"limit": 3, "cursor": cursor}).json()
        walked += page["items"]
        cursor = page["next_cursor"]
    waiting = [(each["kind"], each["title"]) for each in walked if each["waiting"]]
    assert sorted(waiting[:2]) == [("event", "order_refunded"), ("order", "live-1")]
    assert waiting[2:] == [("event", "page_view")]
    assert [each["day"] for each in walked] == sorted((each["day"] for each in walked), reverse=True)
    assert sum(each["times"] for each in walked if not each["waiting"]) == sum(each["times"] for each in before)
    assert client.get(f"/people/{who}").text.count("not yet in the answers") == 3
    workspace = tw.open(root, clock=lambda: NOW)
    drain_events(workspace)
    workspace.close()
    after = client.get(f"/v1/customers/{who}/timeline?limit=500").json()["items"]
    assert not [each for each in after if each["waiting"]]


def test_an_event_changes_the_next_score_as_a_run_would(
    answered_shop: Path, client_of: ClientOf, fresh_copy: Callable[[Path], Path]
) -> None:
    root = fresh_copy(answered_shop)
    client = client_of(root, "marketer")
    who = listed(root, "lapse")[0]["customer_id"]
    before = client.get(f"/v1/score/lapse/{who}").json()
    at = (NOW - timedelta(hours=1)).isoformat() + "Z"
    order = {"order_id": "live-1", "total": 80.5, "products": []}
    sent = [
        {"type": "track", "userId": who, "event": "Order Completed", "properties": order, "timestamp": at},
        {"type": "page", "userId": who, "name": "Home", "timestamp": at},
    ]
    assert client.post("/v1/events", json={"batch": sent}).json()["accepted"] == 2
    after = client.get(f"/v1/score/lapse/{who}").json()
    assert after["computed"] == "now"
    assert after["score"] < before["score"]
    workspace = tw.open(root, clock=lambda: NOW)
    drain_events(workspace)
    day = Cutoff((NOW + timedelta(days=1)).date(), "Europe/Berlin")
    with open_data(workspace) as data:
        version = after["model_version"]
        later = replace(data, score_at=day)
        asked = ask_everybody(later, find_question(workspace.config, "lapse"), version, day)
    workspace.close()
    place = asked.features.entity_id.tolist().index(who)
    assert after["as_of"] == day.day.isoformat()
    numbers = (asked.mean[place], asked.low[place], asked.high[place], asked.value[place])
    assert (after["score"], after["low"], after["high"], after["value"]) == numbers


def test_rows_of_features_are_scored(answered_shop: Path, client_of: ClientOf) -> None:
    client = client_of(answered_shop, "viewer")
    who = listed(answered_shop, "lapse")[0]["customer_id"]
    told = client.get(f"/v1/explain/lapse/{who}?features=true").json()
    body = {
        "columns": [each["name"] for each in told["features"]],
        "data": [[each["value"] for each in told["features"]]],
    }
    made = client.post("/v1/score/lapse/features", json=body).json()
    assert made["predictions"] == [told["score"]]
    assert client.post("/v1/score/lapse/features", json={"dataframe_split": body}).json() == made
    for wrong in ({}, {"columns": ["no such"], "data": [[1]]}, {"columns": body["columns"], "data": [[1]]}, [1]):
        assert client.post("/v1/score/lapse/features", json=wrong).status_code == 422


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"question": "nothing", "id": "1"}, 404),
        ({"question": "lapse"}, 422),
        ({"question": "lapse", "id": "1", "ids": ["1"]}, 422),
        ({"question": "lapse", "id": "1", "as_of": "1999-01-01"}, 422),
        ({"question": "lapse", "id": "1", "as_of": "2999-01-01"}, 422),
        ({"question": "lapse", "ids": ["1"] * 1001}, 422),
    ],
)
def test_what_cannot_be_asked_is_told(
    body: dict[str, Any], status: int, answered_shop: Path, client_of: ClientOf
) -> None:
    assert client_of(answered_shop, "viewer").post("/v1/score", json=body).status_code == status


def test_sales_see_scores_of_their_own_records(answered_sales: Path, client_of: ClientOf) -> None:
    workspace = tw.open(answered_sales, clock=lambda: NOW)
    who = workspace.table("scores_deal_win").to_pylist()[0]["deal_id"]
    owner = next(row["owner"] for row in workspace.table("deals").to_pylist() if row["deal_id"] == who)
    workspace.close()
    path = f"/v1/score/deal_win/{who}"
    assert client_of(answered_sales, "sales", owners=(owner,)).get(path).status_code == 200
    assert client_of(answered_sales, "sales", owners=("Nobody",)).get(path).status_code == 404
    assert client_of(answered_sales, None).get(path).status_code == 401
