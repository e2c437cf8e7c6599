"""Looks for trouble in the contract tables and words what it found."""

from __future__ import annotations

from tradewind.checks.data import (
    check_currency,
    check_customers,
    check_empty_columns,
    check_fresh,
    check_future,
    check_not_empty,
    check_references,
    check_rejected,
)
from tradewind.checks.live import check_live
from tradewind.core.contract import BASE_AMOUNTS, SYSTEM_COLUMNS
from tradewind.core.finding import Check
from tradewind.core.time import local_day
from tradewind.flow.ask import ask
from tradewind.flow.data import Data, contract_tables
from tradewind.flow.learning.require import first_orders
from tradewind.flow.people.resolve import check_records
from tradewind.store.live import live_name

_REFERENCES = (("order_lines", "product_id", "products"), ("order_lines", "order_id", "orders"),
               ("touches", "campaign_id", "campaigns"))  # fmt: skip


def check_data(data: Data) -> tuple[Check, ...]:
    """Check every contract table, and what ties them together."""
    found: list[Check] = []
    for name in contract_tables(data.manifest):
        found += _check_table(data, name)
    for table, column, target in _REFERENCES:
        if data.catalog.has(table, column) and data.catalog.has(target, column):
            found.append(_check_reference(data, table, column, target))
    if data.catalog.table("orders") is not None:
        found.append(first_orders(data).check)
    found += check_records(data.workspace)
    return (*found, *_check_live(data))


def _check_live(data: Data) -> list[Check]:
    """Say what came in live; nothing where nobody sends events."""
    live = data.manifest.tables.get(live_name("events"))
    if live is None:
        return []
    orders = data.manifest.tables.get("orders")
    name = live_name("events")
    unknown = None
    if data.catalog.has("customers", "customer_id") and "customer_id" in dict(live.columns):
        query = f"SELECT COUNT(*) AS n FROM {name} WHERE customer_id NOT IN (SELECT customer_id FROM customers)"
        with data.workspace.engine((name, "customers"), data.manifest) as engine:
            unknown = ask(engine, query).column("n")[0].as_py()
    return [check_live(live.rows, dict(orders.meta.get("live", {})) if orders is not None else {}, unknown)]


def _check_table(data: Data, name: str) -> list[Check]:
    entry = data.manifest.tables[name]
    rejected = _one(data, 'SELECT COUNT(*) AS n FROM rejected WHERE "table" = :name', name) if _has_rejects(data) else 0
    found = [check_not_empty(name, entry.rows), check_rejected(name, rejected, entry.rows)]
    columns = [column for column, _ in entry.columns if column not in (*SYSTEM_COLUMNS, "amount_base")]
    counted = ", ".join(f'COUNT("{column}") AS "{column}"' for column in columns)
    filled = ask(data.engine, f"SELECT {counted} FROM {name}").to_pylist()[0]
    found.append(check_empty_columns(name, {column: entry.rows - filled[column] for column in columns}, entry.rows))
    if "happened_at" in columns:
        found += _check_times(data, name, entry.rows)
    if "amount_base" in dict(entry.columns):
        amount = BASE_AMOUNTS[name]
        query = f"SELECT COUNT({amount}) AS amounts, COUNT(amount_base) AS based FROM {name}"
        row = ask(data.engine, query).to_pylist()[0]
        currency = data.workspace.config.workspace.currency
        if name == "orders":
            found.append(_check_guests(data))
        found.append(check_currency(name, row["amounts"] - row["based"], row["amounts"], currency))
    return found


def _check_guests(data: Data) -> Check:
    guest = "FILTER (WHERE customer_id IS NULL)"
    query = (
        f"SELECT COUNT(*) AS n, COUNT(*) {guest} AS guests, SUM(amount_base) AS amount, "
        f"SUM(amount_base) {guest} AS guest_amount FROM orders WHERE valid_to IS NULL"
    )
    row = ask(data.engine, query).to_pylist()[0]
    amounts = (float(row["guest_amount"] or 0), row["n"], float(row["amount"] or 0))
    return check_customers("orders", row["guests"], *amounts, data.workspace.config.workspace.currency)


def _check_times(data: Data, name: str, rows: int) -> list[Check]:
    query = (
        f"SELECT MAX(happened_on) AS newest_day, MAX(happened_at) AS newest, "
        f"COUNT(*) FILTER (WHERE happened_at > :now) AS future FROM {name}"
    )
    row = ask(data.engine, query, now=data.workspace.clock()).to_pylist()[0]
    today = data.workspace.config.workspace.as_of or local_day(data.workspace.clock(), data.catalog.zone)
    found = [check_future(name, row["future"], rows, row["newest"])]
    if name == "orders":
        found.append(check_fresh(name, row["newest_day"], today))
    return found


def _check_reference(data: Data, table: str, column: str, target: str) -> Check:
    query = f"""
        SELECT COUNT(*) AS n, COUNT(*) FILTER (WHERE there.{column} IS NULL) AS broken
        FROM {table} LEFT JOIN (SELECT DISTINCT {column} FROM {target}) AS there ON there.{column} = {table}.{column}
        WHERE {table}.{column} IS NOT NULL
    """
    row = ask(data.engine, query).to_pylist()[0]
    return check_references(table, column, row["broken"], row["n"])


def _has_rejects(data: Data) -> bool:
    return "rejected" in data.manifest.tables


def _one(data: Data, query: str, name: str) -> int:
    if "rejected" not in data.engine.tables():
        data.engine.load_table("rejected", data.manifest.tables["rejected"])
    return int(ask(data.engine, query, name=name).to_pylist()[0]["n"])
