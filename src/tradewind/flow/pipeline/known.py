"""Reads a pipeline as known on a day: deals, where they stood when, who sells them, for how much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradewind.core.time import Cutoff, local_day
from tradewind.flow.ask import ask, ask_known
from tradewind.flow.data import Data
from tradewind.flow.pipeline.stage_history import read_stage_history
from tradewind.models.pipeline.endings import ending_by_word
from tradewind.models.pipeline.pipeline import Floats, Ints, Pipeline, Steps
from tradewind.models.pipeline.stages import CLOSED, LOST, OPEN, WON, StageHistory

_NOON = 0.5
"""Only days are known: whatever happened on one counts as at noon."""
_FEWEST_RATIOS = 10
"""Deals whose amount was kept from before they were won, for the change to be learned."""
_LEAST, _MOST = 0.1, 10.0
"""Changes of amounts beyond these are slips of the pen."""


@dataclass(frozen=True)
class KnownPipeline:
    """A pipeline as known on a day.

    Args:
        day: as of which.
        pipeline: deals and steps; days are counted from 1970.
        stages: names of the stages.
        units: (owner, team) of each unit; empty words where nobody knows.
        history: where it was read from, with what that cannot tell.
        left_out: deals that stand in a stage that says won or lost, and have no date of closing.
        unopened: deals without any day, which are in no pipeline.
        unknown_ends: deals that are over without anybody saying how; they count as lost.
        has_teams: whether deals say which team sells.
        amounts_since: the first load, before which amounts were not kept as they were; None where they were always.
    """

    day: date
    pipeline: Pipeline
    stages: tuple[str, ...]
    units: tuple[tuple[str, str], ...]
    history: StageHistory
    left_out: frozenset[str]
    unopened: int
    unknown_ends: int
    has_teams: bool
    amounts_since: date | None


def day_number(day: date) -> float:
    """Return a local midnight in days since 1970."""
    return float((day - date(1970, 1, 1)).days)


def read_pipeline(
    data: Data, cutoff: Cutoff, left_out: frozenset[str] = frozenset(), known_by: Cutoff | None = None
) -> KnownPipeline:
    """Return the pipeline as known at a cutoff.

    Args:
        data: the open snapshot.
        cutoff: the local midnight before which everything in it happened.
        left_out: deals that belong to no quarter, by today's knowledge.
        known_by: the midnight by which it was known, where that is later (`known_today`).
    Raises:
        NotAnswerable: there are no deals, or they have no date of opening.
    """
    seen = known_by or cutoff
    history = read_stage_history(data, seen)
    rows = _details(data, seen)
    dead = stands_at_an_end(history) | np.isin(history.deals.astype(str), list(left_out))
    kept = np.flatnonzero(~dead & _dated(history))
    details = [rows.get(str(each), {}) for each in history.deals[kept]]
    names = [(str(each.get("owner") or ""), str(each.get("team") or "")) for each in details]
    units = tuple(sorted(set(names)))
    place = {name: number for number, name in enumerate(units)}
    amount = np.array([np.nan if each.get("amount") is None else float(each["amount"]) for each in details])
    # Some write 0 when a deal is lost: what it would have been worth is not known any more.
    amount[(amount == 0) & (history.ending[kept] != WON)] = np.nan
    created, closed = _numbers(history.created[kept]), _numbers(history.closed[kept])
    steps = _steps(history, kept, created)
    first = np.full(len(kept), np.inf)
    np.minimum.at(first, steps.deal, steps.entered)
    created = np.where(np.isnan(created), np.where(np.isfinite(first), first, closed), created)
    ratio = _ratios(data, seen, history.deals[kept], amount, closed)
    pipeline = Pipeline(
        max(len(history.stages), 1), created, np.maximum(closed, created), history.ending[kept] == WON, amount,
        np.array([place[name] for name in names], dtype=np.int64), len(units), steps, ratio,
    ).known(day_number(cutoff.day))  # fmt: skip
    table = data.catalog.tables["deals"]
    return KnownPipeline(
        cutoff.day,
        pipeline,
        history.stages,
        units,
        history,
        frozenset(str(each) for each in history.deals[dead]),
        _unopened(data),
        int((history.ending[kept] == CLOSED).sum()),
        "team" in table.columns,
        None if data.catalog.has("deals", "amount") else _first_load(data),
    )


def _details(data: Data, cutoff: Cutoff) -> dict[str, dict[str, Any]]:
    """Owner, team and amount of each deal: as they were then where that was kept, else as they stand today."""
    columns = set(data.catalog.tables["deals"].columns)
    amount = "amount_base" if "amount_base" in columns else "amount" if "amount" in columns else "NULL"
    wanted = ["deal_id", f"{amount} AS amount", *(name for name in ("owner", "team") if name in columns)]
    query = f"SELECT {', '.join(wanted)} FROM deals ORDER BY deal_id"
    rows = ask_known(data.engine, data.catalog.as_it_stands(), query, cutoff).to_pylist()
    return {row["deal_id"]: row for row in rows}


def _first_load(data: Data) -> date | None:
    seen = ask(data.engine, "SELECT MIN(first_seen_at) AS seen FROM deals").column("seen")[0].as_py()
    return None if seen is None else local_day(seen, data.catalog.zone)


def _unopened(data: Data) -> int:
    """Deals of which no day is known, today: a count of what is left out, by which nothing is forecast."""
    columns = data.catalog.tables["deals"].columns
    closed = "AND closed_at IS NULL" if "closed_at" in columns else ""
    query = f"SELECT COUNT(*) AS deals FROM deals WHERE created_at IS NULL {closed} AND valid_to IS NULL"
    return int(ask(data.engine, query).column("deals")[0].as_py())


def stands_at_an_end(history: StageHistory) -> NDArray[np.bool_]:
    """Return (d,) deals without a date of closing whose stage says by its name that they are over."""
    words = {name: bool(ending_by_word(name)) and name not in history.stages for name in set(history.standing) if name}
    over = np.array([words.get(name, False) for name in history.standing], dtype=bool)
    return np.asarray(over & (history.ending == OPEN))


def _dated(history: StageHistory) -> NDArray[np.bool_]:
    """Deals of which any day is known."""
    entered = np.zeros(len(history.deals), dtype=bool)
    entered[history.deal[~np.isnat(history.entered)]] = True
    return ~np.isnat(history.created) | ~np.isnat(history.closed) | entered


def _steps(history: StageHistory, kept: NDArray[np.intp], created: Floats) -> Steps:
    """The stays of the deals kept; an open deal of which none was recorded stands where it is said to, since opened."""
    place = np.full(len(history.deals), -1, dtype=np.int64)
    place[kept] = np.arange(len(kept))
    code = {name: number for number, name in enumerate(history.stages)}
    known = place[history.deal] >= 0
    deal = place[history.deal[known]]
    entered, left = _numbers(history.entered[known]), _numbers(history.left[known])
    entered = np.where(np.isnan(entered), created[deal], entered)
    follows = _ends(history.next[known], len(history.stages))
    # Of a stay whose beginning nobody knows, nothing about its length can be learned unless it lasts still.
    usable = ~np.isnan(entered) & (np.isnan(left) | (left >= entered))
    usable &= ~(np.isnat(history.entered[known]) & ~np.isnan(left))
    at = np.isin(np.arange(len(kept)), deal[usable & (follows < 0)])
    unplaced = np.flatnonzero((history.ending[kept] == OPEN) & ~at & ~np.isnan(created))
    stage = np.array([code.get(str(each), 0) for each in history.standing[kept[unplaced]]], dtype=np.int64)
    return Steps(
        np.r_[deal[usable], unplaced],
        np.r_[history.stage[known][usable], stage],
        np.r_[entered[usable], created[unplaced]],
        np.r_[left[usable], np.full(len(unplaced), np.nan)],
        np.r_[follows[usable], np.full(len(unplaced), -1)],
    )


def _ends(follows: Ints, stages: int) -> Ints:
    """What followed a stay, with won and lost after the stages; an end that nobody names counts as lost."""
    ends = np.select([follows == OPEN, follows == WON, np.isin(follows, (LOST, CLOSED))], [-1, stages, stages + 1])
    return np.where(follows >= 0, follows, ends).astype(np.int64)


def _numbers(days: NDArray[np.datetime64]) -> Floats:
    number = days.astype("datetime64[D]").astype(np.int64).astype(np.float64) + _NOON
    return np.where(np.isnat(days), np.nan, number)


def _ratios(
    data: Data, cutoff: Cutoff, deals: Sequence[object] | NDArray[np.object_], amount: Floats, closed: Floats
) -> Floats:
    """Amount at the end over the first amount that was loaded while the deal was open; NaN where none was."""
    nothing = np.full(len(amount), np.nan)
    if "amount_base" not in data.catalog.tables["deals"].columns:
        return nothing
    query = """
        SELECT deal_id, amount_base AS amount,
            CASE WHEN first_seen_at > known_at THEN first_seen_at ELSE known_at END AS at
        FROM deals WHERE known_at < :now AND first_seen_at < :now AND amount_base IS NOT NULL
        ORDER BY deal_id, at, known_at, amount
    """
    earliest: dict[str, tuple[float, float]] = {}
    for row in ask(data.engine, query, now=cutoff.at).to_pylist():
        day = (row["at"] - datetime(1970, 1, 1)).total_seconds() / 86_400
        earliest.setdefault(row["deal_id"], (float(row["amount"]), day))
    found = nothing.copy()
    for number, deal in enumerate(deals):
        before, seen = earliest.get(str(deal), (0.0, np.inf))
        if before > 0 and amount[number] > 0 and seen < np.floor(closed[number]):
            found[number] = np.clip(amount[number] / before, _LEAST, _MOST)
    return found if np.isfinite(found).sum() >= _FEWEST_RATIOS else nothing
