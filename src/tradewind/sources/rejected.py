"""The workspace's tables `rejected` and `cleaned`: what every table's last load could not use, and what it changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tradewind.core.contract import CONTRACT
from tradewind.sources.cleaning import CLEANED
from tradewind.sources.load_job import Job
from tradewind.store.live import loaded_entry
from tradewind.store.manifest import FileEntry, TableEntry, publish
from tradewind.store.tables import write_table

if TYPE_CHECKING:
    import pyarrow as pa

REJECTED = "rejected"
"""The one table of all rows that could not be used: table, source, row, column, value, reason, loaded_at."""


def write_rejects(
    job: Job, name: str, rejected: pa.Table, source: str = "", pieces: tuple[tuple[str, int], ...] = ()
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


def rejects_of(entry: TableEntry) -> FileEntry | None:
    """Return the file of a table's rejected rows, as its last load left it."""
    stored = entry.meta.get("rejected")
    return FileEntry(**stored) if stored else None


def publish_rejects(job: Job) -> None:
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


def publish_cleaned(job: Job) -> None:
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
