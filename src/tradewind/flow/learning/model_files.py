"""Where saved models lie: `models/<use case>/<version>/`, the version being a digest of the content."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tradewind.models.deployed import Deployed
from tradewind.models.files import save_model
from tradewind.store.manifest import cannot_write, inside, replace_file


def model_folder(root: Path, name: str, version: str) -> Path:
    """Return the folder of a saved model.

    Raises:
        StoreError: it lies outside the workspace, as a stranger's state or symlink may say.
    """
    return inside(root, f"models/{name}/{version}")


def save_version(root: Path, name: str, deployed: Deployed, card: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    """Save a tabular model in a folder named after its content; see `save_files`."""
    return save_files(root, name, lambda folder: save_model(folder, deployed, card))


def save_files(
    root: Path, name: str, write: Callable[[Path], object], card: Mapping[str, Any] | None = None
) -> tuple[str, tuple[str, ...]]:
    """Write a model's files and give their folder the name of their content.

    Args:
        root: the workspace.
        name: the use case.
        write: writes the files into the folder it is given.
        card: written beside them as `card.json` when given.
    Returns:
        The version and the files, relative to the workspace.
    Raises:
        StoreError: the disk is full or the folder cannot be written.
    """
    try:
        return _save_files(root, name, write, card)
    except OSError as error:
        raise cannot_write(root / "models" / name, error) from error


def _save_files(
    root: Path, name: str, write: Callable[[Path], object], card: Mapping[str, Any] | None
) -> tuple[str, tuple[str, ...]]:
    folder = inside(root, f"models/{name}")
    partial = inside(root, f"models/{name}/.writing")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    write(partial)
    digest = hashlib.sha256()
    for file in sorted(partial.iterdir()):
        if file.name != "card.json":
            digest.update(file.name.encode() + b"\0" + file.read_bytes())
    version = digest.hexdigest()[:12]
    if card is not None:
        replace_file(partial / "card.json", json.dumps({"version": version, **card}, indent=1).encode())
    final = folder / version
    if final.exists():
        shutil.rmtree(final)
    partial.replace(final)
    return version, tuple(sorted(f"models/{name}/{version}/{file.name}" for file in final.iterdir()))
