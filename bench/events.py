"""How many events one server takes in a second, each on disk before it is answered, and whether a kill loses any."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from tradewind.core.visitor import ALLOWED
from tradewind.govern.tokens import Wish, make_token
from tradewind.store.inbox_state import events_since
from tradewind.store.state import State, open_state

Row = dict[str, object]

BATCH, SENDERS = 100, 4
SECONDS = float(os.environ.get("BENCH_SECONDS", "20"))
KILLS = 5
HEAD = '[workspace]\ncurrency = "EUR"\ntimezone = "Europe/Berlin"\nstate = "${STATE}"\n'

SERVER = """
import sys
from pathlib import Path
import socket, uvicorn
from tradewind.web.app import build_app
from tradewind.web.settings import ServeSettings
from tradewind.web.site import Site

def recognise(request, site):
    return site.accounts.recognise_token(request.headers.get("authorization", "").removeprefix("Bearer "))

door = socket.socket(fileno=int(sys.argv[2]))
app = build_app(Site(Path(sys.argv[1]), ServeSettings(api_per_second=100_000)), recognise)
uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False)).run(sockets=[door])
"""


def run() -> list[Row]:
    """Measure on SQLite, and on Postgres where one can be had."""
    rows = []
    for name, state_url in _states():
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            (root / "tradewind.toml").write_text(HEAD, encoding="utf-8")
            url = state_url or f"sqlite:///{root / 'state.db'}"
            rows += [_speed(root, url, name), _killed(root, url, name)]
    return rows


def _states() -> Iterator[tuple[str, str]]:
    yield "SQLite", ""
    try:
        import pgserver
    except ImportError:
        return
    folder = Path(tempfile.mkdtemp(prefix="tradewind-bench-"))
    server = pgserver.get_server(folder, cleanup_mode="stop")
    try:
        yield "Postgres", server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _speed(root: Path, url: str, name: str) -> Row:
    state, token = _door(url)
    with _served(root, url) as (_, port):
        _Sender(port, token, "warm", time.monotonic() + min(2, SECONDS)).run()
        until = time.monotonic() + SECONDS
        senders = [_Sender(port, token, f"{name}-{number}", until) for number in range(SENDERS)]
        began = time.monotonic()
        _together(senders)
        seconds = time.monotonic() - began
    answered = sum(len(sender.answered) for sender in senders)
    stored = Counter(each.event.message_id.split("-")[0] for each in events_since(state.engine, 0))[name]
    state.close()
    times = sorted(spent for sender in senders for spent in sender.times)
    rate = answered / seconds
    return {
        "what": f"/v1/events, batches of {BATCH}, {SENDERS} senders, one worker, {name}",
        "figure": f"{rate:,.0f} events/s", "target": "≥ 3,000 events/s",
        "reached": rate >= 3_000 and answered == stored,
        "note": f"{seconds:.0f} s; a batch is answered in {1e3 * statistics.median(times):.0f} ms, of a hundred the "
                f"slowest in {1e3 * times[int(0.99 * (len(times) - 1))]:.0f} ms; {stored:,} of {answered:,} on disk",
    }  # fmt: skip


def _killed(root: Path, url: str, name: str) -> Row:
    """Kill the server in the middle of a stream, again and again; what it answered must be there, once."""
    state, token = _door(url)
    answered: set[str] = set()
    for kill in range(KILLS):
        with _served(root, url) as (server, port):
            senders = [_Sender(port, token, f"k{kill}{place}", time.monotonic() + 30) for place in range(SENDERS)]
            timer = threading.Timer(0.7 + 0.3 * kill, server.send_signal, [signal.SIGKILL])
            timer.start()
            _together(senders)
        answered |= {name for sender in senders for name in sender.answered}
    found = Counter(each.event.message_id for each in events_since(state.engine, 0))
    state.close()
    lost, twice = len(answered - set(found)), sum(count > 1 for count in found.values())
    return {
        "what": f"event accepted → on disk, {KILLS} × kill −9 in the middle of a stream, {name}",
        "figure": f"{lost} lost, {twice} twice", "target": "none lost", "reached": not lost and not twice,
        "note": f"{len(answered):,} events were answered for",
    }  # fmt: skip


def _door(url: str) -> tuple[State, str]:
    state = open_state(url)
    wish = Wish("bench", scopes=("write_events",))
    token, _ = make_token(state, wish, "bench", ALLOWED["admin"], datetime(2026, 1, 1))
    return state, token


@contextmanager
def _served(root: Path, url: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen(128)
        port = door.getsockname()[1]
        command = [sys.executable, "-c", SERVER, str(root), str(door.fileno())]
        server = subprocess.Popen(command, pass_fds=[door.fileno()], env={**os.environ, "STATE": url})
        http.client.HTTPConnection("127.0.0.1", port, timeout=60).request("GET", "/health")
        _wait(port)
    try:
        yield server, port
    finally:
        server.kill()
        server.wait()


def _wait(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/health")
    connection.getresponse().read()
    connection.close()


class _Sender(threading.Thread):
    """One client that sends batch after batch over one connection until a moment, or until nobody answers."""

    def __init__(self, port: int, token: str, tag: str, until: float) -> None:
        super().__init__()
        self.port, self.token, self.tag, self.until = port, token, tag, until
        self.answered: list[str] = []
        self.times: list[float] = []

    def run(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        number = 0
        while time.monotonic() < self.until:
            names = [f"{self.tag}-{number}-{place}" for place in range(BATCH)]
            body, number = _body(names), number + 1
            began = time.monotonic()
            try:
                connection.request("POST", "/v1/events", body, headers)
                said = json.loads(connection.getresponse().read())
            except (OSError, http.client.HTTPException):
                return
            if said.get("accepted") != BATCH:
                raise RuntimeError(said)
            self.times.append(time.monotonic() - began)
            self.answered += names


_EVENT = json.dumps(
    {"type": "track", "event": "Product Viewed", "timestamp": "2026-03-01T11:59:58.123Z",
     "properties": {"product_id": "P1042", "name": "Rain jacket", "price": 79.9, "category": "Outdoor"},
     "context": {"page": {"url": "https://shop.example/p/1042?ref=mail", "title": "Rain jacket", "path": "/p/1042"},
                 "campaign": {"name": "spring", "source": "newsletter", "medium": "email"}, "locale": "de-DE",
                 "userAgent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/131.0 Safari/537.36"}}
)[1:]  # fmt: skip


def _body(names: list[str]) -> bytes:
    events = ",".join(
        f'{{"messageId":"{name}","userId":"C{place * 37 % 5000}","anonymousId":"a{place * 11 % 9000}",{_EVENT}'
        for place, name in enumerate(names)
    )
    return f'{{"batch":[{events}],"sentAt":"2026-03-01T11:59:59.000Z"}}'.encode()


def _together(senders: list[_Sender]) -> None:
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()


if __name__ == "__main__":
    for row in run():
        print(row)
