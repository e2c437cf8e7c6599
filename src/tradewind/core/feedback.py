"""What people who act on a list say of its rows, and the marks by which it is told apart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, get_args

Verdict = Literal["done", "won", "lost", "not-now", "wrong"]

VERDICTS: tuple[Verdict, ...] = get_args(Verdict)

OUTCOMES: tuple[Verdict, ...] = ("done", "won", "lost")
"""Verdicts that say what came of it: they become rows of the table `outcomes`."""


@dataclass(frozen=True)
class Feedback:
    """One word of one person on one row of a list; it is never changed, a later one stands beside it.

    Args:
        feedback_id: names it.
        question: whose list.
        entity: key column of whom it is about.
        entity_id: which one.
        verdict: done, won, lost, not-now, or wrong: that the list is wrong about it.
        because: the reason in the person's words; may be empty.
        until: for not-now: the local day before which it is left alone.
        by: who said so: their present name where they are known by id, else as it was then.
        at: when, naive UTC.
        model_version: of the score as it was shown; empty where the list is an analysis.
        as_of: the local day as of which it was shown.
        score: chance or amount as it was shown; None where the list shows none.
        usual: mean of the scores of that list.
        by_id: id of the user or token who said so; empty in the terminal, and where it was not kept.
        by_kind: user, token, or terminal; empty where it was not kept.
    """

    feedback_id: str
    question: str
    entity: str
    entity_id: str
    verdict: Verdict
    because: str
    until: date | None
    by: str
    at: datetime
    model_version: str = ""
    as_of: date | None = None
    score: float | None = None
    usual: float | None = None
    by_id: str = ""
    by_kind: str = ""

    @property
    def giver(self) -> tuple[str, str]:
        """What tells people apart: the id, whatever they are called; the name where no id was kept."""
        return (self.by_kind, self.by_id) if self.by_id else ("", self.by)

    def is_of(self, user_id: str, name: str) -> bool:
        """Whether somebody said it: by id, and by name only where it was kept before ids were."""
        return self.by_id == user_id if self.by_kind else self.by == name

    @property
    def is_override(self) -> bool:
        """Whether it contradicts a chance that was shown."""
        return self.verdict == "wrong" and self.score is not None and self.usual is not None and self.as_of is not None

    @property
    def says_it_happens(self) -> bool:
        """What an override foretells: the opposite of what the list made of it, which is more or less than usual."""
        return self.score is not None and self.usual is not None and self.score < self.usual
