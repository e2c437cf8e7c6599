"""What was known when: an update closes a row's old version and opens a new one; a late row is known from then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

import numpy as np

from tradewind.core.contract import SYSTEM_COLUMNS, Table

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa
    from numpy.typing import NDArray

Missing = Literal["keep", "deleted"]
_NEVER = np.datetime64("NaT", "us")


@dataclass(frozen=True)
class Merged:
    """A table after a load.

    Args:
        table: every row version, with `known_at`, `valid_to`, `first_seen_at`.
        new: rows that were not there before.
        changed: rows whose contents changed; the old version is kept.
        unchanged: rows that are as they were.
        gone: rows that the source no longer holds; they stay (a source may hold only its newest rows), or are closed.
        late: new rows that should have been in an earlier load; they are known from this one.
        dropped: rows made under an earlier mapping that the source no longer holds; they are left behind.
    """

    table: pa.Table
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    gone: int = 0
    late: int = 0
    dropped: int = 0


def merge_versions(
    table: Table,
    old: pa.Table | None,
    new: pa.Table,
    loaded_at: datetime,
    previous_load_at: datetime | None,
    same_mapping: bool = True,
    stated: bool = False,
    missing: Missing = "keep",
    same_rows: bool = True,
) -> Merged:
    """Bring newly read rows into a table without overwriting what was known before.

    Args:
        table: the contract.
        old: the table as stored, or None before the first load.
        new: rows as mapped; `known_at` as the mapping states it, NULL where nothing tells it.
        loaded_at: the instant of this load, naive UTC.
        previous_load_at: the instant of the load before it; None makes this the first: a backfill, no row is late.
        same_mapping: whether `old` was made under the same mapping. Under another one the rows are made anew, and keep
            the times at which they were known: a mapping that was mended is no change of the world.
        stated: whether `known_at` was mapped; a keyed table's rows with one key are then its history.
        missing: `deleted` closes the versions of rows that the source no longer holds; a history has no such rows.
        same_rows: under another mapping, whether its keys still name the same rows: then those that lie before the
            oldest row of the source stay, because the source has only moved on.
    """
    history = stated and table.kind == "keyed"
    if old is None or old.num_rows == 0:
        known, _ = _known(new, loaded_at, None)
        merged = Merged(
            _with_times(new, known, np.full(new.num_rows, _NEVER), _all_at(new.num_rows, loaded_at)), new.num_rows
        )
        return _chained(merged, table) if history else merged
    old, new = _alike(old, new)
    pairs = _pair(table, old, new, history)
    if same_mapping:
        closing = missing == "deleted" and not history
        merged = _update(old, new, pairs, loaded_at, previous_load_at, stated, closing)
    else:
        stays = _before_all(table, old, new) if same_rows else np.zeros(old.num_rows, dtype=bool)
        merged = _remake(old, new, pairs, loaded_at, stated, stays)
    return _chained(merged, table) if history else merged


@dataclass(frozen=True)
class _Pairs:
    """For each new row the place of its current old row (−1: none), and whether their contents are equal."""

    old_place: NDArray[np.int64]
    same: NDArray[np.bool_]
    current: NDArray[np.bool_]


def _update(
    old: pa.Table,
    new: pa.Table,
    pairs: _Pairs,
    loaded_at: datetime,
    previous: datetime | None,
    stated: bool,
    closing: bool,
) -> Merged:
    import pyarrow as pa

    matched = pairs.old_place >= 0
    changed, fresh = matched & ~pairs.same, ~matched
    known, late = _known(new, loaded_at, previous)
    if not stated:
        known[changed] = np.datetime64(loaded_at, "us")
    opened = changed | fresh
    valid_to = old["valid_to"].to_numpy().astype("M8[us]").copy()
    valid_to[pairs.old_place[changed]] = known[changed]
    if closing:
        lacking = pairs.current.copy()
        lacking[pairs.old_place[matched]] = False
        valid_to[lacking] = np.datetime64(loaded_at, "us")
    stood = _with_times(old, _times(old, "known_at"), valid_to, _times(old, "first_seen_at"))
    count = int(opened.sum())
    came = _with_times(
        new.filter(pa.array(opened)), known[opened], np.full(count, _NEVER), _all_at(count, loaded_at)
    ).select(stood.column_names)
    gone = int(pairs.current.sum()) - int(matched.sum())
    return Merged(
        pa.concat_tables([stood, came]), int(fresh.sum()), int(changed.sum()), int((matched & pairs.same).sum()), gone,
        int((late & fresh).sum()),
    )  # fmt: skip


def _before_all(table: Table, old: pa.Table, new: pa.Table) -> NDArray[np.bool_]:
    """Which stored rows lie before everything that the source holds now; without a time of its own all may."""
    import pyarrow.compute as pc

    if table.kind == "keyed":
        return np.ones(old.num_rows, dtype=bool)
    if table.time not in new.column_names:
        return np.zeros(old.num_rows, dtype=bool)
    oldest = pc.min(new[table.time])
    earlier = pc.fill_null(pc.less(old[table.time], oldest), False)
    return np.asarray(earlier.to_numpy(zero_copy_only=False), dtype=bool)


def _remake(
    old: pa.Table, new: pa.Table, pairs: _Pairs, loaded_at: datetime, stated: bool, stays: NDArray[np.bool_]
) -> Merged:
    """All rows under the new mapping; those that stood before keep their times, closed versions keep their contents."""
    import pyarrow as pa

    matched = pairs.old_place >= 0
    known, _ = _known(new, loaded_at, None)
    seen = _all_at(new.num_rows, loaded_at)
    seen[matched] = _times(old, "first_seen_at")[pairs.old_place[matched]]
    if not stated:
        known[matched] = _times(old, "known_at")[pairs.old_place[matched]]
    current = _with_times(new, known, np.full(new.num_rows, _NEVER), seen)
    lacking = pairs.current.copy()
    lacking[pairs.old_place[matched]] = False
    closed = old.filter(pa.array(~pairs.current | (lacking & stays))).select(current.column_names)
    dropped, kept = int((lacking & ~stays).sum()), int((lacking & stays).sum())
    unchanged = int((matched & pairs.same).sum())
    return Merged(
        pa.concat_tables([closed, current]),
        int((~matched).sum()),
        int(matched.sum()) - unchanged,
        unchanged,
        gone=kept,
        dropped=dropped,
    )


def _known(
    new: pa.Table, loaded_at: datetime, previous: datetime | None
) -> tuple[NDArray[np.datetime64], NDArray[np.bool_]]:
    """When each row was known, and which rows are late: known by their own account before the load that lacked them."""
    known = _times(new, "known_at")
    unknown = np.isnat(known)
    late = np.zeros(new.num_rows, dtype=bool)
    if previous is not None:
        late = known < np.datetime64(previous, "us")
    known[unknown | late] = np.datetime64(loaded_at, "us")
    return known, late


def _pair(table: Table, old: pa.Table, new: pa.Table, history: bool) -> _Pairs:
    """Match new rows with old ones: by key, or, where rows have no key, equal row with equal row, each once."""
    import duckdb

    content = [name for name in new.column_names if name not in SYSTEM_COLUMNS]
    key = [name for name in table.key if name in content]
    # The rows of a history match whatever version they stand in; others match versions that still stand.
    current = np.ones(old.num_rows, dtype=bool) if history else old["valid_to"].is_null().to_numpy()
    with duckdb.connect() as con:
        find = _places_by_key if key and not history else _places_by_content
        place = find(con, old, new, current, key if find is _places_by_key else content)
    same = place >= 0
    if key and not history:
        same &= _same_contents(old, new, place, [name for name in content if name not in key])
    return _Pairs(place, same, current)


def _places_by_key(
    con: duckdb.DuckDBPyConnection, old: pa.Table, new: pa.Table, current: NDArray[np.bool_], key: list[str]
) -> NDArray[np.int64]:
    """For each new row the place of the standing old row with its key, or −1."""
    import pyarrow as pa

    places = pa.array(np.flatnonzero(current))
    con.register("o", old.select(key).filter(pa.array(current)).append_column("place", places))
    con.register("n", new.select(key).append_column("place", pa.array(np.arange(new.num_rows))))
    on = " AND ".join(f'n."{name}" IS NOT DISTINCT FROM o."{name}"' for name in key)
    rows = con.sql(f"SELECT n.place AS n, o.place AS o FROM n JOIN o ON {on}").to_arrow_table()
    found = np.full(new.num_rows, -1, dtype=np.int64)
    found[rows["n"].to_numpy()] = rows["o"].to_numpy()
    return found


def _places_by_content(
    con: duckdb.DuckDBPyConnection, old: pa.Table, new: pa.Table, current: NDArray[np.bool_], content: list[str]
) -> NDArray[np.int64]:
    """For each new row the place of an equal old row, or −1; the nth of equal rows matches the nth.

    Rows are matched by two hashes of 64 bits over all they hold, which for any table that fits on a machine never
    agree by chance; sorting whole rows would take many times as long.
    """
    import pyarrow as pa

    columns = ", ".join(f'"{name}"' for name in content)
    for name, data, live in (("o", old, current), ("n", new, np.ones(new.num_rows, dtype=bool))):
        places = pa.array(np.flatnonzero(live))
        con.register(f"{name}_rows", data.select(content).filter(pa.array(live)).append_column("place", places))
        con.execute(
            f"CREATE TEMP TABLE {name} AS SELECT *, row_number() OVER (PARTITION BY one, two ORDER BY place) AS nth "
            f"FROM (SELECT place, hash({columns}) AS one, hash('again', {columns}) AS two FROM {name}_rows)"
        )
    rows = con.sql("SELECT n.place AS n, o.place AS o FROM n JOIN o USING (one, two, nth)").to_arrow_table()
    found = np.full(new.num_rows, -1, dtype=np.int64)
    found[rows["n"].to_numpy()] = rows["o"].to_numpy()
    return found


def _same_contents(old: pa.Table, new: pa.Table, place: NDArray[np.int64], names: list[str]) -> NDArray[np.bool_]:
    """Whether each new row holds what the old row at its place holds; column by column, to hold little at a time."""
    import pyarrow as pa
    import pyarrow.compute as pc

    at = pa.array(np.where(place >= 0, place, 0))
    same = np.ones(new.num_rows, dtype=bool)
    for name in names if old.num_rows else ():
        before, now = old[name].take(at), new[name]
        equal = pc.fill_null(pc.equal(before, now), False).to_numpy(zero_copy_only=False).astype(bool)
        both_missing = before.is_null().to_numpy() & now.is_null().to_numpy()
        same &= equal | both_missing
    return same


def _alike(old: pa.Table, new: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Give both the columns and types of the new rows; an attribute that is no longer a number becomes text again."""
    import pyarrow as pa

    for name in new.column_names:
        if name not in old.column_names:
            old = old.append_column(name, pa.nulls(old.num_rows, new.schema.field(name).type))
            continue
        before, after = old.schema.field(name).type, new.schema.field(name).type
        if before == after:
            continue
        if pa.types.is_null(before):
            old = old.set_column(old.column_names.index(name), name, old[name].cast(after))
        else:
            old = old.set_column(old.column_names.index(name), name, _as_text(old[name]))
            new = new.set_column(new.column_names.index(name), name, _as_text(new[name]))
    system = [name for name in SYSTEM_COLUMNS if name in old.column_names and name not in new.column_names]
    return old.select([*new.column_names, *system]), new


def _as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    import pyarrow as pa

    if not pa.types.is_floating(column.type):
        return column.cast(pa.string())
    texts = [None if v is None else str(int(v)) if v.is_integer() else repr(v) for v in column.to_pylist()]
    return pa.chunked_array([pa.array(texts, pa.string())])


def _chained(merged: Merged, table: Table) -> Merged:
    """In a history every version ends where the next one of its key begins."""
    import duckdb
    import pyarrow as pa

    keys = ", ".join(f'"{name}"' for name in table.key)
    places = pa.array(np.arange(merged.table.num_rows))
    with duckdb.connect() as con:
        con.register("rows", merged.table.select([*table.key, "known_at"]).append_column("place", places))
        ends = con.sql(
            f"SELECT lead(known_at) OVER (PARTITION BY {keys} ORDER BY known_at, place) AS valid_to "
            "FROM rows ORDER BY place"
        ).to_arrow_table()
    at = merged.table.column_names.index("valid_to")
    chained = merged.table.set_column(at, "valid_to", ends["valid_to"].cast(pa.timestamp("us")))
    return Merged(chained, merged.new, merged.changed, merged.unchanged, merged.gone, merged.late, merged.dropped)


def _times(table: pa.Table, name: str) -> NDArray[np.datetime64]:
    times: NDArray[np.datetime64] = table[name].to_numpy().astype("M8[us]").copy()
    return times


def _all_at(count: int, instant: datetime) -> NDArray[np.datetime64]:
    return np.full(count, np.datetime64(instant, "us"))


def _with_times(
    rows: pa.Table,
    known_at: NDArray[np.datetime64],
    valid_to: NDArray[np.datetime64],
    first_seen_at: NDArray[np.datetime64],
) -> pa.Table:
    import pyarrow as pa

    content = rows.select([name for name in rows.column_names if name not in SYSTEM_COLUMNS])
    for name, values in zip(SYSTEM_COLUMNS, (known_at, valid_to, first_seen_at), strict=True):
        content = content.append_column(name, pa.array(values, pa.timestamp("us")))
    return content
