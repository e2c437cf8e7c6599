"""The workspace's advisory lock: one writer at a time, named; released by the system when a process dies.

This is the one file with platform-specific calls.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tradewind.core.errors import Problem, StoreError, WorkspaceLocked
from tradewind.core.time import Clock, system_clock

LOCK_FILE = ".lock"
_held: dict[tuple[str, int], int] = {}  # (workspace, thread) → how deep; another thread is another writer


if sys.platform == "win32":
    import msvcrt

    _FAR = 1 << 30  # Windows locks are mandatory: lock a byte far behind the text, so that others can read who holds it

    def _take(file: int) -> bool:
        os.lseek(file, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def sync_folder(_folder: Path) -> None:
        """Windows has no way to flush a folder's entries; renames are journaled there."""

else:
    import fcntl

    def _take(file: int) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def sync_folder(folder: Path) -> None:
        """Make a rename inside this folder survive a power cut."""
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def holds_lock(root: Path) -> bool:
    """Return whether this thread holds the workspace's lock."""
    return _key(root) in _held


@contextmanager
def workspace_lock(root: Path, holder: str, clock: Clock = system_clock) -> Iterator[None]:
    """Hold the right to write to a workspace; taking it again within the same thread is free.

    Args:
        root: the workspace folder.
        holder: what the process is doing, in words that a person who waits for it understands.
        clock: for the time since when it is held.
    Raises:
        WorkspaceLocked: another process or thread holds it; the message names holder, pid and since.
        StoreError: the folder cannot be written to.
    """
    key = _key(root)
    if key in _held:
        _held[key] += 1
        try:
            yield
        finally:
            _held[key] -= 1
        return
    file = _open(root)
    try:
        if not _take(file):
            raise _locked_by(root)
        os.ftruncate(file, 0)
        os.lseek(file, 0, os.SEEK_SET)
        since = clock().isoformat(timespec="seconds") + "Z"
        os.write(file, json.dumps({"holder": holder, "pid": os.getpid(), "since": since}).encode())
        _held[key] = 1
        try:
            yield
        finally:
            del _held[key]
    finally:
        os.close(file)  # closing releases it


def _open(root: Path) -> int:
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)  # never write through a stranger's symlink
    try:
        return os.open(root / LOCK_FILE, flags, 0o644)
    except OSError as error:
        raise StoreError(
            Problem(str(root), "the workspace cannot be written to", error.strerror or "", "a folder you may write to")
        ) from error


def _locked_by(root: Path) -> WorkspaceLocked:
    try:
        who = json.loads((root / LOCK_FILE).read_text())
        found = f"{who['holder']}, process {who['pid']}, since {who['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        found = "a process that has not written its name yet"
    return WorkspaceLocked(
        Problem(str(root), "another process is writing to this workspace", found, do="wait for it, then try again")
    )


def _key(root: Path) -> tuple[str, int]:
    return str(root.resolve()), threading.get_ident()


def lock_holder(root: Path) -> str:
    """Return who writes to a workspace and since when, in words; empty where nobody does, or it cannot be told.

    The text in the file stays behind when a lock is released, so that the lock itself is asked, which takes it for an
    instant: only where the process that wrote the text still lives.
    """
    try:
        who = json.loads((root / LOCK_FILE).read_text())
        file = os.open(root / LOCK_FILE, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
    except (OSError, ValueError):
        return ""
    try:
        if not _lives(int(who["pid"])) or _take(file):
            return ""
        return f"{who['holder']}, since {who['since']}"
    except (KeyError, TypeError, ValueError):
        return "a process that has not written its name yet"
    finally:
        os.close(file)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
