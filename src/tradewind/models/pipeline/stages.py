"""Where deals stood when: every stay of a deal in a stage, when it began and ended, and where the deal went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tradewind.stats.precedence import order_steps

OPEN, WON, LOST, CLOSED = -1, -2, -3, -4
"""How a stay or a deal ended where it did not end in another stage; closed: over, and nobody says how."""

Source = Literal["stage history", "row versions", "snapshot"]
Days = NDArray[np.datetime64]
Codes = NDArray[np.int64]
Flags = NDArray[np.bool_]

ANY_STAGE = "open"
"""The only stage of a snapshot: nobody knows which stages its closed deals went through, and when."""


@dataclass(frozen=True)
class StageHistory:
    """Every stay of a deal in a stage, as known on a day. A deal that comes back to a stage has a new stay in it.

    Args:
        as_of: the local day as of which; nothing of that day or later is in it.
        stages: (s,) names in the order in which deals usually enter them; won and lost are not among them.
        deals: (d,) ids of the deals.
        created: (d,) local day of opening; NaT where not known.
        closed: (d,) local day of closing; NaT for open deals.
        ending: (d,) `OPEN`, `WON`, `LOST` or `CLOSED`.
        standing: (d,) name of the stage in which an open deal stands; empty for closed ones and where not known.
        deal: (n,) which deal stays; stays are sorted by deal, then by time.
        stage: (n,) in which stage.
        entered: (n,) local day; NaT where the stay began before the records do.
        left: (n,) local day of leaving; NaT while it lasts.
        next: (n,) the stage that followed, or `OPEN`, `WON`, `LOST`, `CLOSED`.
        source: what it was made from.
        said: what it cannot tell, one plain sentence each.
    """

    as_of: date
    stages: tuple[str, ...]
    deals: NDArray[np.object_]
    created: Days
    closed: Days
    ending: Codes
    standing: NDArray[np.object_]
    deal: Codes
    stage: Codes
    entered: Days
    left: Days
    next: Codes
    source: Source
    said: tuple[str, ...] = ()

    @property
    def days(self) -> NDArray[np.float64]:
        """(n,) whole days from entering to leaving; for a stay that lasts, to the last day seen; NaN where not known.

        A stay that lasts is known to be longer than this: the day before `as_of` is the last one on which it could
        have been seen to end.
        """
        seen = np.datetime64(self.as_of, "D") - np.timedelta64(1, "D")
        end = np.where(np.isnat(self.left), seen, self.left)
        days = (end - self.entered).astype("timedelta64[D]").astype(np.float64)
        return np.where(np.isnat(self.entered), np.nan, np.maximum(days, 0.0))

    @property
    def lasting(self) -> Flags:
        """(n,) whether the stay lasts still."""
        return np.asarray(self.next == OPEN)

    @property
    def backwards(self) -> Flags:
        """(n,) whether the deal went back to an earlier stage from here."""
        return np.asarray((self.next >= 0) & (self.next < self.stage))

    @property
    def forwards(self) -> Flags:
        """(n,) whether the deal went on from here: to a later stage, or was won."""
        return np.asarray((self.next > self.stage) | (self.next == WON))


@dataclass(frozen=True)
class Entries:
    """Deals entering stages, as they were recorded; (m,) each.

    Args:
        deal: which deal, a code.
        stage: name of the stage, won and lost among them.
        at: when it was recorded, any number that grows with time; entries of one deal are put in its order.
        day: local day of entering; NaT where the stay began before the records do.
    """

    deal: Codes
    stage: NDArray[np.object_]
    at: NDArray[np.float64]
    day: Days


@dataclass(frozen=True)
class DealEnds:
    """What is known of each deal apart from its stages; (d,) each.

    Args:
        ids: which deal.
        created: local day of opening, NaT where not known.
        closed: local day of closing, NaT for open deals.
        won: 1, 0, or NaN where nobody says.
        standing: name of the stage in which it stands today; empty where not known.
    """

    ids: NDArray[np.object_]
    created: Days
    closed: Days
    won: NDArray[np.float64]
    standing: NDArray[np.object_] = field(default_factory=lambda: np.empty(0, dtype=object))


def build_history(
    as_of: date,
    ends: DealEnds,
    entries: Entries,
    won_names: frozenset[str],
    lost_names: frozenset[str],
    source: Source = "stage history",
    said: Sequence[str] = (),
) -> StageHistory:
    """Put recorded entries and closings together into stays.

    A stage recorded twice in a row is one stay. A deal that was won or lost and then went on was not over: only an
    ending that nothing follows counts. Where entry and closing date differ, the recorded entry into won or lost counts.

    Args:
        as_of: the local day as of which; everything handed in was known before it.
        ends: of every deal.
        entries: of those that have any.
        won_names: stages that mean won.
        lost_names: stages that mean lost.
        source: what the entries were made from.
        said: what it cannot tell.
    """
    place = np.lexsort((np.arange(len(entries.deal)), entries.at, entries.deal))
    deal, name, day = entries.deal[place], entries.stage[place], entries.day[place]
    last = np.r_[deal[1:] != deal[:-1], True] if len(deal) else np.zeros(0, dtype=bool)
    is_won = np.isin(name, list(won_names)) if len(name) else np.zeros(0, dtype=bool)
    is_end = is_won | (np.isin(name, list(lost_names)) if len(name) else np.zeros(0, dtype=bool))
    ending, closed = _endings(ends, deal[is_end & last], is_won[is_end & last], day[is_end & last])
    deal, name, day = _stays(deal, name, day, ~is_end)
    stages = order_steps(deal, name)
    code = {stage: number for number, stage in enumerate(stages)}
    stage = np.array([code[each] for each in name], dtype=np.int64)
    follows = np.r_[deal[1:] == deal[:-1], False] if len(deal) else np.zeros(0, dtype=bool)
    after = np.where(follows, np.roll(stage, -1), ending[deal])
    until = np.where(follows, np.roll(day, -1), np.where(ending[deal] == OPEN, np.datetime64("NaT", "D"), closed[deal]))
    until = np.where(until < day, day, until)
    standing = np.full(len(ends.ids), "", dtype=object)
    newest = ~follows & (after == OPEN)
    standing[deal[newest]] = name[newest]
    if len(ends.standing):
        unplaced = (ending == OPEN) & (standing == "")
        standing[unplaced] = ends.standing[unplaced]
    return StageHistory(
        as_of, stages, ends.ids, ends.created, closed, ending, standing,
        deal, stage, day, until.astype("datetime64[D]"), after, source, tuple(said),
    )  # fmt: skip


def snapshot_history(as_of: date, ends: DealEnds, said: Sequence[str] = ()) -> StageHistory:
    """Return the history of deals of which only opening and closing are known: one stay each, called open."""
    ending, closed = _endings(ends, np.empty(0, np.int64), np.empty(0, bool), np.empty(0, "datetime64[D]"))
    dated = np.flatnonzero(~np.isnat(ends.created))
    left = np.where(closed[dated] < ends.created[dated], ends.created[dated], closed[dated])
    standing = ends.standing if len(ends.standing) else np.full(len(ends.ids), "", dtype=object)
    return StageHistory(
        as_of, (ANY_STAGE,), ends.ids, ends.created, closed, ending, np.where(ending == OPEN, standing, ""),
        dated.astype(np.int64), np.zeros(len(dated), np.int64), ends.created[dated], left, ending[dated],
        "snapshot", tuple(said),
    )  # fmt: skip


def _endings(ends: DealEnds, deal: Codes, is_won: Flags, day: Days) -> tuple[Codes, Days]:
    """How and when each deal ended: by the entry into won or lost that stands last, else by its closing date."""
    ending = np.full(len(ends.ids), OPEN, dtype=np.int64)
    over = ~np.isnat(ends.closed)
    said = np.select([ends.won == 1, ends.won == 0], [WON, LOST], CLOSED)
    ending[over] = said[over]
    closed = ends.closed.copy()
    ending[deal] = np.where(is_won, WON, LOST)
    closed[deal] = np.where(np.isnat(day), closed[deal], day)
    return ending, closed


def _stays(deal: Codes, name: NDArray[np.object_], day: Days, kept: Flags) -> tuple[Codes, NDArray[np.object_], Days]:
    """Entries into stages that are none of the endings, a stage that is recorded twice in a row once."""
    deal, name, day = deal[kept], name[kept], day[kept]
    if len(deal) == 0:
        return deal, name, day
    again = np.r_[False, (deal[1:] == deal[:-1]) & (name[1:] == name[:-1])]
    return deal[~again], name[~again], day[~again]
