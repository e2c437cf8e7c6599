"""A question that was understood, as plain values: conditions on an entity, and what it is worth."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Operator = Literal["=", "!=", "<", "<=", ">", ">="]
Value = str | Decimal | bool

OPPOSITE: dict[Operator, Operator] = {"=": "!=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}


@dataclass(frozen=True)
class Window:
    """When something happened, in days before the cutoff: `[oldest, newest)` days ago.

    Args:
        oldest: at most this many days ago; None for any time.
        newest: more than this many days ago (0: up to the cutoff).
    """

    oldest: int | None = None
    newest: int = 0


EVER = Window()


@dataclass(frozen=True)
class Quantity:
    """How many, or how much."""

    operator: Operator
    number: Decimal

    def holds(self, number: Decimal) -> bool:
        """Whether a number meets it."""
        least, given = self.number, number
        return {
            "=": given == least, "!=": given != least, "<": given < least, "<=": given <= least,
            ">": given > least, ">=": given >= least,
        }[self.operator]  # fmt: skip


ONE = Quantity(">=", Decimal(1))
NONE = Quantity("=", Decimal(0))


@dataclass(frozen=True)
class Compare:
    """A column held against values: one, or a list of which any may do; without values: whether it is known.

    Args:
        column: its name.
        operator: `=` and `!=` with several values mean "one of" and "none of".
        values: all of one kind; none for `is known` (`!=`) and `is unknown` (`=`).
    """

    column: str
    operator: Operator
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Had:
    """Something that happened to the entity, or is the case, so and so often.

    Args:
        thing: key of `things.THINGS`.
        state: key of the thing's states; empty: that it happened.
        filters: what its rows must be like; all of them.
        quantity: how often, or for how much in all.
        window: when.
        measure: what the quantity counts: rows, or the sum of their amounts.
    """

    thing: str
    state: str = ""
    filters: tuple[Compare, ...] = ()
    quantity: Quantity = ONE
    window: Window = EVER
    measure: Literal["count", "amount"] = "count"


@dataclass(frozen=True)
class Not:
    """The opposite."""

    part: Condition


@dataclass(frozen=True)
class All:
    """All of several conditions, two at least."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Some:
    """At least one of several conditions, two at least."""

    parts: tuple[Condition, ...]


Condition = Had | Compare | Not | All | Some


@dataclass(frozen=True)
class Worth:
    """What one success is worth, in revenue.

    Args:
        factor: the amount itself, or what the source's amounts are multiplied with.
        source: things whose amounts are summed; None for none.
        attribute: a column of the entity that holds the amount; empty for none.
    """

    factor: Decimal = Decimal(1)
    source: Had | None = None
    attribute: str = ""


@dataclass(frozen=True)
class Asked:
    """A whole question.

    Args:
        entity: key of `things.ENTITIES`.
        who: which of them are asked about; None for all.
        what: what happens within the horizon.
        within: how far ahead, in days.
        worth: None where nobody said.
    """

    entity: str
    who: Condition | None
    what: Condition
    within: int
    worth: Worth | None = None


def conditions(tree: Condition | None) -> tuple[Had | Compare, ...]:
    """Return the single conditions of a tree, in the order they were written."""
    if tree is None:
        return ()
    if isinstance(tree, Not):
        return conditions(tree.part)
    if isinstance(tree, All | Some):
        return tuple(found for part in tree.parts for found in conditions(part))
    return (tree,)
