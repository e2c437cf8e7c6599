"""Opening and upgrading a workspace, for the surfaces."""

from __future__ import annotations

from pathlib import Path

from tradewind.core.time import system_clock
from tradewind.store.upgrade import upgrade
from tradewind.store.workspace import Workspace, open_workspace

__all__ = ["Workspace", "open_workspace", "upgrade_workspace"]


def upgrade_workspace(directory: Path) -> str:
    """Bring a workspace to this release's format and say in one sentence what was done.

    Raises:
        FormatError: a newer release wrote it.
    """
    backup = upgrade(directory.resolve(), system_clock)
    return "This workspace is up to date." if backup is None else f"Upgraded. What was before lies in {backup}."
