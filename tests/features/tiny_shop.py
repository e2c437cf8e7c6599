"""A tiny shop whose every row can be checked by eye."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from tradewind.core.time import Horizon, days
from tradewind.core.use_case import Baseline, Economics, UseCase
from tradewind.features.catalog import Catalog, catalog_of, with_starts
from tradewind.store.duckdb_engine import DuckDBEngine
from tradewind.store.manifest import TableEntry
from tradewind.store.tables import sql_type

LABEL = """-- name: eligible
SELECT customer_id FROM orders WHERE happened_at >= :active_within_ago GROUP BY customer_id
-- name: outcome
SELECT eligible.customer_id, CASE WHEN COUNT(orders.order_id) = 0 THEN 1.0 ELSE 0.0 END AS outcome
FROM eligible LEFT JOIN orders ON orders.customer_id = eligible.customer_id
    AND orders.happened_at >= :cutoff AND orders.happened_at < :horizon_end
GROUP BY eligible.customer_id
"""
LAPSE = UseCase(
    "lapse",
    "About to stop buying",
    "Who is about to stop buying?",
    "Write to them",
    "classification",
    "customer_id",
    Horizon(days(30)),
    "buys nothing for 30 days",
    Economics("a customer who stays", "their margin"),
    settings={"active_within": days(90)},
    baselines=(Baseline("longest without an order first", "days_since_last_order"),),
)


def order(number: int, customer: str, day: date, amount: str, known: datetime | None = None, **more: object) -> dict:
    """One order at noon, known at once unless said otherwise."""
    when = datetime(day.year, day.month, day.day, 12)
    row = {"order_id": str(number), "customer_id": customer, "happened_at": when, "amount": Decimal(amount)}
    row |= {"channel": "web", "status": "paid", "happened_on": day, "happened_hour": 12, "amount_base": Decimal(amount)}
    return row | {"known_at": known or when, "valid_to": None, "first_seen_at": when} | more


MONEY, TIME = pa.decimal128(18, 4), pa.timestamp("us")
ORDERS = pa.schema(
    {
        "order_id": pa.string(),
        "customer_id": pa.string(),
        "happened_at": TIME,
        "amount": MONEY,
        "channel": pa.string(),
        "status": pa.string(),
        "happened_on": pa.date32(),
        "happened_hour": pa.int16(),
        "amount_base": MONEY,
        "known_at": TIME,
        "valid_to": TIME,
        "first_seen_at": TIME,
    }
)
ROWS = [
    order(1, "ann", date(2021, 1, 5), "10.00"),
    order(2, "ann", date(2021, 2, 4), "30.10"),
    order(3, "ann", date(2021, 3, 10), "5.00"),
    order(4, "bob", date(2021, 2, 20), "7.00"),
    order(5, "bob", date(2021, 2, 25), "9.00", known=datetime(2021, 4, 15)),  # arrived seven weeks late
    order(6, "cat", date(2020, 10, 1), "3.00"),
]
CUSTOMERS = pa.table(
    {
        "customer_id": ["ann", "bob", "cat"],
        "email": ["a@x.example", "b@x.example", "c@x.example"],
        "city": ["Ulm", "Bonn", None],
        "mood": ["good", "bad", "bad"],
        "known_at": pa.array([datetime(1970, 1, 1)] * 3, TIME),
        "valid_to": pa.array([None] * 3, TIME),
        "first_seen_at": pa.array([datetime(2021, 1, 1)] * 3, TIME),
    }
)


def entry(name: str, data: pa.Table, as_of_today: tuple[str, ...] = ()) -> TableEntry:
    """A manifest entry without files."""
    columns = tuple((field.name, sql_type(name, field)) for field in data.schema)
    return TableEntry(name, (), columns, data.num_rows, {"as_of_today": list(as_of_today)})


@pytest.fixture
def engine(tmp_path) -> Iterator[DuckDBEngine]:
    with DuckDBEngine(tmp_path) as engine:
        engine.load_table("orders", pa.Table.from_pylist(ROWS, ORDERS))
        engine.load_table("customers", CUSTOMERS)
        yield engine


@pytest.fixture
def shop(engine: DuckDBEngine) -> Catalog:
    entries = {
        "orders": entry("orders", pa.Table.from_pylist(ROWS, ORDERS)),
        "customers": entry("customers", CUSTOMERS, ("city", "mood")),
        "scores_lapse": entry("scores_lapse", CUSTOMERS),
    }
    return with_starts(engine, catalog_of(entries, "UTC", {"customers": ("city",)}))
