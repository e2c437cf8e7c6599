"""The tables of identity as stored: links as versions, history that only grows, evidence, and what needs an eye."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from tradewind.core.identity import split_key
from tradewind.identity.links import MANUAL, SIMILARITY, Link
from tradewind.identity.persons import Assigned
from tradewind.identity.records import Records

if TYPE_CHECKING:
    import pyarrow as pa

_TEXTS = ("record_type", "record_id", "person_id", "customer_id", "why", "from_person", "to_person", "left", "right",
          "rule", "doubt", "state", "account_id", "name", "domain", "parent_account_id")  # fmt: skip
_TIMES = ("since", "known_at", "valid_to", "recorded_at")
LINK_COLUMNS = ("record_type", "record_id", "person_id", "customer_id", "why", "since", "known_at", "valid_to")
HISTORY_COLUMNS = ("record_type", "record_id", "from_person", "to_person", "why", "known_at", "recorded_at")
ACCOUNT_COLUMNS = ("account_id", "name", "domain", "parent_account_id", "records", "known_at")
MEMBER_COLUMNS = ("record_type", "record_id", "account_id", "why", "known_at")
PAIR_COLUMNS = ("left", "right", "rule", "strength", "probability", "why", "known_at", "state", "doubt")


def table_of(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> pa.Table:
    """Return rows as a table with the types that these columns always have."""
    import pyarrow as pa

    kinds = {**dict.fromkeys(_TEXTS, pa.string()), **dict.fromkeys(_TIMES, pa.timestamp("us"))}
    schema = pa.schema([(name, kinds.get(name, pa.float64())) for name in columns])
    return pa.Table.from_pylist(list(rows), schema=schema)


def present_of(links: pa.Table | None, records: Records) -> dict[int, tuple[int, int]]:
    """Return each linked record's place with the places of its person and its customer, as the last run left them."""
    if links is None:
        return {}
    place = {key: number for number, key in enumerate(records.key)}
    found: dict[int, tuple[int, int]] = {}
    for row in links.to_pylist():
        if row["valid_to"] is not None or row["record_type"] == "anonymous":
            continue
        key = row["record_id"] if row["record_type"] == "customer" else f"{row['record_type']}:{row['record_id']}"
        if key in place and row["person_id"] in place:
            found[place[key]] = (place[row["person_id"]], place.get(row["customer_id"], -1))
    return found


def write_links(old: pa.Table | None, assigned: Assigned, records: Records) -> list[dict[str, Any]]:
    """Return every version of who a record is: the old ones, closed where a new one begins, and the new ones."""
    rows = [] if old is None else [row for row in old.to_pylist() if row["record_type"] != "anonymous"]
    newest = {(row["record_type"], row["record_id"]): row for row in rows if row["valid_to"] is None}
    for member in assigned.memberships:
        kind, name = split_key(records.key[member.record])
        when = _instant(member.known_at)
        before = newest.get((kind, name))
        if before is not None:
            before["valid_to"] = when
        row = {
            "record_type": kind,
            "record_id": name,
            "person_id": records.key[member.person],
            "customer_id": records.key[member.customer] if member.customer >= 0 else None,
            "why": member.why,
            "since": _instant(records.known_at[member.record]),
            "known_at": when,
            "valid_to": None,
        }
        rows.append(row)
        newest[kind, name] = row
    return [row for row in rows if row["valid_to"] is None or row["valid_to"] > row["known_at"]]


def write_history(assigned: Assigned, records: Records, now: np.datetime64) -> list[dict[str, Any]]:
    """Return the moves of one run."""
    rows = []
    for move in assigned.moves:
        kind, name = split_key(records.key[move.record])
        rows.append(
            {
                "record_type": kind,
                "record_id": name,
                "from_person": records.key[move.source],
                "to_person": records.key[move.target],
                "why": move.why,
                "known_at": _instant(move.known_at),
                "recorded_at": _instant(now),
            }
        )
    return rows


@dataclass(frozen=True)
class Judged:
    """A link and what became of it: `made`, `refused` or `review`."""

    link: Link
    state: str
    reason: str = ""


def write_pairs(judged: Iterable[Judged], records: Records) -> list[dict[str, Any]]:
    """Return the evidence as rows; a rule has no probability."""
    return [
        {
            "left": records.key[each.link.left],
            "right": records.key[each.link.right],
            "rule": each.link.rule,
            "strength": each.link.strength,
            "probability": each.link.strength if each.link.rule == SIMILARITY else None,
            "why": each.link.why,
            "known_at": _instant(each.link.known_at),
            "state": each.state,
            "doubt": each.reason or each.link.doubt,
        }
        for each in judged
    ]


def with_past(links: Sequence[Link], pairs: pa.Table | None, records: Records, keep: bool) -> list[Link]:
    """Give links that were made before the moment they were known from then; add those not found again.

    Args:
        links: found in this run.
        pairs: the evidence of the last run.
        records: of this run.
        keep: whether links that are not found again stay: they do, unless the settings that made them changed.
    """
    if pairs is None:
        return list(links)
    place = {key: number for number, key in enumerate(records.key)}
    made = {}
    for row in pairs.to_pylist():
        if row["state"] == "made" and row["left"] in place and row["right"] in place:
            one, other = sorted((place[row["left"]], place[row["right"]]))
            when = np.datetime64(row["known_at"], "us")
            made[one, other] = Link(one, other, row["rule"], row["strength"], row["why"], when)
    found = {link.pair for link in links}
    known = [
        replace(link, known_at=min(link.known_at, made[link.pair].known_at)) if link.pair in made else link
        for link in links
    ]
    return known + [link for pair, link in sorted(made.items()) if keep and pair not in found and link.rule != MANUAL]


def _instant(when: np.datetime64) -> Any:
    return when.astype("datetime64[us]").item()
