"""The state database goes away and comes back, or another writer holds it: said as such, nothing lost, by itself."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tradewind.flow.accounts import served
from tradewind.flow.jobs.queue import list_runs
from tradewind.web.settings import ServeSettings

ClientOf = Callable[..., Any]
CONFIG = '[workspace]\ncurrency = "EUR"\ntimezone = "Europe/Berlin"\n'


def test_a_postgres_that_is_away_is_told_and_found_again(client_of: ClientOf, tmp_path: Path) -> None:
    pgserver = pytest.importorskip("pgserver", reason="no embedded Postgres for this system")
    folder = Path(tempfile.mkdtemp(prefix="tradewind-postgres-"))
    database = pgserver.get_server(folder, cleanup_mode="stop")
    try:
        (tmp_path / "tradewind.toml").write_text(CONFIG)
        client = client_of(tmp_path, "admin", settings=ServeSettings(state=database.get_uri()))
        assert client.post("/updates").status_code == 303
        database.cleanup()
        for path in ("/updates", "/ready", "/updates/notices"):
            answer = client.get(path)
            assert answer.status_code == 503
            assert int(answer.headers["retry-after"]) > 0
            assert "postgresql" not in answer.text
        assert client.post("/updates").status_code == 503
        assert client.get("/health").status_code == 200
        database = pgserver.get_server(folder, cleanup_mode="stop")
        assert client.get("/ready").status_code == 200
        assert "waits" in client.get("/updates").text
        assert len(list_runs(client.app.state.site.state())) == 1
    finally:
        database.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def test_a_server_begins_while_the_database_is_away(client_of: ClientOf, tmp_path: Path) -> None:
    away = ServeSettings(state="postgresql://127.0.0.1:1/none")
    client = client_of(tmp_path, "admin", settings=away)
    assert client.get("/ready").json()["reasons"] == ["the state database cannot be reached"]
    assert client.get("/updates").status_code == 503


def test_a_held_sqlite_is_read_all_the_same_and_writers_are_asked_to_come_again(
    client_of: ClientOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(served, "PATIENCE_MS", 50)
    (tmp_path / "tradewind.toml").write_text(CONFIG)
    client = client_of(tmp_path, "admin")
    assert client.get("/ready").status_code == 200
    with sqlite3.connect(tmp_path / "state.db", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        answer = client.post("/updates")
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) > 0
        assert client.get("/updates").status_code == 200
        assert client.get("/ready").status_code == 200
        other.execute("ROLLBACK")
    assert client.post("/updates").status_code == 303
