"""All data checks on a workspace's tables in one call: what to count is read from the contract."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING

from tradewind.checks.data import (
    check_currency,
    check_empty_columns,
    check_fresh,
    check_future,
    check_not_empty,
    check_references,
    check_rejected,
)
from tradewind.core.contract import BASE_AMOUNTS, CONTRACT, LOCAL_COLUMNS, SYSTEM_COLUMNS
from tradewind.core.finding import Check

if TYPE_CHECKING:
    import pyarrow as pa

_OURS = {*SYSTEM_COLUMNS, *LOCAL_COLUMNS, "amount_base"}
_TRANSACTIONS = ("orders", "order_lines", "events", "touches", "activities")


def check_tables(
    tables: Mapping[str, pa.Table], rejected: Mapping[str, int], now: datetime, today: date, currency: str
) -> tuple[Check, ...]:
    """Run every data check that stored contract tables allow.

    Args:
        tables: contract table name to its rows, all versions.
        rejected: table name to the number of rows rejected at its last load.
        now: the present instant, naive UTC.
        today: the day the answers are for, in the workspace's zone.
        currency: the workspace's currency.
    """
    checks: list[Check] = []
    for name, table in tables.items():
        checks.append(check_not_empty(name, table.num_rows))
        checks.append(check_rejected(name, rejected.get(name, 0), table.num_rows))
        if table.num_rows:
            nulls = {column: table[column].null_count for column in table.column_names if column not in _OURS}
            checks.append(check_empty_columns(name, nulls, table.num_rows))
            checks += _check_times(name, table, now, today)
            checks += _check_amounts(name, table, currency)
            checks += _check_keys(name, table, tables)
    return tuple(checks)


def _check_times(name: str, table: pa.Table, now: datetime, today: date) -> list[Check]:
    import pyarrow.compute as pc

    if "happened_at" not in table.column_names:
        return []
    times = table["happened_at"]
    newest = pc.max(times).as_py()
    future = pc.sum(pc.greater(times, now)).as_py() or 0
    checks = [check_future(name, int(future), table.num_rows, newest if future else None)]
    if name in _TRANSACTIONS:
        local = table["happened_on"] if "happened_on" in table.column_names else None
        day = pc.max(local).as_py() if local is not None else newest and newest.date()
        checks.append(check_fresh(name, day, today))
    return checks


def _check_amounts(name: str, table: pa.Table, currency: str) -> list[Check]:
    amount = BASE_AMOUNTS.get(name, "")
    if amount not in table.column_names or "amount_base" not in table.column_names:
        return []
    known = len(table) - table[amount].null_count
    return [check_currency(name, table["amount_base"].null_count - table[amount].null_count, known, currency)]


def _check_keys(name: str, table: pa.Table, tables: Mapping[str, pa.Table]) -> list[Check]:
    """Check every column that is the single key of another loaded table."""
    import pyarrow.compute as pc

    checks = []
    for other, contract in CONTRACT.items():
        key = contract.key[0] if len(contract.key) == 1 else ""
        if other == name or other not in tables or key not in table.column_names:
            continue
        given = table[key].drop_null()
        found = pc.sum(pc.is_in(given, value_set=pc.unique(tables[other][key].combine_chunks()))).as_py() or 0
        checks.append(check_references(name, key, len(given) - int(found), len(given)))
    return checks
