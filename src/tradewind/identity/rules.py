"""Rules: two records are one person when they hold the same value, with guards against values that many people share.

Within one value, records of one name are joined to the senior of them; the names themselves, at most `shared_by`, are
then compared with each other. So the number of links grows with the records, not with their square.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from tradewind.identity.compare import compare_names
from tradewind.identity.links import Link
from tradewind.identity.records import Records

STRENGTH: Mapping[str, float] = {"identifier": 0.9999, "email": 0.999, "phone": 0.995}
"""How far rules are trusted against each other, by the first role in them; others 0.99. Ranks, not measured."""

MOST_NAMELESS = 50
"""Records without a name that may share a value before it is not used."""

WORDS = {
    "email": "e-mail", "birth_date": "birth date", "given_name": "given name", "house_number": "house number",
}  # fmt: skip


@dataclass(frozen=True)
class Found:
    """What rules found.

    Args:
        links: evidence, those with a doubt among it.
        unused: (rule, how many values, how many records): values that too many people share.
    """

    links: list[Link]
    unused: list[tuple[str, int, int]]


def usual_rules(roles: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the rules that a set of roles allows, the most trusted first."""
    has = set(roles)
    named = {"name", "surname"} & has
    rules: list[tuple[str, ...]] = [("identifier",)] if "identifier" in has else []
    rules += [("email",)] if "email" in has else []
    if named and "phone" in has:
        rules.append(("phone", "surname" if "surname" in has else "name"))
    if named and {"birth_date", "postcode"} <= has:
        full = ("given_name", "surname") if {"given_name", "surname"} <= has else ("name",)
        rules.append((*full, "birth_date", "postcode"))
    return rules


def apply_rules(records: Records, rules: Sequence[tuple[str, ...]], shared_by: int = 5) -> Found:
    """Find the pairs of records that rules say are one person.

    Args:
        records: every version counts: who once had an e-mail is still the person who had it.
        rules: each names the roles whose values must all be equal.
        shared_by: a value held under more different names than this is not used.
    """
    found, unused = Found([], []), []
    names, given = _names(records), records.now("given_name") if "given_name" in records.values else None
    for rule in rules:
        if any(role not in records.values for role in rule):
            continue
        values = records_by_value(records, rule)
        crowded = {value: held for value, held in values.items() if _is_crowded(held, names, shared_by)}
        if crowded:
            unused.append((" + ".join(rule), len(crowded), sum(map(len, crowded.values()))))
        for value, held in values.items():
            if len(held) > 1 and value not in crowded:
                found.links.extend(_links_of_value(rule, held, names, given))
    return Found(found.links, unused)


def records_by_value(records: Records, rule: tuple[str, ...]) -> dict[str, dict[int, np.datetime64]]:
    """Return each value of a rule that stands more than once, with the records that ever held it and since when."""
    columns = [records.values[role] for role in rule]
    known = np.maximum.reduce([records.evident_at[role] for role in rule])
    complete = np.logical_and.reduce([column != None for column in columns])  # noqa: E711
    rows = np.flatnonzero(complete)
    keys = (
        columns[0][rows]
        if len(columns) == 1
        else ["\x1f".join(parts) for parts in zip(*(c[rows] for c in columns), strict=True)]
    )
    often = Counter(keys)
    values: dict[str, dict[int, np.datetime64]] = defaultdict(dict)
    for row, value in zip(rows, keys, strict=True):
        if often[value] < 2:
            continue
        record, when = int(records.of[row]), known[row]
        held = values[value]
        if record not in held or when < held[record]:
            held[record] = when
    return values


def _names(records: Records) -> NDArray[np.object_]:
    """Each record's present name as (given, surname) or (name,), None where it has none."""
    parts = [records.now(role) for role in ("given_name", "surname") if role in records.values]
    whole = records.now("name") if "name" in records.values else np.full(len(records), None, dtype=object)
    found = np.full(len(records), None, dtype=object)
    for place in range(len(records)):
        words = " ".join(part[place] for part in parts if part[place] is not None) or whole[place]
        found[place] = " ".join(sorted(words.split())) if words else None
    return found


def _is_crowded(held: Mapping[int, np.datetime64], names: NDArray[np.object_], shared_by: int) -> bool:
    if len(held) <= shared_by:
        return False
    known = {names[record] for record in held} - {None}
    return len(known) > shared_by or sum(names[record] is None for record in held) > MOST_NAMELESS


def _links_of_value(
    rule: tuple[str, ...],
    held: Mapping[int, np.datetime64],
    names: NDArray[np.object_],
    given: NDArray[np.object_] | None,
) -> list[Link]:
    groups: dict[str | None, list[int]] = defaultdict(list)
    for record in sorted(held):
        groups[names[record]].append(record)
    said = f"same {' and '.join(WORDS.get(role, role) for role in rule)}"
    strength, links = STRENGTH.get(rule[0], 0.99), []
    for group in groups.values():
        for record in group[1:]:
            when = max(held[group[0]], held[record])
            links.append(Link(group[0], record, " + ".join(rule), strength, said, when))
    for one, other in combinations(sorted(group[0] for group in groups.values()), 2):
        agreement = compare_names(names[one], names[other])
        same_given = given is not None and given[one] is not None and given[one] == given[other]
        believed = same_given or rule[0] not in ("email", "phone")
        when = max(held[one], held[other])
        doubt = agreement.words if agreement.conflict and not believed else ""
        words = "; ".join(part for part in (said, agreement.words) if part)
        links.append(Link(one, other, " + ".join(rule), strength * agreement.share, words, when, doubt))
    return links
