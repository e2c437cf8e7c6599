"""The morning list: whom to work on today, with name, chance, worth, reasons, what to do and what was said last."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tradewind.core.feedback import Feedback
from tradewind.core.words import say
from tradewind.flow.depends import today_of
from tradewind.flow.feedback import handled
from tradewind.flow.names import owners_of, say_names
from tradewind.flow.question import Question
from tradewind.flow.questions import find_question
from tradewind.flow.worklist import INFLUENCES, REASONS, SCORE_COLUMNS, Source, read_source
from tradewind.report.numbers import say_day, say_money, say_of_100
from tradewind.store.workspace import Workspace

MARKS, WHY, WHAT_TO_DO = ("light", "tier"), ("reason", "why"), ("what_to_do", "task")
"""Columns of an analysis that are read out: how it stands, why, and what to do."""

HIDDEN = (
    "_low", "_high", "_low_days", "_high_days", "_median_days", "cutoff", "owner", "account_id", "account", "company",
    "group_1", "group_2", "group_3",
)  # fmt: skip
"""Ends of names of columns that are not read out: ends of ranges, and what stands in the heading already."""

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A cell that begins so would be run by a spreadsheet."""

SPOKEN = ("task", "reason")
"""Columns of a list without scores that are read out, in this order."""
SHOWN = ("owner", "light", "amount", "account", "cutoff")
"""Columns of a list without scores that its first line shows, or its heading."""
OF_100 = ("won_in_the_end", "tier_rate")
"""Columns of shares."""
GROUPS = ("group_1", "group_2", "group_3")
"""Columns that say to which part of the business a reason belongs."""
SAID_IN_WORDS = ("leave_median_days", "leave_low_days", "leave_high_days")
"""Columns that another one says in words."""


@dataclass(frozen=True)
class Row:
    """One row of a list.

    Args:
        rank: place on the whole list, 1 is first.
        entity_id: who.
        who: name and company, as far as they are known.
        owner: who works on it; empty where nobody knows.
        chance: "31 of 100", the amount expected, or how an analysis says that it stands.
        worth: what a success is worth in money; empty where nobody knows.
        reasons: at most three, as sentences.
        do: what to do about this one; empty where it is the same for all.
        more: further columns, as (name in plain words, value).
        last: what was said of it last.
    """

    rank: int
    entity_id: str
    who: str
    owner: str = ""
    chance: str = ""
    worth: str = ""
    reasons: tuple[str, ...] = ()
    do: str = ""
    more: tuple[tuple[str, str], ...] = ()
    last: str = ""


@dataclass(frozen=True)
class MorningList:
    """Whom to work on today.

    Args:
        question: name of the question.
        title: in plain words.
        action: what to do.
        people: what those on the list are called.
        as_of: the local day as of which it was made.
        rows: the first of them.
        on_list: how many there are in all, handled ones not counted.
        handled: how many are left out because somebody worked on them or put them off.
        table: the table behind it.
        entity: the column of it that names whom a row is about.
        owners: names of those who own rows, most rows first.
        caveat: what the last report says to do where the list is no better than a rule or than chance; else empty.
    """

    question: str
    title: str
    action: str
    people: str
    as_of: date | None
    rows: tuple[Row, ...]
    on_list: int
    handled: int
    table: str
    entity: str
    owners: tuple[str, ...] = field(default_factory=tuple)
    caveat: str = ""


def morning_list(workspace: Workspace, name: str, owner: str = "", top: int = 20) -> MorningList:
    """Return whom to work on today.

    Args:
        workspace: an open workspace.
        name: of the question.
        owner: only what this person owns; everybody's where empty.
        top: at most so many rows.
    Raises:
        ConfigError: there is no such question.
        NotAnswerable: no run has made a list of it.
    """
    question = find_question(workspace.config, name)
    source = read_source(workspace, question)
    feedback = workspace.state().feedback(name)
    zone = workspace.config.workspace.timezone
    resting = handled(feedback, question, today_of(workspace), zone)
    owners = owners_of(workspace, source.entity, source.rows)
    ids = [str(value) for value in source.rows[source.entity].to_pylist()]
    if not source.scored and "owner" in source.rows.column_names:  # whoever the list itself gives it to
        owners = {
            **owners,
            **{one: name for one, name in zip(ids, source.rows["owner"].to_pylist(), strict=True) if name},
        }
    mine = [place for place, entity in enumerate(ids) if not owner or _same(owners.get(entity, ""), owner)]
    open_rows = [place for place in mine if ids[place] not in resting]
    shown = open_rows[: max(top, 0)]
    names = say_names(workspace, source.entity, [ids[place] for place in shown])
    last = {each.entity_id: each for each in feedback}
    currency = workspace.config.workspace.currency
    rows = source.rows.take(shown).to_pylist()
    made = tuple(
        _row(question, source, place + 1, row, names, owners, last.get(ids[place]), currency)
        for place, row in zip(shown, rows, strict=True)
    )
    case = question.use_case
    return MorningList(
        question=name,
        title=question.words(case.title),
        action=question.words(case.action),
        people=question.people,
        as_of=source.as_of,
        rows=made,
        on_list=len(open_rows),
        handled=len(mine) - len(open_rows),
        table=source.table,
        entity=source.entity,
        owners=_most_frequent(owners.values()),
        caveat=_caveat(workspace, name),
    )


def _caveat(workspace: Workspace, name: str) -> str:
    """What the last report says to do with a list that is not better than a rule of thumb, or than chance."""
    try:
        findings = json.loads(workspace.path("reports/latest.json").read_text(encoding="utf-8"))
        found: dict[str, Any] = next((each for each in findings if each["name"] == name), {})
        return str(found["next"]) if found.get("status") == "not distinguishable" else ""
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _same(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()


def _most_frequent(owners: Any) -> tuple[str, ...]:
    from collections import Counter

    return tuple(name for name, _ in Counter(owner for owner in owners if owner).most_common(20))


def _row(
    question: Question, source: Source, rank: int, row: Mapping[str, Any], names: Mapping[str, str],
    owners: Mapping[str, str], last: Feedback | None, currency: str,
) -> Row:  # fmt: skip
    entity_id = str(row[source.entity])
    told = _told(last)
    who, owner = names.get(entity_id, ""), owners.get(entity_id, "")
    if not source.scored:
        mark, do = _first(row, MARKS), _first(row, WHAT_TO_DO)
        why = tuple(str(row[key]) for key in WHY if row.get(key))
        share = row.get("chance")
        said_chance = f"{say_of_100(share)} of 100" if isinstance(share, float) and 0 <= share <= 1 else ""
        read_out = {source.entity, *MARKS, *WHY, *WHAT_TO_DO, *(["chance"] if said_chance else [])}
        more = [(key, value) for key, value in row.items() if key not in read_out]
        head = ", ".join(part for part in (said_chance, mark) if part)
        return Row(rank, entity_id, who, owner, head, "", why, do, _plain(more), told)
    people = question.use_case.task == "classification"
    chance = say_of_100(row["mean"]) + " of 100" if people else say_money(row["mean"], currency)
    value = row.get("value")
    worth = say_money(value, currency) if people and value is not None and value > 0 else ""
    groups = {key: f"{row[of]}: " if row.get(of) else "" for key, of in zip(REASONS, GROUPS, strict=True)}
    reasons = tuple(f"{groups[key]}{row[key]}" for key in REASONS if row.get(key))
    known = {source.entity, *SCORE_COLUMNS, *REASONS, *INFLUENCES, *GROUPS, *SAID_IN_WORDS}
    more = [(key, value) for key, value in row.items() if key not in known]
    return Row(rank, entity_id, who, owner, chance, worth, reasons, "", _plain(more), told)


def _first(row: Mapping[str, Any], keys: Sequence[str]) -> str:
    return next((str(row[key]) for key in keys if row.get(key)), "")


def _plain(pairs: Sequence[tuple[str, Any]]) -> tuple[tuple[str, str], ...]:
    """Further columns in words; the ends of ranges, and what stands in the heading, are left to the table."""
    shown = [(key, value) for key, value in pairs if value is not None and not key.endswith(HIDDEN)]
    return tuple((key.replace("_", " "), _cell(value, key)) for key, value in shown)


def _cell(value: Any, key: str = "") -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and key.endswith(("_rate", "_share")) and 0 <= value <= 1:
        return f"{say_of_100(value)} of 100"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.3g}"
    return say_day(value) if isinstance(value, date) else str(value)


def _told(last: Feedback | None) -> str:
    if last is None:
        return ""
    because = f": {last.because}" if last.because else ""
    return (
        say("own.said", verdict=say(f"own.verdict.{last.verdict}"), by=last.by, day=say_day(last.at.date())) + because
    )


def as_csv(made: MorningList) -> str:
    """Return the list as CSV text that a spreadsheet opens without running anything in it."""
    further = list(dict.fromkeys(key for row in made.rows for key, _ in row.more))
    why = ["why_1", "why_2", "why_3"]
    head = ["rank", made.entity, "who", "owner", "chance", "worth", *why, *further, "what_to_do", "said_last"]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([neutral(cell) for cell in head])
    for row in made.rows:
        more = dict(row.more)
        reasons = [*row.reasons, "", "", ""][:3]
        cells = [str(row.rank), row.entity_id, row.who, row.owner, row.chance, row.worth, *reasons]
        cells += [*(more.get(name, "") for name in further), row.do or made.action, row.last]
        writer.writerow([neutral(cell) for cell in cells])
    return text.getvalue()


def neutral(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell
