"""Sources into contract tables, and records together to people: the first step of every verb."""

from __future__ import annotations

from collections.abc import Sequence

from tradewind.flow.lists.outcomes import drain_inbox, set_inbox_aside
from tradewind.flow.live.tables import drain_events, inbox_summary
from tradewind.flow.people.resolve import resolve
from tradewind.flow.progress import Progress, Silent, stage
from tradewind.sources.load import load_tables
from tradewind.sources.load_result import LoadResult
from tradewind.store.workspace import Workspace


def load(workspace: Workspace, progress: Progress | None = None) -> list[LoadResult]:
    """Bring the sources into contract tables, their records together to people, and what people told into `outcomes`.

    Raises:
        SourceError: a source cannot be read.
    """
    progress = progress or Silent()
    with stage(progress, "Reading your data", len(workspace.config.tables)) as notes:
        set_inbox_aside(workspace)
        loads = load_tables(workspace, lambda doing, _share: progress.advance(doing))
        rows = sum(entry.rows for name, entry in workspace.manifest().tables.items() if name in workspace.config.tables)
        notes.append("; ".join([f"{rows:,} rows", *_brought(loads)]))
    _drain_events(workspace, progress)
    resolve(workspace, progress)
    drain_inbox(workspace)
    return loads


def _drain_events(workspace: Workspace, progress: Progress) -> None:
    """Bring what came in live into the tables; nothing is said where nobody sends events."""
    waiting = inbox_summary(workspace)
    if not waiting.events:
        drain_events(workspace)
        return
    with stage(progress, "Taking in live events") as notes:
        notes.append(f"{drain_events(workspace):,} events")


def _brought(loads: Sequence[LoadResult]) -> list[str]:
    """What changed since the load before, table by table."""
    said = [
        f"{load.table}: {load.new:,} new, {load.changed:,} changed, {load.gone:,} no longer there"
        for load in loads
        if not load.skipped and load.before
    ]
    return said or (["the same as last time"] if any(load.skipped for load in loads) else [])
