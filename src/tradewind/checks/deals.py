"""Deals that cannot be: that go back, end without a date, hardly ever lose, or belong to somebody who has left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tradewind.checks.looked import Looked, say_share
from tradewind.checks.owners import find_owners_gone
from tradewind.core.trouble import MOST_EXAMPLES, Example, Severity, Trouble, clean_lines
from tradewind.stats.precedence import cyclic_pairs, order_steps

_FEWEST = 10
"""Rows that must speak for something that is told of a whole stage or owner."""
_MOST_STAGES = 60
_BACK = 0.05
"""Share of moves that may go back without misleading anybody."""
_WON = 0.95
"""Share won of closed deals from which nobody believes that the lost ones were recorded."""
_CLOSED = 30
_FILLED, _EMPTY = 0.98, 0.3
"""Share of closed deals with a value, and of open ones without, from which a column is filled in at the end."""
_RENAMED_DAYS = 21
"""Most days between the end of a stage's name and the beginning of another for the one to be taken for the other."""


def find_deal_trouble(looked: Looked, tables: Mapping[str, Looked]) -> list[Trouble]:
    """Find trouble in deals and in the history of their stages."""
    found: list[Trouble | None] = []
    if looked.name == "deals":
        found += [_no_closing_date(looked), _closed_ahead(looked), _hoped_for(looked), _one_outcome(looked)]
        found += _filled_at_the_end(looked)
        found.append(find_owners_gone(looked, tables))
    if looked.name == "deal_stages" and looked.rows:
        found += _order_of_stages(looked)
    return [trouble for trouble in found if trouble is not None]


def _no_closing_date(looked: Looked) -> Trouble | None:
    if not {"won", "closed_at"} <= set(looked.shapes):
        return None
    return looked.trouble(
        "closed_at", "no closing date", "breaks", "{rows} deals ({share}) are won or lost and have no closing date",
        "won IS NOT NULL AND closed_at IS NULL", shown="CASE WHEN won THEN 'won' ELSE 'lost' END",
        do="fill in the day on which each was closed: until then it is not known when it ended, and it counts as open",
    )  # fmt: skip


def _closed_ahead(looked: Looked) -> Trouble | None:
    if not {"won", "closed_at"} <= set(looked.shapes):
        return None
    return looked.trouble(
        "closed_at", "impossible", "breaks", "{rows} deals ({share}) are won or lost on a day that is yet to come",
        f"won IS NOT NULL AND closed_at >= TIMESTAMP '{looked.today.isoformat()}' + INTERVAL 1 DAY",
        do="look whether closed_at is the day on which somebody hoped to close the deal",
    )  # fmt: skip


def _hoped_for(looked: Looked) -> Trouble | None:
    """Closing dates of deals that are neither won nor lost: mostly hoped for. Such a deal counts as closed."""
    if not {"won", "closed_at"} <= set(looked.shapes):
        return None
    return looked.trouble(
        "closed_at", "hoped for", "breaks", "{rows} deals ({share}) have a closing date and are neither won nor lost",
        "won IS NULL AND closed_at IS NOT NULL",
        do="where the day is only hoped for, map it as expected_close_at and leave closed_at empty for open deals",
    )  # fmt: skip


def _filled_at_the_end(looked: Looked) -> list[Trouble | None]:
    """Columns that stand in closed deals, and in few open ones: today's value says how a deal ended."""
    if "closed_at" not in looked.shapes:
        return []
    found = []
    for shape in looked.shapes.values():
        if shape.name in ("closed_at", "won") or shape.name in looked.given.as_of_today:
            continue
        closed, there, open_, missing = looked.one(
            f'SELECT count(closed_at), count("{shape.name}") FILTER (WHERE closed_at IS NOT NULL), '
            "count(*) FILTER (WHERE closed_at IS NULL), "
            f'count(*) FILTER (WHERE closed_at IS NULL AND "{shape.name}" IS NULL) FROM "deals"'
        )
        if min(closed, open_) >= _CLOSED and there >= _FILLED * closed and missing > _EMPTY * open_:
            where = f'closed_at IS NULL AND "{shape.name}" IS NULL'
            what = "{rows} deals ({share}) have none, nearly all of them open: it is filled in when a deal closes"
            do = "nothing is learned from it; note it when the deal is opened, and it can be"
            treat = clean_lines("deals", shape.name, {"keep": ["filled at the end"]})
            kind = "filled at the end"
            found.append(looked.trouble(shape.name, kind, "misleads", what, where, treat=treat, do=do))
    return found


def _one_outcome(looked: Looked) -> Trouble | None:
    if "won" not in looked.shapes:
        return None
    won, lost = looked.one('SELECT count(*) FILTER (WHERE won), count(*) FILTER (WHERE NOT won) FROM "deals"')
    closed = won + lost
    if closed < _CLOSED or 1 - _WON < won / closed < _WON:
        return None
    few, of = (lost, "lost") if won > lost else (won, "won")
    rate = f"{won / closed:.0%} of {closed:,} closed deals were won"
    return Trouble(
        "deals", "won", "one outcome", "misleads", f"{rate}, and {few:,} {of}: hardly anybody sells like that",
        closed, looked.rows, treat=clean_lines("deals", "won", {"keep": ["one outcome"]}),
        do=f"look whether {of} deals are deleted, left open or kept elsewhere: without them no chance can be learned",
    )  # fmt: skip


def _order_of_stages(looked: Looked) -> list[Trouble | None]:
    rows = looked.ask("SELECT deal_id, stage, entered_at FROM deal_stages ORDER BY deal_id, entered_at, stage")
    names = {row[1] for row in rows}
    if len(names) < 2 or len(names) > _MOST_STAGES:
        return [_one_stage(looked, names)]
    deal = np.unique(np.array([row[0] for row in rows], dtype=str), return_inverse=True)[1].astype(np.int64)
    stage = np.array([row[1] for row in rows], dtype=object)
    at = [row[2] for row in rows]
    order = order_steps(deal, stage)
    renamed = _renamed(looked, order, stage, at)
    circle = [pair for pair in cyclic_pairs(deal, stage) if pair[3] >= _FEWEST and pair[3] >= 1.5 * pair[2]]
    if circle:
        one, two, there, against = circle[0]
        what = (
            f"the stages have no order: {against:,} deals entered {two} before {one}, and {there:,} the other way round"
        )
        do = "look whether two processes share one list of stages"
        return [*renamed, _trouble_of(looked, "no order", what, against, do)]
    return [*renamed, _backwards(looked, order, deal, stage, rows)]


def _one_stage(looked: Looked, names: set[str]) -> Trouble | None:
    if len(names) != 1 or looked.rows < _FEWEST:
        return None
    what = f"all {looked.rows:,} entries are into one stage, {next(iter(names))}"
    do = "map the column that names the stage: with one stage nobody can say where deals are held up"
    return _trouble_of(looked, "one stage", what, looked.rows, do)


def _backwards(
    looked: Looked,
    order: tuple[str, ...],
    deal: NDArray[np.int64],
    stage: NDArray[np.object_],
    rows: Sequence[tuple[str, str, datetime]],
) -> Trouble | None:
    place = np.array([order.index(name) for name in stage])
    back = np.flatnonzero((deal[1:] == deal[:-1]) & (place[1:] < place[:-1])) + 1
    if len(back) == 0:
        return None
    share = len(back) / max(int((deal[1:] == deal[:-1]).sum()), 1)
    examples = [Example(f"deal_id = {rows[each][0]}", f"{stage[each - 1]} → {stage[each]}") for each in back.tolist()]
    what = f"{len(back):,} of the moves ({say_share(len(back), len(rows))} of the rows) go back to an earlier stage"
    do = "nothing, where deals do go back; else look whether the times are those of the entry, and of which zone"
    severity: Severity = "misleads" if share > _BACK else "cosmetic"
    return Trouble(
        looked.name, "stage", "backwards", severity, what, len(back), looked.rows, tuple(examples[:MOST_EXAMPLES]),
        clean_lines(looked.name, "stage", {"keep": ["backwards"]}), do,
    )  # fmt: skip


def _renamed(
    looked: Looked, order: tuple[str, ...], stage: NDArray[np.object_], at: list[datetime]
) -> list[Trouble | None]:
    """A stage whose last entry comes just before the first of another that stands beside it in the order."""
    spans = {name: sorted(when for each, when in zip(stage, at, strict=True) if each == name) for name in order}
    begin, end = min(at), max(at)
    found: list[Trouble | None] = []
    for one, two in [*pairwise(order), *((two, one) for one, two in pairwise(order))]:
        old, new = spans[one], spans[two]
        if len(old) < _FEWEST or len(new) < _FEWEST:
            continue
        usual = max((old[-1] - old[0]) / len(old), (new[-1] - new[0]) / len(new), timedelta(hours=1))
        gap, far = new[0] - old[-1], max(10 * usual, timedelta(days=_RENAMED_DAYS))
        follows = -usual <= gap <= max(5 * usual, timedelta(days=_RENAMED_DAYS))
        if follows and end - old[-1] > far and new[0] - begin > far:
            what = f"{one} ends on {old[-1]:%Y-%m-%d}, and {two} begins on {new[0]:%Y-%m-%d}: it was renamed"
            treat = clean_lines(looked.name, "stage", {"map": {one: two}})
            found.append(_trouble_of(looked, "renamed", what, len(old), "", treat))
    return found


def _trouble_of(looked: Looked, kind: str, what: str, rows: int, do: str, treat: str = "") -> Trouble:
    treat = treat or clean_lines(looked.name, "stage", {"keep": [kind]})
    return Trouble(looked.name, "stage", kind, "misleads", what, min(rows, looked.rows), looked.rows, (), treat, do)
