"""What was found where one pointed: sources as the config names them, tables as read, and what is not used."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tradewind.sources.places import source_name
from tradewind.sources.raw import Raw

Tell = Callable[[str], None]

MOST_COLUMNS = 2_000
"""Columns that a table may have to be looked at."""


@dataclass(frozen=True)
class FoundSource:
    """A `[sources.<name>]` section.

    Args:
        name: of the section.
        settings: what stands in it.
        allow: folder outside the workspace that it needs; empty for none.
        shown: where it lies, for people.
    """

    name: str
    settings: Mapping[str, Any]
    allow: str = ""
    shown: str = ""


@dataclass(frozen=True)
class FoundTable:
    """One table that could be read.

    Args:
        name: as mappings write it (`shop.orders`).
        source: name of its source.
        shown: what people call it ("orders.csv", "book.xlsx, sheet Orders").
        raw: its rows.
        fill_down: columns written only on the first row of each group.
    """

    name: str
    source: str
    shown: str
    raw: Raw
    fill_down: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ignored:
    """A file, sheet or table that is not used, and why.

    Args:
        shown: what people call it.
        why: in plain words.
        trouble: whether it looks like data that could not be read.
    """

    shown: str
    why: str
    trouble: bool = False


@dataclass
class Found:
    """Everything that was found.

    Args:
        sources: sections of the config.
        tables: what could be read.
        ignored: what is not used.
        variables: environment variables that the config needs, with the address that each must hold.
    """

    sources: list[FoundSource] = field(default_factory=list)
    tables: list[FoundTable] = field(default_factory=list)
    ignored: list[Ignored] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict, repr=False)

    def add(self, source: FoundSource, tables: Sequence[FoundTable]) -> None:
        """Take a source with the tables read from it."""
        self.sources.append(source)
        self.tables.extend(tables)

    def name_for(self, text: str) -> str:
        """Return a name for a source that no other one has."""
        return source_name(text, [source.name for source in self.sources])


def with_names_once(raw: Raw) -> Raw:
    """Give columns of one name a number each, as expressions may write them: `Amount (1)`, `Amount (2)`."""
    names = list(raw.data.column_names)
    if len(set(names)) == len(names):
        return raw
    seen: dict[str, int] = {}
    numbered = []
    for name in names:
        if names.count(name) > 1:
            seen[name] = seen.get(name, 0) + 1
            name = f"{name} ({seen[name]})"
        numbered.append(re.sub(r"\s+", " ", name))
    return replace(raw, data=raw.data.rename_columns(numbered), names=tuple(numbered))
