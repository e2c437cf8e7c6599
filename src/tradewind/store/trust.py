"""Which folders of code their user trusts: kept outside every workspace, with the content of each file as hashes."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tradewind.core.errors import Problem, StoreError
from tradewind.store.manifest import cannot_write, replace_file

VARIABLE = "TRADEWIND_TRUST_DIR"
LARGEST = 1_000_000
"""Bytes that one file of a trusted folder may have."""

MOST_FILES = 200


@dataclass(frozen=True)
class Trusted:
    """One folder that somebody trusts.

    Args:
        folder: its real path.
        files: file below it to the SHA-256 of its content.
        trusted_at: when.
    """

    folder: Path
    files: Mapping[str, str]
    trusted_at: datetime


def trust_dir(environ: Mapping[str, str], home: Path | None = None, platform: str = sys.platform) -> Path:
    """Return where trust is kept on this computer.

    Args:
        environ: environment variables; TRADEWIND_TRUST_DIR overrides the platform's place.
        home: the user's home folder; by default this user's.
        platform: `sys.platform`.
    """
    if environ.get(VARIABLE):
        return Path(environ[VARIABLE]).expanduser()
    base = home or Path.home()
    if platform == "win32":
        return Path(environ.get("APPDATA") or base / "AppData" / "Roaming") / "Tradewind" / "trust"
    if platform == "darwin":
        return base / "Library" / "Application Support" / "Tradewind" / "trust"
    return Path(environ.get("XDG_CONFIG_HOME") or base / ".config") / "tradewind" / "trust"


def read_files(folder: Path) -> dict[str, bytes]:
    """Return the content of every file below a folder, by its place in it; what is hashed is what is run.

    Raises:
        StoreError: a file leads out of the folder, is too large, or there are too many.
    """
    found: dict[str, bytes] = {}
    root = folder.resolve()
    for path in sorted(root.rglob("*")):
        place = path.relative_to(root).as_posix()
        if "__pycache__" in path.parts or path.is_dir():
            if path.is_symlink():
                raise _leads_out(folder, place)
            continue
        if not path.resolve().is_relative_to(root):
            raise _leads_out(folder, place)
        if path.stat().st_size > LARGEST or len(found) >= MOST_FILES:
            limits = f"at most {MOST_FILES} files of {LARGEST:,} bytes"
            raise StoreError(Problem(f"{folder}/{place}", "this folder is too large to be trusted", "", limits))
        try:
            found[place] = path.read_bytes()
        except OSError as error:
            raise StoreError(Problem(f"{folder}/{place}", "this file cannot be read", str(error.strerror))) from error
    return found


def _leads_out(folder: Path, place: str) -> StoreError:
    return StoreError(Problem(f"{folder}/{place}", "this leads out of the folder", "", "files of the folder itself"))


def hashes(files: Mapping[str, bytes]) -> dict[str, str]:
    """Return the SHA-256 of each file's content."""
    return {place: hashlib.sha256(content).hexdigest() for place, content in files.items()}


def record_trust(place: Path, folder: Path, at: datetime) -> Trusted:
    """Note that a folder is trusted as it is now.

    Args:
        place: where trust is kept.
        folder: the folder.
        at: the present instant.
    Raises:
        StoreError: the folder holds the place where trust is kept, or that cannot be written.
    """
    real = folder.resolve()
    if place.resolve().is_relative_to(real):
        raise StoreError(
            Problem(str(place), "trust cannot be kept in what is trusted", str(real), f"{VARIABLE} outside of it")
        )
    trusted = Trusted(real, hashes(read_files(real)), at)
    text = json.dumps({"folder": str(real), "files": trusted.files, "trusted_at": at.isoformat()}, indent=2)
    try:
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise cannot_write(place, error) from error
    replace_file(_file(place, real), text.encode())
    return trusted


def find_trust(place: Path, folder: Path) -> Trusted | None:
    """Return what was trusted of a folder; None where nothing was, or the note is damaged."""
    return _read(_file(place, folder.resolve()))


def list_trust(place: Path) -> list[Trusted]:
    """Return every folder that is trusted, by path."""
    found = [_read(path) for path in sorted(place.glob("*.json"))] if place.is_dir() else []
    return sorted((each for each in found if each is not None), key=lambda each: str(each.folder))


def revoke_trust(place: Path, folder: Path) -> bool:
    """Forget that a folder is trusted; return whether it was."""
    path = _file(place, folder.resolve())
    was = path.exists()
    path.unlink(missing_ok=True)
    return was


def _file(place: Path, real: Path) -> Path:
    return place / f"{hashlib.sha256(os.fsencode(real)).hexdigest()[:32]}.json"


def _read(path: Path) -> Trusted | None:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        files = {str(name): str(value) for name, value in data["files"].items()}
        return Trusted(Path(data["folder"]), files, datetime.fromisoformat(data["trusted_at"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
