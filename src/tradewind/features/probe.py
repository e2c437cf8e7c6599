"""The time-travel probe: change everything that was not known at the cutoff and require that nothing moves.

If a feature, a score or a decision as of a cutoff is different after the future has been rewritten, it had seen the
future. The probe takes any computation of tables, so that the whole chain can be put through it: vocabulary, features,
imputation, model, calibration, threshold.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from tradewind.core.contract import CONTRACT, LOCAL_COLUMNS, SYSTEM_COLUMNS, Table
from tradewind.core.errors import LeakError, Problem
from tradewind.core.identity import LINKS
from tradewind.core.time import Cutoff

if TYPE_CHECKING:
    import pyarrow as pa

Row = dict[str, Any]
Computation = Callable[[Mapping[str, "pa.Table"]], Mapping[str, object]]
"""Tables in, named results out; results are compared bit for bit (arrays, numbers, text)."""


def probe_time_travel(
    compute: Computation,
    tables: Mapping[str, pa.Table],
    cutoff: Cutoff,
    rng: np.random.Generator,
    as_of_today: Mapping[str, Collection[str]] | None = None,
    rounds: int = 3,
) -> None:
    """Compute, rewrite the future, compute again; several times.

    Args:
        compute: what must not see the future, as of the cutoff.
        tables: contract tables as stored, with `known_at` and `valid_to`.
        cutoff: everything not known at this local midnight is rewritten.
        rng: chooses the changes.
        as_of_today: columns without history by table: today's value was not known then, so it is changed everywhere.
        rounds: how many different futures are tried.
    Raises:
        LeakError: a result moved; every such result is named.
    """
    before = compute(tables)
    moved: dict[str, Problem] = {}
    for _ in range(rounds):
        after = compute(rewrite_future(tables, cutoff, rng, as_of_today))
        for name, value in before.items():
            if name not in after or not same(value, after[name]):
                found = f"as of {cutoff}"
                moved[name] = Problem(name, "it changes with what was not known at the cutoff", found)
    if moved:
        raise LeakError(list(moved.values()))


def same(one: object, other: object) -> bool:
    """Whether two results are equal bit for bit; missing equals missing."""
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        if one.dtype != other.dtype or one.shape != other.shape:
            return False
        return bool(np.array_equal(one, other, equal_nan=one.dtype.kind == "f"))
    return one == other


def rewrite_future(
    tables: Mapping[str, pa.Table],
    cutoff: Cutoff,
    rng: np.random.Generator,
    as_of_today: Mapping[str, Collection[str]] | None = None,
) -> dict[str, pa.Table]:
    """Return tables that agree with the given ones in all that was known at the cutoff, and in little else.

    Of the rows not yet known, some are removed, some changed, some added; columns revealed later, and the end of row
    versions that were still valid, are changed; so are today's values of columns without history.
    """
    today = as_of_today or {}
    rewritten = {
        name: _rewritten(CONTRACT[name], data, cutoff, rng, today.get(name, ()))
        for name, data in tables.items()
        if name in CONTRACT
    }
    return {**rewritten, LINKS: _relinked(tables[LINKS], cutoff, rng)} if LINKS in tables else rewritten


def _relinked(data: pa.Table, cutoff: Cutoff, rng: np.random.Generator) -> pa.Table:
    """Other links in place of those not known at the cutoff: records go to anybody, and versions end at any time."""
    import pyarrow as pa

    rows, people = [], data.column("customer_id").to_pylist()
    for row in data.to_pylist():
        later = cutoff.at + timedelta(microseconds=int(rng.integers(0, 10**13)))
        if row["known_at"] >= cutoff.at:
            if rng.random() < 0.4:
                continue
            row |= {"customer_id": people[int(rng.integers(len(people)))], "known_at": later, "valid_to": None}
        elif row["valid_to"] is None or row["valid_to"] >= cutoff.at:
            row["valid_to"] = None if rng.random() < 0.5 else later
        rows.append(row)
    return pa.Table.from_pylist(rows, schema=data.schema)


def _rewritten(
    table: Table, data: pa.Table, cutoff: Cutoff, rng: np.random.Generator, today: Collection[str]
) -> pa.Table:
    import pyarrow as pa

    rows: list[Row] = []
    for row in data.to_pylist():
        if _is_unknown(table, row, cutoff):
            if rng.random() < 0.4:
                continue
            row = _changed(table, row, data, cutoff, rng)
        rows.append(_with_future_hidden(table, row, cutoff, rng))
    for _ in range(int(rng.integers(1, 6))):
        if data.num_rows:
            model = data.slice(int(rng.integers(data.num_rows)), 1).to_pylist()[0]
            rows.append(_changed(table, model, data, cutoff, rng, new=True))
    for row in rows:
        row.update({name: _other_value(row[name], "text", rng) for name in today if isinstance(row[name], str)})
    order = rng.permutation(len(rows))  # the order of stored rows means nothing either
    return pa.Table.from_pylist([rows[position] for position in order], schema=data.schema)


def _is_unknown(table: Table, row: Row, cutoff: Cutoff) -> bool:
    time = row.get(table.time) if table.kind == "fact" and table.time else None
    happened_later = time is not None and (time >= cutoff.day if table.time == "day" else time >= cutoff.at)
    return row["known_at"] >= cutoff.at or happened_later


def _changed(
    table: Table, row: Row, data: pa.Table, cutoff: Cutoff, rng: np.random.Generator, new: bool = False
) -> Row:
    """Give a row that was not known other values: those of another row, and a later `known_at`."""
    other = data.slice(int(rng.integers(data.num_rows)), 1).to_pylist()[0]
    kept = {*SYSTEM_COLUMNS, *LOCAL_COLUMNS, *(() if new else table.key), table.time}
    changed = {name: value if name in kept else _scaled(other[name], rng) for name, value in row.items()}
    changed["known_at"] = cutoff.at + timedelta(microseconds=int(rng.integers(0, 10**12)))
    changed["valid_to"] = None
    if new:
        for name in table.key[:1]:
            changed[name] = f"new {rng.integers(10**9)}" if table.kind == "fact" else row[name]
    return changed


def _scaled(value: Any, rng: np.random.Generator) -> Any:
    """Another amount where it is one; anything else as it is (it already comes from another row)."""
    from decimal import Decimal

    if isinstance(value, Decimal):
        return (value * int(rng.integers(2, 50)) + 1).quantize(value)
    return value


def _with_future_hidden(table: Table, row: Row, cutoff: Cutoff, rng: np.random.Generator) -> Row:
    """Change what a row says of the time after the cutoff: late-revealed columns and the end of its version."""
    row = dict(row)
    later = cutoff.at + timedelta(microseconds=int(rng.integers(0, 10**13)))
    revealing = {column.revealed_by for column in table.columns if column.revealed_by and column.revealed_by in row}
    for time in revealing:
        if row[time] is not None and row[time] < cutoff.at:
            continue
        for column in table.columns:
            if column.revealed_by == time and column.name != time and column.name in row:
                row[column.name] = _other_value(row[column.name], column.type, rng)
        row[time] = None if rng.random() < 0.3 else later
    if row["known_at"] < cutoff.at and (row["valid_to"] is None or row["valid_to"] >= cutoff.at):
        row["valid_to"] = None if rng.random() < 0.5 else later
    return row


def _other_value(value: Any, kind: str, rng: np.random.Generator) -> Any:
    if kind == "flag":
        return bool(rng.random() < 0.5)
    if kind == "text":
        return f"rewritten {rng.integers(10**6)}"
    return value
