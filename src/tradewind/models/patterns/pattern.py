"""What a pattern of actions is, and in which rows it holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

Kind = Literal["often", "twice and", "then"]

MOST_TIMES = 3


@dataclass(frozen=True)
class Pattern:
    """Some actions within so many days before a cutoff.

    Args:
        kind: `often`: one action at least `times` times; `twice and`: the first at least twice and the second at
            least once, in any order; `then`: each action before the next.
        actions: numbers of different actions.
        within_days: how far back from the cutoff they may lie.
        times: how often, for `often`.
    """

    kind: Kind
    actions: tuple[int, ...]
    within_days: int
    times: int = 1

    def parts(self) -> list[Pattern]:
        """Return the simpler patterns that hold wherever this one does, one step down."""
        days, steps = self.within_days, self.actions
        if self.kind == "often":
            return [Pattern("often", steps, days, self.times - 1)] if self.times > 1 else []
        if self.kind == "twice and":
            return [Pattern("often", steps[:1], days, 2), Pattern("often", steps[1:], days)]
        if len(steps) == 3:
            return [Pattern("then", pair, days) for pair in (steps[:2], steps[1:], (steps[0], steps[2]))]
        return [Pattern("often", (each,), days) for each in steps]


@dataclass(frozen=True)
class ActionRows:
    """What was done before each row's cutoff: one row a lead and cutoff, one entry an action.

    Args:
        row: (m,) which row an entry belongs to.
        action: (m,) number of the action.
        ago_days: (m,) days from the action to the row's cutoff, above 0.
        rows: how many rows there are.
        actions: how many different actions there are.
    """

    row: Ints
    action: Ints
    ago_days: Floats
    rows: int
    actions: int


@dataclass(frozen=True)
class Recent:
    """The actions of one span before the cutoff, counted and ordered.

    Args:
        count: (rows, actions) how often.
        first: (rows, actions) days ago of the earliest; −inf where there was none.
        last: (rows, actions) days ago of the latest; +inf where there was none.
        entries: the entries within the span.
    """

    count: Ints
    first: Floats
    last: Floats
    entries: ActionRows

    @classmethod
    def within(cls, actions: ActionRows, days: int) -> Recent:
        """Count and order what lies at most so many days back."""
        kept = actions.ago_days <= days
        row, action, ago = actions.row[kept], actions.action[kept], actions.ago_days[kept]
        shape = (actions.rows, actions.actions)
        count, first, last = np.zeros(shape, dtype=np.int64), np.full(shape, -np.inf), np.full(shape, np.inf)
        np.add.at(count, (row, action), 1)
        np.maximum.at(first, (row, action), ago)
        np.minimum.at(last, (row, action), ago)
        return cls(count, first, last, ActionRows(row, action, ago, *shape))

    def holds(self, pattern: Pattern) -> Flags:
        """(rows,) whether a pattern of this span holds."""
        one, *more = pattern.actions
        if pattern.kind == "often":
            return np.asarray(self.count[:, one] >= pattern.times)
        if pattern.kind == "twice and":
            return np.asarray((self.count[:, one] >= 2) & (self.count[:, more[0]] >= 1))
        if len(more) == 1:
            return np.asarray(self.first[:, one] > self.last[:, more[0]])
        return self._three(one, *more)

    def _three(self, one: int, two: int, three: int) -> Flags:
        """Whether some action `two` lies between the earliest `one` and the latest `three`."""
        entries = self.entries
        middle = entries.action == two
        row, ago = entries.row[middle], entries.ago_days[middle]
        found = np.zeros(entries.rows, dtype=np.bool_)
        found[row[(self.first[row, one] > ago) & (ago > self.last[row, three])]] = True
        return found


def possible_patterns(actions: int, within_days: Sequence[int]) -> list[Pattern]:
    """Return every pattern of single actions, of pairs and of ordered triples, the simplest first."""
    spans = sorted(within_days)
    pairs = list(permutations(range(actions), 2))
    often = [Pattern("often", (one,), days, times)
             for times in range(1, MOST_TIMES + 1) for one in range(actions) for days in spans]  # fmt: skip
    then = [Pattern("then", pair, days) for pair in pairs for days in spans]
    twice = [Pattern("twice and", pair, days) for pair in pairs for days in spans]
    three = [Pattern("then", each, days) for each in permutations(range(actions), 3) for days in spans]
    return [*often, *then, *twice, *three]
