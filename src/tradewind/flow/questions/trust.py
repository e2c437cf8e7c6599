"""Trusting a folder of Python: what is in it is noted, and from then on it runs until a byte of it changes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tradewind.core.errors import ConfigError, Problem
from tradewind.core.time import Clock, system_clock
from tradewind.flow.questions.trusted_code import what_changed
from tradewind.store.config import CONFIG_FILE
from tradewind.store.question_folders import FOLDER
from tradewind.store.trust import Trusted, list_trust, read_files, record_trust, revoke_trust, trust_dir

__all__ = ["Standing", "Trusted", "revoke", "standings", "trust"]


@dataclass(frozen=True)
class Standing:
    """One trusted folder and whether it is as it was.

    Args:
        trusted: what was noted.
        changed: files that differ now; `gone` alone where the folder is no longer there.
    """

    trusted: Trusted
    changed: tuple[str, ...]


def trust(directory: Path, clock: Clock = system_clock, environ: Mapping[str, str] | None = None) -> list[Trusted]:
    """Trust a folder of a question, or every folder with Python of a workspace, as they are now; nothing is run.

    Raises:
        ConfigError: there is no Python in it.
        StoreError: it cannot be read, or trust cannot be noted.
    """
    place = trust_dir(os.environ if environ is None else environ)
    folders = _with_python(directory)
    if not folders:
        raise ConfigError(
            Problem(str(directory), "there is no Python here that would run", "", f"a folder such as {FOLDER}/NAME")
        )
    return [record_trust(place, folder, clock()) for folder in folders]


def _with_python(directory: Path) -> list[Path]:
    if not directory.is_dir():
        raise ConfigError(Problem(str(directory), "there is no such folder", "", f"a folder such as {FOLDER}/NAME"))
    inside = directory / FOLDER
    folders = sorted(inside.iterdir()) if (directory / CONFIG_FILE).exists() and inside.is_dir() else [directory]
    return [folder for folder in folders if folder.is_dir() and any(folder.glob("*.py"))]


def revoke(directory: Path, environ: Mapping[str, str] | None = None) -> bool:
    """Trust a folder no longer; return whether it was trusted. It need not exist any more."""
    place = trust_dir(os.environ if environ is None else environ)
    inside = directory / FOLDER
    folders = [directory, *(sorted(inside.iterdir()) if inside.is_dir() else [])]
    revoked = [revoke_trust(place, folder) for folder in folders]
    return any(revoked)


def standings(environ: Mapping[str, str] | None = None) -> list[Standing]:
    """Return every trusted folder, and what has changed in it since."""
    place = trust_dir(os.environ if environ is None else environ)
    found = []
    for trusted in list_trust(place):
        changed = what_changed(trusted, read_files(trusted.folder)) if trusted.folder.is_dir() else ["gone"]
        found.append(Standing(trusted, tuple(changed)))
    return found
