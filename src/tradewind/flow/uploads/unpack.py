"""Archives among uploads: unpacked within limits into plain files, or refused as a whole with a plain word."""

from __future__ import annotations

import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tradewind.core.errors import SourceError
from tradewind.flow.uploads.inflate import gunzipped, inflated
from tradewind.flow.uploads.kinds import Limits, kind_of, refused, too_large_inside
from tradewind.flow.uploads.names import leads_out, safe_name

_CLUTTER = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini")
_ARCHIVES = ("zip", "gz")


@dataclass(frozen=True)
class Unpacked:
    """What came out of an archive.

    Args:
        files: name, where it lies, and its kind.
        left_out: name and why it is not used.
    """

    files: tuple[tuple[str, Path, str], ...]
    left_out: tuple[tuple[str, str], ...] = ()


def unpack(path: Path, kind: str, shown: str, folder: Path, limits: Limits) -> Unpacked:
    """Unpack a .zip or .gz into a folder of one's own.

    Args:
        path: the archive.
        kind: `zip` or `gz`.
        shown: its name, for messages.
        folder: an empty folder, removed by the caller.
        limits: how much may come out of it.
    Raises:
        SourceError: it is locked, damaged, holds another archive, leads out of its folder, is far larger than it looks,
            or holds no table.
    """
    try:
        return _gz(path, shown, folder, limits) if kind == "gz" else _zip(path, shown, folder, limits)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, RuntimeError) as error:
        raise refused(
            shown, "this archive is damaged or incomplete", "", do="make it again and send it again"
        ) from error


def _gz(path: Path, shown: str, folder: Path, limits: Limits) -> Unpacked:
    inner = safe_name(shown[: -len(".gz")] if shown.lower().endswith(".gz") else shown)
    target = folder / "0"
    with open(path, "rb") as file:
        _write(target, gunzipped(file), shown, _Counter(path.stat().st_size, limits))
    kind = _kind_within(target, inner, shown, limits)
    return Unpacked(((inner, target, kind),))


def _zip(path: Path, shown: str, folder: Path, limits: Limits) -> Unpacked:
    with zipfile.ZipFile(path) as archive:
        members = [info for info in archive.infolist() if not info.is_dir()]
    _refuse_hostile(members, shown, limits)
    counter = _Counter(path.stat().st_size, limits)
    files: list[tuple[str, Path, str]] = []
    left_out: list[tuple[str, str]] = []
    taken: set[str] = set()
    for place, info in enumerate(members):
        if any(part in _CLUTTER or part.startswith((".", "~$")) for part in info.filename.split("/")):
            continue
        target = folder / str(place)
        name = _name_in(info.filename, taken)
        with open(path, "rb") as file:
            _write(target, inflated(file, info), shown, counter)
        try:
            files.append((name, target, _kind_within(target, name, shown, limits)))
            taken.add(name.lower())
        except SourceError as error:
            if any(problem.where == shown for problem in error.problems):
                raise
            left_out.append((name, error.problems[0].what))
    if not files:
        why = "; ".join(f"{name}: {reason}" for name, reason in left_out[:5]) or "it is empty"
        raise refused(shown, "nothing in this archive is a table", why)
    return Unpacked(tuple(files), tuple(left_out))


def _refuse_hostile(members: list[zipfile.ZipInfo], shown: str, limits: Limits) -> None:
    if len(members) > limits.files:
        raise refused(shown, "this archive holds too many files", f"{len(members):,}", f"at most {limits.files:,}",
                      "send the tables only")  # fmt: skip
    for info in members:
        if leads_out(info.filename) or leads_out(info.orig_filename):
            what = "this archive holds a file that would land outside its folder"
            raise refused(shown, what, repr(info.filename)[:80], "names without .. and without a drive",
                          "make the archive again from the tables alone")  # fmt: skip
        if stat.S_ISLNK(info.external_attr >> 16):
            raise refused(shown, "this archive holds a link to another file", repr(info.filename)[:80], "plain files",
                          "put the file itself into it")  # fmt: skip
        if info.flag_bits & 1:
            raise refused(shown, "this archive is locked with a password", "", "an archive without one",
                          "make it again without a password")  # fmt: skip


def _kind_within(target: Path, name: str, shown: str, limits: Limits) -> str:
    """The kind of an unpacked file; an archive within an archive is refused with all of it."""
    kind = kind_of(target, name, limits)
    if kind in _ARCHIVES:
        raise refused(
            shown, "this archive holds another archive", name, "tables only", "unpack it, and send what is in it"
        )
    return kind


def _name_in(member: str, taken: set[str]) -> str:
    """A name of its own for each file; of two called alike the second carries its folder's name."""
    parts = [part for part in member.split("/") if part]
    name = safe_name(parts[-1])
    if name.lower() in taken and len(parts) > 1:
        name = safe_name(f"{parts[-2]} {parts[-1]}")
    number = 2
    while name.lower() in taken:
        stem, dot, ending = safe_name(parts[-1]).rpartition(".")
        name = f"{stem or ending} {number}{dot + ending if stem else ''}"
        number += 1
    return name


@dataclass
class _Counter:
    """How much has come out so far."""

    packed: int
    limits: Limits
    seen: int = 0

    def too_much(self, more: int) -> bool:
        self.seen += more
        limits = self.limits
        return self.seen > max(limits.free, min(limits.unpacked, limits.ratio * self.packed))


def _write(target: Path, pieces: Iterator[bytes], shown: str, counter: _Counter) -> None:
    with open(target, "xb") as out:
        for piece in pieces:
            if counter.too_much(len(piece)):
                raise too_large_inside(shown, counter.limits)
            out.write(piece)
