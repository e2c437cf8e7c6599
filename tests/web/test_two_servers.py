"""Two servers over one Postgres, one of which may only read the folder: it does not matter who answers."""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import httpx
import pytest
from server_process import PASSWORD, Server

from tradewind.cli import show_serve
from tradewind.core.errors import ConfigError, StoreError
from tradewind.store.state import open_state
from tradewind.web.serve import can_write, open_door, require_folder

CONFIG = """[workspace]
name = "Small shop"
currency = "EUR"
timezone = "Europe/Berlin"

[sources.shop]
path = "data/*.csv"

[tables.orders]
from = "shop.orders"
order_id = "order_id"
customer_id = "customer_id"
happened_at = "placed"
amount = "total"

[use_cases.lapse]
"""


@pytest.fixture
def two(tmp_path: Path, postgres_database: str) -> Iterator[tuple[Path, Server, Server]]:
    (tmp_path / "tradewind.toml").write_text(CONFIG)
    saved = tmp_path / "models" / "lapse" / "v1"
    saved.mkdir(parents=True)
    (saved / "card.json").write_text('{"format": 1, "version": "v1", "algorithm": "boosting", "rows": 4321}')
    state = open_state(postgres_database)
    state.record_model("lapse", "v1", datetime(2026, 3, 2), "models/lapse/v1", "", {})
    state.close()
    writer = Server(tmp_path, TRADEWIND_STATE=postgres_database)
    reader = Server(tmp_path, "--read-only", TRADEWIND_STATE=postgres_database)
    yield tmp_path, writer, reader
    for server in (writer, reader):
        if server.process.poll() is None:
            server.process.kill()
            server.process.wait()


def signed_in(server: Server) -> httpx.Client:
    """Come in by the link that the server printed."""
    client = httpx.Client(base_url=server.url, timeout=30)
    link = server.wait_for(r"(/welcome/\S+)")
    form = {"name": "Ann", "email": "ann@shop.example", "password": PASSWORD, "again": PASSWORD}
    answer = client.post(link, data={**form, "csrf": csrf_of(client.get(link).text)})
    assert answer.status_code == 303, answer.text
    return client


def csrf_of(text: str) -> str:
    found = re.search(r'name="csrf" (?:value|content)="([^"]+)"', text)
    assert found is not None
    return found[1]


def files_of(root: Path) -> dict[str, tuple[int, int]]:
    return {str(path): (path.stat().st_mtime_ns, path.stat().st_size) for path in sorted(root.rglob("*"))}


def test_it_does_not_matter_who_answers(two: tuple[Path, Server, Server]) -> None:
    root, writer, reader = two
    writer.ready()
    reader.ready()
    before = files_of(root)
    on_writer = signed_in(writer)
    on_reader = httpx.Client(base_url=reader.url, cookies=dict(on_writer.cookies), timeout=30)

    # Whoever came in at one is known at the other; what would write is hidden there, and refused.
    page = on_reader.get("/updates").text
    assert "This server only reads" in page
    assert "Update now" not in page
    refused = on_reader.post("/updates", data={"csrf": csrf_of(page)})
    assert refused.status_code == 409
    for client in (on_writer, on_reader):
        assert "4,321" in client.get("/updates/models").text, "a model saved anywhere is seen everywhere"
    assert files_of(root) == before, "a server that only reads wrote into the folder"

    # A run that is asked for at one is seen at the other while it is at work, and when it has ended.
    csrf = csrf_of(on_writer.get("/updates").text)
    run = on_writer.post("/updates", data={"kind": "check", "csrf": csrf}).headers["location"]
    stream = run.replace("/updates/", "/updates/stream/")
    with on_reader.stream("GET", stream, timeout=120) as events:
        lines = [line for line in events.iter_lines() if line]
    assert lines[-1].startswith("data:")
    assert '"status": "failed"' in lines[-1]
    ended = on_reader.get(run).text
    assert "Reading your data" in ended
    assert "data/*.csv" in ended, "why it failed is said where it was not run"

    # Signing out at one ends the session at the other, within the few seconds that sessions are remembered.
    on_writer.post("/sign-out", data={"csrf": csrf})
    time.sleep(5.5)
    assert on_reader.get("/updates").status_code == 303
    assert writer.stop() == 0
    assert reader.stop(signal.SIGINT) == 0
    said = "\n".join(reader.said)
    assert "ann@" not in said
    assert "Ann" not in said


def test_what_a_server_cannot_do_is_said_plainly(tmp_path: Path) -> None:
    door = open_door("127.0.0.1", 0)
    with pytest.raises(ConfigError, match="another program listens there already"):
        open_door("127.0.0.1", door.getsockname()[1])
    door.close()
    with pytest.raises(ConfigError, match="no address of this computer"):
        open_door("no.such.host.invalid", 8000)
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="this is no folder"):
        require_folder(tmp_path / "file")
    assert can_write(tmp_path)
    assert can_write(tmp_path / "new")


def test_an_extra_that_is_not_installed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(show_serve, "NEEDED", ("fastapi", "no_such_package"))
    with pytest.raises(ConfigError, match=r"tradewind\[web\]"):
        show_serve.serve(tmp_path, "127.0.0.1", 0, 1, False, False)
