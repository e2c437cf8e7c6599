"""A server killed in the middle of a stream has every event that it had answered for, and none twice after a retry."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

from tradewind.core.visitor import ALLOWED
from tradewind.flow.live.door import take_events
from tradewind.govern.tokens import Wish, make_token
from tradewind.store.inbox_state import Inbox, events_since
from tradewind.store.state import open_state

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL on Windows")

SERVER = """
import os, socket, sys
from pathlib import Path
import uvicorn
from tradewind.web.app import build_app
from tradewind.web.site import Site

def recognise(request, site):
    return site.accounts.recognise_token(request.headers.get("authorization", "").removeprefix("Bearer "))

door = socket.socket()
door.bind(("127.0.0.1", 0))
print(door.getsockname()[1], flush=True)
site = Site(Path(sys.argv[1]))
uvicorn.Server(uvicorn.Config(build_app(site, recognise), log_level="error", access_log=False)).run(sockets=[door])
"""
BATCH, SENDERS = 20, 3


class Sender(threading.Thread):
    """Sends batch after batch and remembers which were answered."""

    def __init__(self, port: int, token: str, name: str) -> None:
        super().__init__(daemon=True)
        self.port, self.token, self.tag = port, token, name
        self.answered: set[str] = set()
        self.unanswered: list[list[str]] = []

    def run(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            for number in range(100_000):
                names = [f"{self.tag}-{number}-{place}" for place in range(BATCH)]
                self.unanswered.append(names)
                send(connection, self.token, names)
                self.answered |= set(names)
                self.unanswered.pop()
        except (OSError, http.client.HTTPException):
            connection.close()


def events_of(names: list[str]) -> list[dict[str, object]]:
    return [{"type": "track", "userId": "C1", "event": "Seen", "messageId": name} for name in names]


def send(connection: http.client.HTTPConnection, token: str, names: list[str]) -> None:
    body = json.dumps({"batch": events_of(names)})
    connection.request("POST", "/v1/events", body, {"Authorization": f"Bearer {token}"})
    response = connection.getresponse()
    said = json.loads(response.read())
    assert response.status == 200, said


def start(root: Path, state: str) -> tuple[subprocess.Popen[str], int]:
    environ = {**os.environ, "STATE": state}
    command = [sys.executable, "-c", SERVER, str(root)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ)
    assert server.stdout is not None
    return server, int(server.stdout.readline())


def wait_until_open(port: int) -> http.client.HTTPConnection:
    for _ in range(200):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        try:
            connection.connect()
        except OSError:
            threading.Event().wait(0.05)
        else:
            return connection
    raise AssertionError("the server does not open")


def test_what_was_answered_is_on_disk_and_a_retry_doubles_nothing(state_url: str, tmp_path: Path) -> None:
    root = tmp_path / "shop"
    root.mkdir()
    head = '[workspace]\ncurrency = "EUR"\ntimezone = "UTC"\n'
    (root / "tradewind.toml").write_text(head + 'state = "${STATE}"\n' if "postgres" in state_url else head)
    url = state_url if "postgres" in state_url else f"sqlite:///{root / 'state.db'}"
    state = open_state(url)
    wish = Wish("web", scopes=("write_events",))
    token, _ = make_token(state, wish, "me", ALLOWED["admin"], datetime(2026, 1, 1))
    server, port = start(root, url)
    try:
        wait_until_open(port).close()
        senders = [Sender(port, token, str(number)) for number in range(SENDERS)]
        for sender in senders:
            sender.start()
        while sum(len(sender.answered) for sender in senders) < 40 * BATCH:
            assert any(sender.is_alive() for sender in senders), "nothing is answered"
            threading.Event().wait(0.01)
    finally:
        server.send_signal(signal.SIGKILL)
        server.wait()
    for sender in senders:
        sender.join()
    answered = set().union(*(sender.answered for sender in senders))
    names = Counter(each.event.message_id for each in events_since(state.engine, 0))
    assert len(answered) >= 40 * BATCH
    assert answered <= set(names), f"{len(answered - set(names))} events were lost"

    # Another server of the same state database takes what the clients send again.
    again = [names for sender in senders for names in sender.unanswered]
    for batch in again:
        assert not take_events(Inbox(state.engine), events_of(batch), "web", datetime(2026, 1, 2)).refused
    names = Counter(each.event.message_id for each in events_since(state.engine, 0))
    assert set(names) == answered | {name for batch in again for name in batch}
    assert set(names.values()) == {1}
    state.close()
