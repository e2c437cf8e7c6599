"""A workspace of a few customers whose rows are written by hand: names, addresses, permissions, owners, scores."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa

import tradewind as tw
from tradewind.store.manifest import publish
from tradewind.store.tables import write_table
from tradewind.store.workspace import Workspace

NOW = datetime(2024, 5, 2, 9)
CONFIG = """
[workspace]
name = "By Hand"
currency = "EUR"
timezone = "Europe/Berlin"
threads = 1

[sources.made]
path = "data/*.csv"
timezone = "UTC"

[tables.orders]
from = "made.orders"
order_id = "order_id"
customer_id = "customer_id"
happened_at = "happened_at"
amount = "amount"

[use_cases.lapse]
"""
PEOPLE = (
    ("C1", "Zoë Müller", "zoe@example.test", "+49 30 111111", "DE", "Kim", "10115"),
    ("C2", '=HYPERLINK("x")', "evil@example.test", "+49 30 222222", "DE", "Kim", "10117"),
    ("C3", "Ann O'Neil", "ann@example.test", "+44 20 3333333", "GB", "Sam", "SW1"),
    ("C4", "Bob\nTwo Lines", "bob@example.test", "030 44444", "GB", "sam ", "SW2"),
    ("C5", "100% Wool_Co", "", "", "FR", "", "75001"),
    ("C6", "Carla Rossi", "carla@example.test", "+39 06 666666", "IT", "Kim", "00100"),
)
WORDS = (
    ("C1", "email", True, datetime(2024, 1, 1)), ("C1", "email", False, datetime(2023, 1, 1)),
    ("C2", "marketing", False, datetime(2024, 1, 1)),
    ("C3", "email", False, datetime(2024, 2, 1)), ("C3", "phone", True, datetime(2024, 2, 1)),
    ("C6", "profiling", False, datetime(2024, 3, 1)), ("C6", "email", True, datetime(2024, 3, 1)),
)  # fmt: skip


def people_by_hand(root: Path, cutoff: date = date(2024, 5, 1)) -> Workspace:
    """Write the workspace, or its next snapshot, and return it open."""
    root.mkdir(exist_ok=True)
    (root / "tradewind.toml").write_text(CONFIG, encoding="utf-8")
    workspace = tw.open(root, clock=lambda: NOW)
    times = {"known_at": NOW, "valid_to": None, "first_seen_at": NOW}
    kinds = [(name, pa.timestamp("us")) for name in times]
    keys = ("customer_id", "name", "email", "phone", "country", "owner", "postcode")
    customers = [dict(zip(keys, each, strict=True)) | times for each in PEOPLE]
    old = {**customers[0], "name": "Old Name", "valid_to": NOW}
    consents = [
        {"customer_id": who, "purpose": what, "granted": said, "happened_at": at, "source": "form"} | times
        for who, what, said, at in WORDS
    ]
    orders = [
        {"order_id": f"o{n}", "customer_id": who, "happened_at": datetime(2024, 3, n + 1, 12), "amount": Decimal(20)}
        | times
        for n, who in enumerate(("C1", "C1", "guest-only"))
    ]
    scores = [
        {"customer_id": who, "mean": 0.9 - 0.1 * n, "low": 0.1, "high": 0.95, "value": 100.0, "expected_gain": 1.0 - n,
         "worth_contacting": n < 4, "reason_1": "no order for 41 days", "influence_1": "x", "cutoff": cutoff,
         "model_version": "v1"}
        for n, (who, *_) in enumerate(PEOPLE)
    ]  # fmt: skip
    text = [(name, pa.string()) for name in keys]
    tables = {
        "customers": pa.Table.from_pylist([old, *customers], pa.schema([*text, *kinds])),
        "consents": pa.Table.from_pylist(consents),
        "orders": pa.Table.from_pylist(orders),
        "scores_lapse": pa.Table.from_pylist(scores),
    }
    changes = {name: write_table(root, name, _typed(rows)) for name, rows in tables.items()}
    with workspace.lock("test"):
        publish(root, workspace.manifest(), changes, workspace.clock)
    return workspace


def _typed(rows: pa.Table) -> pa.Table:
    """Columns without a value are times."""
    empty = [field.name for field in rows.schema if pa.types.is_null(field.type)]
    for name in empty:
        rows = rows.set_column(rows.column_names.index(name), name, pa.nulls(len(rows), pa.timestamp("us")))
    return rows
