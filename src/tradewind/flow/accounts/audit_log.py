"""The record of who did what as people read it: names beside ids, a page at a time, and as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import get_args
from urllib.parse import urlencode

from tradewind.core.accounts import AuditEntry, Did
from tradewind.core.errors import ConfigError, Problem
from tradewind.flow.accounts.door import Accounts
from tradewind.flow.lists.morning_list import neutral
from tradewind.govern.audit import KEPT
from tradewind.govern.people import list_people
from tradewind.govern.tokens import list_tokens
from tradewind.store.audit_state import Wanted

PAGE = 100
"""Lines on a page."""

MOST = 200_000
"""Lines in a file."""

DIDS: tuple[Did, ...] = get_args(Did)


@dataclass(frozen=True)
class Asked:
    """Which lines are asked for, as an address says it; what is empty does not narrow.

    Args:
        who: id of a user or token.
        did: what was done.
        entity: kind of thing.
        entity_id: which thing.
        since: first day.
        until: last day.
        before: mark of the last line seen, to read on from there.
    """

    who: str = ""
    did: str = ""
    entity: str = ""
    entity_id: str = ""
    since: str = ""
    until: str = ""
    before: str = ""


@dataclass(frozen=True)
class Line:
    """One line of the record.

    Args:
        entry: as it was written.
        who: name of the user or token, where there still is one.
        more: the details, as words.
    """

    entry: AuditEntry
    who: str
    more: str


@dataclass(frozen=True)
class AuditPage:
    """A page of the record.

    Args:
        asked: what was asked for.
        lines: the newest first.
        people: id to name, to choose from.
        further: query of the page that follows; empty at the end.
        query: query of the file with the same lines.
        kept_days: how long lines are kept.
    """

    asked: Asked
    lines: tuple[Line, ...]
    people: Mapping[str, str]
    further: str
    query: str
    kept_days: int


def audit_page(accounts: Accounts, asked: Asked) -> AuditPage:
    """Return a page of the record.

    Raises:
        ConfigError: a day is none.
    """
    names = _names(accounts)
    entries = accounts.audit.read(_wanted(asked), PAGE + 1, _mark(asked.before))
    lines = tuple(_line(entry, names) for entry in entries[:PAGE])
    query = {name: value for name, value in vars(replace(asked, before="")).items() if value}
    further = ""
    if len(entries) > PAGE:
        last = entries[PAGE - 1]
        further = urlencode({**query, "before": f"{last.at.isoformat()} {last.audit_id}"})
    return AuditPage(asked, lines, names, further, urlencode(query), KEPT.days)


def audit_csv(accounts: Accounts, asked: Asked) -> str:
    """Return the lines as a CSV file that no spreadsheet runs.

    Raises:
        ConfigError: a day is none.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(["at_utc", "who", "name", "kind", "did", "entity", "entity_id", "origin", "details"])
    names = _names(accounts)
    for entry in accounts.audit.read(_wanted(replace(asked, before="")), MOST):
        line = _line(entry, names)
        cells = [entry.at.isoformat(), entry.who, line.who, entry.kind, entry.did, entry.entity, entry.entity_id]
        writer.writerow([neutral(cell) for cell in (*cells, entry.origin, line.more)])
    return text.getvalue()


def _names(accounts: Accounts) -> dict[str, str]:
    state = accounts.state()
    names = {user.user_id: user.name for user in list_people(state)}
    return names | {token.token_id: f"{token.name} ({token.kind})" for token in list_tokens(state)}


def _line(entry: AuditEntry, names: Mapping[str, str]) -> Line:
    more = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in sorted(entry.details.items()))
    unknown = "" if entry.kind in ("nobody", "terminal") else "no longer here"
    return Line(entry, names.get(entry.who, unknown or entry.who), more)


def _wanted(asked: Asked) -> Wanted:
    until = _day(asked.until, "until")
    return Wanted(
        asked.who, asked.did, asked.entity, asked.entity_id, _day(asked.since, "since"),
        None if until is None else until + timedelta(days=1),
    )  # fmt: skip


def _day(text: str, where: str) -> datetime | None:
    if not text.strip():
        return None
    try:
        day = date.fromisoformat(text.strip())
        return datetime(day.year, day.month, day.day) if day.year < 9999 else None
    except ValueError:
        raise ConfigError(Problem(where, "this is no day", text[:40], "2026-11-30")) from None


def _mark(text: str) -> tuple[datetime, str] | None:
    at, _, audit_id = text.partition(" ")
    try:
        return (datetime.fromisoformat(at).replace(tzinfo=None), audit_id) if audit_id else None
    except ValueError:
        return None
