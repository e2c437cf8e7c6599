"""What the API answers about the workspace, its questions and what was found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from tradewind.client.answers.page import Page


@dataclass(frozen=True)
class WorkspaceInfo:
    """The workspace that answers."""

    name: str
    currency: str
    timezone: str
    simulated: bool
    snapshot_id: str | None
    version: str


@dataclass(frozen=True)
class Me:
    """Who calls, and what the token may do."""

    id: str
    name: str
    kind: str
    role: str
    permissions: tuple[str, ...]
    owners: tuple[str, ...]
    workspace: WorkspaceInfo | None


@dataclass(frozen=True)
class Question:
    """A business question, whether it is asked here, and what else it would need."""

    name: str
    title: str
    question: str
    action: str
    kind: str
    people: str
    task: str
    horizon_days: int
    asked: bool
    status: str
    has_list: bool
    needs: tuple[str, ...]
    unlocked_by: str | None


@dataclass(frozen=True)
class Number:
    """A figure with its 95 % interval, or the reason why there is none."""

    value: float | None
    low: float | None
    high: float | None
    unit: str
    reason: str


@dataclass(frozen=True)
class Check:
    """One check behind an answer."""

    name: str
    status: str
    what: str
    do: str


@dataclass(frozen=True)
class Finding:
    """One answer in words, money and figures, and how we know."""

    name: str
    title: str
    subtitle: str
    question: str
    status: str
    evidence: str
    approach: str
    found: tuple[str, ...]
    money: str
    next: str
    numbers: Mapping[str, Number]
    tables: Mapping[str, str]
    checks: tuple[Check, ...]
    caption: str
    people: str
    rule: str


@dataclass(frozen=True)
class TableColumn:
    """A column of a table, with its type in SQL."""

    name: str
    type: str


@dataclass(frozen=True)
class FindingTable(Page[Mapping[str, Any]]):
    """Rows of a table behind a finding."""

    role: str = ""
    table: str = ""
    columns: tuple[TableColumn, ...] = ()


@dataclass(frozen=True)
class FindingPage(Page[Finding]):
    """The findings of the newest run."""

    as_of: date | None = None
    currency: str = ""
    amounts_are: str = ""


@dataclass(frozen=True)
class Economics:
    """What contacting leaves at one cost of a contact and one share whom it changes."""

    question: str
    currency: str
    as_of: str
    evidence: str
    contact_cost: float
    success_share: float
    contacts: int
    cost: float
    gain: float
    at_stake: float
    break_even_share: float | None
    best_length: int
    best_gain: float
