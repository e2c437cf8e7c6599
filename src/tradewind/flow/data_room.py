"""What "Your data" shows: sources, how new they are, what changed, what is wrong, and what more would unlock."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tradewind.core.contract import CONTRACT
from tradewind.core.errors import TradewindError
from tradewind.core.trouble import KINDS, SEVERITIES
from tradewind.flow.morning_list import neutral
from tradewind.flow.published import Published, read_published
from tradewind.flow.questions import find_question, list_use_cases
from tradewind.flow.uploads import Upload, list_uploads
from tradewind.report.numbers import say_money
from tradewind.sources.load_result import LoadResult
from tradewind.store.loads_state import list_loads
from tradewind.store.lock import lock_holder
from tradewind.store.manifest import Manifest
from tradewind.store.tables import read_columns, read_table
from tradewind.store.workspace import Workspace

_MOST_LOADS = 12
_MOST_REASONS = 60


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
class TroubleView:
    """One thing that is wrong in the data.

    Args:
        table: contract table.
        column: its column.
        kind: in plain words.
        severity: breaks, misleads or cosmetic.
        severity_words: how bad, in plain words.
        what: what was seen.
        rows: how many rows.
        share: of those looked at.
        money: what they carry, in words; empty where nothing.
        harm: what it does to the answers, in sentences.
        treat: the lines of `tradewind.toml` that treat it.
        do: what to do besides.
        examples: a few rows, as (row, value).
    """

    table: str
    column: str
    kind: str
    severity: str
    severity_words: str
    what: str
    rows: int
    share: float
    money: str
    harm: tuple[str, ...]
    treat: str
    do: str
    examples: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Reason:
    """Rows that could not be used, for one reason.

    Args:
        table: contract table.
        source: file.
        column: which value.
        why: the reason.
        rows: how many.
        example: one such value; not shown where it may name a person.
    """

    table: str
    source: str
    column: str
    why: str
    rows: int
    example: str


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
    rejected = _rejected(workspace, manifest)
    newest = _newest(workspace, manifest)
    tables = tuple(_tables(workspace, manifest, rejected, newest))
    return DataRoom(
        tuple(_sources(workspace, newest)),
        tables,
        _loads(workspace),
        manifest.snapshot_id,
        manifest.created_at,
        _troubles(workspace, manifest),
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


def _rejected(workspace: Workspace, manifest: Manifest) -> tuple[Reason, ...]:
    entry = manifest.tables.get("rejected")
    if entry is None or not entry.rows:
        return ()
    rows = read_columns(workspace.root, entry, ("table", "source", "column", "reason", "value"))
    grouped = rows.group_by(["table", "source", "column", "reason"]).aggregate([("value", "count"), ("value", "min"),
                                                                               ([], "count_all")])  # fmt: skip
    found = [
        Reason(row["table"], row["source"] or "", row["column"] or "", row["reason"], int(row["count_all"]),
               "" if _personal(row["table"], row["column"]) else (row["value_min"] or "")[:60])
        for row in grouped.to_pylist()
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda each: (-each.rows, each.table, each.why))[:_MOST_REASONS])


def _personal(table: str, column: str | None) -> bool:
    known = CONTRACT[table].column(column or "") if table in CONTRACT else None
    return known is None or known.personal or known.name.endswith("_id")


def _troubles(workspace: Workspace, manifest: Manifest) -> tuple[TroubleView, ...] | None:
    entry = manifest.tables.get("trouble")
    if entry is None:
        return None
    examples: dict[int, list[tuple[str, str]]] = {}
    if "trouble_rows" in manifest.tables:
        for row in read_table(workspace.root, manifest.tables["trouble_rows"]).to_pylist():
            examples.setdefault(row["trouble"], []).append((row["row"], row["value"]))
    currency = workspace.config.workspace.currency
    return tuple(
        TroubleView(
            row["table"], row["column"], KINDS.get(row["kind"], row["kind"]), row["severity"],
            SEVERITIES.get(row["severity"], row["severity"]), row["what"], row["rows"], row["share"],
            "" if not row["money"] else say_money(row["money"], currency), tuple(_harm(workspace, row["harm"])),
            row["treat"],
            row["do"], tuple(examples.get(row["trouble"], ())[:5]),
        )
        for row in read_table(workspace.root, entry).to_pylist()
    )  # fmt: skip


def _harm(workspace: Workspace, text: str) -> Iterator[str]:
    """What a trouble does to the answers, one sentence for each question it touches."""
    for each in json.loads(text) if text else ():
        gain: Mapping[str, Any] = each["gain"]
        title = _title(workspace, each["question"])
        touched = f" ({each['touched']:,} people rest on these rows)" if each.get("touched") else ""
        if gain.get("value") is None:
            yield f"{title}: not measured, because {gain.get('reason') or 'nobody asked'}{touched}"
        elif gain.get("low") is not None and (gain["low"] > 0 or gain["high"] < 0):
            better = gain["value"] > 0
            yield f"{title}: the answer is {'better' if better else 'worse'} without these rows{touched}"
        else:
            yield f"{title}: no difference that could be told from chance{touched}"


def _title(workspace: Workspace, name: str) -> str:
    try:
        question = find_question(workspace.config, name)
    except TradewindError:
        return name.replace("_", " ")
    return question.words(question.use_case.title)


def _missing(workspace: Workspace) -> Iterator[Missing]:
    """What columns and tables that are not mapped would make possible."""
    tables = workspace.config.tables
    have = {*tables, *workspace.manifest().tables}
    wanted: dict[str, list[str]] = {}
    for case in list_use_cases():
        lacking = [table for table in case.requires if table not in have]
        if len(lacking) == 1:
            wanted.setdefault(lacking[0], []).append(_title(workspace, case.name))
    for table, titles in wanted.items():
        doc = CONTRACT[table].doc if table in CONTRACT else table
        yield Missing(f"{table.replace('_', ' ').capitalize()}: {doc}", ", ".join(titles))
    for name, mapping in tables.items():
        for column in CONTRACT[name].columns if name in CONTRACT else ():
            if column.unlocks and column.name not in mapping.columns:
                yield Missing(f"{name.replace('_', ' ')}: {column.doc}", column.unlocks)


def rejected_rows(workspace: Workspace) -> Iterator[tuple[str, ...]]:
    """Yield the rows that could not be used, the head first, each cell as no spreadsheet takes for a formula."""
    head = ("table", "source", "row", "column", "value", "reason")
    yield head
    entry = workspace.manifest().tables.get("rejected")
    if entry is not None:
        for row in read_columns(workspace.root, entry, head).to_pylist():
            yield tuple(neutral("" if row[name] is None else str(row[name])) for name in head)


def who_writes(root: Path) -> str:
    """Return who writes to a workspace just now, and since when; empty where nobody does."""
    return lock_holder(root)
