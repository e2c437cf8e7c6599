"""What the API answers of customers, leads, companies and deals."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from tradewind.web.api.answers import Answer, Evidence, Instant, Kind, Page


class RecordScore(Answer):
    """What one question says of a record."""

    question: str
    score: float | None = Field(
        description="Chance from 0 to 1, or expected amount in the workspace's currency; null without scores."
    )
    says: str = Field(description="The same in words.", examples=["31 of 100"])
    rank: int = Field(description="Place on the question's list, 1 is first.")
    worth_contacting: bool | None = Field(description="Whether a contact is worth its cost; null where not known.")


class Record(Answer):
    """A customer, company, lead or deal; null where something is not known, or not shown to this role."""

    kind: Kind
    id: str = Field(description="Key in the source system.")
    name: str | None
    company: str | None
    account_id: str | None = Field(description="Key of its company.")
    owner: str | None = Field(description="Who works on it.")
    email: str | None
    phone: str | None
    stage: str | None = Field(description="Of a deal.")
    state: str | None = Field(description="Of leads and deals: open, won, lost, converted or given up.")
    amount: float | None = Field(description="Of a deal, in the workspace's currency.")
    created_at: Instant | None
    attributes: dict[str, str] = Field(description="Further columns.", examples=[{"country": "DE"}])
    scores: list[RecordScore]


class RecordPage(Page):
    """Some records, with their scores."""

    items: list[Record]


class RecordAnswer(Answer):
    """What one question says of a record, and why."""

    question: str
    title: str
    says: str = Field(description="The chance or amount in words, or how a list says that it stands.")
    between: str = Field(description="The interval in words; empty where there is none.")
    usual: str = Field(description="What is usual on this list; may be empty.")
    rank: int
    on_list: int = Field(description="How many are on the list.")
    reasons: list[str] = Field(description="Most important first.")
    worth: str = Field(description="What a success is worth, in words; may be empty.")
    worth_contacting: bool | None
    do: str = Field(description="What to do about it.")
    as_of: date | None
    model_version: str | None
    evidence: Evidence | None = Field(description="How we know.")


class Consent(Answer):
    """The last word of a person on one purpose."""

    purpose: str
    granted: bool
    day: date
    source: str


class Reach(Answer):
    """Whether somebody may be reached in one way."""

    channel: str = Field(examples=["email"])
    permission: str = Field(examples=["granted"], description="granted, refused or unknown.")


class Moment(Answer):
    """One thing that happened, or several alike on one day."""

    day: date = Field(description="Local day.")
    time: str = Field(description="Local time of day.")
    kind: str = Field(examples=["order"])
    title: str
    detail: str
    amount: str = Field(description="Money that goes with it, in words; may be empty.")
    who: str
    known: str = Field(description="Since when it was known, where that is later than the day; else empty.")
    times: int = Field(description="How often it happened that day.")
    waiting: bool = Field(description="Whether it came in live and waits for the next run: not yet in the answers.")


class MomentPage(Page):
    """What happened, newest first."""

    items: list[Moment]


class RecordDetail(Answer):
    """One record: who it is, what the questions say of it and why, what may be done, what happened lately."""

    record: Record
    answers: list[RecordAnswer]
    next: str = Field(description="What to do first; may be empty.")
    consents: list[Consent]
    reach: list[Reach]
    said: list[str] = Field(description="What people said of it, newest first; empty for viewers.")
    timeline: list[Moment] = Field(description="The newest 20; the rest at `/timeline`.")
    snapshot_id: str
