"""How much room all uploads of a workspace may take: earlier versions go first, then what comes is refused in time."""

from __future__ import annotations

from pathlib import Path

from tradewind.core.errors import SourceError
from tradewind.flow.uploads.kinds import MB, Limits, refused

EARLIER = ".earlier"
"""Folder of versions that were replaced or removed."""


def make_room(top: Path, shown: str, coming: int, limits: Limits) -> int:
    """Make room for an upload by letting go of earlier versions, the oldest first.

    Args:
        top: the folder of uploads.
        shown: name of what comes.
        coming: its bytes, as far as they are known.
        limits: how much all may be.
    Returns:
        Bytes that may come.
    Raises:
        SourceError: there is no room even without earlier versions.
    """
    standing = sum(_size(path) for path in _files(top, hidden=False))
    room = limits.total - standing
    if coming > room or room <= 0:
        raise no_room(shown, standing, limits)
    earlier = sorted(_files(top / EARLIER, hidden=True), key=lambda path: path.name)
    kept = sum(_size(path) for path in earlier)
    for path in earlier:
        if kept + coming <= room:
            break
        kept -= _size(path)
        path.unlink(missing_ok=True)
    return room


def no_room(shown: str, standing: int, limits: Limits) -> SourceError:
    """Return the refusal of what has no room beside the files that are there."""
    return refused(
        shown, "there is no room for it among the files that were sent before", f"{standing / MB:,.0f} MB in use",
        f"at most {limits.total / MB:,.0f} MB in all",
        "remove files that are no longer needed under Your data, Files, or ask who runs the server for more room",
    )  # fmt: skip


def _files(folder: Path, hidden: bool) -> list[Path]:
    """Files of the folders below a folder; of hidden folders only where that is wanted."""
    sets = [each for each in folder.iterdir() if each.is_dir() and not each.is_symlink()] if folder.is_dir() else []
    shown = [each for each in sets if hidden or not each.name.startswith(".")]
    return [path for each in shown for path in each.iterdir() if path.is_file()]


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
