"""One table's load as one step: its rows merged with those that stand, written, and remembered for the next load."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from tradewind.core.contract import Table
from tradewind.sources.derived import add_base_amount
from tradewind.sources.load_job import Job
from tradewind.sources.load_result import LoadResult, merge_notes
from tradewind.sources.mapping import Mapped
from tradewind.sources.rejected import rejects_of, write_rejects
from tradewind.sources.versions import Merged, Missing, merge_versions
from tradewind.store.live import loaded_entry, loaded_name
from tradewind.store.manifest import TableEntry
from tradewind.store.steps import StepOutput, fingerprint, run_step
from tradewind.store.tables import read_table, write_table

if TYPE_CHECKING:
    from tradewind.store.state import Load

CODE = ("tradewind.sources", "tradewind.core.contract")
_MONTHS = {"deal_stages": "entered_at", "spend": "day", "rates": "day"}


@dataclass(frozen=True)
class Policy:
    """How rows meet those that stand: whether `known_at` is mapped, what a missing row means, what names a row."""

    stated: bool
    missing: Missing
    rows: str = ""


def merge_and_publish(
    job: Job,
    table: Table,
    source: str,
    inputs: Mapping[str, object],
    how: Mapping[str, object],
    beside: Mapping[str, object],
    make: Callable[[], Mapped],
    policy: Policy,
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
        job.rejected[table.name] = rejects_of(old)
        return replace(LoadResult.from_values(details["result"]), skipped=True, seconds=time.monotonic() - started)

    def work() -> StepOutput:
        mapped = make()
        entry, result = _merge(job, table, source, mapped, policy, _Stood(last, old, how_print))
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
    job.rejected[table.name] = rejects_of(entry)
    return replace(result, seconds=time.monotonic() - started)


@dataclass(frozen=True)
class _Stood:
    """What the last load left, and how rows are made now (a fingerprint)."""

    last: Load | None
    entry: TableEntry | None
    how: str


def _merge(
    job: Job, table: Table, source: str, mapped: Mapped, policy: Policy, stood: _Stood
) -> tuple[TableEntry, LoadResult]:
    """Merge the rows with those that stand and write them all; return their entry, and what came of it."""
    previous = stood.last.loaded_at if stood.last is not None else None
    details: dict[str, Any] = dict(stood.last.details) if stood.last is not None else {}
    rows = None if stood.entry is None else read_table(job.workspace.root, stood.entry)
    rows = None if rows is None else rows.drop_columns([c for c in ("amount_base",) if c in rows.column_names])
    same = details.get("how", stood.how) == stood.how
    same_rows = details.get("rows", policy.rows) == policy.rows
    merged = merge_versions(
        table, rows, mapped.good, job.loaded_at, previous, same, policy.stated, policy.missing, same_rows
    )
    entry = _write(job, table, source, mapped, merged, policy.stated)
    deleted = policy.missing == "deleted" and same
    before = int(details["result"]["counts"]["rows_in"]) if details and same_rows else 0
    return entry, LoadResult(
        table.name, source, mapped.counts, merged.new, merged.changed, merged.unchanged, merged.gone, merged.late,
        merged.dropped, merged.table.num_rows, (*mapped.notes, *merge_notes(merged, deleted)), before=before,
        deleted=deleted,
    )  # fmt: skip


def _write(job: Job, table: Table, source: str, mapped: Mapped, merged: Merged, stated: bool) -> TableEntry:
    settings = job.workspace.config.workspace
    rows = add_base_amount(table.name, merged.table, job.stored("rates"), settings.currency, settings.timezone)
    rejects = write_rejects(job, table.name, mapped.rejected, source, mapped.pieces)
    meta: dict[str, Any] = {
        "source": source,
        "rejected": None if rejects is None else asdict(rejects),
        "as_of_today": [] if stated else _as_of_today(job, table, rows.column_names),
        "cleaned": [asdict(each) for each in mapped.treated],
    }
    month = "happened_on" if "happened_on" in rows.column_names else _MONTHS.get(table.name)
    return write_table(job.workspace.root, table.name, rows, month, meta)


def _as_of_today(job: Job, table: Table, names: list[str]) -> list[str]:
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
