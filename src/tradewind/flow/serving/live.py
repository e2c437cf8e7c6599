"""A scorer over a workspace and its own inbox."""

from __future__ import annotations

from collections.abc import Callable

from tradewind.core.time import Clock
from tradewind.flow.serving.generation import GIGABYTE
from tradewind.flow.serving.live_inbox import LiveInbox
from tradewind.flow.serving.scorer import Scorer
from tradewind.store.workspace import Workspace


def open_scorer(workspace: Callable[[], Workspace], clock: Clock, most_bytes: int = GIGABYTE) -> Scorer:
    """Return a scorer that also sees what the live door has accepted.

    Args:
        workspace: returns the open workspace.
        clock: the present instant, naive UTC.
        most_bytes: memory for rows of contract tables.
    """
    return Scorer(workspace, clock, LiveInbox, most_bytes)
