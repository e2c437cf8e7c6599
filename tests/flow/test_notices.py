"""Telling others: each thing once, by one server, tried again when it fails."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tradewind.core.errors import ConfigError, DeliveryError, Problem
from tradewind.flow.accounts.served_place import ServedPlace
from tradewind.flow.jobs import notices
from tradewind.flow.jobs.notices import announce_ended, deliver_due, deliveries, forget_program, tell_program
from tradewind.flow.jobs.queue import cancel_run, start_run
from tradewind.flow.today.mailing import can_send, queue_due, queue_now, sent_to, set_weekly, stop_weekly, weekly_of
from tradewind.store.state import State, open_state

AT = datetime(2026, 3, 2, 9)
ENVIRON = {"TRADEWIND_HOOK_SECRET": "a secret of the test", "TRADEWIND_HOOK_ALLOW": "127.0.0.1"}
URL = "http://127.0.0.1:9/run"


@pytest.fixture
def state(state_url: str) -> Iterator[State]:
    opened = open_state(state_url)
    yield opened
    opened.close()


def place_of(folder: Path, state: State) -> ServedPlace:
    return ServedPlace(folder, lambda: state, "https://t.example", environ=ENVIRON, clock=lambda: AT)


def no_mail(*_arguments: object) -> str:
    raise AssertionError("no mail is due")


def test_a_program_is_told_of_each_run_once_and_of_none_before_it_was_added(
    tmp_path: Path, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[dict[str, object], dict[str, str]]] = []
    monkeypatch.setattr(
        notices, "call_hook", lambda url, body, headers, allowed: told.append((json.loads(body), headers)) or 204
    )
    place = place_of(tmp_path, state)
    cancel_run(state, start_run(state, "run", {}, "Ann", lambda: AT), "Ann", lambda: AT)
    tell_program(state, URL, "Ann", ENVIRON, AT + timedelta(minutes=1))
    later = AT + timedelta(minutes=2)
    job_id = start_run(state, "run", {}, "Ann", lambda: later)
    cancel_run(state, job_id, "Ann", lambda: later)
    for _ in range(2):
        announce_ended(place, later)
        deliver_due(place, later, no_mail)
    ((body, headers),) = told
    assert body["run"]["id"] == job_id  # type: ignore[index]
    assert "Ann" not in json.dumps(body)
    assert set(headers) == {"Tradewind-Signature", "Tradewind-Delivery"}
    assert [one.status for one in deliveries(state)] == ["sent"]


def test_a_failed_call_comes_again_later_and_later_and_then_no_more(
    tmp_path: Path, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, now, tries = place_of(tmp_path, state), AT, []

    def away(*_arguments: object) -> int:
        tries.append(now)
        raise DeliveryError(Problem("127.0.0.1", "does not answer"))

    monkeypatch.setattr(notices, "call_hook", away)
    tell_program(state, URL, "Ann", ENVIRON, AT)
    cancel_run(state, start_run(state, "run", {}, "Ann", lambda: AT), "Ann", lambda: AT)
    announce_ended(place, AT)
    for _ in range(40):
        deliver_due(place, now, no_mail)
        now += timedelta(minutes=15)
    assert len(tries) == 6
    assert tries[1] - tries[0] >= timedelta(minutes=1)
    assert tries[5] - tries[4] >= timedelta(hours=6)
    (one,) = deliveries(state)
    assert (one.status, one.said) == ("failed", "127.0.0.1: does not answer.")


def test_a_call_into_the_house_or_without_a_secret_is_refused_when_it_is_asked_for(state: State) -> None:
    with pytest.raises(DeliveryError, match="inside a private network"):
        tell_program(state, "https://10.0.0.1/", "Ann", ENVIRON, AT)
    with pytest.raises(ConfigError, match="secret"):
        tell_program(state, URL, "Ann", {}, AT)
    hook = tell_program(state, URL, "Ann", ENVIRON, AT)
    assert forget_program(state, hook.hook_id)
    assert not forget_program(state, hook.hook_id)


def test_a_weekly_mail_is_queued_once_when_it_is_due(tmp_path: Path, state: State) -> None:
    place = place_of(tmp_path, state)
    due = set_weekly(state, "u1", 0, "10:00", "UTC", AT).next_at
    queue_due(place, due - timedelta(minutes=1))
    assert sent_to(state, "u1") == []
    for _ in range(2):
        queue_due(place, due)
    assert len(sent_to(state, "u1")) == 1
    assert weekly_of(state, "u1").next_at == due + timedelta(days=7)  # type: ignore[union-attr]
    for _ in range(2):
        queue_now(state, "u1", due)
    assert len(sent_to(state, "u1")) == 2
    said = []
    deliver_due(place, due, lambda place, one, now: said.append(one.target) or "taken")
    assert said == ["u1", "u1"]
    stop_weekly(state, "u1")
    assert weekly_of(state, "u1") is None


def test_it_is_said_why_no_mail_can_be_sent() -> None:
    assert "TRADEWIND_SMTP" in can_send({})
    assert "TRADEWIND_MAIL_FROM" in can_send({"TRADEWIND_SMTP": "smtp://mail.example"})
    assert can_send({"TRADEWIND_SMTP": "smtp://mail.example", "TRADEWIND_MAIL_FROM": "t@shop.example"}) == ""
