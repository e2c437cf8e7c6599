"""One manifest names the files that make up every table now; it is replaced atomically and read once."""

from __future__ import annotations

import hashlib
import json
import os
import re
import uuid
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from tradewind.core.errors import FormatError, Problem, StoreError
from tradewind.core.time import Clock
from tradewind.store.lock import holds_lock, sync_folder

FORMAT = 1
"""Format version of the workspace folder: manifest, table files, state schema."""

MANIFEST_FILE = "workspace.json"
SNAPSHOTS = "snapshots"
_COLUMN_TYPE = re.compile(r"[A-Z]+|DECIMAL\(\d+,\d+\)")
TABLE_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")


@dataclass(frozen=True)
class FileEntry:
    """One immutable Parquet file of a table.

    Args:
        path: relative to the workspace, with forward slashes.
        rows: how many rows it holds.
        month: `YYYY-MM` of its rows, or `all`.
    """

    path: str
    rows: int
    month: str


@dataclass(frozen=True)
class TableEntry:
    """What a table is made of in one snapshot.

    Args:
        name: table name.
        files: its files, in row order.
        columns: (name, DuckDB type) in column order.
        rows: how many rows in all.
        meta: anything worth keeping beside it, JSON values only.
    """

    name: str
    files: tuple[FileEntry, ...]
    columns: tuple[tuple[str, str], ...]
    rows: int
    meta: Mapping[str, Any] = field(default_factory=dict)

    @property
    def fingerprint(self) -> str:
        """Equal for equal contents: the files are named by theirs."""
        return _digest(asdict(self))

    @classmethod
    def from_json(cls, name: str, data: Mapping[str, Any]) -> TableEntry:
        """Read the entry back from its JSON form."""
        return cls(
            name,
            tuple(FileEntry(str(file["path"]), int(file["rows"]), str(file["month"])) for file in data["files"]),
            tuple((str(column), _checked_type(sql_type)) for column, sql_type in data["columns"]),
            int(data["rows"]),
            dict(data["meta"]),
        )


@dataclass(frozen=True)
class Manifest:
    """A snapshot of the workspace: every table and the files it is made of.

    Args:
        format: format version of the workspace.
        snapshot_id: derived from the tables alone: equal tables, equal id.
        parent: id of the snapshot before it, or an empty string.
        created_at: naive UTC.
        tables: entry of each table by name.
    """

    format: int
    snapshot_id: str
    parent: str
    created_at: datetime | None
    tables: Mapping[str, TableEntry]

    def entry(self, name: str) -> TableEntry:
        """Return a table's entry.

        Raises:
            StoreError: there is no such table.
        """
        if name not in self.tables:
            names = ", ".join(sorted(self.tables)) or "none yet"
            raise StoreError(Problem(name, "there is no such table", "", f"one of: {names}", "tradewind tables"))
        return self.tables[name]

    def fingerprints(self, names: Iterable[str]) -> dict[str, str]:
        """Return the content fingerprint of each named table that exists: what a step that reads them depends on."""
        return {name: self.tables[name].fingerprint for name in sorted(names) if name in self.tables}

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form, as `workspace.json` holds it."""
        return {
            "format": self.format,
            "snapshot_id": self.snapshot_id,
            "parent": self.parent,
            "created_at": self.created_at.isoformat() if self.created_at else None,
            "tables": {name: asdict(entry) for name, entry in sorted(self.tables.items())},
        }


EMPTY = Manifest(FORMAT, "", "", None, {})


def read_manifest(root: Path) -> Manifest:
    """Read the present manifest; a workspace that holds no tables yet has an empty one.

    Raises:
        FormatError: it was written by another format version.
        StoreError: it is damaged, or names files outside the workspace.
    """
    return read_snapshot(root, root / MANIFEST_FILE)


def read_snapshot(root: Path, path: Path) -> Manifest:
    """Read one manifest file; see `read_manifest`. The same file is read once; nobody changes what is returned."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return EMPTY
    except OSError as error:
        raise _damaged(path, type(error).__name__) from error
    return _read_stamped(root, path, (found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns))


@lru_cache(maxsize=16)
def _read_stamped(root: Path, path: Path, _stamp: tuple[int, ...]) -> Manifest:
    """Read a manifest file as it is since a stamp: a server asks for it many times for each page."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        written_by = int(data["format"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise _damaged(path, type(error).__name__) from error
    if written_by != FORMAT:
        raise wrong_format(path, written_by)
    try:
        tables = {str(name): TableEntry.from_json(str(name), entry) for name, entry in data["tables"].items()}
        created = datetime.fromisoformat(data["created_at"]) if data["created_at"] else None
        manifest = Manifest(FORMAT, str(data["snapshot_id"]), str(data["parent"]), created, tables)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _damaged(path, type(error).__name__) from error
    for entry in tables.values():
        if not TABLE_NAME.fullmatch(entry.name):
            raise _damaged(path, f"the table name {entry.name!r}")
        for file in entry.files:
            inside(root, file.path)
    return manifest


def publish(root: Path, manifest: Manifest, changes: Mapping[str, TableEntry | None], clock: Clock) -> Manifest:
    """Make a new snapshot the present one; without an actual change, nothing is written.

    Args:
        root: the workspace folder, whose lock the caller holds.
        manifest: the snapshot that the changes are made to; it must still be the present one.
        changes: new entry of each changed table; None removes the table.
        clock: for the snapshot's time.
    Returns:
        The manifest that is now the present one.
    Raises:
        StoreError: the lock is not held, the manifest is not the present one, or the disk is full.
    """
    if not holds_lock(root):
        raise StoreError(Problem(str(root), "publishing needs the workspace's lock", do="use workspace_lock"))
    if read_manifest(root).snapshot_id != manifest.snapshot_id:
        raise StoreError(Problem(str(root), "the workspace changed in the meantime", do="read the manifest again"))
    tables = dict(manifest.tables)
    for name, entry in changes.items():
        if entry is None:
            tables.pop(name, None)
        else:
            tables[name] = entry
    snapshot_id = _digest({name: asdict(entry) for name, entry in sorted(tables.items())})[:16]
    if snapshot_id == manifest.snapshot_id:
        return manifest
    new = Manifest(FORMAT, snapshot_id, manifest.snapshot_id, clock(), tables)
    text = json.dumps(new.to_json(), indent=1, ensure_ascii=False).encode()
    replace_file(inside(root, f"{SNAPSHOTS}/{snapshot_id}.json"), text)
    replace_file(root / MANIFEST_FILE, text)
    return new


def replace_file(path: Path, content: bytes) -> None:
    """Write a small file so that readers see either the old or the new one, also after a power cut.

    Raises:
        StoreError: it cannot be written; the old file stands.
    """
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(temporary, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
        sync_folder(path.parent)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise cannot_write(path, error) from error


def cannot_write(path: Path, error: OSError) -> StoreError:
    """Word a failed write: full disk, missing permission, read-only folder."""
    return StoreError(
        Problem(
            str(path),
            "this file cannot be written; what was published before still stands",
            error.strerror or str(error),
            "a folder you may write to, with free space",
            "make room, then run the same command again",
        )
    )


def inside(root: Path, relative: str) -> Path:
    """Return the real path of a file of the workspace.

    Args:
        root: the workspace folder.
        relative: path as the manifest writes it.
    Raises:
        StoreError: it is absolute, or leads out of the workspace through `..` or a symlink.
    """
    path = (root / relative).resolve()
    if Path(relative).is_absolute() or ".." in Path(relative).parts or not path.is_relative_to(root.resolve()):
        raise StoreError(
            Problem(
                MANIFEST_FILE,
                "this path leads out of the workspace",
                repr(relative),
                "a path inside the workspace folder",
                "do not use this workspace unless you know who made it",
            )
        )
    return path


def wrong_format(path: Path, written_by: object) -> FormatError:
    """Word a format version that this release does not read."""
    newer = isinstance(written_by, int) and written_by > FORMAT
    return FormatError(
        Problem(
            str(path),
            f"this was written in format {written_by}; this release reads format {FORMAT}",
            do="install a newer Tradewind" if newer else "tradewind upgrade",
        )
    )


def _checked_type(sql_type: object) -> str:
    """Return a column's type, which becomes part of SQL, if it is one that a stored table has."""
    if not _COLUMN_TYPE.fullmatch(str(sql_type)):
        raise ValueError(sql_type)
    return str(sql_type)


def _damaged(path: Path, found: str) -> StoreError:
    return StoreError(
        Problem(
            str(path),
            "this manifest cannot be read",
            found,
            "a manifest written by Tradewind",
            f"copy the newest file of {SNAPSHOTS}/ over it, or delete it and run again",
        )
    )


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
