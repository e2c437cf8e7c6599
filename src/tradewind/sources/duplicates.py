"""Rows that stand twice: equal ones collapse, of differing ones with one key the last counts; both are counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tradewind.core.contract import Table
from tradewind.sources.joining import Side
from tradewind.sources.rejects import Rejects

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from tradewind.store.config import TableMapping


def number_lines(con: duckdb.DuckDBPyConnection, timed: pa.Table) -> pa.Table:
    """Add `line`: lines of one product within one order are numbered as they stand, so that all of them are kept."""
    import pyarrow as pa

    con.register("timed", timed)
    # Most orders hold a product once: only the others are worth sorting.
    repeated = con.sql(
        "SELECT _row, row_number() OVER (PARTITION BY order_id, product_id ORDER BY _row) AS line FROM timed "
        "SEMI JOIN (SELECT order_id, product_id FROM timed GROUP BY ALL HAVING count(*) > 1) "
        "USING (order_id, product_id)"
    ).to_arrow_table()
    con.unregister("timed")
    lines = np.ones(timed.num_rows, dtype=np.int64)
    lines[np.searchsorted(timed["_row"].to_numpy(), repeated["_row"].to_numpy())] = repeated["line"].to_numpy()
    return timed.append_column("line", pa.array(lines).cast(pa.string()))


def resolve_duplicates(
    con: duckdb.DuckDBPyConnection, timed: pa.Table, table: Table, mapping: TableMapping, rejects: Rejects, source: Side
) -> tuple[pa.Table, int]:
    """Leave one row per key, and take the others into the rejects or collapse them.

    Args:
        con: the engine, which knows the source table under its alias.
        timed: rows in source order, with their number `_row`.
        table: the contract.
        mapping: whether `known_at` is mapped: then a keyed table's rows with one key are its history, and of a fact's
            rows with one key the last known counts.
        rejects: takes the rows that differ from the one that counts.
        source: the mapped source table.
    Returns:
        the rows that remain, and how many collapsed into an equal one.
    """
    import pyarrow as pa

    key = [name for name in table.key if name in timed.column_names]
    history = table.kind == "keyed" and mapping.known_at is not None
    con.register("timed", timed)
    if key:
        names = ", ".join(f'"{name}"' for name in (*key, *(["known_at"] if history else [])))
        last = "arg_max(_row, (known_at, _row))" if mapping.known_at is not None and not history else "max(_row)"
        groups = f"SELECT list(_row) AS rows, {last} AS winner FROM timed GROUP BY {names} HAVING count(*) > 1"
    else:
        # Without a key only rows equal in every column of the source are one: two events may share what is mapped.
        everything = ", ".join(f"c{place}" for place in range(source.raw.data.num_columns))
        groups = (
            f"SELECT list(_row) AS rows, min(_row) AS winner FROM {source.alias} SEMI JOIN timed USING (_row) "
            f"GROUP BY {everything} HAVING count(*) > 1"
        )
    con.execute(
        "CREATE TEMP TABLE twins AS SELECT * FROM "
        f"(SELECT unnest(rows) AS _row, winner FROM ({groups})) WHERE _row <> winner"
    )
    content = [name for name in timed.column_names if name != "_row"]
    equal = " AND ".join(f'a."{name}" IS NOT DISTINCT FROM b."{name}"' for name in content) if key else "true"
    named = ", ".join(f'a."{name}"' for name in key) or "NULL"
    pairs = con.execute(
        f"SELECT t._row, t.winner, {equal}, concat_ws(', ', {named}) "
        "FROM twins t JOIN timed a ON a._row = t._row JOIN timed b ON b._row = t.winner ORDER BY t._row"
    ).fetchall()
    con.unregister("timed")
    if not pairs:
        return timed, 0
    for row, winner, same, value in pairs:
        if not same:
            rejects.add(row, key[0], value, f"another row has the same {' and '.join(key)}; row {winner} counts")
    gone = np.isin(timed["_row"].to_numpy(), [row for row, *_ in pairs])
    return timed.filter(pa.array(~gone)), sum(bool(same) for _, _, same, _ in pairs)
