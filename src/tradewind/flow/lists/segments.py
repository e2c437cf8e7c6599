"""Groups of people that the answers already set apart: worth contacting or not, lights, tiers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from tradewind.core.words import say
from tradewind.flow.kept import keep
from tradewind.flow.today.make import standing, standing_lists
from tradewind.store.tables import read_columns
from tradewind.store.workspace import Workspace

MARKS = ("light", "tier", "worth_contacting")
"""Columns of lists that set groups apart, the most telling first."""


@dataclass(frozen=True)
class Group:
    """One group.

    Args:
        name: in plain words.
        count: how many are in it.
        share: of all on the list.
    """

    name: str
    count: int
    share: float


@dataclass(frozen=True)
class Grouping:
    """The groups of one list.

    Args:
        question: whose list.
        title: in plain words.
        people: what those on it are called.
        table: its table.
        whole: how many are on it.
        groups: its groups.
    """

    question: str
    title: str
    people: str
    table: str
    whole: int
    groups: tuple[Group, ...]


def find_groups(workspace: Workspace) -> tuple[Grouping, ...]:
    """Return the groups that the present answers set apart; none before the first update."""
    return keep(workspace, "groups", lambda: _groups(workspace))


def _groups(workspace: Workspace) -> tuple[Grouping, ...]:
    published, tables = standing(workspace), workspace.manifest().tables
    found = []
    for name, acting in standing_lists(workspace).acting.items():
        finding = published.find(name) if published is not None else None
        if finding is None or acting.table not in tables:
            continue
        rows = read_columns(workspace.root, tables[acting.table], MARKS)
        column = next((each for each in MARKS if each in rows.column_names and rows[each].null_count < len(rows)), "")
        if column:
            counts = Counter(rows[column].to_pylist())
            groups = _named(column, counts, len(rows))
            found.append(Grouping(name, finding.title, finding.people, acting.table, len(rows), groups))
    return tuple(found)


def _named(column: str, counts: Counter[object], whole: int) -> tuple[Group, ...]:
    if column == "worth_contacting":
        named = [(say("segments.worth"), counts[True]), (say("segments.rest"), counts[False] + counts[None])]
    else:
        order = sorted(counts, key=lambda value: (_LIGHTS.get(str(value).split()[-1], 9), str(value)))
        label = "segments.light" if column == "light" else "segments.tier"
        named = [(say(label, which=str(value)), counts[value]) for value in order if value is not None]
    return tuple(Group(name, count, count / whole if whole else 0.0) for name, count in named)


_LIGHTS = {"red": 0, "amber": 1, "green": 2}
