"""Rows that stand twice: equal ones collapse, of differing ones with one key the last counts; all of them are counted.

Several files below each other are exports of one thing that may overlap. A key that stands in several files counts as
the last file has it: that is the newer export, and no mistake. Rows without a key are counted as often as the one file
does that holds most of them: what overlaps is not doubled, and what truly happened twice stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tradewind.core.contract import LOCAL_COLUMNS, Table
from tradewind.sources.rejects import Rejects

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from tradewind.sources.raw import Raw
    from tradewind.store.config import TableMapping


@dataclass(frozen=True)
class Resolved:
    """Rows of which each stands once.

    Args:
        rows: those that remain.
        collapsed: rows equal to one that remains.
        superseded: rows of an earlier file that a later one has anew, with other contents.
    """

    rows: pa.Table
    collapsed: int = 0
    superseded: int = 0


def file_of_each(rows: pa.Table, raw: Raw) -> pa.Array:
    """Return the number of the file, or the like, in which each row stands."""
    import pyarrow as pa

    starts = np.array([start for _, start in raw.pieces] or [0])
    return pa.array(np.searchsorted(starts, rows["_row"].to_numpy(), side="left") - 1, pa.int32())


def in_source_order(rows: pa.Table) -> pa.Table:
    """Return the rows in the order of their numbers `_row`.

    An engine with several threads gives the rows of a large table in whatever order its threads finished. Most of the
    time they stand in order already, and looking costs far less than sorting.
    """
    numbers = rows["_row"].to_numpy()
    return rows if (numbers[1:] > numbers[:-1]).all() else rows.take(np.argsort(numbers, kind="stable"))


def number_lines(con: duckdb.DuckDBPyConnection, timed: pa.Table, raw: Raw) -> pa.Table:
    """Add `line`: lines of one product within one order of one file are numbered, so that all of them are kept.

    They are numbered by what they hold and not by where they stand: the same lines in another order are the same lines.
    `timed` must be in source order.
    """
    import pyarrow as pa

    con.register("timed", timed.append_column("file", file_of_each(timed, raw)))
    content = ", ".join(f'"{name}"' for name in timed.column_names if name not in ("_row", "order_id", "product_id"))
    # Most orders hold a product once: only the others are worth sorting.
    repeated = con.sql(
        "SELECT _row, row_number() OVER "
        f"(PARTITION BY order_id, product_id, file ORDER BY {content}, _row) AS line FROM timed "
        "SEMI JOIN (SELECT order_id, product_id, file FROM timed GROUP BY ALL HAVING count(*) > 1) "
        "USING (order_id, product_id, file) ORDER BY _row"
    ).to_arrow_table()
    con.unregister("timed")
    lines = np.ones(timed.num_rows, dtype=np.int64)
    lines[np.searchsorted(timed["_row"].to_numpy(), repeated["_row"].to_numpy())] = repeated["line"].to_numpy()
    return timed.append_column("line", pa.array(lines).cast(pa.string()))


def resolve_duplicates(
    con: duckdb.DuckDBPyConnection, timed: pa.Table, table: Table, mapping: TableMapping, rejects: Rejects, raw: Raw
) -> Resolved:
    """Leave one row per key, and take the others into the rejects, or count them.

    Args:
        con: the engine.
        timed: rows in source order, with their number `_row`.
        table: the contract.
        mapping: whether `known_at` is mapped: then a keyed table's rows with one key are its history, and of a fact's
            rows with one key the last known counts.
        rejects: takes the rows that differ from the one of their own file that counts.
        raw: the mapped source table, which knows its files.
    """
    key = [name for name in table.key if name in timed.column_names]
    if not key and len(raw.pieces) < 2:
        return Resolved(timed)
    con.register("timed", timed.append_column("file", file_of_each(timed, raw)))
    resolved = _by_key(con, timed, table, mapping, rejects, key) if key else _by_count(con, timed)
    con.unregister("timed")
    return resolved


def _by_key(
    con: duckdb.DuckDBPyConnection,
    timed: pa.Table,
    table: Table,
    mapping: TableMapping,
    rejects: Rejects,
    key: list[str],
) -> Resolved:
    history = table.kind == "keyed" and mapping.known_at is not None
    names = [f'"{name}"' for name in (*key, *(["known_at"] if history else []))]
    last = "arg_max(_row, (known_at, _row))" if mapping.known_at is not None and not history else "max(_row)"
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE repeated AS SELECT {', '.join(names)}, {last} AS winner FROM timed "
        f"GROUP BY {', '.join(names)} HAVING count(*) > 1"
    )
    if con.execute("SELECT count(*) FROM repeated").fetchall() == [(0,)]:
        return Resolved(timed)
    on = " AND ".join(f"t.{name} IS NOT DISTINCT FROM r.{name}" for name in names)
    named = ", ".join(f'a."{name}"' for name in key)
    equal = _equal([name for name in timed.column_names if name != "_row"], "a", "b")
    con.execute(
        "CREATE OR REPLACE TEMP TABLE twins AS SELECT a._row, b._row AS winner, "
        f"concat_ws(', ', {named}) AS named, "
        f"CASE WHEN {equal} THEN 'equal' WHEN a.file < b.file THEN 'superseded' ELSE 'differs' END AS fate "
        f"FROM timed a JOIN (SELECT t._row, r.winner FROM timed t JOIN repeated r ON {on} WHERE t._row <> r.winner) w "
        "ON a._row = w._row JOIN timed b ON b._row = w.winner"
    )
    for row, winner, value in con.execute(
        "SELECT _row, winner, named FROM twins WHERE fate = 'differs' ORDER BY _row"
    ).fetchall():
        rejects.add(row, key[0], value, f"another row has the same {' and '.join(key)}; row {winner} counts")
    fates = dict(con.execute("SELECT fate, count(*) FROM twins GROUP BY fate").fetchall())
    return Resolved(_without(con, timed, "twins"), fates.get("equal", 0), fates.get("superseded", 0))


def _by_count(con: duckdb.DuckDBPyConnection, timed: pa.Table) -> Resolved:
    """Of rows that are equal in all that is mapped, keep those of the file that holds most of them."""
    content = [name for name in timed.column_names if name not in ("_row", *LOCAL_COLUMNS)]
    named = ", ".join(f'"{name}"' for name in content)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE kept AS SELECT {named}, arg_max(file, (n, file)) AS file FROM "
        f"(SELECT {named}, file, count(*) AS n FROM timed GROUP BY {named}, file) "
        f"GROUP BY {named} HAVING count(*) > 1"
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE twins AS SELECT a._row FROM timed a "
        f"JOIN kept b ON {_equal(content, 'a', 'b')} WHERE a.file <> b.file"
    )
    rows = _without(con, timed, "twins")
    return Resolved(rows, timed.num_rows - rows.num_rows)


def _without(con: duckdb.DuckDBPyConnection, timed: pa.Table, table: str) -> pa.Table:
    import pyarrow as pa

    gone = con.sql(f"SELECT _row FROM {table}").to_arrow_table()["_row"].to_numpy()
    return timed.filter(pa.array(~np.isin(timed["_row"].to_numpy(), gone))) if len(gone) else timed


def _equal(names: list[str], one: str, other: str) -> str:
    return " AND ".join(f'{one}."{name}" IS NOT DISTINCT FROM {other}."{name}"' for name in names)


def drop_repeats(con: duckdb.DuckDBPyConnection, timed: pa.Table, table: Table) -> pa.Table:
    """Leave out rows of a history that only say again what the row before them of the same key said.

    An export of orders names its customer with every order: only an order that says something new makes a version.

    Args:
        con: the engine.
        timed: rows with their number `_row` and `known_at`.
        table: a keyed table of the contract.
    """
    import pyarrow as pa

    key = ", ".join(f'"{name}"' for name in table.key if name in timed.column_names)
    content = [f'"{name}"' for name in timed.column_names if name not in ("_row", "known_at")]
    again = " AND ".join(f"{name} IS NOT DISTINCT FROM lag({name}) OVER its" for name in content)
    con.register("timed", timed)
    kept = con.sql(
        f"SELECT _row FROM timed WINDOW its AS (PARTITION BY {key} ORDER BY known_at, _row) QUALIFY NOT ({again})"
    ).to_arrow_table()
    con.unregister("timed")
    return timed.filter(pa.array(np.isin(timed["_row"].to_numpy(), kept["_row"].to_numpy())))
