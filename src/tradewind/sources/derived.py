"""What follows from other tables: orders from their lines, a line's customer and time from its order, one currency."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tradewind.core.contract import BASE_AMOUNTS, CONTRACT, LOCAL_COLUMNS
from tradewind.sources.currencies import CONVERTED, fill_known_rates
from tradewind.sources.mapping import Counts, Mapped
from tradewind.sources.zones import to_wall

if TYPE_CHECKING:
    import pyarrow as pa

_SHARED = ("currency", "channel", "store_id")
_FROM_ORDER = ("customer_id", "happened_at")


def derive_orders(lines: pa.Table) -> Mapped | None:
    """Add up order lines to orders.

    Args:
        lines: stored order lines, all versions; the current ones count.
    Returns:
        orders in the order of their first line, `known_at` being that of the line known last; an order none of whose
        lines names a customer is a guest's; one that names several, or no time, is rejected. None where the lines
        carry no customer or time at all.
    """
    import duckdb

    if not {"customer_id", "happened_at"} <= set(lines.column_names):
        return None
    shared = [name for name in _SHARED if name in lines.column_names]
    discount = ", sum(discount) AS discount" if "discount" in lines.column_names else ""
    singles = "".join(f", CASE WHEN count(DISTINCT {name}) = 1 THEN min({name}) END AS {name}" for name in shared)
    currencies = "count(DISTINCT currency)" if "currency" in lines.column_names else "0"
    with duckdb.connect() as con:
        con.register("lines", lines)
        con.execute(
            "CREATE TEMP TABLE made AS SELECT order_id, min(customer_id) AS customer_id, "
            "min(happened_at) AS happened_at, "
            f"CAST(sum(amount) AS DECIMAL(18,4)) AS amount{discount}{singles}, min(happened_on) AS happened_on, "
            "arg_min(happened_hour, happened_at) AS happened_hour, max(known_at) AS known_at, min(place) AS place, "
            "CASE WHEN count(DISTINCT customer_id) > 1 "
            "THEN 'its lines name ' || count(DISTINCT customer_id) || ' customers' "
            f"WHEN {currencies} > 1 THEN 'its lines are in several currencies' "
            "WHEN min(happened_at) IS NULL THEN 'no line of this order says when it was placed' END AS reason "
            "FROM (SELECT *, row_number() OVER () AS place FROM lines WHERE valid_to IS NULL) GROUP BY order_id"
        )
        names = [column.name for column in CONTRACT["orders"].columns]
        made = con.sql(
            "SELECT * EXCLUDE (place, reason) FROM made WHERE reason IS NULL ORDER BY place"
        ).to_arrow_table()
        rejected = con.sql(
            "SELECT CAST(NULL AS BIGINT) AS row, 'order_id' AS column, order_id AS value, reason "
            "FROM made WHERE reason IS NOT NULL ORDER BY place"
        ).to_arrow_table()
    ordered = [name for name in (*names, *LOCAL_COLUMNS, "known_at") if name in made.column_names]
    made = made.select(ordered)
    if "discount" in made.column_names:
        made = _decimal(made, "discount")
    counts = Counts(made.num_rows + rejected.num_rows, made.num_rows, rejected.num_rows)
    return Mapped(made, rejected, counts, ("made from order_lines",))


def _decimal(table: pa.Table, name: str) -> pa.Table:
    import pyarrow as pa

    return table.set_column(table.column_names.index(name), name, table[name].cast(pa.decimal128(18, 4)))


def fill_lines(lines: pa.Table, orders: pa.Table, zone: str) -> tuple[pa.Table, int]:
    """Give order lines what only their orders say: who bought and when.

    Args:
        lines: mapped lines.
        orders: stored orders, all versions; the current ones count.
        zone: the workspace's zone.
    Returns:
        the lines, and how many name an order that is not there (their time stays missing).
    """
    import duckdb
    import pyarrow as pa

    wanted = [name for name in _FROM_ORDER if name not in lines.column_names]
    taken = ", ".join(f"o.{name}" for name in wanted)
    with duckdb.connect() as con:
        con.register("lines", lines.append_column("place", pa.array(np.arange(lines.num_rows))))
        con.register("orders", orders)
        found = con.sql(
            f"SELECT {taken}, coalesce(l.known_at, o.known_at) AS known_at, o.order_id IS NULL AS orphan "
            "FROM lines l LEFT JOIN (SELECT * FROM orders WHERE valid_to IS NULL) o ON l.order_id = o.order_id "
            "ORDER BY l.place"
        ).to_arrow_table()
    columns = {name: lines[name] for name in lines.column_names if name not in LOCAL_COLUMNS}
    columns |= {name: found[name] for name in (*wanted, "known_at")}
    at = columns["happened_at"].to_numpy().astype("M8[us]")
    missing = np.isnat(at)
    wall = to_wall(np.where(missing, 0, at.astype(np.int64)), zone)
    columns["happened_on"] = pa.chunked_array([pa.array(wall.astype("M8[us]").astype("M8[D]"), mask=missing)])
    hours = (wall // 3_600_000_000 % 24).astype(np.int16)
    columns["happened_hour"] = pa.chunked_array([pa.array(hours, mask=missing)])
    attributes = [name for name in columns if name not in {c.name for c in CONTRACT["order_lines"].columns}]
    names = [c.name for c in CONTRACT["order_lines"].columns if c.name in columns]
    names += [name for name in attributes if name not in (*LOCAL_COLUMNS, "known_at")]
    orphans = int(np.count_nonzero(found["orphan"].to_numpy(zero_copy_only=False)))
    return pa.table({name: columns[name] for name in (*names, *LOCAL_COLUMNS, "known_at")}), orphans


def add_base_amount(name: str, rows: pa.Table, rates: pa.Table | None, currency: str, zone: str) -> pa.Table:
    """Add `amount_base`, the amount in the workspace's currency; NULL where no rate of the week before is known.

    Args:
        name: the contract table; one of `BASE_AMOUNTS`, others are returned as they are.
        rows: all row versions, `amount_base` not among them.
        rates: the stored table `rates`, or None.
        currency: the workspace's currency.
        zone: the workspace's zone, for the day of a row that has none.
    """
    import duckdb
    import pyarrow as pa

    amount = BASE_AMOUNTS.get(name)
    if amount is None or amount not in rows.column_names:
        return rows
    at = rows.column_names.index("known_at")
    if "currency" not in rows.column_names:
        return rows.add_column(at, pa.field("amount_base", rows.schema.field(amount).type), rows[amount])
    slim = pa.table(
        {
            "place": pa.array(np.arange(rows.num_rows)),
            "amount": rows[amount],
            "currency": rows["currency"],
            "day": _local_days(rows, zone),
        }
    )
    with duckdb.connect() as con:
        con.register("slim", slim)
        fill_known_rates(con, rates, currency)
        done = con.sql(CONVERTED).to_arrow_table()
    return rows.add_column(at, "amount_base", done["amount_base"])


def _local_days(rows: pa.Table, zone: str) -> pa.Array | pa.ChunkedArray:
    import pyarrow as pa

    if "happened_on" in rows.column_names:
        return rows["happened_on"]
    at = rows["created_at"].to_numpy().astype("M8[us]") if "created_at" in rows.column_names else None
    if at is None:
        return pa.nulls(rows.num_rows, pa.date32())
    missing = np.isnat(at)
    wall = to_wall(np.where(missing, 0, at.astype(np.int64)), zone)
    return pa.array(wall.astype("M8[us]").astype("M8[D]"), mask=missing)
