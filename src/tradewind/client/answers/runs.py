"""What the API answers about runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tradewind.client.answers.page import Page


@dataclass(frozen=True)
class Run:
    """A piece of work of the server."""

    id: str
    kind: str
    title: str
    only: tuple[str, ...]
    status: str
    ended: bool
    asked_by: str
    asked_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    waits_for: str
    reason: str
    problems: tuple[str, ...]
    snapshot_id: str | None


@dataclass(frozen=True)
class RunEvent:
    """One thing that a run said."""

    number: int
    at: datetime
    kind: str
    title: str
    text: str
    done: int | None
    total: int | None


@dataclass(frozen=True)
class RunEvents(Page[RunEvent]):
    """What a run said; `ended` when nothing more will come behind the last page."""

    ended: bool = False
