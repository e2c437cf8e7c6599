"""What `init` understood, in the words and rows that people are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tradewind.core.contract import CONTRACT
from tradewind.flow.start.init import Initiated
from tradewind.flow.start.write_config import SURE
from tradewind.sources.layouts import columns_in
from tradewind.sources.proposal import ProposedTable

_TIMES = ("happened_at", "created_at", "started_at", "entered_at", "day")
_AMOUNTS = ("amount", "monthly_amount", "price", "cost", "value", "budget")


@dataclass(frozen=True)
class Understood:
    """One contract table and where it comes from.

    Args:
        file: the file, sheet or table.
        holds: what it is thought to hold.
        rows: how many rows the file has; None where several files are meant.
        key: columns that name a row.
        time: column that says when.
        amount: columns that say how much.
        sure: how sure that is, in words.
    """

    file: str
    holds: str
    rows: int | None
    key: str
    time: str
    amount: str
    sure: str


def understood(done: Initiated) -> list[Understood]:
    """Return what each file is thought to hold, the most certain first."""
    return [
        Understood(
            shown_name(done, table.from_),
            table.table.replace("_", " "),
            done.rows.get(table.from_),
            ", ".join(part for part in (_columns(table, name) for name in CONTRACT[table.table].key) if part),
            _first(table, _TIMES),
            _first(table, _AMOUNTS),
            _sure(table.confidence),
        )
        for table in done.proposal.tables
    ]


def shown_name(done: Initiated, name: str) -> str:
    """Return what people call a source table."""
    return next((table.shown for table in done.found.tables if table.name == name), name)


def locked_by_reason(done: Initiated) -> dict[str, list[str]]:
    """Return why questions cannot be asked yet, with the titles of those that lack the same."""
    reasons: dict[str, list[str]] = {}
    for lock in done.tried.ranked.locked:
        reasons.setdefault(lock.why, []).append(lock.title)
    return reasons


def _columns(table: ProposedTable, column: str) -> str:
    guess = table.guess(column)
    return "" if guess is None else " / ".join(columns_in(guess.expression)) or guess.expression


def _first(table: ProposedTable, columns: Sequence[str]) -> str:
    return next((text for text in (_columns(table, name) for name in columns) if text), "")


def _sure(confidence: float) -> str:
    return "sure" if confidence >= 0.9 else "likely" if confidence >= SURE else "a guess"
