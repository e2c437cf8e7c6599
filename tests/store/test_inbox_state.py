"""The inbox keeps every event once, in the order of commits, on SQLite and on Postgres."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime

import pytest

from tradewind.core.errors import StoreError
from tradewind.store.inbox_state import (
    Inbox,
    Incoming,
    add_events,
    count_since,
    events_since,
    forget_events,
    inbox_id,
    newest_sequence,
)
from tradewind.store.state import State, open_state
from tradewind.store.state_connection import to_micros

AT = to_micros(datetime(2026, 3, 1, 12))


def event(number: int, source: str = "web", customer: str | None = "C1") -> Incoming:
    return Incoming(source, f"m{number}", "track", AT + number, AT, '{"rows": []}', customer)


@pytest.fixture
def state(state_url: str) -> Iterator[State]:
    state = open_state(state_url)
    yield state
    state.close()


def test_an_event_that_is_sent_again_is_the_same_event(state: State) -> None:
    inbox = Inbox(state.engine)
    assert inbox.add([event(1), event(2), event(1)]) == 2
    assert inbox.add([event(2), event(3)]) == 1
    assert inbox.add([event(1, source="app")]) == 1
    assert inbox.add([]) == 0
    stored = list(events_since(state.engine, 0, page=2))
    assert [(each.event.source, each.event.message_id) for each in stored] == [
        ("web", "m1"), ("web", "m2"), ("web", "m3"), ("app", "m1"),
    ]  # fmt: skip
    assert [each.sequence for each in stored] == sorted({each.sequence for each in stored})
    assert stored[0].event == event(1)
    assert stored[0].received_at == datetime(2026, 3, 1, 12, 0, 0, 1)


def test_two_servers_and_many_threads_keep_each_event_once(state: State, state_url: str) -> None:
    other = open_state(state_url)
    doors = [Inbox(state.engine), Inbox(other.engine)]

    def send(number: int) -> int:
        # Every event is sent to both servers, in packets that overlap.
        return doors[number % 2].add([event(each) for each in range(10 * (number // 2), 10 * (number // 2) + 15)])

    with ThreadPoolExecutor(8) as pool:
        added = sum(pool.map(send, range(40)))
    stored = list(events_since(state.engine, 0))
    assert added == len(stored) == len({each.event.message_id for each in stored}) == 205
    assert newest_sequence(other.engine) == stored[-1].sequence
    other.close()


def test_events_are_read_by_whom_they_are_about_and_up_to_a_number(state: State) -> None:
    Inbox(state.engine).add([event(1), event(2, customer="C2"), event(3, customer=None), event(4)])
    first = next(iter(events_since(state.engine, 0))).sequence
    mine = [each.event.message_id for each in events_since(state.engine, 0, about=("customer_id", ["C1"]))]
    assert mine == ["m1", "m4"]
    rest = [each.event.message_id for each in events_since(state.engine, first, through=first + 2)]
    assert rest == ["m2", "m3"]
    assert count_since(state.engine, first) == {"track": (3, AT + 2, AT + 4)}


def test_what_is_published_and_old_is_forgotten_and_its_number_never_given_again(state: State) -> None:
    inbox = Inbox(state.engine)
    inbox.add([event(1), event(2), event(3)])
    newest = newest_sequence(state.engine)
    assert forget_events(state.engine, newest - 1, datetime(2026, 3, 2)) == 2
    assert forget_events(state.engine, newest, datetime(2026, 3, 1)) == 0
    assert forget_events(state.engine, newest, datetime(2026, 3, 2)) == 1
    inbox.add([event(4)])
    assert newest_sequence(state.engine) > newest


def test_an_inbox_keeps_its_name_and_another_has_another(state: State, state_url: str) -> None:
    name = inbox_id(state.engine)
    other = open_state(state_url)
    assert inbox_id(other.engine) == inbox_id(state.engine) == name
    assert len(name) == 32
    other.close()


def test_one_request_that_cannot_be_written_does_not_take_the_others_with_it(state: State) -> None:
    inbox = Inbox(state.engine)
    broken = replace(event(1), body=None)  # type: ignore[arg-type]
    with pytest.raises(StoreError):
        add_events(state.engine, [[event(2)], [broken]])
    assert newest_sequence(state.engine) == 0

    def send(events: list[Incoming]) -> object:
        try:
            return inbox.add(events)
        except StoreError:
            return "refused"

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(send, [[broken] if number == 3 else [event(10 + number)] for number in range(8)]))
    assert said == [1, 1, 1, "refused", 1, 1, 1, 1]
