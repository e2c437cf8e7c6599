"""What the API answers about one customer, company, lead or deal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class RecordScore:
    """What one question says of a record."""

    question: str
    score: float | None
    says: str
    rank: int
    worth_contacting: bool | None


@dataclass(frozen=True)
class Record:
    """A customer, company, lead or deal."""

    kind: str
    id: str
    name: str | None
    company: str | None
    account_id: str | None
    owner: str | None
    email: str | None
    phone: str | None
    stage: str | None
    state: str | None
    amount: float | None
    created_at: datetime | None
    attributes: Mapping[str, str]
    scores: tuple[RecordScore, ...]


@dataclass(frozen=True)
class RecordAnswer:
    """What one question says of a record, and why."""

    question: str
    title: str
    says: str
    between: str
    usual: str
    rank: int
    on_list: int
    reasons: tuple[str, ...]
    worth: str
    worth_contacting: bool | None
    do: str
    as_of: date | None
    model_version: str | None
    evidence: str | None


@dataclass(frozen=True)
class Consent:
    """The last word of a person on one purpose."""

    purpose: str
    granted: bool
    day: date
    source: str


@dataclass(frozen=True)
class Reach:
    """Whether somebody may be reached in one way: granted, refused or unknown."""

    channel: str
    permission: str


@dataclass(frozen=True)
class Moment:
    """One thing that happened, or several alike on one day."""

    day: date
    time: str
    kind: str
    title: str
    detail: str
    amount: str
    who: str
    known: str
    times: int
    waiting: bool


@dataclass(frozen=True)
class RecordDetail:
    """One record with all that is known of it."""

    record: Record
    answers: tuple[RecordAnswer, ...]
    next: str
    consents: tuple[Consent, ...]
    reach: tuple[Reach, ...]
    said: tuple[str, ...]
    timeline: tuple[Moment, ...]
    snapshot_id: str
