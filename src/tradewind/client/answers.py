"""What the API answers, as dataclasses: the same names and fields as in its OpenAPI document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

Item = TypeVar("Item")


@dataclass(frozen=True)
class Page(Generic[Item]):
    """Some of many: pass `next_cursor` on to get the next ones; None when these are the last."""

    items: tuple[Item, ...]
    next_cursor: str | None = None
    snapshot_id: str | None = None
    total: int | None = None


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


@dataclass(frozen=True)
class FindingPage(Page[Finding]):
    """The findings of the newest run."""

    as_of: date | None = None
    currency: str = ""
    amounts_are: str = ""


@dataclass(frozen=True)
class Run:
    """A piece of work of the server."""

    id: str
    kind: str
    title: str
    only: tuple[str, ...]
    status: str
    ended: bool
    asked_by: str
    asked_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    waits_for: str
    reason: str
    problems: tuple[str, ...]
    snapshot_id: str | None


@dataclass(frozen=True)
class RunEvent:
    """One thing that a run said."""

    number: int
    at: datetime
    kind: str
    title: str
    text: str
    done: int | None
    total: int | None


@dataclass(frozen=True)
class RunEvents(Page[RunEvent]):
    """What a run said; `ended` when nothing more will come behind the last page."""

    ended: bool = False


@dataclass(frozen=True)
class BatchRow:
    """The answer to one row of a file; `status` is scored, or not asked about."""

    id: str
    status: str
    score: float | None
    low: float | None
    high: float | None
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Batch:
    """The answer to a file, one item for each of its rows."""

    question: str
    kind: str
    model_version: str | None
    as_of: date | None
    scored: int
    missing_features: tuple[str, ...]
    ignored_columns: tuple[str, ...]
    items: tuple[BatchRow, ...]


@dataclass(frozen=True)
class RefusedEvent:
    """One event that was not taken, by its place in what was sent."""

    index: int
    messageId: str  # noqa: N815 - as SDKs write it
    reason: str


@dataclass(frozen=True)
class EventsTaken:
    """What became of events: new ones on disk, those taken before, and those that cannot be taken."""

    success: bool
    accepted: int
    duplicate: int
    refused: tuple[RefusedEvent, ...]


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


@dataclass(frozen=True)
class ScoreReason:
    """Why a score is what it is; texts are empty where nothing is known."""

    text: str
    influence: str = ""
    group: str = ""
    direction: str = ""


@dataclass(frozen=True)
class Score:
    """One entity's score and where it comes from; or `because`: why there is none."""

    question: str
    id: str
    status: str
    score: float | None
    low: float | None
    high: float | None
    unit: str
    value: float | None
    as_of: date | None
    model_version: str
    computed: str
    reasons: tuple[ScoreReason, ...]
    because: str
    note: str


@dataclass(frozen=True)
class FeatureUsed:
    """One feature as the model read it."""

    name: str
    means: str
    value: float | str | None


@dataclass(frozen=True)
class Explanation(Score):
    """One score beside everybody's, with up to six reasons."""

    usual: float | None
    rank: int | None
    asked: int
    features: tuple[FeatureUsed, ...]


@dataclass(frozen=True)
class Scores:
    """One answer for each id, in the order asked."""

    items: tuple[Score, ...]


@dataclass(frozen=True)
class Predictions:
    """Scores of rows of features, in their order."""

    model_version: str
    unit: str
    predictions: tuple[float, ...]
