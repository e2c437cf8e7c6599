"""What the API answers: every field with its meaning; the client's dataclasses have the same names and fields."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

Kind = Literal["customer", "account", "lead", "deal"]
Evidence = Literal["measured", "adjusted", "association", "assumed"]
Verdict = Literal["done", "won", "lost", "not-now", "wrong"]
Instant = Annotated[
    datetime,
    AfterValidator(lambda at: at if at.tzinfo is not None else at.replace(tzinfo=UTC)),
    Field(description="UTC."),
]


class Answer(BaseModel):
    """One answer: made here, never changed."""

    model_config = ConfigDict(frozen=True, ser_json_inf_nan="null", json_schema_serialization_defaults_required=True)


class FieldProblem(Answer):
    """One thing that is wrong in what was sent."""

    where: str = Field(description="The field or parameter.", examples=["query.limit"])
    what: str = Field(description="What is wrong, in one clause.")
    found: str = Field(description="The value; empty where there is none to show.")
    expected: str = Field(description="What would have been right; may be empty.")
    do: str = Field(description="The next thing to do; may be empty.")


class ProblemDetails(Answer):
    """An error, as RFC 9457 describes it."""

    type: str = Field(description="A URI that names the kind of problem; `about:blank` where the status says it all.")
    title: str = Field(description="What is wrong, in a few words.")
    status: int = Field(description="Status of HTTP.", ge=400, le=599)
    detail: str = Field("", description="The same at length; may be empty.")
    problems: list[FieldProblem] = Field([], description="What is wrong in what was sent, one by one.")
    request_id: str = Field("", description="Number of the request, to tell whoever runs the server.")


Cell = str | int | float | bool | None


class Page(Answer):
    """Some of many."""

    next_cursor: str | None = Field(description="Pass it on as `cursor` to get the next ones; null on the last page.")
    snapshot_id: str | None = Field(description="State of the data that was read; null where none are read.")
    total: int | None = Field(description="How many there are in all; null where it was not counted.")


class WorkspaceInfo(Answer):
    """The workspace that answers."""

    name: str
    currency: str = Field(description="ISO code of all amounts.", examples=["USD"])
    timezone: str = Field(examples=["America/New_York"])
    simulated: bool = Field(description="Whether the data are made up.")
    snapshot_id: str | None = Field(description="State of its data; null before the first load.")
    version: str = Field(description="Version of Tradewind.")


class Me(Answer):
    """Who calls, and what the token may do."""

    id: str = Field(description="Of the user or the token.")
    name: str
    kind: Literal["user", "token", "browser key"]
    role: Literal["viewer", "sales", "marketer", "admin"]
    permissions: list[str] = Field(description="What is allowed.", examples=[["see_answers", "see_people"]])
    owners: list[str] = Field(description="Under which names records are one's own; matters for sales.")
    workspace: WorkspaceInfo | None = Field(description="Null where the folder holds no workspace yet.")


class QuestionAnswer(Answer):
    """A business question, whether it is asked here, and what else it would need."""

    name: str = Field(examples=["lapse"])
    title: str = Field(examples=["About to stop buying"])
    question: str = Field(description="The question in one sentence.")
    action: str = Field(description="What one does with the answer.")
    kind: Kind = Field(description="Whom it is about.")
    people: str = Field(description="What many of them are called.", examples=["customers"])
    task: Literal["classification", "regression", "lifetime", "analysis"] = Field(
        description="A chance, an amount, a lifetime; or an analysis without a score for each."
    )
    horizon_days: int = Field(description="How far ahead it looks.")
    asked: bool = Field(description="Whether this workspace asks it.")
    status: Literal["answered", "not distinguishable", "not answerable", "failed", "not asked"]
    has_list: bool = Field(description="Whether `/v1/lists/{question}` has rows to work on.")
    needs: list[str] = Field(description="Tables that are missing for it.", examples=[["subscriptions"]])
    unlocked_by: str | None = Field(description="What to do so that it can be answered; null where it can.")


class QuestionPage(Page):
    """Questions, those that are asked first."""

    items: list[QuestionAnswer]


class NumberAnswer(Answer):
    """A figure with its 95 % interval, or the reason why there is none."""

    value: float | None = Field(description="Null exactly where `reason` is given.")
    low: float | None = Field(description="Lower end of the 95 % interval; null where none was computed.")
    high: float | None
    unit: str = Field(description="In words, or an ISO currency code; empty for pure numbers.")
    reason: str = Field(description="Why there is no value; else empty.")


class CheckAnswer(Answer):
    """One check behind an answer."""

    name: str
    status: Literal["pass", "warn", "fail", "unknown"]
    what: str = Field(description="What was seen.")
    do: str = Field(description="What to do about it; empty for a pass.")


class FindingAnswer(Answer):
    """One answer in words, money and figures, and how we know."""

    name: str = Field(description="Name of the question.", examples=["lapse"])
    title: str
    subtitle: str
    question: str
    status: Literal["answered", "not distinguishable", "not answerable", "failed"]
    evidence: Evidence = Field(description="How we know.")
    approach: str = Field(description="How it was answered.")
    found: list[str] = Field(description="One plain sentence each, most important first.")
    money: str = Field(description="What it means in money.")
    next: str = Field(description="What to do next.")
    numbers: dict[str, NumberAnswer] = Field(description="Every figure by its name.")
    tables: dict[str, str] = Field(
        description="Tables behind it by role; read one at `/v1/findings/{question}/tables/{role}`.",
        examples=[{"scores": "scores_lapse"}],
    )
    checks: list[CheckAnswer]
    caption: str = Field(description="Assumptions that charts repeat.")
    people: str
    rule: str = Field(description="The rule of thumb beside which the answer is shown; may be empty.")


class FindingPage(Page):
    """The findings of the newest run, in the order of its report."""

    items: list[FindingAnswer]
    as_of: date | None = Field(description="The local day at whose midnight everything was known.")
    currency: str
    amounts_are: Literal["profit", "revenue"]


class TableColumn(Answer):
    """A column of a table."""

    name: str
    type: str = Field(description="In SQL.", examples=["DOUBLE"])


class FindingTablePage(Page):
    """Rows of a table behind a finding."""

    role: str
    table: str
    columns: list[TableColumn]
    items: list[dict[str, Cell]] = Field(description="Column to value; times and days as text, amounts as numbers.")


class ReasonAnswer(Answer):
    """Why a score is what it is."""

    text: str = Field(examples=["no order for 41 days; usually every 6"])
    influence: str | None = Field(description="Whether one can act on it; null where not known.")


class ListSummary(Answer):
    """One list that people can work on."""

    question: str
    title: str
    action: str
    kind: Kind
    people: str
    on_list: int = Field(description="How many of its rows the caller may see.")
    waiting: int = Field(description="How many of them nobody has worked on yet.")
    worth_contacting: int | None = Field(
        description="For how many a contact is worth its cost; null where nobody worked that out."
    )


class ListSummaryPage(Page):
    """The lists that there are."""

    items: list[ListSummary]


class ListRow(Answer):
    """One row of a list."""

    rank: int = Field(description="Place on the whole list, 1 is first.", ge=1)
    id: str = Field(description="Key of whom it is about; another name where it is an address that you may not see.")
    name: str | None = Field(description="Who it is; null where not known or not shown to this role.")
    company: str | None
    owner: str | None = Field(description="Who works on it; null where nobody knows.")
    score: float | None = Field(
        description="Chance from 0 to 1, or expected amount in the workspace's currency; null where the list has none."
    )
    low: float | None = Field(description="Lower end of the 80 % interval.")
    high: float | None
    value: float | None = Field(description="Money at stake, in the workspace's currency; null where not known.")
    says: str = Field(description="The score in words.", examples=["31 of 100"])
    worth: str = Field(description="The money at stake in words; may be empty.")
    worth_contacting: bool | None = Field(description="Whether a contact is worth its cost; null where not known.")
    reasons: list[ReasonAnswer] = Field(description="At most three, most important first.")
    do: str = Field(description="What to do about this one.")
    more: dict[str, str] = Field(description="Further columns in words.")
    said_last: str | None = Field(description="What was said of it last; null where nothing was or it is not shown.")


class WorkListPage(Page):
    """A page of a question's list; `total` counts its rows that the caller may see and asked for."""

    question: str
    title: str
    action: str
    kind: Kind
    people: str
    as_of: date | None
    evidence: Evidence | None = Field(description="How we know; null where the question has no finding.")
    caveat: str = Field(description="What to do where the list is no better than a rule or chance; else empty.")
    items: list[ListRow]


class FeedbackAnswer(Answer):
    """What somebody said of a row of a list."""

    id: str
    question: str
    kind: Kind
    entity_id: str
    verdict: Verdict
    because: str = Field(description="The reason in the person's words; may be empty.")
    until: date | None = Field(description="For `not-now`: the day before which it is left alone.")
    by: str = Field(description="Who said so, by the present name; as it was then where they are gone.")
    by_id: str | None = Field(description="Id of the user or token; null in the terminal, or where none was kept.")
    by_kind: Literal["user", "token", "terminal"] | None = Field(description="Null where it was not kept.")
    at: Instant
    model_version: str | None = Field(description="Of the score as it was shown; null where the list has none.")
    as_of: date | None
    score: float | None = Field(description="As it was shown.")


class FeedbackPage(Page):
    """What was said, newest first."""

    items: list[FeedbackAnswer]


class RunAnswer(Answer):
    """A piece of work of the server: an update of all answers, a check of the data …"""

    id: str
    kind: str = Field(examples=["run"])
    title: str = Field(description="What people call it.", examples=["update"])
    only: list[str] = Field(description="Questions it is limited to; empty for all.")
    status: Literal["queued", "running", "done", "findings", "failed", "cancelled", "interrupted"]
    ended: bool = Field(description="Whether nothing more comes of it.")
    asked_by: str
    asked_at: Instant
    started_at: Instant | None
    finished_at: Instant | None
    waits_for: str = Field(description="What a queued run waits for; else empty.")
    reason: str = Field(description="Why it ended as it did; may be empty.")
    problems: list[str] = Field(description="What went wrong in it, one by one.")
    snapshot_id: str | None = Field(description="State of the data that it left; null before it has.")


class RunPage(Page):
    """Runs, newest first."""

    items: list[RunAnswer]


class RunEvent(Answer):
    """One thing that a run said."""

    number: int = Field(description="Counts from 1 without gaps.", ge=1)
    at: Instant
    kind: str = Field(examples=["stage"])
    title: str = Field(description="Of the stage it is about; may be empty.")
    text: str = Field(description="What it said; may be empty.")
    done: int | None = Field(description="Parts of the stage that are done; null where it does not count.")
    total: int | None


class RunEventPage(Page):
    """What a run said, oldest first."""

    items: list[RunEvent]
    ended: bool = Field(description="Whether nothing more will come behind the last page.")


class BatchRow(Answer):
    """The answer to one row of a file."""

    id: str = Field(description="As it was sent; the row's number where none was.")
    status: Literal["scored", "not asked about"] = Field(
        description="`not asked about`: nobody of this key is on the list, or it is not yours to see."
    )
    score: float | None
    low: float | None = Field(description="Lower end of the 80 % interval.")
    high: float | None
    reasons: list[ReasonAnswer]


class BatchAnswer(Answer):
    """The answer to a file, one item for each of its rows, in its order."""

    question: str
    kind: Kind
    model_version: str | None
    as_of: date | None = Field(description="Day as of which ids were scored; null for feature rows.")
    scored: int = Field(description="How many rows have a score.")
    missing_features: list[str] = Field(description="Features of the model that the file lacks: they count as unknown.")
    ignored_columns: list[str] = Field(description="Columns of the file that the model does not have.")
    items: list[BatchRow]
