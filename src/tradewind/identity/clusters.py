"""From links to groups of records, strongest link first, with guards that no chain of weak links can get around.

A link is refused where it would put into one group
- two records that a person said are apart, or two of one table that is known to be free of duplicates;
- two sides that each hold a different birth date or identifier *twice or more* (a value seen twice is no slip);
- two sides of several records each, by a weak link alone: without a rule, one pair must not join two strong people.

What a person decided by hand is held back by nothing but another decision.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradewind.identity.links import MANUAL, Link, by_strength

SURE = 0.99
"""Strength from which a single link may join two groups of several records."""

SUPPORT = 0.5
"""Share of the pairs between two groups that weaker links must make to join them."""


@dataclass(frozen=True)
class Clusters:
    """Groups of records.

    Args:
        made: links that hold them together.
        joined: those of them that brought two groups together; the others only say the same again.
        refused: links that a guard refused, with the reason.
    """

    made: list[Link]
    joined: list[Link]
    refused: list[tuple[Link, str]]


def cluster(
    links: Sequence[Link],
    apart: Collection[tuple[int, int]] = (),
    firm: Mapping[str, NDArray[np.object_]] | None = None,
    once: NDArray[np.object_] | None = None,
) -> Clusters:
    """Group records.

    Args:
        links: evidence without a doubt.
        apart: pairs of records that must never be one person.
        firm: role to (n,) present values that a person has only one of.
        once: (n,) name of the table where its records are free of duplicates, None elsewhere.
    """
    group: dict[int, int] = {}
    members: dict[int, list[int]] = {}
    foes: dict[int, set[int]] = defaultdict(set)
    for one, other in apart:
        foes[one].add(other)
        foes[other].add(one)
    beside: dict[int, set[int]] = defaultdict(set)
    for link in links:
        beside[link.left].add(link.right)
        beside[link.right].add(link.left)
        for record in link.pair:
            group[record], members[record] = record, [record]
    made, joined, refused = [], [], []
    for link in by_strength(links):
        one, other = group[link.left], group[link.right]
        if one == other:
            made.append(link)
            continue
        sides = members[one], members[other]
        reason = _refusal(link, sides, foes, beside, firm or {}, once)
        if reason:
            refused.append((link, reason))
            continue
        made.append(link)
        joined.append(link)
        small, large = sorted((one, other), key=lambda name: (len(members[name]), -name))
        for record in members[small]:
            group[record] = large
        members[large] += members.pop(small)
    return Clusters(made, joined, [(link, why) for link, why in refused if group[link.left] != group[link.right]])


def _refusal(
    link: Link,
    sides: tuple[list[int], list[int]],
    foes: Mapping[int, set[int]],
    beside: Mapping[int, set[int]],
    firm: Mapping[str, NDArray[np.object_]],
    once: NDArray[np.object_] | None,
) -> str:
    """Why two groups must not become one, or an empty string."""
    one, other = sides
    if any(not foes[record].isdisjoint(other) for record in one if record in foes):
        return "somebody said that they are apart"
    if link.rule == MANUAL:
        return ""
    if once is not None and {once[r] for r in one} & {once[r] for r in other} - {None}:
        return "both are in a table without duplicates"
    for role, values in firm.items():
        ours, theirs = _held_twice(values, one), _held_twice(values, other)
        if ours and theirs and not ours & theirs:
            return f"each has another {role.replace('_', ' ')}, seen twice"
    if len(one) > 1 and len(other) > 1 and link.strength < SURE:
        joined = sum(len(beside[record] & set(other)) for record in one)
        if joined < SUPPORT * len(one) * len(other):
            return "too few of their records are alike"
    return ""


def _held_twice(values: NDArray[np.object_], records: Sequence[int]) -> set[object]:
    if len(records) < 2:
        return set()
    counts = Counter(values[record] for record in records if values[record] is not None)
    return {value for value, count in counts.items() if count > 1}
