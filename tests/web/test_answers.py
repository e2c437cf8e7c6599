"""Today, Answers and the rooms beyond: every question has its page, and nobody sees more than his role allows."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import tradewind as tw
from answered_by_hand import Clock, answer_by_hand, open_by_hand, scores
from small_worlds import NOW
from tradewind.flow.answers.economics import read_curve, reckon
from tradewind.flow.questions.asked import find_question
from web.test_roll_back import OLD, add_older_version

ROOMS = ("/", "/answers", "/segments", "/offers", "/tests", "/sends", "/tables")


def names_in(root: Path) -> list[str]:
    found = json.loads((root / "reports" / "latest.json").read_text(encoding="utf-8"))
    return [finding["name"] for finding in found]


def test_every_room_says_what_will_stand_there_before_anything_is_loaded(client_of, tmp_path: Path) -> None:
    client = client_of(tmp_path)
    for path in ROOMS:
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert answer.text.count("<h1>") == 1
    assert 'href="/start"' in client.get("/").text
    assert 'href="/start"' not in client_of(tmp_path, "viewer").get("/").text


def test_every_question_has_its_page_its_file_and_its_tables(client_of, answered_shop: Path) -> None:
    client = client_of(answered_shop)
    for name in names_in(answered_shop):
        page = client.get(f"/answers/{name}")
        assert page.status_code == 200, name
        assert len(page.content) < 400_000
        for table in set(re.findall(r'href="(/tables/[a-z_]+)"', page.text)):
            assert client.get(table).status_code == 200, table
        assert client.get(f"/answers/{name}/finding.json").json()["name"] == name
    for path in ROOMS:
        assert client.get(path).status_code == 200
    assert client.get("/answers/no_such_question").status_code == 404
    assert client.get("/reports/latest.html").headers["content-disposition"].startswith("attachment")


def test_a_sales_person_sees_own_rows_of_a_list(client_of, answered_sales: Path) -> None:
    everybody = client_of(answered_sales).get("/answers/lead_routing").text
    owners = re.findall(r'data-label="Whose">([^<]+)<', everybody)
    assert owners
    mine = client_of(answered_sales, "sales", (owners[0],)).get("/answers/lead_routing").text
    assert set(re.findall(r'data-label="Whose">([^<]*)<', mine)) <= {owners[0]}
    nobody = client_of(answered_sales, "sales", ()).get("/answers/lead_routing").text
    assert 'data-label="Whose"' not in nobody


def test_a_viewer_sees_neither_names_nor_personal_columns(client_of, tmp_path: Path) -> None:
    people = [("a", 0.9, 100.0), ("b", 0.8, 60.0), ("c", 0.7, 90.0), ("d", 0.2, 5.0)]
    workspace = open_by_hand(tmp_path, Clock())
    answer_by_hand(workspace, scores(people))
    workspace.close()
    admin, viewer = client_of(tmp_path), client_of(tmp_path, "viewer")
    assert "Ada" in admin.get("/").text
    assert "Ada" in admin.get("/answers/lapse").text
    assert "&lt;b&gt;Ben" in admin.get("/tables/customers").text
    for path in ("/", "/answers", "/answers/lapse", "/tables/customers", "/tables/scores_lapse", "/segments", "/tests"):
        answer = viewer.get(path)
        assert answer.status_code == 200, path
        assert not any(name in answer.text for name in ("Ada", "Ben", "Cem", "Dora", "example.org")), path
    assert "left out" in viewer.get("/tables/customers").text
    assert viewer.get("/tables/customers/rows.csv").status_code == 403
    kim = client_of(tmp_path, "sales", ("kim",)).get("/answers/lapse").text
    assert "Ada" in kim
    assert "Cem" not in kim


def test_a_table_is_paged_and_taken_out_whole(client_of, answered_shop: Path) -> None:
    import io

    import pyarrow.csv as pv
    import pyarrow.parquet as pq

    client = client_of(answered_shop, "marketer")
    workspace = tw.open(answered_shop, clock=lambda: NOW)
    stored = workspace.table("orders")
    workspace.close()
    page = client.get("/tables/orders?start=50").text
    assert "Rows 51 to 100" in page
    assert client.get("/tables/orders?start=99999999").status_code == 200
    assert client.get("/tables/orders?start=-1").status_code == 422
    csv = pv.read_csv(io.BytesIO(client.get("/tables/orders/rows.csv").content))
    parquet = pq.read_table(io.BytesIO(client.get("/tables/orders/rows.parquet").content))
    assert (csv.num_rows, csv.column_names) == (stored.num_rows, stored.column_names)
    assert parquet.equals(stored.cast(parquet.schema))
    assert client.get("/tables/..%2fstate").status_code == 404


def test_the_economics_of_page_and_api_are_those_of_the_list(client_of, answered_shop: Path) -> None:
    client = client_of(answered_shop)
    workspace = tw.open(answered_shop, clock=lambda: NOW)
    curve = read_curve(workspace, find_question(workspace.config, "lapse"))
    workspace.close()
    for cost, share in ((0.5, 0.1), (0.0, 0.02), (3.0, 1.0), (0.1, 0.0)):
        expected = reckon(curve, cost, share)
        told = client.get(f"/v1/findings/lapse/economics?contact_cost={cost}&success_share={share}").json()
        assert {name: told[name] for name in expected.to_json()} == expected.to_json()
        page = client.get(f"/answers/lapse?contact_cost={cost}&of_100={100 * share}").text
        assert f'data-out="contacts" data-as="count" data-value="{expected.contacts}"' in page
        assert f'data-value="{expected.gain}"' in page
    for wrong in ("contact_cost=-1", "contact_cost=nan", "success_share=2", "success_share=x"):
        assert client.get(f"/v1/findings/lapse/economics?{wrong}").status_code == 422
    refused = client.get("/v1/findings/next_spend/economics")
    assert refused.status_code == 404
    assert refused.headers["content-type"] == "application/problem+json"


def test_one_goes_back_to_a_version_and_forward_again_by_a_form(client_of, answered_shop: Path, fresh_copy) -> None:
    root = fresh_copy(answered_shop)
    add_older_version(root)
    client = client_of(root, "marketer")
    assert client.post("/answers/lapse/version", data={"version": OLD, "because": "<i>better</i>"}).status_code == 303
    page = client.get("/answers/lapse").text
    assert f"version {OLD} is used" in page
    assert "&lt;i&gt;better" in page
    assert "not the newest version" in client.get("/answers").text
    assert client.post("/answers/lapse/version", data={"version": "newest"}).status_code == 303
    assert "is used, because" not in client.get("/answers/lapse").text
    assert client.post("/answers/lapse/version", data={"version": "../x"}).status_code == 404
    assert client_of(root, "sales", ("Kim",)).post("/answers/lapse/version", data={"version": OLD}).status_code == 403
    client.headers.pop("X-CSRF-Token")
    assert client.post("/answers/lapse/version", data={"version": OLD}).status_code == 403


@pytest.mark.parametrize("role", ["viewer", "sales", "marketer", "admin"])
def test_every_room_opens_for_every_role(client_of, answered_sales: Path, role: str) -> None:
    client = client_of(answered_sales, role, ("Nobody at all",))
    for path in (*ROOMS, "/answers/lead_conversion", "/answers/pipeline_forecast"):
        assert client.get(path).status_code == 200, path


def test_a_list_is_put_in_the_order_of_its_rule_by_who_may_run_updates(client_of, fresh_copy, answered_sales) -> None:
    root = fresh_copy(answered_sales)
    assert "Use the rule for now" in client_of(root, "marketer").get("/lists/lead_conversion").text
    assert "Use the rule for now" not in client_of(root, "viewer").get("/lists/lead_conversion").text
    assert client_of(root, "sales", owners=("Kim",)).post(
        "/answers/lead_conversion/order", data={"by": "rule"}
    ).status_code == 403  # fmt: skip
    client = client_of(root, "marketer")
    sent = client.post("/answers/lead_conversion/order", data={"by": "rule"})
    assert sent.headers["location"].startswith("/updates/")
    assert "Use the model again" in client.get("/answers/lead_conversion").text
    assert client.post("/answers/lead_conversion/order", data={"by": "chance"}).status_code == 422
    assert client.post("/answers/deal_win/order", data={"by": "rule"}).status_code == 404
