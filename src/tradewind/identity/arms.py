"""Merges across the arms of a running test: who counts as held out from then on, counted by arm, nobody dropped.

Units and their arms are frozen at assignment, and the test is read on them as they were assigned (intention to treat).
A person who turns out to be units of two arms cannot be treated and left alone at once: from then on all of it is left
alone. The reading says how many of each arm that concerns.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Merge:
    """A unit that came to belong to a person.

    Args:
        unit: as it was assigned.
        person: whose it is from `known_at` on.
        known_at: naive UTC.
    """

    unit: str
    person: str
    known_at: datetime


@dataclass(frozen=True)
class CrossedArms:
    """Units whose person stands in several arms.

    Args:
        held_out_from: unit to the instant from which it counts as held out; its arm, for the reading, stays.
        by_arm: arm to how many of its units that concerns.
        people: how many persons they are.
    """

    held_out_from: Mapping[str, datetime] = field(default_factory=dict)
    by_arm: Mapping[str, int] = field(default_factory=dict)
    people: int = 0


def find_crossed(arms: Mapping[str, str], merges: Iterable[Merge], assigned_at: datetime) -> CrossedArms:
    """Return who counts as held out after merges.

    Args:
        arms: unit to arm, frozen at assignment.
        merges: in any order; where a unit came to several persons one after the other, each counts from its instant. A
            unit without one is a person of its own, named by itself.
        assigned_at: merges known before are part of the units already; they do not count.
    """
    person = {unit: unit for unit in arms}
    units: dict[str, set[str]] = defaultdict(set, {unit: {unit} for unit in arms})
    crossed: dict[str, datetime] = {}
    people: set[str] = set()
    for merge in sorted(merges, key=lambda each: (each.known_at, each.unit)):
        if merge.known_at < assigned_at or merge.unit not in arms:
            continue
        units[person[merge.unit]].discard(merge.unit)
        person[merge.unit] = merge.person
        together = units[merge.person]
        together.add(merge.unit)
        if len({arms[unit] for unit in together}) > 1:
            people.add(merge.person)
            for unit in sorted(together):
                crossed.setdefault(unit, merge.known_at)
    counts = Counter(arms[unit] for unit in crossed)
    return CrossedArms(crossed, {arm: counts[arm] for arm in sorted(set(arms.values()))}, len(people))
