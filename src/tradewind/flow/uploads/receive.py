"""Files that people send: received as they stream, looked at, and only then laid where a source may read them."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from tradewind.core.errors import Problem, SourceError, StoreError
from tradewind.flow.uploads.kinds import MB, Limits, kind_of, refused
from tradewind.flow.uploads.names import safe_name, safe_set, with_ending
from tradewind.flow.uploads.next_export import older_export_of
from tradewind.flow.uploads.room import EARLIER, make_room, no_room
from tradewind.flow.uploads.unpack import unpack
from tradewind.store.lock import sync_folder
from tradewind.store.manifest import inside

__all__ = ["FILES", "UPLOADS", "Incoming", "Limits", "Received", "Upload", "list_uploads", "path_of", "receiving",
           "remove_upload", "sets_of"]  # fmt: skip

UPLOADS = "uploads"
"""Folder of the workspace in which uploaded files lie, one folder a set."""

FILES = "files"
"""The set that is meant where none is named."""

_INCOMING = ".incoming"
_KEEP_EARLIER = 3
_STALE_SECONDS = 24 * 3600
_ENDINGS = {
    "csv": ("csv", "txt"), "tsv": ("tsv", "tab", "txt"), "json": ("json", "jsonl", "ndjson"),
    "parquet": ("parquet", "pq"), "xlsx": ("xlsx", "xlsm"), "xlsb": ("xlsb",), "xls": ("xls",), "ods": ("ods",),
}  # fmt: skip


@dataclass(frozen=True)
class Upload:
    """One file of a set.

    Args:
        set: the folder below `uploads/`.
        name: as stored.
        size: bytes.
        uploaded_at: naive UTC.
    """

    set: str
    name: str
    size: int
    uploaded_at: datetime


@dataclass(frozen=True)
class Received:
    """What became of one upload.

    Args:
        sent: its name as sent, made safe.
        files: what was stored; several from an archive.
        same: names of files that were there already, byte for byte; nothing was stored for them.
        instead_of: stored name to the name under which the next export of it was sent.
        left_out: files of an archive that hold no table, with the reason.
        notes: what people should know, in plain sentences.
    """

    sent: str
    files: tuple[Upload, ...] = ()
    same: tuple[str, ...] = ()
    instead_of: tuple[tuple[str, str], ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()


@dataclass
class Incoming:
    """An upload on its way; it is no file of the set before `finish`."""

    root: Path
    set: str
    name: str
    limits: Limits
    path: Path
    room: int
    _file: BinaryIO = field(repr=False)
    _size: int = 0

    def write(self, piece: bytes) -> None:
        """Take the next bytes.

        Raises:
            SourceError: the upload is larger than allowed.
            StoreError: the disk is full.
        """
        self._size += len(piece)
        if self._size > self.limits.file:
            raise too_large(self.name, self.limits)
        if self._size > self.room:
            raise no_room(self.name, self.limits.total - self.room, self.limits)
        try:
            self._file.write(piece)
        except OSError as error:
            raise disk_problem(self.name, error) from error

    def finish(self) -> Received:
        """Look at what has come, unpack archives, and lay the tables into the set beside or in place of others.

        Raises:
            SourceError: it holds no table that can be read; nothing of it is kept.
            StoreError: the disk is full.
        """
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
            kind = kind_of(self.path, self.name, self.limits)
            if kind not in ("zip", "gz"):
                return _placed(self, [(self.name, self.path, kind)], ())
            folder = self.path.with_suffix(".unpacked")
            folder.mkdir()
            try:
                unpacked = unpack(self.path, kind, self.name, folder, self.limits)
                return _placed(self, list(unpacked.files), unpacked.left_out)
            finally:
                shutil.rmtree(folder, ignore_errors=True)
        except OSError as error:
            raise disk_problem(self.name, error) from error


@contextmanager
def receiving(
    root: Path, set_: str, name: str, limits: Limits | None = None, length: int | None = None
) -> Iterator[Incoming]:
    """Receive one file; what is not finished leaves nothing behind.

    Args:
        root: the workspace folder, with or without a `tradewind.toml`.
        set_: name of the set; made safe.
        name: the file's name as sent; made safe.
        limits: how much it may be.
        length: bytes announced, if any: what is announced as too large is refused before it is sent.
    Raises:
        SourceError: it is announced as too large, or the set holds too many files.
        StoreError: nothing can be written there.
    """
    limits = limits or Limits()
    shown, folder = safe_name(name), safe_set(set_)
    if length is not None and length > limits.file:
        raise too_large(shown, limits)
    incoming = inside(root, f"{UPLOADS}/{_INCOMING}")
    path = incoming / f"{uuid.uuid4().hex}.part"
    try:
        incoming.mkdir(parents=True, exist_ok=True)
        _sweep(incoming)
        _refuse_full(root, length or 0)
        room = make_room(incoming.parent, shown, length or 0, limits)
        file = open(path, "xb")  # noqa: SIM115  closed below
    except OSError as error:
        raise disk_problem(shown, error) from error
    try:
        yield Incoming(root, folder, shown, limits, path, room, file)
    finally:
        file.close()
        path.unlink(missing_ok=True)


def list_uploads(root: Path) -> list[Upload]:
    """Return the files of every set, by set and name."""
    top = inside(root, UPLOADS)
    sets = sorted(each for each in top.iterdir() if _is_set(each)) if top.is_dir() else []
    return [_described(path) for folder in sets for path in sorted(folder.iterdir()) if _is_upload(path)]


def remove_upload(root: Path, set_: str, name: str) -> bool:
    """Set an uploaded file aside, where nothing reads it any more; False where there is none of that name."""
    path = _place(root, set_, name)
    if not _is_upload(path):
        return False
    try:
        _set_aside(path)
    except OSError as error:
        raise disk_problem(name, error) from error
    return True


def path_of(root: Path, upload: Upload) -> Path:
    """Return where an uploaded file lies."""
    return _place(root, upload.set, upload.name)


def sets_of(root: Path) -> list[Path]:
    """Return the folders of uploads that hold files, to be looked at as sources."""
    return list(dict.fromkeys(_place(root, each.set, each.name).parent for each in list_uploads(root)))


def too_large(shown: str, limits: Limits) -> SourceError:
    """Return the refusal of a file larger than allowed."""
    return refused(
        shown, "this file is too large to be sent", "", f"at most {limits.file // MB:,} MB",
        "send it as .zip or .gz, in parts, or as Parquet; or lay it into the workspace's folder yourself",
    )  # fmt: skip


def disk_problem(shown: str, error: OSError) -> StoreError:
    """Word a failed write: a full disk before all."""
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    return StoreError(
        Problem(
            shown, "the disk is full; nothing of this file was kept" if full else "this file cannot be stored",
            "" if full else error.strerror or str(error), "room on the server's disk, and the right to write there",
            "make room, then send it again" if full else "ask whoever runs the server",
        )
    )  # fmt: skip


def _refuse_full(root: Path, coming: int) -> None:
    if shutil.disk_usage(root).free < coming + 50 * MB:
        raise OSError(errno.ENOSPC, "no space left")


def _placed(incoming: Incoming, files: list[tuple[str, Path, str]], left_out: tuple[tuple[str, str], ...]) -> Received:
    stored: list[Upload] = []
    same: list[str] = []
    instead: list[tuple[str, str]] = []
    notes: list[str] = []
    folder = inside(incoming.root, f"{UPLOADS}/{incoming.set}")
    folder.mkdir(parents=True, exist_ok=True)
    standing = [path for path in sorted(folder.iterdir()) if _is_upload(path)]
    if len(standing) + len(files) > incoming.limits.files:
        raise refused(
            incoming.name, "there are too many files in this set", f"{len(standing):,}",
            f"at most {incoming.limits.files:,}", "remove files that are no longer needed",
        )  # fmt: skip
    make_room(folder.parent, incoming.name, sum(path.stat().st_size for _, path, _ in files), incoming.limits)
    arrived = set()
    for name, path, kind in files:
        fitting = name if name.rpartition(".")[2].lower() in _ENDINGS[kind] else with_ending(name, _ENDINGS[kind][0])
        if fitting != name:
            notes.append(f"{name} is {_SAID[kind]}; it is kept as {fitting}")
        twin = next((each for each in standing if _equal(each, path)), None)
        if twin is not None:
            same.append(twin.name)
            continue
        older = older_export_of(path, fitting, kind, [each for each in standing if each.name not in arrived])
        target = folder / (fitting if older is None else older.name)
        if older is not None:
            instead.append((target.name, name))
        if target.exists():
            _set_aside(target)
        os.replace(path, target)
        os.utime(target)
        arrived.add(target.name)
        stored.append(_described(target))
    sync_folder(folder)
    return Received(incoming.name, tuple(stored), tuple(same), tuple(instead), left_out, tuple(notes))


_SAID = {
    "csv": "text with columns", "tsv": "text with columns", "json": "JSON", "parquet": "Parquet",
    "xlsx": "an Excel workbook", "xlsb": "an Excel workbook", "xls": "an old Excel workbook",
    "ods": "an OpenDocument workbook",
}  # fmt: skip


def _equal(one: Path, other: Path) -> bool:
    return one.stat().st_size == other.stat().st_size and _digest(one) == _digest(other)


def _digest(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _set_aside(path: Path) -> None:
    """Keep the newest few of the files that stood here before, out of the way of every source."""
    kept = path.parent.parent / EARLIER / path.parent.name
    kept.mkdir(parents=True, exist_ok=True)
    os.replace(path, kept / f"{time.time_ns()}-{path.name}")
    older = sorted(each for each in kept.iterdir() if each.name.partition("-")[2] == path.name)
    for each in older[:-_KEEP_EARLIER]:
        each.unlink()


def _sweep(incoming: Path) -> None:
    """Remove what uploads that were killed left behind."""
    old = time.time() - _STALE_SECONDS
    for each in incoming.iterdir():
        if each.stat().st_mtime < old:
            shutil.rmtree(each, ignore_errors=True) if each.is_dir() else each.unlink(missing_ok=True)


def _place(root: Path, set_: str, name: str) -> Path:
    return inside(root, f"{UPLOADS}/{safe_set(set_)}/{safe_name(name)}")


def _is_set(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink() and not path.name.startswith(".")


def _is_upload(path: Path) -> bool:
    return path.is_file() and not path.is_symlink() and not path.name.startswith(".")


def _described(path: Path) -> Upload:
    facts = path.stat()
    return Upload(
        path.parent.name, path.name, facts.st_size, datetime.fromtimestamp(facts.st_mtime, UTC).replace(tzinfo=None)
    )
