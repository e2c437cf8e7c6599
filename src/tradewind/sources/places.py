"""Where data lie, as a config names it: relative paths, names of sources, addresses in the environment."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Collection
from pathlib import Path

_MOST_UPS = 3
_DATE = re.compile(r"(?<!\d)20\d\d([-_.]?)(0[1-9]|1[0-2])(\1([0-2]\d|3[01]))?([-_.T ]?\d{4,6})?(?!\d)")


def path_from(root: Path, target: Path) -> tuple[str, str]:
    """Return a file or folder as the config of a workspace names it, and the folder it must allow for that.

    Args:
        root: the workspace.
        target: an existing file or folder.
    Returns:
        the path (relative where that is short), not yet escaped for globs; the folder for `allow_paths`, empty when
        the target lies inside the workspace.
    """
    root, target = root.resolve(), target.resolve()
    folder = target if target.is_dir() else target.parent
    if target.is_relative_to(root):
        return target.relative_to(root).as_posix(), ""
    ups = len(root.parts) - len(Path(os.path.commonpath([root, target])).parts)
    if ups > _MOST_UPS or os.path.commonpath([root, target]) == root.anchor:
        return target.as_posix(), folder.as_posix()
    return Path(os.path.relpath(target, root)).as_posix(), Path(os.path.relpath(folder, root)).as_posix()


def as_glob(path: str) -> str:
    """Return a pattern that means this path only."""
    return glob.escape(path)


def dated_pattern(stem: str) -> str:
    """Return a pattern for next week's file where a name holds a day or month (`orders_2024-05` is `orders_*`)."""
    return _DATE.sub("*", glob.escape(stem))


def source_name(text: str, taken: Collection[str]) -> str:
    """Return a name for `[sources.<name>]`: letters, digits and underscores, none of those taken."""
    bare = re.sub(r"[^A-Za-z0-9]+", "_", text).strip("_").lower() or "data"
    bare = bare if bare[0].isalpha() else f"data_{bare}"
    name, number = bare, 2
    while name in taken:
        name, number = f"{bare}_{number}", number + 1
    return name


def is_address(text: str) -> bool:
    """Whether this is the address of a database and no file."""
    return "://" in text or re.fullmatch(r"\$\{?\w+\}?", text) is not None


def variable_name(source: str) -> str:
    """Return the environment variable that holds a source's address."""
    return f"{source.upper()}_URL"
