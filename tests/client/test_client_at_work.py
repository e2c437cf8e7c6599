"""The client against a server: pages, errors in words, writes that are done once, and how long it waits."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from answered_worlds import answered, write_answered_sales
from served_worlds import served
from tradewind.client import ApiError, AsyncClient, Client, NotReached
from tradewind.client.answers.page import Page
from tradewind.client.patience import Patience, retry_after, wait_before_next
from tradewind.client.reading import read_answer
from tradewind.core.visitor import ALLOWED, Visitor

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
QUICK = Patience(first_wait=0.0)
QUESTION = "lead_conversion"
TOKEN = "a token"


def test_against_a_live_server(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> None:
    root = Path(shutil.copytree(answered("sales", write_answered_sales, tmp_path_factory), tmp_path / "sales"))
    visitor = Visitor("t1", "The shop's site", "marketer", "token", ALLOWED["marketer"])
    known = lambda request, site: visitor if request.headers.get("authorization") == f"Bearer {TOKEN}" else None  # noqa: E731
    with served(root, known) as address, Client(address, TOKEN) as client:
        assert client.get_me().name == "The shop's site"
        assert {question.name for question in client.each_question()} >= {QUESTION}
        whole = client.get_list(QUESTION, limit=500)
        rows = list(client.each_row(QUESTION, limit=11))
        assert tuple(rows) == whole.items
        assert whole.total == len(rows)
        finding = client.get_finding(QUESTION)
        assert finding.numbers["auc"].value is not None
        table = client.get_finding_table(QUESTION, "gain")
        assert {column.name for column in table.columns} == set(table.items[0])
        said = client.give_feedback(QUESTION, rows[0].id, "done", key="k")
        assert client.give_feedback(QUESTION, rows[0].id, "done", key="k") == said
        assert list(client.each_feedback(question=QUESTION)) == [said]
        assert said.at.tzinfo is not None
        batch = client.score_batch(QUESTION, f"id\n{rows[1].id}\n".encode())
        assert batch.items[0].score == rows[1].score
        run = client.start_run(only=[QUESTION])
        assert client.cancel_run(run.id).ended
        assert client.list_run_events(run.id).items == ()
        assert client.send_events([{"type": "track", "userId": "7", "event": "Cart Viewed"}]).accepted == 1
        with pytest.raises(ApiError, match="there is no such question") as refused:
            client.get_list("no_such")
        assert refused.value.status == 404
        assert refused.value.request_id
        with pytest.raises(ApiError, match="401"):
            Client(address).get_me()
        assert asyncio.run(_walk(address)) == [row.id for row in rows[1:]]


async def _walk(address: str) -> list[str]:
    async with AsyncClient(address, TOKEN) as client:
        return [row.id async for row in client.each_row(QUESTION, limit=50)]


Answers = Callable[[httpx.Request], httpx.Response]


def client_of(*answers: httpx.Response | Exception, seen: list[httpx.Request] | None = None) -> Client:
    """A client whose server gives these answers, one after the other."""
    left = list(answers)

    def answer(request: httpx.Request) -> httpx.Response:
        if seen is not None:
            seen.append(request)
        one = left.pop(0)
        if isinstance(one, Exception):
            raise one
        return one

    return Client("http://shop", TOKEN, patience=QUICK, transport=httpx.MockTransport(answer))


RUN = {
    "id": "r", "kind": "run", "title": "update", "only": [], "status": "queued", "ended": False, "asked_by": "Kim",
    "asked_at": "2026-05-04T09:30:00Z", "started_at": None, "finished_at": None, "waits_for": "", "reason": "",
    "problems": [], "snapshot_id": None, "what a later release adds": [1],
}  # fmt: skip


def test_a_write_is_tried_again_under_the_same_key() -> None:
    seen: list[httpx.Request] = []
    away = httpx.Response(503, headers={"Retry-After": "0"})
    busy = httpx.Response(409, headers={"Retry-After": "0"})
    client = client_of(httpx.ReadError("cut"), away, busy, httpx.Response(202, json=RUN), seen=seen)
    assert client.start_run().id == "r"
    assert len({request.headers["idempotency-key"] for request in seen}) == 1
    assert json.loads(seen[0].content) == {"kind": "run", "only": []}
    assert seen[0].headers["authorization"] == "Bearer a token"


def test_what_is_refused_is_not_tried_again_and_says_what_to_do() -> None:
    told = {"where": "Idempotency-Key", "what": "sent before", "found": "k", "expected": "", "do": "a new key"}
    problem = {"type": "about:blank", "title": "Used before", "status": 409, "request_id": "abc", "problems": [told]}
    with pytest.raises(ApiError, match="a new key") as refused:
        client_of(httpx.Response(409, json=problem)).start_run()
    assert refused.value.problems[0].where == "Idempotency-Key"
    with pytest.raises(ApiError, match="<h1>"):
        client_of(httpx.Response(404, text="<h1>Not here</h1>")).get_me()
    with pytest.raises(NotReached, match="http://shop does not answer"):
        client_of(*[httpx.ConnectError("no")] * 4).get_me()
    with pytest.raises(ApiError, match="the field id"):
        client_of(httpx.Response(200, json={"name": "x"})).get_run("r")


def test_it_waits_as_long_as_it_is_told_and_longer_every_time() -> None:
    patience = Patience(tries=4, first_wait=1.0, longest_wait=30.0)

    def wait(tried: int, status: int, **headers: str) -> float | None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return wait_before_next(patience, tried, status, named, NOW, 0.5)

    assert [wait(tried, 503) for tried in (1, 2, 3, 4)] == [1.0, 2.0, 4.0, None]
    assert wait(1, 429, retry_after="7") == 7.0
    assert wait(1, 429, retry_after="3600") is None
    assert wait(1, 409) is None
    assert wait(1, 409, retry_after="1") == 1.0
    assert wait(1, 422, retry_after="1") is None
    assert wait(1, 200) is None
    assert retry_after({"retry-after": "Mon, 04 May 2026 12:00:09 GMT"}, NOW) == 9.0
    assert retry_after({"retry-after": "soon"}, NOW) is None


@dataclass(frozen=True)
class Thing:
    """For reading."""

    at: datetime | None
    many: tuple[float, ...] = ()


def test_answers_are_read_as_they_are_typed() -> None:
    page = read_answer(Page[Thing], {"items": [{"at": "2026-05-04T12:00:00Z", "many": [1, 2.5]}, {"at": None}]})
    assert page.items == (Thing(NOW, (1.0, 2.5)), Thing(None))
    for wrong in ({"items": [{"many": []}]}, {"items": [{"at": 3}]}, {"items": {}}, [], None):
        with pytest.raises(ValueError, match="expected"):
            read_answer(Page[Thing], wrong)


def test_ids_with_signs_stay_one_part_of_the_path() -> None:
    seen: list[httpx.Request] = []
    with pytest.raises(ApiError):
        client_of(httpx.Response(404, json={}), seen=seen).get_run("../a?b=1")
    assert seen[0].url.raw_path == b"/v1/runs/..%2Fa%3Fb%3D1"
