"""Old snapshots make room: their manifests and the files that no kept snapshot uses are removed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from pathlib import Path

from tradewind.core.errors import StoreError
from tradewind.core.time import Clock, Days
from tradewind.store.lock import workspace_lock
from tradewind.store.manifest import SNAPSHOTS, inside, read_manifest, read_snapshot


def expire(root: Path, keep: Days, pinned: Collection[str], clock: Clock) -> int:
    """Remove snapshots older than a span, except the present one and the pinned ones.

    Args:
        root: the workspace folder.
        keep: how long a snapshot stays.
        pinned: ids of snapshots that stay (those of models in use).
        clock: the present instant.
    Returns:
        How many files were removed.
    """
    with workspace_lock(root, "removing old snapshots", clock):
        present = read_manifest(root)
        oldest = clock() - timedelta(days=keep.count)
        kept = {file.path for entry in present.tables.values() for file in entry.files}
        for path in sorted((root / SNAPSHOTS).glob("*.json")):
            try:
                snapshot = read_snapshot(root, path)
            except StoreError:
                continue  # a damaged old manifest pins nothing and is left for a person to look at
            stays = snapshot.snapshot_id in {present.snapshot_id, *pinned}
            if stays or (snapshot.created_at is not None and snapshot.created_at >= oldest):
                kept |= {file.path for entry in snapshot.tables.values() for file in entry.files}
            else:
                path.unlink()
        return _remove_unused(root, kept)


def _remove_unused(root: Path, kept: Collection[str]) -> int:
    removed = 0
    for path in (root / "tables").glob("*/*/*"):
        name = path.relative_to(root).as_posix()
        if name not in kept and inside(root, name).is_file():
            path.unlink()
            removed += 1
    return removed
