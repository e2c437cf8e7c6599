"""Our own exceptions: every message says what is wrong, what was found, what was expected, what to do."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, worded for the person who can mend it.

    Args:
        where: the place, as the user wrote it (`tables.orders.happened_at`, `data/orders.csv row 88`).
        what: what is wrong, in one clause.
        found: the offending value or count; empty when there is none to show.
        expected: what would have been right.
        do: the next thing to do, as a command or an edit.
    """

    where: str
    what: str
    found: str = ""
    expected: str = ""
    do: str = ""

    def __str__(self) -> str:
        first = f"{self.where}: {self.what}" if self.where else self.what
        if self.found:
            first += f" (found: {self.found})"
        tail = [f"expected {self.expected}" if self.expected else "", f"do: {self.do}" if self.do else ""]
        rest = "; ".join(part for part in tail if part)
        return f"{first}.\n  {rest}" if rest else f"{first}."


class TradewindError(Exception):
    """Anything Tradewind refuses to do, with one or many problems told together."""

    def __init__(self, problems: Problem | Sequence[Problem]) -> None:
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class ConfigError(TradewindError):
    """The workspace's configuration cannot be used."""


class SourceError(TradewindError):
    """A file or database cannot be read."""


class ContractError(TradewindError):
    """Mapped data break the contract of a table so badly that nothing can be built on them."""


class UnsafeExpression(TradewindError):
    """An expression or query holds something that is not on the allow-list."""


class WorkspaceLocked(TradewindError):
    """Another process is writing to this workspace."""


class FormatError(TradewindError):
    """A workspace, state database or model was written by another format version."""


class StoreError(TradewindError):
    """The workspace cannot be read or written: disk full, file missing, file damaged."""


class StateAway(StoreError):
    """The state database cannot be reached, or another writer holds it for too long."""


class NotAnswerable(TradewindError):
    """These data cannot answer this question; the problem says which data would."""


class ModelError(TradewindError):
    """A model cannot be fitted, loaded or applied."""


class LeakError(TradewindError):
    """Something in the training data would not have been known when the prediction is made."""


class NotFound(TradewindError):
    """There is no such thing, or none that whoever asks may know of."""


class DeliveryError(TradewindError):
    """Something could not be handed to another program: a mail server, a webhook.

    Args:
        problems: what is wrong.
        again: whether the same may go well later.
    """

    def __init__(self, problems: Problem | Sequence[Problem], again: bool = True) -> None:
        super().__init__(problems)
        self.again = again


class AccountError(TradewindError):
    """An account, a password, a token or a link is refused; what is said gives nobody away."""


class Stale(TradewindError):
    """Somebody else changed the same thing since this form was opened; nothing was written."""


class TooMany(TradewindError):
    """Too many tries or requests; nothing was done.

    Args:
        problems: what there was too much of.
        retry_after: seconds to wait.
    """

    def __init__(self, problems: Problem | Sequence[Problem], retry_after: float) -> None:
        super().__init__(problems)
        self.retry_after = max(1, math.ceil(retry_after))
