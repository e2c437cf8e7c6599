"""What web SDKs send becomes contract rows; what cannot be taken is told with its reason, and the rest is taken."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tradewind.core.errors import ContractError
from tradewind.flow.live.door import MOST_BYTES, Taken, read_body, rows_of, take_events
from tradewind.flow.live.rows import read_message
from tradewind.flow.live.values import snake
from tradewind.store.inbox_state import Inbox, events_since
from tradewind.store.state import open_state

NOW = datetime(2026, 3, 1, 12)
CONTEXT = {
    "page": {"url": "https://shop.example/cart?token=secret#top"}, "ip": "192.0.2.1",
    "campaign": {"name": "spring", "source": "news", "medium": "email"},
    "userAgent": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Mobile/15E148",
}  # fmt: skip


@pytest.fixture
def inbox(tmp_path: Path) -> Iterator[Inbox]:
    state = open_state(f"sqlite:///{tmp_path / 'state.db'}")
    yield Inbox(state.engine)
    state.close()


def send(inbox: Inbox, body: object, kind: str = "") -> Taken:
    return take_events(inbox, read_body(json.dumps(body).encode()), "web", NOW, kind)


def rows(inbox: Inbox) -> list[tuple[str, dict[str, Any]]]:
    return [(row.table, dict(row.row)) for stored in events_since(inbox.engine, 0) for row in rows_of(stored)]


def track(**more: object) -> dict[str, object]:
    return {"type": "track", "userId": "C1", "event": "Product Added", **more}


def test_a_track_call_is_a_row_of_events(inbox: Inbox) -> None:
    sent = track(messageId="m1", anonymousId="a1", context=CONTEXT,
                 properties={"value": 12.5, "sku": "S1", "email": "who@example.com"})  # fmt: skip
    assert send(inbox, {"batch": [sent]}) == Taken(1, 0)
    assert send(inbox, [sent]) == Taken(0, 1)
    ((table, row),) = rows(inbox)
    assert table == "events"
    assert json.loads(row.pop("properties")) == {"sku": "S1", "value": 12.5, "utm_source": "news"}
    assert row == {
        "customer_id": "C1", "anonymous_id": "a1", "name": "product_added", "url": "https://shop.example/cart",
        "campaign": "spring", "channel": "email", "device": "mobile", "ip": "192.0.2.1", "value": Decimal("12.5000"),
        "happened_at": NOW, "known_at": NOW,
    }  # fmt: skip


def test_an_identify_call_links_a_visitor_and_says_who_it_is(inbox: Inbox) -> None:
    traits = {
        "email": "ann@example.com", "firstName": "Ann", "lastName": "Lee", "plan": "pro", "logins": 3, "vip": True,
        "address": {"country": "DE", "postalCode": "10115"}, "company": {"id": "A1"}, "tags": ["x"], "known_at": 1,
    }  # fmt: skip
    send(inbox, {"userId": 7, "anonymousId": "a1", "traits": traits}, "identify")
    (_, event), (table, person) = rows(inbox)
    assert (event["name"], event["customer_id"], event["anonymous_id"]) == ("identify", "7", "a1")
    assert "properties" not in event
    assert table == "customers"
    assert person == {
        "customer_id": "7", "email": "ann@example.com", "name": "Ann Lee", "country": "DE", "postcode": "10115",
        "account_id": "A1", "plan": "pro", "logins": 3.0, "vip": "true", "happened_at": NOW, "known_at": NOW,
    }  # fmt: skip


def test_page_screen_group_and_alias(inbox: Inbox) -> None:
    calls = [
        {"type": "page", "anonymousId": "a1", "name": "Home", "properties": {"url": "https://shop.example/"}},
        {"type": "screen", "anonymousId": "a1", "name": "Start"},
        {"type": "group", "userId": "C1", "groupId": "A1", "traits": {"name": "Acme", "employees": 40, "plan": "big"}},
        {"type": "alias", "userId": "C1", "previousId": "a1"},
    ]
    assert send(inbox, calls) == Taken(4, 0)
    made = rows(inbox)
    assert [row["name"] for table, row in made if table == "events"] == ["page_view", "screen_view", "group", "alias"]
    assert (made[-1][1]["anonymous_id"], made[-1][1]["customer_id"]) == ("a1", "C1")
    (company,) = [row for table, row in made if table == "accounts"]
    assert (company["name"], company["employees"], company["plan"]) == ("Acme", 40.0, "big")
    (member,) = [row for table, row in made if table == "customers"]
    assert member["account_id"] == "A1"


def test_a_completed_order_is_an_order_with_its_lines(inbox: Inbox) -> None:
    products = [{"product_id": "P1", "price": 10, "quantity": 2}, {"sku": "P2", "price": "5.50"}, {"price": 1}, "x"]
    properties = {"order_id": 1001, "total": 24.5, "currency": "eur", "discount": 1, "products": products}
    send(inbox, track(event="Order Completed", properties=properties))
    by_table = {}
    for table, row in rows(inbox):
        by_table.setdefault(table, []).append(row)
    (order,) = by_table["orders"]
    assert (order["order_id"], order["amount"], order["currency"], order["customer_id"]) == (
        "1001", Decimal("24.5000"), "EUR", "C1",
    )  # fmt: skip
    assert [(line["product_id"], line["amount"], line["quantity"]) for line in by_table["order_lines"]] == [
        ("P1", Decimal("20.0000"), Decimal("2.0000")), ("P2", Decimal("5.5000"), Decimal("1")),
    ]  # fmt: skip
    send(inbox, track(event="Order Completed", properties={"total": 3}))
    assert sum(table == "orders" for table, _ in rows(inbox)) == 1, "without its number it is an event only"


@pytest.mark.parametrize(
    ("times", "happened"),
    [
        ({}, NOW),
        ({"timestamp": "2026-03-01T11:00:00Z"}, NOW - timedelta(hours=1)),
        ({"timestamp": "2026-03-01T11:00:00+02:00"}, NOW - timedelta(hours=3)),
        ({"timestamp": 1772362800000}, NOW - timedelta(hours=1)),
        # A clock a year ahead: what counts is how long the event had waited.
        ({"originalTimestamp": "2027-03-01T10:00:00Z", "sentAt": "2027-03-01T10:05:00Z"}, NOW - timedelta(minutes=5)),
        ({"timestamp": "2026-03-01T12:00:09Z"}, NOW),
    ],
)
def test_when_it_happened(times: dict[str, object], happened: datetime) -> None:
    assert read_message(track(**times), "", NOW).happened_at == happened


def test_the_batch_says_when_it_was_sent() -> None:
    late = track(timestamp="2026-01-01T10:00:00Z")
    assert read_message(late, "", NOW, "2026-01-01T11:00:00Z").happened_at == NOW - timedelta(hours=1)


BOMB: Any = "x"
for _ in range(50):
    BOMB = [BOMB]
BAD: list[tuple[object, str]] = [
    ("text", "an object"),
    ({"type": "track", "event": "x"}, "nobody"),
    (track(userId="undefined"), "nobody"),
    (track(userId=None, anonymousId=" "), "nobody"),
    (track(userId={"a": 1}), "neither text nor a number"),
    (track(userId="x" * 300), "longer"),
    (track(userId="a\x00b"), "cannot be shown"),
    (track(event="\x00\x07"), "names its event"),
    (track(type="delete"), "its type is none of"),
    (track(timestamp="yesterday"), "no time"),
    (track(timestamp="9999-01-01"), "ahead"),
    (track(timestamp="1969-12-31"), "before 2000"),
    (track(timestamp=1e20), "no time"),
    (track(properties={"deep": BOMB}), "nested"),
    (track(properties={f"p{number}": 1 for number in range(5000)}), "larger"),
    ({"type": "alias", "userId": "C1"}, "previousId"),
    ({"type": "group", "userId": "C1"}, "groupId"),
]


def test_one_bad_event_never_takes_the_batch_with_it(inbox: Inbox) -> None:
    batch = [track(messageId="first"), *(sent for sent, _ in BAD), track(messageId="last")]
    taken = send(inbox, {"batch": batch, "sentAt": NOW.isoformat()})
    assert taken.accepted == 2
    assert [(each.place, why in each.reason) for each, (_, why) in zip(taken.refused, BAD, strict=True)] == [
        (place + 1, True) for place in range(len(BAD))
    ]


@pytest.mark.parametrize("content", [b"", b"{", b"[" * 200_000, b'{"a":' * 50_000, b"x" * (MOST_BYTES + 1)])
def test_a_request_that_is_no_json_or_too_large_is_refused_whole(content: bytes) -> None:
    with pytest.raises(ContractError):
        read_body(content)


def test_strange_bytes_numbers_and_signs_do_no_harm(inbox: Inbox) -> None:
    content = (
        b'\xef\xbb\xbf[{"type":"track","userId":"C1","event":"caf\xff","properties":{"n":NaN,"i":'
        + b"9" * 5000
        + b',"e":1e999,"s":"\\ud800","z":"\\u0000","value":"1e30"}}]'
    )
    assert take_events(inbox, read_body(content), "web", NOW) == Taken(1, 0)
    ((_, row),) = rows(inbox)
    assert row["name"] == "caf"
    assert "value" not in row
    assert json.loads(row["properties"])["n"] is None
    with pytest.raises(ContractError, match="too many"):
        send(inbox, [track()] * 501)


def test_names_are_written_one_way() -> None:
    assert [snake(name) for name in ("Order Completed", "orderCompleted", " page_view ", "A/B — test")] == [
        "order_completed", "order_completed", "page_view", "a_b_test",
    ]  # fmt: skip


def test_an_event_without_a_name_of_its_own(inbox: Inbox) -> None:
    timed = track(timestamp="2026-03-01T11:00:00Z")
    assert send(inbox, [timed, timed]) == Taken(1, 1), "the same contents at the same time are one event"
    assert send(inbox, [track(), track()]) == Taken(2, 0), "without a time, both count"
    assert send(inbox, [track(event="Встреча", messageId="x" * 900)]).accepted == 1
    assert rows(inbox)[-1][1]["name"] == "Встреча"
