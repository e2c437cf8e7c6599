"""Every table as every role sees it: pages, files and API show the same rows, and nobody sees a colleague's."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from fastapi.testclient import TestClient

import tradewind as tw
from small_worlds import NOW
from tradewind.core.visitor import Role

ClientOf = Callable[..., TestClient]
FILES = ("scores_lead", "owners_lead", "forecast_", "list_lead", "gain_deal")
"""Tables that are also taken out as files: rows of people, of colleagues, and of nobody."""
ROLES: tuple[Role, ...] = ("viewer", "sales", "marketer")


@pytest.fixture(scope="module")
def sellers(answered_sales: Path) -> tuple[str, ...]:
    workspace = tw.open(answered_sales, clock=lambda: NOW)
    named = {*workspace.table("leads")["owner"].to_pylist(), *workspace.table("deals")["owner"].to_pylist()}
    workspace.close()
    return tuple(sorted(name for name in named if name))


def on_page(client: TestClient, name: str) -> tuple[tuple[str, ...], list[str], int] | None:
    """Columns, the first cells of the first rows, and how many rows there are; None where it is not opened."""
    page = client.get(f"/tables/{name}")
    if page.status_code == 404:
        return None
    assert page.status_code == 200
    columns = tuple(re.findall(r'<th scope="col">([^<]+)<br>', page.text))
    rows = re.findall(r"<tbody>(.*)</tbody>", page.text, re.DOTALL)
    first = re.findall(r"<tr><td>(.*?)</td>", rows[0]) if rows else []
    counted = re.search(r'class="lead">([\d,]+) rows', page.text)
    assert counted
    return columns, [html.unescape(each) for each in first], int(counted[1].replace(",", ""))


@pytest.mark.parametrize("role", ROLES)
def test_pages_files_and_the_api_show_the_same_of_every_table(
    answered_sales: Path, client_of: ClientOf, sellers: tuple[str, ...], role: Role
) -> None:
    client = client_of(answered_sales, role, (sellers[0].upper(),))
    everything = client_of(answered_sales)
    workspace = tw.open(answered_sales, clock=lambda: NOW)
    entries = workspace.manifest().tables
    workspace.close()
    findings = everything.get("/v1/findings").json()["items"]
    behind = {name: f"/v1/findings/{item['name']}/tables/{part}"
              for item in findings for part, name in item["tables"].items()}  # fmt: skip
    assert behind.keys() <= entries.keys()
    fewer = 0
    for name, entry in entries.items():
        seen = on_page(client, name)
        if seen is None:
            assert name not in behind, name
            continue
        columns, first, total = seen
        fewer += total < entry.rows
        assert total == entry.rows or role == "sales", name
        if name not in behind:
            continue
        page = client.get(behind[name]).json()
        assert (tuple(each["name"] for each in page["columns"]), page["total"]) == (columns, total), name
        told = [row[columns[0]] for row in page["items"]]
        assert first == told[: len(first)] or not all(isinstance(each, str) for each in told), name
        if role == "sales" and name.startswith(FILES):
            for path, more in ((f"/tables/{name}/rows.parquet", {}), (behind[name], {"format": "parquet"})):
                file = pq.read_table(io.BytesIO(client.get(path, params=more).content))
                assert (file.num_rows, tuple(file.column_names)) == (total, columns), path
            lines = list(csv.reader(io.StringIO(client.get(f"/tables/{name}/rows.csv").text)))
            assert len(lines) == 1 + total, name
    assert (fewer > 0) == (role == "sales")


def test_who_works_on_nothing_sees_no_row_of_anybody(answered_sales: Path, client_of: ClientOf) -> None:
    nobody = client_of(answered_sales, "sales", ("",))
    for name in ("leads", "deals", "deal_stages", "activities", "scores_lead_conversion", "list_lead_routing"):
        seen = on_page(nobody, name)
        assert seen is not None
        assert seen[2] == 0
    path = "/v1/findings/lead_conversion/tables/gain"
    assert nobody.get(path).json()["total"] == client_of(answered_sales).get(path).json()["total"] > 0


def test_a_token_for_answers_alone_reads_totals_and_no_rows_of_people(answered_sales: Path, client_of) -> None:
    from tradewind.core.visitor import Visitor
    from tradewind.web.app import build_app
    from tradewind.web.settings import ServeSettings
    from tradewind.web.site import Site

    token = Visitor("t", "T", "viewer", "token", frozenset({"see_answers"}))
    site = Site(answered_sales, ServeSettings(), clock=lambda: NOW, environ={})
    with TestClient(build_app(site, lambda request, of: token)) as client:
        for part, status in (("gain", 200), ("scores", 404)):
            assert client.get(f"/v1/findings/lead_conversion/tables/{part}").status_code == status
            assert client.get(f"/tables/{part}_lead_conversion").status_code == status
    site.close()


def test_no_surface_tells_a_seller_what_a_colleague_brings(
    answered_sales: Path, client_of: ClientOf, sellers: tuple[str, ...]
) -> None:
    me, others = sellers[0], sellers[1:]
    assert others
    client, everything = client_of(answered_sales, "sales", (me,)), client_of(answered_sales)
    findings = everything.get("/v1/findings").json()["items"]
    names = [item["name"] for item in findings]
    paths = ["/", "/answers", "/v1/findings", "/deals/forecast", "/segments", "/tests"]
    for name in names:
        paths += [f"/answers/{name}", f"/answers/{name}/finding.json", f"/v1/findings/{name}"]
    for path in paths:
        text = re.sub(r"moves from [^,<]*,", "", client.get(path).text)  # whose lead it was before: no figure
        assert not [each for each in others if each in text], path
    shown = everything.get("/deals/forecast").text
    assert any(each in shown for each in others)
    owners = next(item["tables"]["owners"] for item in findings if item["name"] == "lead_routing")
    seen = on_page(client, owners)
    assert seen is not None
    assert seen[2] == 1
    forecast = client.get("/v1/findings/pipeline_forecast/tables/forecast").json()["items"]
    assert {row["who"] for row in forecast if row["kind"] == "owner"} == {me}
    assert [row for row in forecast if row["kind"] == "all"]
    assert client.get("/reports/latest.html").status_code == 404
    assert client.get("/reports/latest.json").status_code == 404
    assert "reports/latest" not in client.get("/answers").text
