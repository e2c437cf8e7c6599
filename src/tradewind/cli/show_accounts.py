"""What `tradewind accounts` prints: a link that lets an admin in, or who may come in."""

from __future__ import annotations

import json
import os
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tradewind.core.errors import ConfigError, Problem
from tradewind.core.time import system_clock
from tradewind.flow.accounts.changes import admin_link, everybody
from tradewind.flow.accounts.door import Accounts
from tradewind.flow.accounts.served import state_of


def accounts(directory: Path, what: str, email: str, url: str, as_json: bool) -> int:
    """Make a link, or list who may come in."""
    if what not in ("link", "list"):
        raise ConfigError(Problem("accounts", "there is no such thing to do", what[:40], "link or list"))
    if not directory.is_dir():
        raise ConfigError(Problem(str(directory), "there is no such folder", do="name the workspace: --workspace DIR"))
    state = state_of(directory, os.environ.get("TRADEWIND_STATE", ""), os.environ)
    door = Accounts(lambda: state, system_clock)
    console = Console(highlight=False)
    try:
        if what == "list":
            return _list(door, console, as_json)
        address = (url or os.environ.get("TRADEWIND_BASE_URL") or "http://127.0.0.1:8000").rstrip("/")
        link = f"{address}/welcome/{admin_link(door, email)}"
    finally:
        door.close()
        state.close()
    if as_json:
        console.print_json(json.dumps({"link": link}))
    else:
        console.print("This link works once. Open it while the server runs:", soft_wrap=True)
        console.print(f"  {link}", soft_wrap=True)
    return 0


def _list(door: Accounts, console: Console, as_json: bool) -> int:
    users = everybody(door).users
    if as_json:
        rows = [{"email": user.email, "role": user.role, "locked": user.locked_at is not None} for user in users]
        console.print_json(json.dumps(rows))
        return 0
    table = Table("Name", "E-mail address", "Role", "Own records", "State")
    for user in users:
        owners = ", ".join(user.owners)
        table.add_row(user.name, user.email, user.role, owners, "locked" if user.locked_at else "may come in")
    console.print(table if users else "Nobody yet. Next: tradewind accounts link")
    return 0
