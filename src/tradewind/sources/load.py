"""Every mapped table of a workspace, read where its source has changed, merged with what was known, and published."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from tradewind.core.contract import CONTRACT, Table
from tradewind.core.errors import ConfigError, ContractError, Problem, SourceError, TradewindError, UnsafeExpression
from tradewind.sources.changed import Before, changes, explain_changes
from tradewind.sources.cleaning import CLEANED
from tradewind.sources.derived import add_base_amount, derive_orders, fill_lines
from tradewind.sources.found import SourceTables
from tradewind.sources.joining import used_columns
from tradewind.sources.load_result import LoadResult, merge_notes
from tradewind.sources.mapping import Mapped, NothingUsable, Place, map_table
from tradewind.sources.versions import Merged, Missing, merge_versions
from tradewind.store.live import loaded_entry, loaded_fingerprints, loaded_name
from tradewind.store.manifest import FileEntry, TableEntry, publish
from tradewind.store.steps import Progress, StepOutput, code_version, fingerprint, run_step
from tradewind.store.tables import read_table, write_table

if TYPE_CHECKING:
    import pyarrow as pa

    from tradewind.sources.raw import Raw
    from tradewind.store.config import TableMapping
    from tradewind.store.workspace import Workspace

CODE = ("tradewind.sources", "tradewind.core.contract")
REJECTED = "rejected"
"""The one table of all rows that could not be used: table, source, row, column, value, reason, loaded_at."""

_REFUSALS = (ConfigError, SourceError, ContractError, UnsafeExpression)
_MONTHS = {"deal_stages": "entered_at", "spend": "day", "rates": "day"}
_ORDER = sorted(CONTRACT, key=lambda name: (name != "rates", list(CONTRACT).index(name)))


@dataclass
class _Job:
    """One load of one workspace."""

    workspace: Workspace
    sources: SourceTables
    loaded_at: datetime
    progress: Progress
    rejected: dict[str, FileEntry | None] = field(default_factory=dict)

    @property
    def zone(self) -> str:
        return self.workspace.config.workspace.timezone

    @property
    def mappings(self) -> Mapping[str, TableMapping]:
        return self.workspace.config.tables

    def derives_orders(self) -> bool:
        return "orders" not in self.mappings and "order_lines" in self.mappings

    def stored(self, name: str) -> pa.Table | None:
        entry = loaded_entry(self.workspace.manifest(), name)
        return None if entry is None else read_table(self.workspace.root, entry)


def load_tables(workspace: Workspace, progress: Progress | None = None) -> list[LoadResult]:
    """Bring every mapped contract table up to date with its source.

    Args:
        workspace: the open workspace; its clock gives the instant of the load.
        progress: told which table is being loaded, and the share that is done.
    Returns:
        one result for each contract table, in the order of loading.
    Raises:
        ConfigError, SourceError, ContractError: with every problem of every table; tables without problems are loaded.
        WorkspaceLocked: another process is writing.
    """
    tell = progress or (lambda _name, _share: None)
    job = _Job(workspace, SourceTables(workspace), workspace.clock(), lambda _name, _share: None)
    unknown = [name for name in workspace.config.tables if name not in CONTRACT]
    problems: list[TradewindError] = [
        ConfigError(Problem(f"tables.{name}", "there is no such contract table", "", f"one of: {', '.join(CONTRACT)}"))
        for name in unknown
    ]
    names = [name for name in _ORDER if name in workspace.config.tables]
    results: list[LoadResult] = []
    with workspace.lock("load"):
        for place, name in enumerate(names):
            tell(f"load {name}", place / len(names))
            try:
                results.append(_with_neighbours(job, _load(job, name)))
                if name == "order_lines" and job.derives_orders():
                    orders = _load_derived(job)
                    results += [orders] if orders is not None else []
            except _REFUSALS as error:
                problems.append(error)
                if isinstance(error, NothingUsable):
                    job.rejected[name] = _write_rejects(job, name, error.rejected)
        _publish_rejects(job)
        _publish_cleaned(job)
        if not problems:
            _forget_unmapped(job, {result.table for result in results})
    tell("load", 1.0)
    if problems:
        kind = next(kind for kind in _REFUSALS if any(isinstance(error, kind) for error in problems))
        raise kind(list(dict.fromkeys(problem for error in problems for problem in error.problems)))
    return results


def _with_neighbours(job: _Job, result: LoadResult) -> LoadResult:
    """Tell of files that lie beside the ones that were read and are not read: last month's export, perhaps."""
    mappings = job.mappings.values()
    used = {name for mapping in mappings for name in (mapping.from_, *(look.table for look in mapping.lookup))}
    beside = job.sources.beside(result.source, f"tables.{result.table}", used)
    if not beside:
        return result
    note = f'{", ".join(beside)} {"lies" if len(beside) == 1 else "lie"} beside it unread; from = "…*" reads them all'
    return replace(result, notes=(*result.notes, note))


def _load(job: _Job, name: str) -> LoadResult:
    """Load one mapped table, or find that nothing has changed since the last load."""
    mapping, where = job.mappings[name], f"tables.{name}"
    references = [mapping.from_, *(look.table for look in mapping.lookup)]
    settings = job.workspace.config.workspace
    inputs: dict[str, object] = {ref: job.sources.fingerprint(ref, where) for ref in references}
    rules = {column: rule for column, rule in job.workspace.config.clean.get(name, {}).items() if rule.treats}
    # What it means that a row is missing is no part of how rows are made.
    made = mapping.model_copy(update={"missing": "keep"})
    how: dict[str, object] = {"mapping": made, "zone": job.zone, "code": code_version(CODE), "clean": rules}
    beside = {
        "currency": settings.currency,
        "missing": mapping.missing,
        **loaded_fingerprints(job.workspace.manifest(), _depends_on(job, name)),
    }

    def make() -> Mapped:
        raws = {ref: job.sources.read(ref, where, used_columns(mapping)) for ref in references}
        source = job.sources.settings(mapping.from_, where)
        with TemporaryDirectory(prefix="tradewind-") as scratch:
            place = Place(
                job.zone, job.loaded_at, mapping.timezone or source.timezone, source.decimal,
                settings.memory_limit, settings.threads, Path(scratch),
            )  # fmt: skip
            try:
                mapped = map_table(CONTRACT[name], mapping, raws, place, rules)
            except ConfigError as error:
                raise _as_change(job, name, error) from None
        return _completed(job, name, mapped)

    key = {column: mapping.columns.get(column) for column in CONTRACT[name].key}
    which = {"from": mapping.from_, "where": mapping.where, "key": key}
    policy = _Policy(mapping.known_at is not None, mapping.missing, fingerprint(which))
    return _merge_and_publish(job, CONTRACT[name], mapping.from_, inputs, how, beside, make, policy)


def _as_change(job: _Job, name: str, error: ConfigError) -> ConfigError:
    """What is wrong with a mapping that fitted at the last load is a change of the source, told as one."""
    before = _before(job, name)
    if before is None:
        return error
    return explain_changes(error, f"tables.{name}", job.mappings[name], _sources_of(job, name), before)


def _before(job: _Job, name: str) -> Before | None:
    stored, last = job.stored(name), job.workspace.state().last_load(name)
    if stored is None or last is None:
        return None
    return Before(stored, tuple(last.details.get("columns", ())))


def _sources_of(job: _Job, name: str) -> dict[str, Raw]:
    mapping, where = job.mappings[name], f"tables.{name}"
    references = [mapping.from_, *(look.table for look in mapping.lookup)]
    return {ref: job.sources.read(ref, where) for ref in references}


def find_changes(workspace: Workspace) -> list[Problem]:
    """Return what no longer fits between the mappings and the sources they were loaded from; nothing is loaded."""
    job = _Job(workspace, SourceTables(workspace), workspace.clock(), lambda _name, _share: None)
    found: list[Problem] = []
    for name, mapping in job.mappings.items():
        before = _before(job, name)
        try:
            if before is not None:
                found += changes(f"tables.{name}", mapping, _sources_of(job, name), before)
        except (ConfigError, SourceError) as error:
            found += error.problems
    return found


def _load_derived(job: _Job) -> LoadResult | None:
    """Make `orders` from the stored order lines."""
    lines = loaded_entry(job.workspace.manifest(), "order_lines")
    if lines is None or not {"customer_id", "happened_at"} <= {name for name, _ in lines.columns}:
        return None
    last = job.workspace.state().last_load("order_lines")
    how = {"derived": True, "code": code_version(CODE), "lines": last.details["how"] if last is not None else ""}
    beside = {
        "currency": job.workspace.config.workspace.currency,
        **loaded_fingerprints(job.workspace.manifest(), ["rates"]),
    }

    def make() -> Mapped:
        mapped = derive_orders(read_table(job.workspace.root, lines))
        if mapped is None:
            raise ContractError(Problem("tables.order_lines", "no orders can be made of these lines"))
        if mapped.good.num_rows and mapped.good["customer_id"].null_count == mapped.good.num_rows:
            where, what = "tables.order_lines.customer_id", "no order can be made: this column is blank in every row"
            do = "map the column that says who bought"
            raise ContractError(Problem(where, what, "", "a customer in some rows", do))
        return mapped

    policy = _Policy(False, job.mappings["order_lines"].missing)
    inputs = {"lines": lines.fingerprint}
    return _merge_and_publish(job, CONTRACT["orders"], "order_lines", inputs, how, beside, make, policy)


def _depends_on(job: _Job, name: str) -> list[str]:
    needs = ["rates"] if name in ("orders", "order_lines", "deals") else []
    return [*needs, "orders"] if name == "order_lines" and _lacks_order(job) else needs


def _lacks_order(job: _Job) -> bool:
    columns = job.mappings["order_lines"].columns
    return "orders" in job.mappings and not {"customer_id", "happened_at"} <= set(columns)


def _completed(job: _Job, name: str, mapped: Mapped) -> Mapped:
    if name != "order_lines" or not _lacks_order(job):
        return mapped
    orders = job.stored("orders")
    if orders is None:
        return mapped
    good, orphans = fill_lines(mapped.good, orders, job.zone)
    note = (f"{orphans:,} lines name an order that is not there",) if orphans else ()
    return replace(mapped, good=good, notes=(*mapped.notes, *note))


@dataclass(frozen=True)
class _Policy:
    """How rows meet those that stand: whether `known_at` is mapped, what a missing row means, what names a row."""

    stated: bool
    missing: Missing
    rows: str = ""


def _merge_and_publish(
    job: _Job,
    table: Table,
    source: str,
    inputs: Mapping[str, object],
    how: Mapping[str, object],
    beside: Mapping[str, object],
    make: Callable[[], Mapped],
    policy: _Policy,
) -> LoadResult:
    """Do the load as one step, unless the last load had the same inputs and what it left still stands."""
    state, started = job.workspace.state(), time.monotonic()
    last = state.last_load(table.name)
    details: dict[str, Any] = dict(last.details) if last is not None else {}
    how_print = fingerprint(how)

    def depends(future: int) -> str:
        # Rows refused as lying ahead may be good another day, although the source is the same.
        day = job.loaded_at.date() if future else ""
        return fingerprint({"inputs": inputs, "how": how_print, "beside": beside, "day": day})

    inputs_print = depends(details.get("future", 0))
    manifest = job.workspace.manifest()
    old, name = loaded_entry(manifest, table.name), loaded_name(manifest, table.name)
    if (
        last is not None
        and old is not None
        and last.fingerprint == inputs_print
        and old.fingerprint == details["entry"]
    ):
        state.record_load(table.name, job.loaded_at, inputs_print, details)
        job.rejected[table.name] = _rejects_of(old)
        return replace(LoadResult.from_values(details["result"]), skipped=True, seconds=time.monotonic() - started)

    def work() -> StepOutput:
        mapped = make()
        previous = last.loaded_at if last is not None else None
        stood = None if old is None else read_table(job.workspace.root, old)
        stood = None if stood is None else stood.drop_columns([c for c in ("amount_base",) if c in stood.column_names])
        same = details.get("how", how_print) == how_print
        same_rows = details.get("rows", policy.rows) == policy.rows
        merged = merge_versions(
            table, stood, mapped.good, job.loaded_at, previous, same, policy.stated, policy.missing, same_rows
        )
        entry = _write(job, table, source, mapped, merged, policy.stated)
        deleted = policy.missing == "deleted" and same
        before = int(details["result"]["counts"]["rows_in"]) if details and same_rows else 0
        result = LoadResult(
            table.name, source, mapped.counts, merged.new, merged.changed, merged.unchanged, merged.gone, merged.late,
            merged.dropped, merged.table.num_rows, (*mapped.notes, *merge_notes(merged, deleted)), before=before,
            deleted=deleted,
        )  # fmt: skip
        return StepOutput({name: entry}, {"result": result.to_values(), "columns": list(mapped.columns)})

    parts = {"inputs": inputs_print, "before": "" if old is None else old.fingerprint}
    parts |= {"name": name} if name != table.name else {}
    output = run_step(job.workspace, f"load {table.name}", parts, work, job.progress, CODE)
    entry = output.tables[name]
    result = LoadResult.from_values(output.values["result"])
    remembered = {
        "how": how_print, "entry": entry.fingerprint, "future": result.counts.future, "result": result.to_values(),
        "columns": output.values["columns"],
        "rows": policy.rows,
    }  # fmt: skip
    state.record_load(table.name, job.loaded_at, depends(result.counts.future), remembered)
    job.rejected[table.name] = _rejects_of(entry)
    return replace(result, seconds=time.monotonic() - started)


def _write(job: _Job, table: Table, source: str, mapped: Mapped, merged: Merged, stated: bool) -> TableEntry:
    settings = job.workspace.config.workspace
    rows = add_base_amount(table.name, merged.table, job.stored("rates"), settings.currency, settings.timezone)
    rejects = _write_rejects(job, table.name, mapped.rejected, source, mapped.pieces)
    meta: dict[str, Any] = {
        "source": source,
        "rejected": None if rejects is None else asdict(rejects),
        "as_of_today": [] if stated else _as_of_today(job, table, rows.column_names),
        "cleaned": [asdict(each) for each in mapped.treated],
    }
    month = "happened_on" if "happened_on" in rows.column_names else _MONTHS.get(table.name)
    return write_table(job.workspace.root, table.name, rows, month, meta)


def _as_of_today(job: _Job, table: Table, names: list[str]) -> list[str]:
    """Columns of a keyed table whose values before the first load nobody knows."""
    if table.kind != "keyed":
        return []
    mapping = job.mappings[table.name]
    found = []
    for name in names:
        column = table.column(name)
        if name not in mapping.columns or name in table.key or name in mapping.stable:
            continue
        if column is None or column.replaced or not (column.stable or column.revealed_by or name == table.time):
            found.append(name)
    return found


def _write_rejects(
    job: _Job, name: str, rejected: pa.Table, source: str = "", pieces: tuple[tuple[str, int], ...] = ()
) -> FileEntry | None:
    """Write one table's rejected rows as one file of the common table; an empty list needs none."""
    import numpy as np
    import pyarrow as pa

    if rejected.num_rows == 0:
        return None
    count = rejected.num_rows
    source = source or job.mappings[name].from_
    names, rows = pa.array([source] * count, pa.string()), rejected["row"]
    if pieces:
        starts = np.array([start for _, start in pieces])
        numbers = rows.to_numpy()
        which = np.searchsorted(starts, numbers, side="left") - 1
        names = pa.array([pieces[place][0] for place in which], pa.string())
        rows = pa.array(numbers - starts[which], pa.int64())
    data = pa.table(
        {
            "table": pa.array([name] * count, pa.string()),
            "source": names,
            "row": rows,
            "column": rejected["column"],
            "value": rejected["value"],
            "reason": rejected["reason"],
            "loaded_at": pa.array([job.loaded_at] * count, pa.timestamp("us")),
        }
    )
    return write_table(job.workspace.root, REJECTED, data).files[0]


def _rejects_of(entry: TableEntry) -> FileEntry | None:
    stored = entry.meta.get("rejected")
    return FileEntry(**stored) if stored else None


def _publish_rejects(job: _Job) -> None:
    """Make `rejected` the rejected rows of every table's last load."""
    import pyarrow as pa

    text, columns = pa.string(), ("table", "source", "row", "column", "value", "reason", "loaded_at")
    kinds = {"row": pa.int64(), "loaded_at": pa.timestamp("us")}
    empty = pa.table({name: pa.array([], kinds.get(name, text)) for name in columns})
    entry = write_table(job.workspace.root, REJECTED, empty)
    files = tuple(file for file in job.rejected.values() if file is not None)
    if files:
        entry = TableEntry(REJECTED, files, entry.columns, sum(file.rows for file in files), {})
    publish(job.workspace.root, job.workspace.manifest(), {REJECTED: entry}, job.workspace.clock)


def _publish_cleaned(job: _Job) -> None:
    """Make `cleaned` what `[clean]` did to every table at its last load."""
    import pyarrow as pa

    manifest = job.workspace.manifest()
    done = [
        {"table": name, **each}
        for name in sorted(CONTRACT)
        if (entry := loaded_entry(manifest, name)) is not None
        for each in entry.meta.get("cleaned", ())
    ]
    if not done and CLEANED not in manifest.tables:
        return
    kinds = {"rows": pa.int64(), "before_sum": pa.float64(), "after_sum": pa.float64()}
    names = ("table", "column", "treatment", "rows", "before_sum", "after_sum")
    data = pa.table({name: pa.array([row[name] for row in done], kinds.get(name, pa.string())) for name in names})
    publish(
        job.workspace.root, manifest, {CLEANED: write_table(job.workspace.root, CLEANED, data)}, job.workspace.clock
    )


def _forget_unmapped(job: _Job, loaded: set[str]) -> None:
    """Take tables that no mapping makes any more out of the snapshot; earlier snapshots keep them."""
    manifest = job.workspace.manifest()
    gone: dict[str, TableEntry | None] = {
        loaded_name(manifest, name): None for name in CONTRACT
        if name not in loaded and (entry := loaded_entry(manifest, name)) is not None
        and "inbox" not in entry.meta  # what people told needs no source
    }  # fmt: skip
    if gone:
        publish(job.workspace.root, manifest, gone, job.workspace.clock)
