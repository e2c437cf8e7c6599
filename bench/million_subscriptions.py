"""`churn` from Parquet files to the report for a million customers with subscriptions, as whole processes.

The business is made with numpy, since the simulator follows every company month by month: a million subscriptions over
two years, of which those who use the product less leave sooner, and what they did with it. Run alone:
python bench/million_subscriptions.py CUSTOMERS FOLDER keeps the files for a look.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from loading import Spent, spend

CUSTOMERS = 1_000_000
SECONDS, GIB = 300.0, 6.0
DAYS = 730
DAY = 86_400_000_000
START = int(np.datetime64("2023-01-01", "us").astype(np.int64))

CONFIG = """
[workspace]
name = "A million subscriptions (simulated)"
simulated = true
currency = "EUR"
timezone = "Europe/Berlin"
margin = 0.8
as_of = 2025-01-01
[sources.made]
path = "data/*.parquet"
timezone = "UTC"
[tables.customers]
from = "made.customers"
customer_id = "customer_id"
created_at = "created_at"
country = "country"
stable = ["country"]
[tables.subscriptions]
from = "made.subscriptions"
customer_id = "customer_id"
started_at = "started_at"
ended_at = "ended_at"
plan = "plan"
monthly_amount = "monthly_amount"
term_months = "term_months"
[tables.events]
from = "made.events"
customer_id = "customer_id"
happened_at = "happened_at"
name = "name"
known_after = "0 days"
[use_cases.churn]
"""


def run(customers: int = CUSTOMERS) -> list[dict[str, Any]]:
    """Write the files and measure `tradewind run --only churn` on them."""
    with tempfile.TemporaryDirectory(prefix="tradewind-bench-") as folder:
        return measure(customers, Path(folder))


def measure(customers: int, folder: Path) -> list[dict[str, Any]]:
    """Run in a folder that stays."""
    events = write(customers, folder)
    spent: Spent = spend("run", "--only", "churn", "--workspace", str(folder))
    done = spent.status in (0, 1) and list((folder / "reports").glob("*.html"))  # 1 says that a check fails
    return [
        {
            "what": f"{customers:,} customers with subscriptions, {events:,} events: load, learn, score, report",
            "figure": f"{spent.seconds:.0f} s, {spent.gib:.2f} GiB at the peak",
            "target": f"< {SECONDS:.0f} s, < {GIB:.0f} GiB",
            "reached": bool(done) and spent.seconds < SECONDS and spent.gib < GIB,
            "note": f"{spent.processor:.0f} s of processors" + ("" if done else "; THE COMMAND FAILED"),
        }
    ]


def write(customers: int, folder: Path, seed: int = 5) -> int:
    """Write customers, subscriptions and events as Parquet, and the config; return the number of events."""
    (folder / "data").mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    start = np.sort(rng.integers(0, DAYS - 1, customers))
    yearly = rng.random(customers) < 0.3
    usage = np.exp(rng.normal(0, 0.7, customers))
    hazard = 0.04 / usage
    month = rng.geometric(np.clip(hazard, 1e-4, 0.9))
    month = np.where(yearly, np.ceil(month / 12) * 12, month)
    end = start + month * 30
    ids = pc.binary_join_element_wise("C", pc.utf8_lpad(pa.array(np.arange(customers)).cast(pa.string()), 7, "0"), "")
    amount = np.array([9, 19, 49])[rng.choice(3, customers, p=[0.5, 0.35, 0.15])]
    started = _times(start * DAY + rng.integers(0, DAY, customers))
    country = pa.array(["DE", "AT", "CH", "FR", "NL"]).take(pa.array(rng.integers(0, 5, customers)))
    customers_table = pa.table({"customer_id": ids, "created_at": started, "country": country})
    pq.write_table(customers_table, folder / "data" / "customers.parquet")
    subscriptions = pa.table(
        {
            "customer_id": ids,
            "started_at": started,
            "ended_at": _times(end * DAY + DAY // 2, end >= DAYS),
            "plan": pc.if_else(pa.array(yearly), "yearly", "monthly"),
            "monthly_amount": pa.array(amount.astype(np.float64)),
            "term_months": pa.array(np.where(yearly, 12, 1)),
        }
    )
    pq.write_table(subscriptions, folder / "data" / "subscriptions.parquet")
    events = _events(ids, start, np.minimum(end, DAYS), usage, rng)
    pq.write_table(events, folder / "data" / "events.parquet")
    (folder / "tradewind.toml").write_text(CONFIG, encoding="utf-8")
    return events.num_rows


def _events(ids: pa.Array, start: Any, end: Any, usage: Any, rng: np.random.Generator) -> pa.Table:
    """What each did while there: on average one event in 50 days, more where usage is high."""
    count = rng.poisson((end - start) / 50 * usage)
    who = np.repeat(np.arange(len(ids)), count)
    day = start[who] + rng.random(len(who)) * (end - start)[who]
    order = np.argsort(day, kind="stable")
    names = pa.array(["login", "report", "invite", "ticket"]).take(
        pa.array(rng.choice(4, len(who), p=[0.8, 0.1, 0.06, 0.04]))
    )
    return pa.table({"customer_id": ids.take(pa.array(who)), "happened_at": _times((day * DAY).astype(np.int64)),
                     "name": names}).take(pa.array(order))  # fmt: skip


def _times(micro: Any, absent: Any = None) -> pa.Array:
    return pa.array((START + micro).astype("M8[us]"), mask=absent)


if __name__ == "__main__":
    for row in measure(int(sys.argv[1]), Path(sys.argv[2])):
        print(row)
