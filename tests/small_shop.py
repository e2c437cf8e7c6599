"""A small simulated shop as a user's files would lie there: complete history, campaigns, coupons, a few returns."""

from __future__ import annotations

import csv
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

START = datetime(2023, 1, 1)
DAYS = 480
NOW = START + timedelta(days=DAYS, hours=6)

CONFIG = """
[workspace]
name = "Small Shop"
currency = "EUR"
timezone = "Europe/Berlin"
margin = 0.3
threads = 1
first_orders = "complete"

[sources.shop]
path = "data/*.csv"
timezone = "Europe/Berlin"

[tables.orders]
from = "shop.orders"
order_id = "order_id"
customer_id = "customer_id"
happened_at = "placed"
amount = "total"
channel = "channel"
known_after = "0 days"

[tables.customers]
from = "shop.customers"
customer_id = "customer_id"
country = "country"

[tables.touches]
from = "shop.mailings"
customer_id = "customer_id"
happened_at = "sent"
channel = "'mail'"
kind = "'sent'"
campaign_id = "campaign"

[tables.events]
from = "shop.coupons"
customer_id = "customer_id"
happened_at = "used"
name = "'coupon_redeemed'"
campaign = "campaign"

[use_cases.lapse]
contact_cost = 0.5
success_share = 0.1
models = ["linear", "tree"]
"""

OTHERS = """
[use_cases.next_spend]
models = ["tree"]
cutoffs = 3
[use_cases.lifetime_value]
cutoffs = 3
[use_cases.campaign_response]
models = ["tree"]
cutoffs = 3
[use_cases.repeat_purchase]
models = ["linear"]
cutoffs = 5
[use_cases.new_customer_value]
models = ["linear"]
horizon = "120 days"
cutoffs = 5
"""
"""To add to `CONFIG`: every other question, one model each and few dates, since it is not quality that is tried."""


def write_small_shop(folder: Path, customers: int = 400, seed: int = 7, config: str = CONFIG) -> Path:
    """Write the shop's files and config into a folder and return it.

    Customers arrive evenly, buy at rates of their own and leave at dropout rates of their own; who buys often redeems
    more coupons.
    """
    rng = np.random.default_rng(seed)
    (folder / "data").mkdir(parents=True, exist_ok=True)
    orders, people = _orders(rng, customers)
    mailings, coupons = _campaigns(rng, people, orders)
    _write(folder / "data" / "orders.csv", ("order_id", "customer_id", "placed", "total", "channel"), orders)
    countries = [(person, rng.choice(["DE", "AT", "CH"])) for person in people]
    _write(folder / "data" / "customers.csv", ("customer_id", "country"), countries)
    _write(folder / "data" / "mailings.csv", ("customer_id", "sent", "campaign"), mailings)
    _write(folder / "data" / "coupons.csv", ("customer_id", "used", "campaign"), coupons)
    (folder / "tradewind.toml").write_text(config, encoding="utf-8")
    return folder


def _orders(rng: np.random.Generator, customers: int) -> tuple[list[tuple[object, ...]], list[str]]:
    rows: list[tuple[object, ...]] = []
    people = [f"C{number:05d}" for number in range(customers)]
    for person in people:
        begin = rng.uniform(0, DAYS - 20)
        rate, leave = rng.gamma(2.0, 1 / 40), rng.gamma(1.0, 1 / 250)
        end = min(DAYS, begin + rng.exponential(1 / max(leave, 1e-4)))
        level, channel = rng.lognormal(3.3, 0.4), str(rng.choice(["search", "social", "friend"]))
        day = begin
        while day < end:
            amount = round(float(level * rng.lognormal(0, 0.3)), 2)
            when = START + timedelta(days=day)
            rows.append((f"O{len(rows):06d}", person, f"{when:%Y-%m-%d %H:%M:%S}", amount, channel))
            if rng.random() < 0.03:
                back = when + timedelta(days=1)
                rows.append((f"O{len(rows):06d}", person, f"{back:%Y-%m-%d %H:%M:%S}", -amount, channel))
            day += rng.exponential(1 / rate)
    rows.sort(key=lambda row: str(row[2]))
    return [row for row in rows if str(row[2]) < f"{START + timedelta(days=DAYS):%Y-%m-%d}"], people


def _campaigns(
    rng: np.random.Generator, people: list[str], orders: list[tuple[object, ...]]
) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    mailings: list[tuple[object, ...]] = []
    coupons: list[tuple[object, ...]] = []
    for number, day in enumerate(range(60, DAYS - 20, 30)):
        sent = START + timedelta(days=day + 2)
        recent = {str(row[1]) for row in orders if abs((datetime.fromisoformat(str(row[2])) - sent).days + 30) < 30}
        for person in people:
            if rng.random() < 0.6:
                mailings.append((person, f"{sent:%Y-%m-%d}", f"M{number}"))
                if rng.random() < (0.25 if person in recent else 0.02):
                    used = sent + timedelta(days=float(rng.uniform(1, 25)))
                    coupons.append((person, f"{used:%Y-%m-%d}", f"M{number}"))
    return mailings, coupons


def _write(path: Path, header: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
