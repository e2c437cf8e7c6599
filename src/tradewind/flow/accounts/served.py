"""A workspace for a server: one state database that outlives changes of the configuration."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path

from tradewind.core.errors import TradewindError
from tradewind.core.time import Clock
from tradewind.store.config import CONFIG_FILE, load_config
from tradewind.store.state import State, open_state, sqlite_url
from tradewind.store.workspace import Workspace, open_workspace

__all__ = ["State", "Workspace", "open_served", "state_of", "zone_of"]


def open_served(root: Path, clock: Clock, environ: Mapping[str, str], state: Callable[[], State]) -> Workspace:
    """Open a workspace that uses a state database which is open already.

    Raises:
        ConfigError: its configuration has problems.
    """
    workspace = open_workspace(root, clock, environ)
    workspace.use_state(state())
    return workspace


PATIENCE_MS = 5_000
"""How long a server waits for another writer of SQLite before it asks to be asked again."""


def state_of(root: Path, address: str, environ: Mapping[str, str], patience_ms: int | None = None) -> State:
    """Open the state database of a folder that may not be a workspace yet.

    Args:
        root: the folder; made when missing.
        address: of the database where the configuration names none; empty for the folder's own.
        environ: environment variables.
        patience_ms: how long SQLite waits for another writer; as a server does when None.
    """
    root.mkdir(parents=True, exist_ok=True)
    url = state_address(root, environ) or address or sqlite_url(root.resolve())
    return open_state(url, PATIENCE_MS if patience_ms is None else patience_ms)


def state_address(root: Path, environ: Mapping[str, str]) -> str:
    """Return the address of the state database that a folder's configuration names; empty where it names none."""
    return (load_config(root, environ).workspace.state or "") if _names_state(root) else ""


def zone_of(workspace: Callable[[], Workspace]) -> str:
    """Return the zone in which local times are meant; UTC where the configuration cannot be read."""
    try:
        return workspace().config.workspace.timezone
    except TradewindError:
        return "UTC"


def _names_state(root: Path) -> bool:
    """Whether the configuration names a state database; one that cannot be read does not keep the server from it."""
    try:
        written = tomllib.loads((root / CONFIG_FILE).read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return False
    section = written.get("workspace")
    return isinstance(section, dict) and "state" in section
