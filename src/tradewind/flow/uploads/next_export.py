"""Next week's export under another name: recognised by its columns and rows, so that it takes the old one's place."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from tradewind.flow.uploads.names import called_alike
from tradewind.sources.found import stem
from tradewind.sources.places import as_glob, dated_pattern

_LOOKED_AT = 2_000
"""Rows of the old export that are looked for in the new one."""

_ENOUGH = 0.5
"""Share of them that must be there."""

_LONGEST_LINE = 1_000_000


def older_export_of(path: Path, name: str, kind: str, standing: Sequence[Path]) -> Path | None:
    """Return the file whose place a new one takes: the same export, longer or later; None where it is a new file.

    A file of the same name is. One called alike but for numbers (`orders_export_1 (1).csv`) is where it has the same
    columns and most of the rows; where it shares hardly any, it is another part of the export and stays beside. Names
    that a date tells apart (`orders_2026-11.csv`) are read together as they are.

    Args:
        path: the new file.
        name: as it will be stored.
        kind: what it is; only text is compared row by row.
        standing: the files of the set.
    """
    for each in standing:
        if each.name.lower() == name.lower():
            return each
    if kind not in ("csv", "tsv"):
        return None
    alike = [
        each for each in standing if called_alike(each.name) == called_alike(name) != "" and _same_columns(path, each)
    ]
    for each in alike:
        dated = dated_pattern(stem(Path(name))) == dated_pattern(stem(each)) != as_glob(stem(each))
        if not dated and each.suffix.lower() == Path(name).suffix.lower() and _share_kept(each, path) >= _ENOUGH:
            return each
    return None


def _same_columns(one: Path, other: Path) -> bool:
    first = [_lines(path, 0, 1) for path in (one, other)]
    return bool(first[0]) and first[0] == first[1]


def _share_kept(old: Path, new: Path) -> float:
    """The share of the old file's rows that stand in the new one, to the letter."""
    wanted = set(_lines(old, 1, _LOOKED_AT))
    if not wanted:
        return 0.0
    seen: set[bytes] = set()
    with open(new, "rb") as file:
        while line := file.readline(_LONGEST_LINE):
            if (bare := line.rstrip(b"\r\n")) in wanted:
                seen.add(bare)
    return len(seen) / len(wanted)


def _lines(path: Path, first: int, count: int) -> list[bytes]:
    with open(path, "rb") as file:
        lines = iter(lambda: file.readline(_LONGEST_LINE), b"")
        return [line.rstrip(b"\r\n") for line in islice(lines, first, first + count)]
