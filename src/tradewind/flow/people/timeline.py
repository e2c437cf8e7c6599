"""What happened with one customer, company, lead or deal: newest first, by day, and since when it was known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tradewind.core.errors import ConfigError, Problem
from tradewind.core.visitor import Visitor
from tradewind.flow.people.aliases import aliases_for
from tradewind.flow.people.facts import Facts, open_facts
from tradewind.flow.people.timeline_sql import Part, moments
from tradewind.flow.people.timeline_waiting import waiting_moments
from tradewind.report.numbers import say_day, say_money
from tradewind.store.state_connection import from_micros, to_micros
from tradewind.store.workspace import Workspace

MOST_PEOPLE = 500
"""People of a company whose doings are shown with it."""


@dataclass(frozen=True)
class Moment:
    """One thing that happened, or several alike on one day.

    Args:
        kind: order, event, touch, text, activity, stage, subscription, consent, lead, deal, outcome.
        title: what.
        detail: more of it; empty where there is none, or it is not for this visitor.
        amount: money that goes with it, in words.
        who: who did it, or whom of a company it is about.
        time: local time of day.
        known: since when it was known, where that is later than the day on which it happened.
        times: how often it happened that day.
        waiting: whether it came in live and no run has read it yet: it is not in the answers of the last run.
    """

    kind: str
    title: str
    detail: str
    amount: str
    who: str
    time: str
    known: str
    times: int = 1
    waiting: bool = False


@dataclass(frozen=True)
class Day:
    """The moments of one local day, newest first."""

    day: date
    moments: tuple[Moment, ...]


@dataclass(frozen=True)
class Timeline:
    """A page of moments.

    Args:
        days: newest first.
        next: where the next page begins; empty on the last.
    """

    days: tuple[Day, ...]
    next: str


def timeline(
    workspace: Workspace, visitor: Visitor, entity: str, key: str, begin: str = "", limit: int = 60
) -> Timeline:
    """Return a page of what happened.

    Args:
        workspace: an open workspace.
        visitor: who asks; what people wrote is shown to who may see contact data.
        entity: key column.
        key: which one; that he may see it is for the caller to ask.
        begin: where the page before ended.
        limit: moments of a page.
    Raises:
        ConfigError: `begin` was not made here.
    """
    facts = open_facts(workspace)
    before, skip = _begin(begin, workspace)
    people = _people(facts, key) if entity == "account_id" else []
    rows = _stored(moments(facts, entity, key, people), facts, before, limit + 1, skip)
    shown, more = rows[:limit], rows[limit:]
    waiting = [row for row in waiting_moments(workspace, entity, key, people) if row["happened_at"] <= before]
    following = ""
    if more:
        last = shown[-1]["happened_at"]
        same = sum(row["happened_at"] == last for row in shown)
        following = f"{to_micros(last)}.{same + (skip if last == before else 0)}"
        waiting = [row for row in waiting if row["happened_at"] > last]
    if waiting:  # each stands on the page of what happened about when it did
        shown = sorted([*shown, *waiting], key=lambda row: row["happened_at"], reverse=True)
    known = aliases_for(workspace, visitor.sees_personal)
    shown = [{name: known.cell(name, value) for name, value in row.items()} for row in shown]
    return Timeline(tuple(_days(workspace, visitor, shown)), following)


def _stored(parts: list[Part], facts: Facts, before: datetime, limit: int, skip: int) -> list[dict[str, Any]]:
    if not parts:
        return []
    sql = " UNION ALL ".join(part for part, _ in parts)
    values = [value for _, given in parts for value in given]
    return facts.rows(
        f"SELECT * FROM ({sql}) WHERE happened_at IS NOT NULL AND happened_at <= ? "
        f"ORDER BY happened_at DESC, kind, title, detail, amount, who, known_at LIMIT {limit} OFFSET {skip}",
        [*values, before],
    )


def _begin(begin: str, workspace: Workspace) -> tuple[datetime, int]:
    if not begin:
        return workspace.clock() + timedelta(days=1), 0
    micros, _, skip = begin.partition(".")
    try:
        if not 0 <= int(skip) <= 100_000:
            raise ValueError(skip)
        return from_micros(int(micros)), int(skip)
    except (ValueError, OverflowError) as error:
        raise ConfigError(Problem("from", "no page begins there", begin[:80], "the next page's")) from error


def _people(facts: Facts, account: str) -> list[str]:
    if not facts.has("customers", "account_id"):
        return []
    found = facts.rows(
        f"SELECT customer_id FROM customers WHERE account_id = ? AND valid_to IS NULL "
        f"ORDER BY customer_id LIMIT {MOST_PEOPLE}",
        [account],
    )
    return [str(row["customer_id"]) for row in found]


def _days(workspace: Workspace, visitor: Visitor, rows: list[dict[str, object]]) -> Iterator[Day]:
    zone, currency = ZoneInfo(workspace.config.workspace.timezone), workspace.config.workspace.currency
    day: date | None = None
    held: list[Moment] = []
    for row in rows:
        happened = row["happened_at"]
        assert isinstance(happened, datetime)
        local = happened.replace(tzinfo=UTC).astimezone(zone)
        if day is not None and local.date() != day:
            yield Day(day, tuple(held))
            held = []
        day = local.date()
        moment = _moment(row, local, zone, currency, visitor)
        if held and replace(held[-1], time=moment.time, times=1) == moment:
            held[-1] = replace(held[-1], times=held[-1].times + 1)
        else:
            held.append(moment)
    if day is not None:
        yield Day(day, tuple(held))


def _moment(row: dict[str, object], local: datetime, zone: ZoneInfo, currency: str, visitor: Visitor) -> Moment:
    known, amount = row["known_at"], row["amount"]
    late = ""
    if isinstance(known, datetime):
        day = known.replace(tzinfo=UTC).astimezone(zone).date()
        late = say_day(day) if day > local.date() else ""
    detail = "" if row["private"] and not visitor.sees_personal else str(row["detail"] or "")
    money = say_money(float(amount), currency) if isinstance(amount, float) else ""
    clock = f"{local:%H:%M}"
    return Moment(
        str(row["kind"]), str(row["title"] or ""), detail, money, str(row["who"] or ""),
        "" if clock == "00:00" else clock, late, waiting=bool(row.get("waiting")),
    )  # fmt: skip
