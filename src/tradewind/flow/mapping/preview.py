"""What a mapping makes of the first rows of a file: rows as they would be loaded, and rows that could not be used."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from tradewind.core.contract import CONTRACT, LOCAL_COLUMNS
from tradewind.core.errors import ConfigError, ContractError, Problem, SourceError, UnsafeExpression
from tradewind.flow.mapping.sample_values import said, some_values
from tradewind.sources.files import format_of, read_file
from tradewind.sources.found import SourceTables, stack
from tradewind.sources.mapping import Mapped, NothingUsable, Place, map_table
from tradewind.sources.raw import Raw
from tradewind.store.config import Source
from tradewind.store.workspace import Workspace

LOOKED_AT = 2_000
"""Rows of a file that a preview is made from."""

SHOWN = 12
_HEAD_BYTES = 3_000_000
_TEXT = ("csv", "tsv", "jsonl")


@dataclass(frozen=True)
class Preview:
    """What became of the first rows.

    Args:
        columns: contract columns and attributes.
        rows: at most `SHOWN` rows as they would be loaded, as text.
        refused: at most `SHOWN` rows that could not be used: row, column, value, reason.
        looked_at: rows of the file that were looked at.
        good: how many of them can be used.
        rejected: how many cannot.
        left_out: how many are left out or stand there twice.
        before: source column to a few of its values.
        after: contract column to a few of its values.
        problems: why nothing can be made of them; the rest is empty then.
    """

    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    refused: tuple[tuple[int, str, str, str], ...] = ()
    looked_at: int = 0
    good: int = 0
    rejected: int = 0
    left_out: int = 0
    before: Mapping[str, tuple[str, ...]] | None = None
    after: Mapping[str, tuple[str, ...]] | None = None
    problems: tuple[Problem, ...] = ()


def preview_table(workspace: Workspace, name: str) -> Preview:
    """Map the first rows of a contract table's source; nothing is written.

    Args:
        workspace: with the config as it would be.
        name: the contract table.
    Returns:
        the rows, or the problems that stand against them; never an error for what somebody wrote into a form.
    """
    mapping = workspace.config.tables[name]
    where = f"tables.{name}"
    before: dict[str, tuple[str, ...]] = {}
    try:
        sources = SourceTables(workspace)
        raws = {each: _sample(sources, each, where) for each in (mapping.from_, *(k.table for k in mapping.lookup))}
        for raw in raws.values():
            before = {
                **{column: some_values(raw, place) for place, column in enumerate(raw.data.column_names)},
                **before,
            }
        source = sources.settings(mapping.from_, where)
        place = Place(
            workspace.config.workspace.timezone, workspace.clock(), mapping.timezone or source.timezone, source.decimal,
            "500MB", 1,
        )  # fmt: skip
        mapped = map_table(CONTRACT[name], mapping, raws, place, workspace.config.clean.get(name, {}))
    except NothingUsable as error:
        refused = _refused(error.rejected.slice(0, SHOWN))
        return Preview(refused=refused, rejected=error.rejected.num_rows, looked_at=error.rejected.num_rows,
                       before=before, problems=error.problems)  # fmt: skip
    except (ConfigError, SourceError, ContractError, UnsafeExpression) as error:
        return Preview(before=before, problems=error.problems)
    return _told(mapped, before)


def source_columns(workspace: Workspace, source: str) -> Mapping[str, tuple[str, ...]]:
    """Return the columns of a source table with a few values of each; empty where it cannot be read."""
    try:
        raw = _sample(SourceTables(workspace), source, "sources")
    except (ConfigError, SourceError):
        return {}
    return {column: some_values(raw, place) for place, column in enumerate(raw.data.column_names)}


def _told(mapped: Mapped, before: Mapping[str, tuple[str, ...]]) -> Preview:
    hidden = {*LOCAL_COLUMNS, "known_at"}
    columns = tuple(name for name in mapped.good.column_names if name not in hidden)
    rows = mapped.good.slice(0, SHOWN).select(list(columns)).to_pylist()
    counts = mapped.counts
    after = {
        name: tuple(
            dict.fromkeys(said(value) for value in mapped.good[name].slice(0, 50).to_pylist() if value is not None)
        )[:3]
        for name in columns
    }
    return Preview(
        columns,
        tuple(tuple(said(row[name]) for name in columns) for row in rows),
        _refused(mapped.rejected.slice(0, SHOWN)),
        counts.rows_in,
        counts.good,
        counts.rejected,
        counts.rows_in - counts.good - counts.rejected,
        before,
        after,
    )


def _refused(rejected: object) -> tuple[tuple[int, str, str, str], ...]:
    rows = rejected.to_pylist()  # type: ignore[attr-defined]
    return tuple((row["row"], row["column"] or "", (row["value"] or "")[:80], row["reason"]) for row in rows)


def _sample(sources: SourceTables, name: str, where: str) -> Raw:
    tables = sources.resolve(name, where)
    raws = []
    for table in tables[:3]:
        if table.path is None:
            raws.append((table.name, _first_rows(sources.read(table.name, where))))
        else:
            facts = table.path.stat()
            how = table.source.model_dump_json(exclude={"path", "url"})
            raws.append((table.name, _read_head(str(table.path), facts.st_mtime_ns, facts.st_size, how)))
    return raws[0][1] if len(raws) == 1 else stack(raws, where)


@lru_cache(maxsize=24)
def _read_head(path: str, _changed: int, size: int, how: str) -> Raw:
    """The first rows of a file; of a long text file only the beginning is read."""
    source = Source.model_validate_json(how)
    file = Path(path)
    packed = file.suffix.lower() == ".gz"
    if format_of(file, source.format) == "parquet":
        return _first_batch(file)
    if format_of(file, source.format) not in _TEXT or packed or size <= _HEAD_BYTES:
        return _first_rows(read_file(file, source, None, file.name))
    with open(file, "rb") as long:
        head = long.read(_HEAD_BYTES)
    with tempfile.TemporaryDirectory(prefix="tradewind-") as scratch:
        short = Path(scratch) / file.name
        short.write_bytes(head[: head.rfind(b"\n") + 1])
        return _first_rows(read_file(short, source, None, file.name))


def _first_batch(file: Path) -> Raw:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(file) as held:
            batches = [next(held.iter_batches(LOOKED_AT), None)]
            schema = held.schema_arrow
    except (pa.ArrowException, OSError):
        return _first_rows(read_file(file, Source(path="x"), None, file.name))  # says what is wrong
    data = pa.Table.from_batches([each for each in batches if each is not None], schema)
    return Raw(data, tuple(schema.names))


def _first_rows(raw: Raw) -> Raw:
    broken = tuple(row for row in raw.broken if row.row <= LOOKED_AT)
    return replace(raw, data=raw.data.slice(0, LOOKED_AT - len(broken)), broken=broken, pieces=())
