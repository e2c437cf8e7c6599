"""Ids that stay: who each record is, as versions in known time, and every move from one person to another.

A person's id is the key of the record it was founded by. It never changes because other records came: where two people
turn out to be one, the senior's id is kept, and where one turns out to be two, each part takes back its own.
Seniority is that of the load that first saw a record, then of the moment at which the record was known.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from tradewind.identity.links import Link
from tradewind.identity.records import Records


@dataclass(frozen=True)
class Membership:
    """One version of who a record is.

    Args:
        record: place of the record.
        person: place of the record that founded the person.
        customer: place of the customer record that stands for the person, or −1 where it has none.
        why: what brought it here.
        known_at: since when.
    """

    record: int
    person: int
    customer: int
    why: str
    known_at: np.datetime64


@dataclass(frozen=True)
class Move:
    """A record that went from one person to another, once.

    Args:
        record: place of the record.
        source: place of the record that founded the person it left.
        target: the same of the person it came to.
        why: in words.
        known_at: since when.
    """

    record: int
    source: int
    target: int
    why: str
    known_at: np.datetime64


@dataclass
class _Book:
    """People as they are at one moment of the replay."""

    records: Records
    person: dict[int, int] = field(default_factory=dict)
    members: dict[int, list[int]] = field(default_factory=dict)
    customer: dict[int, int] = field(default_factory=dict)
    written: list[Membership] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    shown: dict[int, tuple[int, int]] = field(default_factory=dict)

    def person_of(self, record: int) -> int:
        return self.person.get(record, record)

    def members_of(self, person: int) -> list[int]:
        return self.members.setdefault(person, [person])

    def own_customer(self, record: int) -> int:
        return record if self.records.record_type[record] == "customer" else -1

    def customer_of(self, person: int) -> int:
        return self.customer.get(person, self.own_customer(person))

    def write(self, person: int, why: str, known_at: np.datetime64) -> None:
        """Note a new version for every member whose person or customer is no longer as it was shown."""
        now = (person, self.customer_of(person))
        for record in self.members_of(person):
            if self.shown.get(record, (record, self.own_customer(record))) != now:
                self.shown[record] = now
                self.written.append(Membership(record, *now, why, known_at))


@dataclass(frozen=True)
class Assigned:
    """What a run of identity did to people.

    Args:
        memberships: new versions, in the order of known time.
        moves: every move, in the same order.
    """

    memberships: list[Membership]
    moves: list[Move]


def assign(
    records: Records,
    links: Sequence[Link],
    present: Mapping[int, tuple[int, int]],
    now: np.datetime64,
    previous: np.datetime64 | None,
    apart: Mapping[tuple[int, int], str] | None = None,
) -> Assigned:
    """Bring people in line with the links that hold.

    Args:
        records: places are in order of seniority.
        links: made by `cluster`, all of them.
        present: record to (person, customer) as the last run left them; empty before the first.
        now: the instant of this run.
        previous: that of the run before; None makes this the first. A link whose evidence an earlier run had already
            seen, without making it, is known from now: what was known last week stays as it was.
        apart: pairs that somebody said are two people, with the reason.
    """
    book = _Book(records)
    for record, (person, customer) in present.items():
        book.person[record], book.shown[record] = person, (person, customer)
        book.customer[person] = customer
    for record in present:
        book.members.setdefault(book.person[record], []).append(record)
    for person, members in book.members.items():
        if person not in members and book.person_of(person) == person:
            members.append(person)
    touched = _split(book, links, now, apart or {})
    early = np.datetime64("1677-09-22", "us")
    timed = [
        (max(_known(link, now, previous), *(touched.get(record, early) for record in link.pair)), link)
        for link in links
    ]
    for when, link in sorted(timed, key=lambda each: (each[0], -each[1].strength, each[1].pair)):
        _join(book, link, when)
    return Assigned(book.written, book.moves)


def _known(link: Link, now: np.datetime64, previous: np.datetime64 | None) -> np.datetime64:
    return now if previous is not None and link.known_at < previous else link.known_at


def _join(book: _Book, link: Link, when: np.datetime64) -> None:
    one, other = book.person_of(link.left), book.person_of(link.right)
    if one == other:
        return
    kept, gone = min(one, other), max(one, other)
    for record in book.members_of(gone):
        book.moves.append(Move(record, gone, kept, link.why, when))
        book.person[record] = kept
    customers = [customer for customer in (book.customer_of(kept), book.customer_of(gone)) if customer >= 0]
    book.members_of(kept).extend(book.members.pop(gone))
    book.customer[kept] = customers[0] if customers else -1
    book.customer.pop(gone, None)
    book.write(kept, link.why, when)


def _split(
    book: _Book, links: Iterable[Link], now: np.datetime64, apart: Mapping[tuple[int, int], str]
) -> dict[int, np.datetime64]:
    """Take apart people whose links no longer hold; return the records concerned and the instant."""
    root = components(links)
    touched: dict[int, np.datetime64] = {}
    for person in sorted(book.members):
        members = sorted(book.members[person])
        parts: dict[int, list[int]] = defaultdict(list)
        for record in members:
            parts[root.get(record, record)].append(record)
        if len(parts) < 2:
            continue
        own, inside = root.get(person, person), set(members)
        why = next((each for pair, each in apart.items() if inside.issuperset(pair)), "no longer held to be one person")
        for name, part in parts.items():
            touched.update(dict.fromkeys(part, now))
            founder = person if name == own else part[0]
            for record in part if founder != person else ():
                book.moves.append(Move(record, person, founder, why, now))
                book.person[record] = founder
            book.members[founder] = part
            book.customer[founder] = next((r for r in part if book.own_customer(r) >= 0), -1)
            book.write(founder, why, now)
    return touched


def components(links: Iterable[Link]) -> dict[int, int]:
    """Return each linked record's group, named by its senior record (union-find with path halving)."""
    root: dict[int, int] = {}

    def find(record: int) -> int:
        while root.setdefault(record, record) != record:
            root[record] = root[root[record]]
            record = root[record]
        return record

    for link in links:
        one, other = find(link.left), find(link.right)
        root[max(one, other)] = min(one, other)
    return {record: find(record) for record in list(root)}
