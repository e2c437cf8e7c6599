"""What the API answers about events that were sent."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RefusedEvent:
    """One event that was not taken, by its place in what was sent."""

    index: int
    messageId: str  # noqa: N815 - as SDKs write it
    reason: str


@dataclass(frozen=True)
class EventsTaken:
    """What became of events: new ones on disk, those taken before, and those that cannot be taken."""

    success: bool
    accepted: int
    duplicate: int
    refused: tuple[RefusedEvent, ...]
