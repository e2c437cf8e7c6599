"""Whether a workspace can be served just now, and what a server tells of it in numbers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa

from tradewind.core.errors import TradewindError
from tradewind.core.time import Clock
from tradewind.store.jobs_state import count_jobs
from tradewind.store.manifest import read_manifest
from tradewind.store.state import State
from tradewind.store.state_connection import reading


def not_ready(root: Path, state: Callable[[], State]) -> list[str]:
    """Return why requests cannot be answered, in words without addresses; empty where they can."""
    reasons = []
    try:
        with reading(state().engine) as connection:
            connection.execute(sa.text("SELECT 1"))
    except TradewindError:
        reasons.append("the state database cannot be reached")
    if not root.is_dir():
        return [*reasons, "the workspace folder cannot be reached"]
    try:
        read_manifest(root)
    except (TradewindError, OSError):
        reasons.append("the workspace's manifest cannot be read")
    return reasons


def server_figures(root: Path, state: Callable[[], State], clock: Clock) -> tuple[dict[str, int], float | None]:
    """Return runs by status, and the age of the newest snapshot in seconds; nothing of what cannot be reached."""
    try:
        runs = count_jobs(state())
    except TradewindError:
        runs = {}
    try:
        made = read_manifest(root).created_at
    except (TradewindError, OSError):
        made = None
    return runs, None if made is None else max((clock() - made).total_seconds(), 0.0)
