"""Today: whom to contact, what changed, what went wrong overnight, what was earned so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from tradewind.flow.lists.acting import AmountIs, Part

WrongKind = Literal["run", "check", "data", "question", "events", "version"]


@dataclass(frozen=True)
class Person:
    """One of the first of a list.

    Args:
        entity_id: who.
        who: name and company, as far as they are known and may be seen.
        owner: who works on it; empty where nobody knows.
        why: the strongest reason; empty where there is none.
        one: what somebody of this kind is called ("customer").
    """

    entity_id: str
    who: str
    owner: str = ""
    why: str = ""
    one: str = ""

    @property
    def called(self) -> str:
        """The name; where none is known the key, which says whose it is unless it is an address."""
        if self.who or not self.one or "@" in self.entity_id:
            return self.who or self.entity_id
        return f"{self.one.capitalize()} {self.entity_id}"


@dataclass(frozen=True)
class ListToday:
    """One list worth working on.

    Args:
        question: whose list.
        title: in plain words.
        action: what to do.
        people: what those on it are called.
        one: what one of them is called.
        part: which part of it is counted here.
        count: how many of them are open now.
        handled: how many of them somebody has worked on or put off.
        whole: how many are on the whole list.
        amount: money of the open ones; None where nobody knows any.
        amount_is: what that money is.
        share: assumed share of contacted people whom the contact changes.
        evidence: evidence grade of the answer.
        caveat: what the report says to do instead where a rule of thumb, or chance, does as well; else empty.
        first: the first of them; empty for who may not see people.
        owners: who works on how many of them, most first.
        rule: the rule in whose order the list stands; empty where it is the model's.
        offered: the rule in whose order it could stand, because that does as well; empty where none is.
        worth: what one of them is worth, in words; empty where the money is no chance times worth.
    """

    question: str
    title: str
    action: str
    people: str
    one: str
    part: Part
    count: int
    handled: int
    whole: int
    amount: float | None
    amount_is: AmountIs
    share: float
    evidence: str
    caveat: str = ""
    first: tuple[Person, ...] = ()
    owners: tuple[tuple[str, int], ...] = ()
    rule: str = ""
    offered: str = ""
    worth: str = ""

    @property
    def link(self) -> str:
        """Where those who are counted stand to be worked on."""
        return f"/lists/{self.question}{'?worth=1' if self.part == 'worth' else ''}"


@dataclass(frozen=True)
class Change:
    """One thing that is not as it was at the run before.

    Args:
        question: which answer.
        title: in plain words.
        what: what changed, as a sentence.
        people: those who are new on the list, the first of them; empty for who may not see people.
    """

    question: str
    title: str
    what: str
    people: tuple[Person, ...] = ()


@dataclass(frozen=True)
class Wrong:
    """One thing to look at.

    Args:
        kind: what it is about.
        what: what is wrong, as a sentence.
        do: what to do about it.
        link: where to do it; empty where there is no page.
        details: what the program itself said, for who looks after it; empty where there is nothing more to say.
    """

    kind: WrongKind
    what: str
    do: str = ""
    link: str = ""
    details: str = ""


@dataclass(frozen=True)
class Earned:
    """What acting on one list earned.

    Args:
        question: whose list.
        title: in plain words.
        proved: the amount that a test measured; empty until one has been read.
        settles: the test that would settle it.
    """

    question: str
    title: str
    proved: str
    settles: str


@dataclass(frozen=True)
class Today:
    """What somebody should know before the first coffee.

    Args:
        workspace: whose.
        currency: of all amounts.
        amounts_are: gross margin ("profit") or only revenue.
        as_of: the local day at whose midnight everything was known; None before the first run.
        made_at: when the answers were made, naive UTC; None before the first run.
        simulated: whether the data are made up.
        owners: whose rows alone are counted; None for everybody's.
        lists: those worth working on, the most money first.
        as_good: lists that a rule of thumb does as well; they are told apart.
        nobody: titles of the lists of which nobody is worth acting on now.
        changes: what is not as it was at the run before.
        compared_with: the day of the run before; None where there is none.
        wrong: what to look at.
        earned: what acting earned, or which test would settle it.
        events: how many events came in live since the last update; they count from the next one on.
        open_questions: titles of what these data cannot answer yet.
    """

    workspace: str
    currency: str
    amounts_are: Literal["profit", "revenue"]
    as_of: date | None
    made_at: datetime | None
    simulated: bool
    owners: tuple[str, ...] | None = None
    lists: tuple[ListToday, ...] = ()
    as_good: tuple[ListToday, ...] = ()
    nobody: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    compared_with: date | None = None
    wrong: tuple[Wrong, ...] = ()
    earned: tuple[Earned, ...] = ()
    events: int = 0
    open_questions: tuple[str, ...] = field(default_factory=tuple)

    @property
    def answered(self) -> bool:
        """Whether any run has answered anything."""
        return self.as_of is not None
