"""Reads where deals stood when, as known on a day: from recorded stages, row versions, or a snapshot alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tradewind.core.errors import NotAnswerable, Problem
from tradewind.core.time import Cutoff
from tradewind.core.words import say
from tradewind.flow.ask import ask, ask_known
from tradewind.flow.data import Data
from tradewind.models.pipeline.endings import find_endings
from tradewind.models.pipeline.stages import DealEnds, Entries, Source, StageHistory, build_history, snapshot_history

if TYPE_CHECKING:
    import pyarrow as pa

_LEFT_FOR_ANOTHER = 0.5
"""Share of a stage's deals that must have gone on from it for the stage to be no ending."""
_SAME_DAY = 1
"""Days by which a closing date and the entry into won or lost may differ."""
_FEWEST_CHANGES = 20
"""Changes of stage between loads that make row versions a history."""


def read_stage_history(data: Data, cutoff: Cutoff | None = None) -> StageHistory:
    """Return the stays of deals in stages, as known at a cutoff.

    Args:
        data: the open snapshot.
        cutoff: the local midnight as of which; today's by default.
    Raises:
        NotAnswerable: there are no deals, or they have no date of opening.
    """
    cutoff = cutoff or data.score_at
    kept = data.kept.get(("stage history", cutoff))
    if isinstance(kept, StageHistory):
        return kept
    history = _read(data, cutoff)
    data.kept["stage history", cutoff] = history
    return history


def _read(data: Data, cutoff: Cutoff) -> StageHistory:
    table = data.catalog.table("deals")
    if table is None:
        raise NotAnswerable(Problem("deals", "there are no deals", "", "the table deals", "map [tables.deals]"))
    if "created_at" not in table.columns:
        raise NotAnswerable(
            Problem("deals", "nobody can say when deals were opened", "no created_at", "the day each deal was opened",
                    "map created_at in [tables.deals]")
        )  # fmt: skip
    ends = _deal_ends(data, cutoff)
    code = {name: number for number, name in enumerate(ends.ids)}
    if data.catalog.has("deal_stages", "stage", "entered_at"):
        rows = ask_known(data.engine, data.catalog, _ENTERED, cutoff)
        return _from_entries(cutoff, ends, _entries(rows, code, data.catalog.zone), "stage history")
    versions = _version_entries(data, cutoff, ends, code)
    if versions is not None:
        return _from_entries(cutoff, ends, versions, "row versions")
    return snapshot_history(cutoff.day, ends, (say("deals.said.snapshot"), *_undated(ends)))


_ENTERED = """
    SELECT deal_id, stage, entered_at AS at FROM deal_stages
    WHERE entered_at < :cutoff ORDER BY deal_id, entered_at, stage
"""


def _deal_ends(data: Data, cutoff: Cutoff) -> DealEnds:
    has = {name: data.catalog.has("deals", name) for name in ("closed_at", "won")}
    columns = ["deal_id", "created_at", *(name for name, there in has.items() if there)]
    query = f"SELECT {', '.join(columns)} FROM deals ORDER BY deal_id"
    rows = ask_known(data.engine, data.catalog, query, cutoff)
    zone, n = data.catalog.zone, rows.num_rows
    never = np.full(n, np.datetime64("NaT", "D"))
    won = np.full(n, np.nan)
    if has["won"]:
        won = np.array([np.nan if each is None else float(each) for each in rows["won"].to_pylist()])
    created = local_days(rows["created_at"], zone)
    return DealEnds(
        np.array(rows["deal_id"].to_pylist(), dtype=object),
        created,
        local_days(rows["closed_at"], zone) if has["closed_at"] else never,
        won,
        _standing(data, cutoff, rows["deal_id"].to_pylist()),
    )


def _standing(data: Data, cutoff: Cutoff, ids: Sequence[str]) -> NDArray[np.object_]:
    """The stage each deal stands in today; nothing is known of it as of an earlier day."""
    if cutoff < data.score_at:
        return np.full(len(ids), "", dtype=object)
    catalog = data.catalog.as_it_stands()
    rows = ask_known(data.engine, catalog, "SELECT deal_id, stage FROM deals", cutoff).to_pylist()
    today = {row["deal_id"]: row["stage"] or "" for row in rows}
    return np.array([today.get(each, "") for each in ids], dtype=object)


def _entries(rows: pa.Table, code: dict[str, int], zone: str) -> Entries:
    """Recorded entries of deals that are known; those of others cannot be placed."""
    deal = np.array([code.get(each, -1) for each in rows["deal_id"].to_pylist()], dtype=np.int64)
    kept = deal >= 0
    at = rows["at"].to_numpy(zero_copy_only=False).astype("datetime64[us]")
    return Entries(
        deal[kept],
        np.array(rows["stage"].to_pylist(), dtype=object)[kept],
        at.astype(np.int64).astype(np.float64)[kept],
        local_days(rows["at"], zone)[kept],
    )


def _version_entries(data: Data, cutoff: Cutoff, ends: DealEnds, code: dict[str, int]) -> Entries | None:
    """Changes of `deals.stage` from load to load; None where hardly any was seen.

    The first load says only where deals stood: when they had entered that stage is not known, unless a deal was opened
    since the load before.
    """
    query = """
        SELECT deal_id, stage, CASE WHEN first_seen_at > known_at THEN first_seen_at ELSE known_at END AS at
        FROM deals WHERE known_at < :now AND first_seen_at < :now ORDER BY deal_id, at, known_at, stage
    """
    rows = ask(data.engine, query, now=cutoff.at)
    if rows.num_rows < len(code) + _FEWEST_CHANGES:
        return None
    entries = _entries(rows, code, data.catalog.zone)
    begins = np.r_[True, entries.deal[1:] != entries.deal[:-1]] if len(entries.deal) else np.zeros(0, dtype=bool)
    if (~begins & (np.r_[True, entries.stage[1:] != entries.stage[:-1]])).sum() < _FEWEST_CHANGES:
        return None
    first_load = entries.day.min()
    day = entries.day.copy()
    opened = ends.created[entries.deal]
    day[begins] = np.where(opened[begins] >= first_load, opened[begins], np.datetime64("NaT", "D"))
    return Entries(entries.deal, entries.stage, entries.at, day)


def _from_entries(cutoff: Cutoff, ends: DealEnds, entries: Entries, source: Source) -> StageHistory:
    won, lost = _ending_names(ends, entries)
    said = [say("deals.said.versions")] if source == "row versions" else []
    without = len(ends.ids) - len(np.unique(entries.deal))
    if without:
        said.append(say("deals.said.without", without=f"{without:,}", deals=f"{len(ends.ids):,}"))
    said += _undated(ends)
    if len(entries.deal) == 0:
        return snapshot_history(cutoff.day, ends, (say("deals.said.snapshot"), *said))
    return build_history(cutoff.day, ends, entries, won, lost, source, said)


def _ending_names(ends: DealEnds, entries: Entries) -> tuple[frozenset[str], frozenset[str]]:
    """Which stages mean won and lost here."""
    place = np.lexsort((entries.at, entries.deal))
    deal, name, day = entries.deal[place], entries.stage[place], entries.day[place]
    last = np.r_[deal[1:] != deal[:-1], True] if len(deal) else np.zeros(0, dtype=bool)
    visits, left = Counter(name.tolist()), Counter(name[~last].tolist())
    followed = frozenset(each for each, count in visits.items() if left[each] > _LEFT_FOR_ANOTHER * count)
    where = deal[last]
    apart = np.abs((ends.closed[where] - day[last]).astype("timedelta64[D]").astype(np.float64))
    won = np.where(np.isnat(ends.closed[where]), np.nan, ends.won[where])
    return find_endings(name[last], won, apart <= _SAME_DAY, followed)


def _undated(ends: DealEnds) -> tuple[str, ...]:
    count = int(np.isnat(ends.created).sum())
    return (say("deals.said.undated", count=f"{count:,}"),) if count else ()


def local_days(column: pa.ChunkedArray, zone: str) -> NDArray[np.datetime64]:
    """Return the local calendar day of each naive UTC instant; NaT where there is none."""
    import pyarrow as pa
    import pyarrow.compute as pc

    there = pc.local_timestamp(
        pc.assume_timezone(column.cast(pa.timestamp("us")), "UTC").cast(pa.timestamp("us", zone))
    )
    days: NDArray[np.datetime64] = there.to_numpy().astype("datetime64[us]").astype("datetime64[D]")
    return days
