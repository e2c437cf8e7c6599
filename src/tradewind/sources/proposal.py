"""What `init` proposes for a company's files: which contract tables they hold, with a reason for every guess."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Guess:
    """One contract column or attribute and the source column thought to hold it.

    Args:
        column: contract column, or the name of an attribute.
        expression: expression over the source's columns, as the config will hold it.
        confidence: 0 to 1; how sure we are.
        reason: why, in plain words ("every value occurs once, and 3 other tables point to it").
        format: strptime format of its times, where they are not ISO.
    """

    column: str
    expression: str
    confidence: float
    reason: str
    format: str = ""


@dataclass(frozen=True)
class LeftOut:
    """A source column that is not mapped, and why.

    Args:
        column: the source column.
        reason: why, in plain words.
        suspect: whether it looks filled in after the outcome.
    """

    column: str
    reason: str
    suspect: bool = False


@dataclass(frozen=True)
class ProposedTable:
    """One contract table and the source table thought to hold it.

    Args:
        table: contract table.
        from_: source table, as the config will write it (`shop.orders`).
        guesses: its columns and attributes.
        reason: why this contract table.
        confidence: 0 to 1.
        lookups: (source table, `left = right`) of tables joined to it.
        where: boolean expression over the source; empty for all rows.
        known_after: span in words ("0 days"); empty to leave it out.
        left_out: source columns that are not mapped.
        stable: attributes that never change.
        timezone: IANA name of the zone of its naive times, where the source itself says it ("UTC"); else empty.
        fill_down: source columns written only on the first of the rows they hold for.
        within: source column beyond whose groups nothing is filled down.
        once_for: words for each of which every row counts once.
    """

    table: str
    from_: str
    guesses: tuple[Guess, ...]
    reason: str
    confidence: float
    lookups: tuple[tuple[str, str], ...] = ()
    where: str = ""
    known_after: str = ""
    left_out: tuple[LeftOut, ...] = ()
    stable: tuple[str, ...] = ()
    timezone: str = ""
    fill_down: tuple[str, ...] = ()
    within: str = ""
    once_for: tuple[str, ...] = ()

    def guess(self, column: str) -> Guess | None:
        """Return the guess for a contract column, or None."""
        return next((guess for guess in self.guesses if guess.column == column), None)


@dataclass(frozen=True)
class ProposedLabel:
    """A column that holds the answer to a question, one row for each entity.

    Args:
        name: of the question (`churn`); the key of `[labels.<name>]`.
        table: contract table whose rows are the entities.
        column: its attribute with the answer, as mapped.
        positive: the value that counts as the outcome.
        order: column that orders the rows in time, `rows` where the file itself is in the order of time, or empty.
        suspects: attributes that look filled in after the outcome, with the reason.
        reason: why this is thought to be an answer.
        confidence: 0 to 1.
        negative: values that mean it did not come, where further values mean that it is open.
    """

    name: str
    table: str
    column: str
    positive: str
    order: str
    suspects: Mapping[str, str]
    reason: str
    confidence: float
    negative: tuple[str, ...] = ()


@dataclass(frozen=True)
class OpenQuestion:
    """Something only the owner of the data can say; `init` asks at most five.

    Args:
        key: what it decides (`currency`, `timezone`, `tables.orders.amount` …).
        text: the question.
        options: what may be answered, the likeliest first; it is what `--yes` takes.
        why: what changes with the answer.
    """

    key: str
    text: str
    options: tuple[str, ...]
    why: str


@dataclass(frozen=True)
class OrderState:
    """Orders of which it is a question whether they count as bought.

    Args:
        source: source table.
        column: its column that says so.
        state: cancelled, test, refunded or unpaid.
        values: its values that mean it, in lower case; empty where any value does (the time of a cancellation).
        orders: how many there are.
        money: their amounts together.
        counts: whether they count.
        tables: contract tables made from that source, whose rows they are.
    """

    source: str
    column: str
    state: str
    values: tuple[str, ...]
    orders: int
    money: float
    counts: bool
    tables: tuple[str, ...]


@dataclass(frozen=True)
class Permission:
    """A column that says who may be contacted.

    Args:
        source: source table.
        column: its column.
        of: contract table whose rows say it (customers, leads or orders).
        way: email or phone; empty where it names no way.
        sense: `may` where yes means that one may, `may not` where yes means that one may not, `other` where it is not
            about permission.
        yes: its values that mean yes, in lower case; empty where any value does (the time of a refusal).
        no: its values that mean no.
        people: how many people, or leads, the table knows.
        people_yes: of how many the last word is yes.
        people_no: of how many it is no.
        dated: whether every row has a time.
    """

    source: str
    column: str
    of: str
    way: str
    sense: str
    yes: tuple[str, ...]
    no: tuple[str, ...]
    people: int = 0
    people_yes: int = 0
    people_no: int = 0
    dated: bool = True


@dataclass(frozen=True)
class Proposal:
    """Everything `init` proposes.

    Args:
        tables: contract tables, most certain first.
        labels: answers found in columns.
        questions: what to ask the owner, most important first.
        undecided: what could not be decided, in plain sentences.
        unused: source table to the reason why it serves nothing.
        states: orders that may not count as bought.
        permissions: columns that say who may be contacted.
    """

    tables: tuple[ProposedTable, ...]
    labels: tuple[ProposedLabel, ...] = ()
    questions: tuple[OpenQuestion, ...] = ()
    undecided: tuple[str, ...] = ()
    unused: Mapping[str, str] = field(default_factory=dict)
    states: tuple[OrderState, ...] = ()
    permissions: tuple[Permission, ...] = ()
