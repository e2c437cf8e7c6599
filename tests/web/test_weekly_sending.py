"""The weekly mail on its way: to a real mail server, with the rights of its receiver at that moment."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from small_worlds import NOW
from tradewind.core.accounts import User
from tradewind.flow.accounts.served_place import ServedPlace
from tradewind.flow.jobs.notices import deliver_due
from tradewind.flow.today.mailing import queue_due, send_one, sent_to, set_weekly
from tradewind.flow.today.make import make_today
from tradewind.store.state import State, open_state
from tradewind.store.state_connection import writing
from tradewind.store.users_state import delete_user, insert_user


class Box:
    """Keeps what it is sent."""

    def __init__(self) -> None:
        self.mails: dict[str, EmailMessage] = {}

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        mail = message_from_bytes(envelope.content, policy=policy.default)
        self.mails[envelope.rcpt_tos[0]] = mail  # type: ignore[assignment]
        return "250 OK"


@pytest.fixture
def box() -> Iterator[tuple[Box, str]]:
    controller = pytest.importorskip("aiosmtpd.controller", reason="no SMTP server to test with")
    kept = Box()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = controller.Controller(kept, hostname="127.0.0.1", port=port)
    server.start()
    yield kept, f"smtp+plain://127.0.0.1:{port}"
    server.stop()


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    opened = open_state(f"sqlite:///{tmp_path / 'state.db'}")
    yield opened
    opened.close()


def test_each_gets_what_his_role_sees_and_who_is_gone_gets_nothing(
    answered_sales: Path, box: tuple[Box, str], state: State
) -> None:
    kept, address = box
    environ = {"TRADEWIND_SMTP": address, "TRADEWIND_MAIL_FROM": "Tradewind <t@shop.example>"}
    place = ServedPlace(answered_sales, lambda: state, "https://t.example/w/sales", environ=environ, clock=lambda: NOW)
    everybody = make_today(place.workspace())
    listed = next(each for each in everybody.lists if each.owners)
    owner = listed.owners[0][0]
    people = (
        User("u1", "boss@shop.example", "Boss", "admin"),
        User("u2", "seller@shop.example", "Seller", "sales", (owner,)),
        User("u3", "gone@shop.example", "Gone", "viewer"),
        User("u4", "nobody@shop.example", "Nobody's", "sales"),
    )
    with writing(state.engine) as connection:
        for person in people:
            insert_user(connection, person, "")
    due = NOW
    for person in people:
        due = set_weekly(state, person.user_id, 0, "08:00", "UTC", NOW).next_at
    with writing(state.engine) as connection:
        delete_user(connection, "u3")
    queue_due(place, due)
    assert deliver_due(place, due, send_one) == 4
    assert set(kept.mails) == {"boss@shop.example", "seller@shop.example"}
    seller = kept.mails["seller@shop.example"].get_body(("plain",))
    assert seller is not None
    assert "https://t.example/w/sales/" in seller.get_content()
    others = [name for name, _ in listed.owners if name != owner]
    assert others
    assert not any(name in seller.get_content() for name in others)
    status = {user.user_id: sent_to(state, user.user_id)[0] for user in people}
    assert {name: one.status for name, one in status.items()} == {
        "u1": "sent", "u2": "sent", "u3": "failed", "u4": "failed",
    }  # fmt: skip
    assert "gone or locked out" in status["u3"].said
    assert "records are this user's own" in status["u4"].said
    assert all(one.body == "" for one in status.values()), "the content of a mail is not kept"
    assert deliver_due(place, due + timedelta(days=1), send_one) == 0
