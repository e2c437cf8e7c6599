"""Under one key a write is done once, on SQLite and on Postgres, however many servers are asked at the same time."""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta

import pytest

from tradewind.flow.jobs.once import Asked, KeyReused, StillRunning, do_once
from tradewind.store.idempotency_state import (
    GIVEN_UP,
    KEPT,
    Answered,
    begin_write,
    finish_write,
    forget_writes,
    release_write,
    write_key,
)
from tradewind.store.state import open_state

NOW = datetime(2026, 5, 4, 12)
DONE = Answered(201, '{"id":"Zoë ☕"}')
ASKED = Asked("token 1", "POST /v1/feedback", "k", "body 1")


def test_the_second_one_gets_the_answer_of_the_first(state_url: str) -> None:
    state = open_state(state_url)
    assert begin_write(state, "k", "body", NOW) == "mine"
    assert begin_write(state, "k", "body", NOW) == "running"
    finish_write(state, "k", DONE)
    assert begin_write(state, "k", "body", NOW + KEPT) == DONE
    assert begin_write(state, "k", "something else", NOW) == "other"
    assert begin_write(state, "k", "body", NOW + KEPT + timedelta(seconds=1)) == "mine"
    state.close()


def test_a_write_that_failed_may_be_tried_again_and_one_whose_server_died_too(state_url: str) -> None:
    state = open_state(state_url)
    begin_write(state, "k", "body", NOW)
    release_write(state, "k")
    assert begin_write(state, "k", "body", NOW) == "mine"
    assert begin_write(state, "k", "body", NOW + GIVEN_UP) == "running"
    assert begin_write(state, "k", "body", NOW + GIVEN_UP + timedelta(seconds=1)) == "mine"
    finish_write(state, "k", DONE)
    release_write(state, "k")
    assert begin_write(state, "k", "body", NOW) == DONE
    assert forget_writes(state, NOW) == 0
    assert forget_writes(state, NOW + 2 * KEPT) == 1
    state.close()


def test_two_servers_asked_at_once_do_it_once(state_url: str) -> None:
    servers = [open_state(state_url) for _ in range(2)]
    done: list[int] = []
    answers: list[object] = []
    start = threading.Barrier(8)

    def work() -> Answered:
        done.append(1)
        return DONE

    def ask(place: int) -> None:
        start.wait(10)
        for _ in range(1000):
            try:
                answers.append(do_once(servers[place % 2], ASKED, lambda: NOW, work)[0])
                return
            except StillRunning:
                time.sleep(0.01)

    threads = [threading.Thread(target=ask, args=(place,)) for place in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(done) == 1
    assert answers == [DONE] * 8
    for server in servers:
        server.close()


def test_a_key_with_something_else_is_refused_and_what_fails_leaves_it_free(state_url: str) -> None:
    state = open_state(state_url)

    def fail() -> Answered:
        raise ValueError("no")

    with pytest.raises(ValueError):
        do_once(state, ASKED, lambda: NOW, fail)
    assert do_once(state, ASKED, lambda: NOW, lambda: DONE) == (DONE, False)
    assert do_once(state, ASKED, lambda: NOW, fail) == (DONE, True)
    with pytest.raises(KeyReused):
        do_once(state, Asked("token 1", "POST /v1/feedback", "k", "body 2"), lambda: NOW, fail)
    other = Asked("token 2", "POST /v1/feedback", "k", "body 2")
    assert do_once(state, other, lambda: NOW, lambda: DONE) == (DONE, False)
    state.close()


def test_keys_of_others_never_meet() -> None:
    keys = {write_key(*parts) for parts in [("a", "b", "c"), ("ab", "", "c"), ("", "ab", "c"), ("a", "bc", "")]}
    assert len(keys) == 4
