"""Some of many, and where the next ones begin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item")


@dataclass(frozen=True)
class Page(Generic[Item]):
    """Some of many: pass `next_cursor` on to get the next ones; None when these are the last."""

    items: tuple[Item, ...]
    next_cursor: str | None = None
    snapshot_id: str | None = None
    total: int | None = None
