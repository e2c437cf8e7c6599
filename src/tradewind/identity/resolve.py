"""Records in, people out: rules first, then likeness, then groups with guards, then ids that stay."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from tradewind.core.identity import Decision
from tradewind.identity.clusters import cluster
from tradewind.identity.links import MANUAL, Link, strongest
from tradewind.identity.persons import assign, components
from tradewind.identity.records import Records
from tradewind.identity.rules import WORDS, Found, apply_rules
from tradewind.identity.tables import Judged, present_of, with_past, write_history, write_links, write_pairs

if TYPE_CHECKING:
    import pyarrow as pa

Row = dict[str, Any]
FIRM = ("birth_date", "identifier")
"""Roles of which a person has one value only."""

Compare = Callable[[Records, Sequence[Link]], tuple[list[Link], list[str]]]
"""Finds links by likeness among records that rules did not join; returns them and what people should know of it."""


@dataclass(frozen=True)
class Stated:
    """A link that the data themselves state, such as the customer that a lead became."""

    left: str
    right: str
    why: str
    known_at: datetime


@dataclass(frozen=True)
class Past:
    """What the last run left.

    Args:
        links: table `identity_links`, None before the first run.
        pairs: table `identity_pairs`.
        at: instant of the last run.
        same_settings: whether the rules were the same: then what was joined stays joined.
    """

    links: pa.Table | None = None
    pairs: pa.Table | None = None
    at: datetime | None = None
    same_settings: bool = True


@dataclass(frozen=True)
class Resolved:
    """What a run found.

    Args:
        links: rows of `identity_links` for customers and leads.
        history: rows to add to `identity_history`.
        pairs: rows of `identity_pairs`.
        records: how many records there are.
        people: how many people they are.
        by_rule: rule to how many records it joined to somebody.
        review: how many pairs need an eye.
        said: what people should know: values not used, guards, what likeness was learned from.
    """

    links: list[Row]
    history: list[Row]
    pairs: list[Row]
    records: int
    people: int
    by_rule: dict[str, int] = field(default_factory=dict)
    review: int = 0
    said: tuple[str, ...] = ()


def resolve_people(
    records: Records,
    rules: Sequence[tuple[str, ...]],
    now: datetime,
    past: Past | None = None,
    stated: Iterable[Stated] = (),
    decisions: Sequence[Decision] = (),
    shared_by: int = 5,
    compare: Compare | None = None,
    once: Sequence[str] = (),
) -> Resolved:
    """Find who is one person.

    Args:
        records: every version of every record; see `gather`.
        rules: see `apply_rules`.
        now: the instant of this run.
        past: what the last run left.
        stated: links that the data state.
        decisions: people's own words, oldest first; the last on a pair holds.
        shared_by: see `apply_rules`.
        compare: finds links by likeness; None leaves that out.
        once: kinds of record of which each person has one only.
    """
    past = past or Past()
    place = {key: number for number, key in enumerate(records.key)}
    same, apart = _decided(decisions, place)
    found = apply_rules(records, rules, shared_by)
    links = [*_stated(stated, place), *found.links, *same]
    said = _say_refused(records) + _say_unused(found, shared_by)
    if compare is not None:
        alike, told = compare(records, links)
        links += alike
        said += told
    links = [
        link for link in strongest(with_past(links, past.pairs, records, past.same_settings)) if link.pair not in apart
    ]
    sure, doubted = [link for link in links if not link.doubt], [link for link in links if link.doubt]
    only = np.array([kind if kind in once else None for kind in records.record_type], dtype=object) if once else None
    firm = {role: records.now(role) for role in FIRM if role in records.values}
    groups = cluster(sure, apart, firm, only)
    previous = None if past.at is None else _us(past.at)
    assigned = assign(records, groups.made, present_of(past.links, records), _us(now), previous, apart)
    judged = [Judged(link, "made") for link in groups.made]
    judged += [Judged(link, "refused", reason) for link, reason in groups.refused]
    root = components(groups.made)
    open_pairs = [link for link in doubted if root.get(link.left, link.left) != root.get(link.right, link.right)]
    judged += [Judged(link, "review") for link in open_pairs]
    by_rule = Counter(link.rule for link in groups.joined)
    return Resolved(
        write_links(past.links, assigned, records),
        write_history(assigned, records, _us(now)),
        write_pairs(judged, records),
        len(records),
        len(records) - len(groups.joined),
        dict(by_rule.most_common()),
        len(open_pairs),
        tuple(said),
    )


def _decided(decisions: Sequence[Decision], place: dict[str, int]) -> tuple[list[Link], dict[tuple[int, int], str]]:
    """The last word on each pair of records that are here: links by hand, and pairs to keep apart with the reason."""
    last = {}
    for decision in decisions:
        if decision.left in place and decision.right in place:
            one, other = sorted((place[decision.left], place[decision.right]))
            last[one, other] = decision
    same = [
        Link(*pair, MANUAL, 1.0, _reason(each), _us(each.decided_at))
        for pair, each in last.items()
        if each.verdict == "same"
    ]
    return same, {pair: _reason(each) for pair, each in last.items() if each.verdict == "apart"}


def _reason(decision: Decision) -> str:
    return f"{MANUAL}: {decision.why}" if decision.why else MANUAL


def _stated(stated: Iterable[Stated], place: dict[str, int]) -> list[Link]:
    links = []
    for each in stated:
        if each.left in place and each.right in place and each.left != each.right:
            one, other = sorted((place[each.left], place[each.right]))
            links.append(Link(one, other, each.why, 0.9999, each.why, _us(each.known_at)))
    return links


def _say_refused(records: Records) -> list[str]:
    said = []
    for (role, reason), count in sorted(records.refused.items()):
        plural = {"shared mailbox": "shared mailboxes", "placeholder": "placeholders"}[reason]
        are = (
            f"values of {WORDS.get(role, role)} are {plural}" if count > 1 else f"{WORDS.get(role, role)} is a {reason}"
        )
        said.append(f"{count:,} {are} and identify nobody")
    return said


def _say_unused(found: Found, shared_by: int) -> list[str]:
    return [
        f"{values:,} value{'s' if values > 1 else ''} of {rule} not used: held by {records:,} records under more than "
        f"{shared_by} names each"
        for rule, values, records in found.unused
    ]


def _us(instant: datetime) -> np.datetime64:
    return np.datetime64(instant, "us")
