"""One row of a list in words: who, chance, worth, reasons, what to do; the rest of its columns as they stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from tradewind.core.feedback import Feedback
from tradewind.core.words import say
from tradewind.flow.lists.table import INFLUENCES, REASONS, SCORE_COLUMNS
from tradewind.report.numbers import say_day, say_money, say_of_100

MARKS, WHY, WHAT_TO_DO = ("light", "tier"), ("reason", "why"), ("what_to_do", "task")
"""Columns of an analysis that are read out: how it stands, why, and what to do."""

IN_HEADING = frozenset({"owner", "amount", "account", "account_id", "company", "cutoff", "chance"})
"""Columns of an analysis that the row's first line, or the list's heading, shows."""

GROUPS = ("group_1", "group_2", "group_3")
"""Columns that say to which part of the business a reason belongs."""

RANGES = ("_low", "_high", "_low_days", "_high_days", "_median_days")
"""Ends of names of columns that stand in the table alone: ends of ranges, and what another column says in words."""

OF_100 = frozenset({"won_in_the_end_by_stage", "tier_rate", "rate"})
"""Columns of shares."""


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


def scored_row(place: Row, row: Mapping[str, Any], entity: str, people: bool, currency: str) -> Row:
    """Return a row of scores in words.

    Args:
        place: rank, key, name, owner and what was said last.
        row: of the table of scores.
        entity: its key column.
        people: whether the score is the chance that somebody does something; else it is an amount.
        currency: of amounts.
    """
    chance = f"{say_of_100(row['mean'])} of 100" if people else say_money(row["mean"], currency)
    value = row.get("value")
    worth = say_money(value, currency) if people and value is not None and value > 0 else ""
    groups = {key: f"{row[of]}: " if row.get(of) else "" for key, of in zip(REASONS, GROUPS, strict=True)}
    reasons = tuple(f"{groups[key]}{row[key]}" for key in REASONS if row.get(key))
    known = {entity, *SCORE_COLUMNS, *REASONS, *INFLUENCES, *GROUPS}
    more = _plain([(key, value) for key, value in row.items() if key not in known])
    return replace(place, chance=chance, worth=worth, reasons=reasons, more=more)


def listed_row(place: Row, row: Mapping[str, Any], entity: str, currency: str) -> Row:
    """Return a row of an analysis in words; see `scored_row`."""
    chance, amount = row.get("chance"), row.get("amount")
    share = f"{say_of_100(chance)} of 100" if isinstance(chance, float) and 0 <= chance <= 1 else ""
    head = ", ".join(part for part in (share, _first(row, MARKS)) if part)
    worth = say_money(float(amount), currency) if amount else ""
    read_out = {entity, *MARKS, *WHY, *WHAT_TO_DO, *IN_HEADING}
    more = _plain([(key, value) for key, value in row.items() if key not in read_out])
    reasons = tuple(str(row[key]) for key in WHY if row.get(key))
    return replace(place, chance=head, worth=worth, reasons=reasons, do=_first(row, WHAT_TO_DO), more=more)


def _first(row: Mapping[str, Any], keys: Sequence[str]) -> str:
    return next((str(row[key]) for key in keys if row.get(key)), "")


def _plain(pairs: Sequence[tuple[str, Any]]) -> tuple[tuple[str, str], ...]:
    """Further columns in words."""
    shown = [(key, value) for key, value in pairs if value is not None and not key.endswith(RANGES)]
    return tuple((key.replace("_", " "), _cell(key, value)) for key, value in shown)


def _cell(key: str, value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if key in OF_100:
        return f"{say_of_100(value)} of 100"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.3g}"
    return say_day(value) if isinstance(value, date) else str(value)


def say_last(last: Feedback | None) -> str:
    """Return what was said of a row last: "not now (Kim, 3 May 2024): no budget"."""
    if last is None:
        return ""
    verdict = say(f"own.verdict.{last.verdict}")
    told = say("own.said", verdict=verdict, by=last.by, day=say_day(last.at.date()))
    return f"{told}: {last.because}" if last.because else told
