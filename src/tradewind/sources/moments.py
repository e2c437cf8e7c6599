"""When a row happened and when it was known: naive times to UTC, local days and hours, and nothing from the future."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from tradewind.core.contract import Table
from tradewind.core.errors import ConfigError, Problem
from tradewind.sources.typed import Target
from tradewind.sources.zones import to_utc, to_wall

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from tradewind.store.config import TableMapping

_DAY = 86_400_000_000
_AWARE, _DATE = 1, 2
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Moments:
    """Rows with their times settled.

    Args:
        good: the rows that remain: `_row`, the named columns, local columns, `known_at`.
        future: row numbers, column and value (ISO text) of the rows refused because they lie ahead.
        doubled: how many wall-clock times were shown twice.
        skipped: how many were never shown.
        empty: columns without a single value.
    """

    good: pa.Table
    future: tuple[tuple[int, str, str], ...]
    doubled: int
    skipped: int
    empty: tuple[str, ...]

    @property
    def future_rows(self) -> int:
        """How many rows were refused because they lie ahead."""
        return len(self.future)


def set_times(
    table: Table,
    mapping: TableMapping,
    targets: list[Target],
    typed: pa.Table,
    zone: str,
    loaded_at: datetime,
    source_zone: str | None,
) -> Moments:
    """Turn typed rows (`_row`, `t…`, `z…`) into rows with UTC times, local columns and `known_at`.

    Args:
        table: the contract.
        mapping: says how `known_at` is found.
        targets: what the numbered columns are.
        typed: rows as typed by SQL.
        zone: the workspace's zone; also that of plain dates, which are days of the shop's calendar.
        loaded_at: the instant of this load, naive UTC.
        source_zone: zone of naive times, or None.
    Raises:
        ConfigError: there are naive times and no zone to read them in.
    """
    import pyarrow as pa

    columns: dict[str, pa.Array | pa.ChunkedArray] = {"_row": typed["_row"]}
    instants: dict[str, tuple[NDArray[np.int64], NDArray[np.bool_]]] = {}
    problems: list[Problem] = []
    doubled = skipped = 0
    for i, target in enumerate(targets):
        if target.kind not in ("time", "day"):
            columns[target.name] = typed[f"t{i}"]
            continue
        wall, missing = _micros(typed[f"t{i}"])
        kind = typed[f"z{i}"].to_numpy()
        if target.kind == "day":
            local = np.where(kind == _AWARE, to_wall(wall, zone), wall) // _DAY
            columns[target.name] = pa.array(local.astype(np.int32), pa.int32(), mask=missing).cast(pa.date32())
            first = to_utc(local * _DAY, zone).micros
            instants[target.name] = (first, missing)
            continue
        if source_zone is None and bool(((kind == 0) & ~missing).any()):
            problems.append(_no_zone(table, mapping, target.name))
            continue
        date_zone = mapping.timezone or zone
        micros = wall.copy()
        for which, its_zone in ((0, source_zone), (_DATE, date_zone)):
            chosen = (kind == which) & ~missing
            if its_zone is not None and chosen.any():
                read = to_utc(wall[chosen], its_zone)
                micros[chosen] = read.micros
                doubled += int(read.doubled.sum())
                skipped += int(read.skipped.sum())
        instants[target.name] = (micros, missing)
        columns[target.name] = _timestamps(micros, missing)
    if problems:
        raise ConfigError(problems)
    if "happened_at" in instants:
        micros, missing = instants["happened_at"]
        wall = to_wall(micros, zone)
        columns["happened_on"] = pa.array((wall // _DAY).astype(np.int32), pa.int32(), mask=missing).cast(pa.date32())
        columns["happened_hour"] = pa.array((wall % _DAY // 3_600_000_000).astype(np.int16), pa.int16(), mask=missing)
    known, unknown = _known_at(table, mapping, instants, typed.num_rows, loaded_at)
    columns["known_at"] = _timestamps(known, unknown)
    future = _future(table, instants, loaded_at)
    empty = tuple(name for name, column in columns.items() if typed.num_rows and column.null_count == typed.num_rows)
    good = pa.table(columns)
    told: list[tuple[int, str, str]] = []
    if future:
        ahead = np.zeros(typed.num_rows, dtype=bool)
        for name, mask in future.items():
            rows = good.filter(pa.array(mask & ~ahead)).select(["_row", name])
            told += [(row, name, str(value)) for row, value in zip(*(c.to_pylist() for c in rows.columns), strict=True)]
            ahead |= mask
        good = good.filter(pa.array(~ahead))
    return Moments(good, tuple(told), doubled, skipped, empty)


def birth_column(table: Table) -> str:
    """Return the column before which a row of this table cannot have been known, or an empty string."""
    if table.kind == "fact" or table.column("created_at") is not None:
        return table.time
    column = table.column(table.time)
    return table.time if column is not None and column.required else ""


def _known_at(
    table: Table,
    mapping: TableMapping,
    instants: dict[str, tuple[NDArray[np.int64], NDArray[np.bool_]]],
    rows: int,
    loaded_at: datetime,
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The stated time of knowing; missing where neither the mapping nor the row itself tells one."""
    delay = mapping.known_after.count * _DAY if mapping.known_after is not None else 0
    birth = instants.get(birth_column(table))
    now = _instant(loaded_at)
    if birth is not None:
        known, unknown = (
            np.minimum(birth[0] + delay, now) if table.kind == "keyed" else birth[0] + delay,
            birth[1].copy(),
        )
    else:
        known, unknown = np.zeros(rows, dtype=np.int64), np.ones(rows, dtype=bool)
    if table.kind == "keyed" and not table.dated:  # without a time of its own it is always known, "as of today"
        known, unknown = np.where(unknown, 0, known), np.zeros(rows, dtype=bool)
    if "known_at" in instants:
        stated, missing = instants["known_at"]
        known, unknown = np.where(missing, known, stated), unknown & missing
    return known, unknown


def _future(
    table: Table,
    instants: dict[str, tuple[NDArray[np.int64], NDArray[np.bool_]]],
    loaded_at: datetime,
) -> dict[str, NDArray[np.bool_]]:
    """Which rows claim to have happened, been created or been known after this load."""
    now = _instant(loaded_at)
    names = {"created_at", "known_at", *((table.time,) if table.kind == "fact" else ())}
    found = {}
    for name in sorted(names & set(instants)):
        micros, missing = instants[name]
        mask = (micros > now) & ~missing
        if mask.any():
            found[name] = mask
    return found


def _micros(column: pa.ChunkedArray) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    import pyarrow as pa

    missing = column.is_null().to_numpy()
    return column.cast(pa.timestamp("us")).cast(pa.int64()).fill_null(0).to_numpy().copy(), missing


def _timestamps(micros: NDArray[np.int64], missing: NDArray[np.bool_]) -> pa.Array:
    import pyarrow as pa

    return pa.array(micros, pa.int64(), mask=missing).cast(pa.timestamp("us"))


def _instant(naive_utc: datetime) -> int:
    return (naive_utc.replace(tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)


def _no_zone(table: Table, mapping: TableMapping, name: str) -> Problem:
    source = mapping.from_.split(".", 1)[0]
    return Problem(
        f"tables.{table.name}.{name}",
        "these times carry no zone",
        mapping.columns.get(name, ""),
        "the zone in which they were written",
        f'set timezone = "Area/City" (or "UTC") under [sources.{source}] or [tables.{table.name}]',
    )
