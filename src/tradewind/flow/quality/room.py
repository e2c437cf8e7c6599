"""What "Your data" shows: sources, how new they are, what changed, what is wrong, and what more would unlock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tradewind.core.contract import CONTRACT
from tradewind.core.errors import TradewindError
from tradewind.flow.answers.published import Published, read_published
from tradewind.flow.quality.wrong import Reason, TroubleView, question_title, rejected_by_reason, told_troubles
from tradewind.flow.questions.asked import list_use_cases
from tradewind.flow.uploads.receive import Upload, list_uploads
from tradewind.sources.load_result import LoadResult
from tradewind.store.loads_state import list_loads
from tradewind.store.lock import lock_holder
from tradewind.store.manifest import Manifest
from tradewind.store.tables import read_columns
from tradewind.store.workspace import Workspace

_MOST_LOADS = 12


@dataclass(frozen=True)
class SourceView:
    """One source.

    Args:
        name: of its section.
        lies: where; a database is only called one.
        fills: contract tables made from it.
        files: uploaded files that it reads.
        newest: its newest row, naive UTC; None where no table has a time.
    """

    name: str
    lies: str
    fills: tuple[str, ...]
    files: tuple[Upload, ...]
    newest: datetime | None


@dataclass(frozen=True)
class TableView:
    """One contract table.

    Args:
        name: contract table.
        doc: what a row is.
        source: where it comes from.
        rows: rows as they stand now.
        newest: its newest row.
        loaded_at: when it was last read.
        brought: what the last load brought, in words.
        rejected: rows that could not be used.
        notes: what people should know of the last load.
    """

    name: str
    doc: str
    source: str
    rows: int
    newest: datetime | None
    loaded_at: datetime | None
    brought: str
    rejected: int
    notes: tuple[str, ...]


@dataclass(frozen=True)
class LoadView:
    """One load.

    Args:
        at: when.
        lines: table and what it brought, those without news left out.
    """

    at: datetime
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Missing:
    """What more data would unlock.

    Args:
        what: the data.
        unlocks: what becomes possible.
        why: what is missing now; empty where the column itself says it.
    """

    what: str
    unlocks: str
    why: str = ""


@dataclass(frozen=True)
class DataRoom:
    """Everything that the page shows.

    Args:
        sources: where data come from.
        tables: contract tables.
        loads: the newest loads, the newest first.
        snapshot: the present state's id; empty before the first load.
        made_at: when it was made.
        troubles: what is wrong, worst first; None where nobody has looked yet.
        rejected: rows that could not be used, most frequent reason first.
        unanswered: questions these data cannot answer: title, why, what to do.
        missing: what more data would unlock.
    """

    sources: tuple[SourceView, ...]
    tables: tuple[TableView, ...]
    loads: tuple[LoadView, ...]
    snapshot: str
    made_at: datetime | None
    troubles: tuple[TroubleView, ...] | None
    rejected: tuple[Reason, ...]
    unanswered: tuple[tuple[str, str, str], ...]
    missing: tuple[Missing, ...]

    @property
    def rejected_rows(self) -> int:
        """All rows that could not be used."""
        return sum(each.rows for each in self.rejected)


def look_at_data(workspace: Workspace) -> DataRoom:
    """Return what there is to say of a workspace's data, from what runs and checks have left; nothing is loaded."""
    manifest = workspace.manifest()
    published = _published(workspace)
    rejected = rejected_by_reason(workspace, manifest)
    newest = _newest(workspace, manifest)
    tables = tuple(_tables(workspace, manifest, rejected, newest))
    return DataRoom(
        tuple(_sources(workspace, newest)),
        tables,
        _loads(workspace),
        manifest.snapshot_id,
        manifest.created_at,
        told_troubles(workspace, manifest),
        rejected,
        () if published is None else tuple(
            (each.title, each.found[0] if each.found else "", each.next)
            for each in published.findings if each.status == "not answerable"
        ),
        tuple(_missing(workspace)),
    )  # fmt: skip


def _published(workspace: Workspace) -> Published | None:
    try:
        return read_published(workspace)
    except TradewindError:
        return None  # a damaged report is told where it is read


def _sources(workspace: Workspace, newest: Mapping[str, datetime]) -> Iterator[SourceView]:
    uploads = list_uploads(workspace.root)
    for name, source in workspace.config.sources.items():
        fills = tuple(
            table for table, mapping in workspace.config.tables.items() if mapping.from_.split(".")[0] == name
        )
        times = [newest[table] for table in fills if table in newest]
        lies = source.path or "a database"
        files = tuple(each for each in uploads if source.path and source.path.startswith(f"uploads/{each.set}/"))
        yield SourceView(name, lies, fills, files, max(times, default=None))


def _newest(workspace: Workspace, manifest: Manifest) -> dict[str, datetime]:
    """The newest row of each contract table that has a time."""
    import pyarrow.compute as pc

    found: dict[str, datetime] = {}
    for name, entry in manifest.tables.items():
        time = CONTRACT[name].time if name in CONTRACT else ""
        if time and time in {column for column, _ in entry.columns}:
            value = pc.max(read_columns(workspace.root, entry, (time,))[time]).as_py()
            if value is not None:
                found[name] = value if isinstance(value, datetime) else datetime.combine(value, datetime.min.time())
    return found


def _tables(
    workspace: Workspace, manifest: Manifest, rejected: Sequence[Reason], newest: Mapping[str, datetime]
) -> Iterator[TableView]:
    for name in CONTRACT:
        entry = manifest.tables.get(name)
        if entry is None and name not in workspace.config.tables:
            continue
        mapping = workspace.config.tables.get(name)
        load = workspace.state().last_load(name)
        result = (
            LoadResult.from_values(load.details["result"]) if load is not None and "result" in load.details else None
        )
        yield TableView(
            name,
            CONTRACT[name].doc,
            mapping.from_ if mapping is not None else "made from the others",
            0 if entry is None else entry.rows,
            newest.get(name),
            None if load is None else load.loaded_at,
            "" if result is None else _brought(result),
            sum(each.rows for each in rejected if each.table == name),
            () if result is None else result.notes,
        )


def _brought(result: LoadResult) -> str:
    if not result.before:
        return f"{result.new:,} rows, read for the first time"
    parts = [(result.new, "new"), (result.changed, "changed"), (result.gone, "no longer there")]
    return ", ".join(f"{count:,} {word}" for count, word in parts if count) or "nothing new"


def _loads(workspace: Workspace) -> tuple[LoadView, ...]:
    """The newest loads with what was new in them: a load that found the same sources brought nothing."""
    loads = list_loads(workspace.state())
    lines: dict[datetime, list[tuple[str, str]]] = {}
    for place, load in enumerate(loads):
        before = next((each for each in loads[place + 1 :] if each.table == load.table), None)
        told = lines.setdefault(load.loaded_at, [])
        if (before is None or before.fingerprint != load.fingerprint) and "result" in load.details:
            told.append((load.table, _brought(LoadResult.from_values(load.details["result"]))))
    return tuple(LoadView(at, tuple(told)) for at, told in list(lines.items())[:_MOST_LOADS])


def _missing(workspace: Workspace) -> Iterator[Missing]:
    """What columns and tables that are not mapped would make possible."""
    tables = workspace.config.tables
    have = {*tables, *workspace.manifest().tables}
    wanted: dict[str, list[str]] = {}
    for case in list_use_cases():
        lacking = [table for table in case.requires if table not in have]
        if len(lacking) == 1:
            wanted.setdefault(lacking[0], []).append(question_title(workspace, case.name))
    for table, titles in wanted.items():
        doc = CONTRACT[table].doc if table in CONTRACT else table
        yield Missing(f"{table.replace('_', ' ').capitalize()}: {doc}", ", ".join(titles))
    for name, mapping in tables.items():
        for column in CONTRACT[name].columns if name in CONTRACT else ():
            if column.unlocks and column.name not in mapping.columns:
                yield Missing(f"{name.replace('_', ' ')}: {column.doc}", column.unlocks)


def who_writes(root: Path) -> str:
    """Return who writes to a workspace just now, and since when; empty where nobody does."""
    return lock_holder(root)
