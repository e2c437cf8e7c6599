"""One small shop for all use cases, loaded once, on both engines; two real shops, loaded once."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

import tradewind as tw
from small_shop import CONFIG, NOW, write_small_shop
from small_worlds import write_comings_and_goings, write_small_sales, write_small_subscriptions
from tradewind.sources.load import load_tables
from tradewind.store.workspace import Workspace

pytest.register_assert_rewrite("contract.use_case_contract", "contract.analysis_contract")

QUICK = """
cutoffs = 2
[use_cases.next_spend]
models = ["tree"]
cutoffs = 2
[use_cases.campaign_response]
models = ["tree"]
cutoffs = 2
[use_cases.repeat_purchase]
models = ["linear"]
cutoffs = 5
[use_cases.new_customer_value]
models = ["tree"]
horizon = "60 days"
first_within = "90 days"
cutoffs = 5
"""
"""One model each and few dates: what is tested here is the chain, not its quality."""


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    config = CONFIG.replace('["linear", "tree"]', '["tree"]') + QUICK
    folder = write_small_shop(tmp_path_factory.mktemp("small"), customers=160, config=config)
    workspace = tw.open(folder, clock=lambda: NOW)
    load_tables(workspace)
    return workspace


QUICK_SALES = """
[use_cases.activity_effect]
first = "14 days"
horizon = "45 days"
cutoffs = 40
[use_cases.deal_win]
models = ["tree"]
cutoffs = 4
[use_cases.sales_ready]
cutoffs = 26
[use_cases.lead_conversion]
models = ["linear"]
cutoffs = 6
"""
QUICK_SUBSCRIPTIONS = """
[use_cases.churn]
models = ["tree"]
cutoffs = 2
[use_cases.account_churn]
models = ["tree"]
cutoffs = 2
[use_cases.expansion]
models = ["tree"]
cutoffs = 3
"""
"""One model each and few dates, as for the shop: `[use_cases.<name>]` sections of the questions asked there."""


@pytest.fixture(scope="session")
def sales(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A small sales team: leads, deals with their stages, activities, companies."""
    workspace = tw.open(write_small_sales(tmp_path_factory.mktemp("sales"), QUICK_SALES), clock=lambda: NOW)
    load_tables(workspace)
    return workspace


@pytest.fixture(scope="session")
def subscriptions(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A small subscription business: companies, their people, contracts, payments, logins, tickets."""
    folder = write_small_subscriptions(tmp_path_factory.mktemp("subscriptions"), QUICK_SUBSCRIPTIONS)
    workspace = tw.open(folder, clock=lambda: NOW)
    load_tables(workspace)
    return workspace


@pytest.fixture(scope="session")
def shop_on_postgres(shop: Workspace, postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return _on_postgres(shop, postgres_url, tmp_path_factory)


@pytest.fixture(scope="session")
def sales_on_postgres(sales: Workspace, postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return _on_postgres(sales, postgres_url, tmp_path_factory)


@pytest.fixture(scope="session")
def subscriptions_on_postgres(
    subscriptions: Workspace, postgres_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Workspace:
    return _on_postgres(subscriptions, postgres_url, tmp_path_factory)


@pytest.fixture(scope="session")
def comings(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Nothing but subscriptions, of customers who leave and come back."""
    config = '[use_cases.win_back]\nmodels = ["tree"]\ncutoffs = 2\n'
    workspace = tw.open(write_comings_and_goings(tmp_path_factory.mktemp("comings"), config), clock=lambda: NOW)
    load_tables(workspace)
    return workspace


@pytest.fixture(scope="session")
def comings_on_postgres(comings: Workspace, postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return _on_postgres(comings, postgres_url, tmp_path_factory)


def _on_postgres(workspace: Workspace, postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The same tables in a workspace whose steps run on Postgres."""
    folder = tmp_path_factory.mktemp("small-on-postgres") / "copy"
    shutil.copytree(workspace.root, folder)
    file = folder / "tradewind.toml"
    config = file.read_text(encoding="utf-8").replace("[workspace]", '[workspace]\nengine = "${ENGINE}"')
    file.write_text(config, encoding="utf-8")
    return tw.open(folder, clock=lambda: NOW, environ={"ENGINE": postgres_url})


CDNOW = """
[workspace]
currency = "USD"
timezone = "America/New_York"
margin = 0.3
threads = 1
{workspace}
[sources.shop]
path = "*.parquet"
timezone = "America/New_York"
[tables.orders]
from = "shop.cdnow_sample"
order_id = "row_number"
customer_id = "sample_id"
happened_at = "date"
amount = "value"
"""


@pytest.fixture(scope="session")
def cdnow(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], Workspace]:
    """The 1/10 sample of CDNOW: everybody bought first in the first quarter of 1997, and it ends in June 1998."""

    def make(workspace: str = "", use_cases: str = "") -> Workspace:
        folder = tmp_path_factory.mktemp("cdnow")
        shutil.copy(shared_data / "cdnow" / "cdnow_sample.parquet", folder)
        (folder / "tradewind.toml").write_text(CDNOW.format(workspace=workspace) + use_cases, encoding="utf-8")
        return tw.open(folder, clock=lambda: datetime(2026, 1, 1))

    return make


ONLINE_RETAIL = """
[workspace]
currency = "GBP"
timezone = "Europe/London"
margin = 0.3
{declared}
[sources.shop]
path = "*.parquet"
timezone = "Europe/London"
[tables.order_lines]
from = "shop.online_retail"
order_id = "InvoiceNo"
product_id = "StockCode"
customer_id = "CustomerID"
happened_at = "InvoiceDate"
quantity = "Quantity"
amount = "Quantity * UnitPrice"
[tables.customers]
from = "shop.online_retail"
where = "CustomerID is not null"
customer_id = "CustomerID"
country = "Country"
stable = ["country"]
[use_cases.repeat_purchase]
models = ["linear"]
cutoffs = 3
[use_cases.new_customer_value]
models = ["tree"]
horizon = "90 days"
cutoffs = 3
"""


@pytest.fixture(scope="session")
def online_retail(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[bool, int], Workspace]:
    """Online Retail, each so-many-th customer, loaded once; the year begins in the middle of its customers' lives."""
    import duckdb

    folders: dict[int, Path] = {}

    def make(declared: bool, every: int) -> Workspace:
        if every not in folders:
            folders[every] = tmp_path_factory.mktemp("online-retail")
            file = shared_data / "online_retail" / "online_retail.parquet"
            whom = f"coalesce(CustomerID, CAST(right(InvoiceNo, 6) AS BIGINT)) % {every} = 0"  # guests by their invoice
            lines = duckdb.sql(f"SELECT * FROM '{file}' WHERE {whom}")
            lines.write_parquet(str(folders[every] / "online_retail.parquet"))
        config = ONLINE_RETAIL.format(declared='first_orders = "complete"' if declared else "")
        (folders[every] / "tradewind.toml").write_text(config, encoding="utf-8")
        return tw.open(folders[every], clock=lambda: datetime(2012, 1, 1))

    return make
