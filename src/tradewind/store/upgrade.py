"""Bringing a workspace of an older format to this release's, with a backup of what is changed."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

from tradewind.core.errors import Problem, StoreError
from tradewind.core.time import Clock, system_clock
from tradewind.store.config import CONFIG_FILE
from tradewind.store.lock import workspace_lock
from tradewind.store.manifest import FORMAT, MANIFEST_FILE, cannot_write, inside, read_manifest, wrong_format
from tradewind.store.state import open_state, sqlite_url
from tradewind.store.state_connection import STATE_FILE

BACKUPS = "backups"

Migration = Callable[[Path], None]

MIGRATIONS: Mapping[int, Migration] = {}
"""Format to what turns a workspace of that format into one of the next; it writes the manifest last, atomically."""


def upgrade(
    root: Path, clock: Clock = system_clock, state_url: str | None = None, target: int = FORMAT,
    migrations: Mapping[int, Migration] = MIGRATIONS,
) -> Path | None:  # fmt: skip
    """Bring a workspace to this release's format, one format at a time.

    Table files are immutable and stay; the manifest, the configuration and the SQLite state are copied away first.
    A process that dies in the middle leaves a workspace of one of the formats on the way: upgrading again goes on.

    Args:
        root: the workspace folder.
        clock: names the backup.
        state_url: address of the state where it is not `state.db`; its backup is the database's own.
        target: format to reach.
        migrations: format to the function that takes a workspace to the next one.
    Returns:
        The backup's folder, or None when nothing was to do.
    Raises:
        FormatError: a newer release wrote it.
        StoreError: there is no way from its format, or the backup cannot be written.
    """
    with workspace_lock(root, "upgrade", clock):
        found = written_format(root)
        if found > target:
            raise wrong_format(root / MANIFEST_FILE, found)
        if found == target:
            _check(root, state_url, target)
            return None
        missing = [step for step in range(found, target) if step not in migrations]
        if missing:
            raise StoreError(
                Problem(str(root), f"there is no way from format {found} to {target}", do="install a newer Tradewind")
            )
        backup = _back_up(root, f"{clock():%Y%m%dT%H%M%S}-format-{found}")
        for step in range(found, target):
            migrations[step](root)
        _check(root, state_url, target)
        return backup


def written_format(root: Path) -> int:
    """Return the format a workspace was written in; one that holds no tables yet has this release's.

    Raises:
        StoreError: its manifest is damaged.
    """
    path = root / MANIFEST_FILE
    if not path.exists():
        return FORMAT
    try:
        return int(json.loads(path.read_text(encoding="utf-8"))["format"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise StoreError(
            Problem(str(path), "this manifest cannot be read", type(error).__name__, "a manifest written by Tradewind")
        ) from error


def _check(root: Path, state_url: str | None, target: int) -> None:
    """Open manifest and state as a run would, so that an upgrade that did not work is told now."""
    if target == FORMAT:
        read_manifest(root)
        if state_url or (root / STATE_FILE).exists():
            open_state(state_url or sqlite_url(root)).close()


def _back_up(root: Path, name: str) -> Path:
    folder = inside(root, f"{BACKUPS}/{name}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file in (MANIFEST_FILE, CONFIG_FILE):
            if (root / file).exists():
                shutil.copy2(root / file, folder / file)
        if (root / STATE_FILE).exists():
            # SQLite's own copy also holds what still lies in the write-ahead log.
            with (
                closing(sqlite3.connect(root / STATE_FILE)) as source,
                closing(sqlite3.connect(folder / STATE_FILE)) as copy,
            ):
                source.backup(copy)
    except OSError as error:
        raise cannot_write(folder, error) from error
    except sqlite3.Error as error:
        raise StoreError(Problem(str(root / STATE_FILE), "this cannot be backed up", str(error))) from error
    return folder
