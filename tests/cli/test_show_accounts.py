"""From the terminal, an admin gets in again."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from tradewind.cli.main import app
from tradewind.flow.accounts.served import state_of


def test_links_for_the_first_admin_and_words_for_what_is_wrong(tmp_path: Path) -> None:
    run = CliRunner().invoke
    made = run(app, ["accounts", "link", "-w", str(tmp_path), "--url", "https://t.example/w/shop/", "--json"])
    assert made.exit_code == 0
    link = json.loads(made.output)["link"]
    assert link.startswith("https://t.example/w/shop/welcome/")
    state = state_of(tmp_path, "", {})
    with state.engine.connect() as connection:
        kept = repr(connection.exec_driver_sql("SELECT * FROM one_time_links").fetchall())
    state.close()
    assert "first admin" in kept
    assert link.rsplit("/", 1)[1] not in kept
    assert "Nobody yet" in run(app, ["accounts", "list", "-w", str(tmp_path)]).output
    assert run(app, ["accounts", "link", "-w", str(tmp_path), "--email", "x@y.example"]).exit_code != 0
    assert run(app, ["accounts", "fly", "-w", str(tmp_path)]).exit_code != 0
