"""Visitors: an anonymous id belongs to the one person it was seen with, from then on, until it is seen with another.

A device that two people use belongs to neither: from the moment the second was seen, its link ends.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

Sighting = tuple[str, str, datetime]
"""Anonymous id, customer id, the first moment at which it was known that both were one event's."""


def link_visitors(sightings: Iterable[Sighting], links: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the versions of whose each anonymous id is, as rows of `identity_links`.

    Args:
        sightings: every pair of anonymous id and customer id, once.
        links: the versions of customer records, for which customers are one person when.
    """
    versions: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in links:
        if row["record_type"] == "customer":
            versions[row["record_id"]].append(row)
    seen: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
    for visitor, customer, when in sightings:
        seen[visitor].append((when, customer))
    rows: list[dict[str, Any]] = []
    for visitor in sorted(seen):
        rows += _versions_of(visitor, sorted(seen[visitor]), versions)
    return rows


def _versions_of(
    visitor: str, seen: list[tuple[datetime, str]], versions: Mapping[str, list[Mapping[str, Any]]]
) -> list[dict[str, Any]]:
    first, customer = seen[0]
    if len(seen) == 1:
        return [_row(visitor, customer, first, None)]
    moments = {when for when, _ in seen}
    moments |= {row["known_at"] for _, name in seen for row in versions.get(name, ()) if row["known_at"] > first}
    rows: list[dict[str, Any]] = []
    for when in sorted(moments):
        people = {_person_at(name, when, versions) for since, name in seen if since <= when}
        belongs = len(people) == 1
        running = bool(rows) and rows[-1]["valid_to"] is None
        if belongs and not running:
            rows.append(_row(visitor, customer, when, None))
        elif running and not belongs:
            rows[-1]["valid_to"] = when
    return rows


def _person_at(customer: str, when: datetime, versions: Mapping[str, list[Mapping[str, Any]]]) -> str:
    for row in versions.get(customer, ()):
        if row["known_at"] <= when and (row["valid_to"] is None or row["valid_to"] > when):
            return str(row["person_id"])
    return customer


def _row(visitor: str, customer: str, known_at: datetime, valid_to: datetime | None) -> dict[str, Any]:
    return {
        "record_type": "anonymous",
        "record_id": visitor,
        "person_id": None,
        "customer_id": customer,
        "why": "seen together in one event",
        "since": known_at,
        "known_at": known_at,
        "valid_to": valid_to,
    }
