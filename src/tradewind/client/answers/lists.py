"""What the API answers about lists of work, and what was said of their rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from tradewind.client.answers.page import Page


@dataclass(frozen=True)
class Reason:
    """Why a score is what it is, in plain words; `influence` says whether one can act on it."""

    text: str
    influence: str | None = None


@dataclass(frozen=True)
class ListSummary:
    """One list that people can work on."""

    question: str
    title: str
    action: str
    kind: str
    people: str
    on_list: int
    waiting: int
    worth_contacting: int | None


@dataclass(frozen=True)
class ListRow:
    """One row of a list: who, how likely or how much, why, what to do."""

    rank: int
    id: str
    name: str | None
    company: str | None
    owner: str | None
    score: float | None
    low: float | None
    high: float | None
    value: float | None
    says: str
    worth: str
    worth_contacting: bool | None
    reasons: tuple[Reason, ...]
    do: str
    more: Mapping[str, str]
    said_last: str | None


@dataclass(frozen=True)
class WorkList(Page[ListRow]):
    """A page of a question's list."""

    question: str = ""
    title: str = ""
    action: str = ""
    kind: str = ""
    people: str = ""
    as_of: date | None = None
    evidence: str | None = None
    caveat: str = ""


@dataclass(frozen=True)
class Feedback:
    """What somebody said of a row of a list."""

    id: str
    question: str
    kind: str
    entity_id: str
    verdict: str
    because: str
    until: date | None
    by: str
    by_id: str | None
    by_kind: str | None
    at: datetime
    model_version: str | None
    as_of: date | None
    score: float | None
