"""What pages derive from a snapshot is kept for as long as snapshot, report and configuration are the same."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import TypeVar

from tradewind.flow.answers.published import LATEST
from tradewind.store.config import CONFIG_FILE
from tradewind.store.manifest import MANIFEST_FILE
from tradewind.store.workspace import Workspace

Made = TypeVar("Made")

MOST = 160
"""Things kept in all, of every workspace; the one not asked for longest goes first."""

_kept: OrderedDict[tuple[object, ...], object] = OrderedDict()
_lock = Lock()


def keep(workspace: Workspace, name: str, make: Callable[[], Made]) -> Made:
    """Return what `make` gave for this state of a workspace, made at most once unless it had to go.

    Args:
        workspace: whose; what is kept must be the same for everybody who may look.
        name: what it is, with all that it depends on besides the workspace.
        make: makes it; what it returns is never changed.
    """
    key = (*state_of(workspace), name)
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]  # type: ignore[return-value]
    made = make()
    with _lock:
        _kept[key] = made
        while len(_kept) > MOST:
            _kept.popitem(last=False)
    return made


def state_of(workspace: Workspace) -> tuple[object, ...]:
    """Return what changes whenever tables, report or configuration of a workspace do."""
    stamps: list[object] = [str(workspace.root)]
    for name in (MANIFEST_FILE, LATEST, CONFIG_FILE):
        path = workspace.root / name
        try:
            found = path.stat()
        except OSError:
            stamps.append(None)
        else:
            stamps.append((found.st_mtime_ns, found.st_size, found.st_ino))
    return tuple(stamps)
