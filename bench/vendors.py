"""Vendors' exports filled by the simulator, through `init --yes` and a load: is the truth found again, to the cent?

Each export is then written once more with its headers masked and its columns shuffled: are keys and times still right?
"""

from __future__ import annotations

import csv
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tradewind.core.contract import CONTRACT
from tradewind.core.errors import TradewindError
from tradewind.flow.start.demo_simulated import DEMOS
from tradewind.flow.start.init import Initiated, init
from tradewind.simulate.exports.ga4 import write_ga4_events
from tradewind.simulate.exports.hubspot import write_hubspot
from tradewind.simulate.exports.klaviyo import write_klaviyo_campaigns, write_klaviyo_profiles
from tradewind.simulate.exports.mailchimp import write_mailchimp_audience, write_mailchimp_report
from tradewind.simulate.exports.salesforce import write_salesforce
from tradewind.simulate.exports.shopify import write_shopify_orders
from tradewind.simulate.exports.stripe import write_stripe_charges, write_stripe_subscriptions
from tradewind.simulate.exports.woocommerce import write_woocommerce_orders
from tradewind.simulate.exports.zendesk import write_zendesk_tickets
from tradewind.simulate.sales import simulate_sales
from tradewind.simulate.shop import simulate_shop
from tradewind.simulate.subscriptions import simulate_subscriptions
from tradewind.simulate.world import SalesSettings, ShopSettings, Simulated, SubscriptionSettings, World
from tradewind.sources.load import load_tables
from tradewind.store.workspace import open_workspace

Row = dict[str, Any]
Figures = dict[str, Decimal]

AFTER = datetime(2030, 1, 1)
SHOP = World(shop=ShopSettings(customers=1500))
SALES = World(sales=SalesSettings(leads=2500, accounts=700))
BUSINESS = World(subscriptions=SubscriptionSettings(accounts=800, logins=1.0))


@dataclass(frozen=True)
class Vendor:
    """One vendor's exports.

    Args:
        name: for people.
        make: simulates what they hold.
        write: writes the files.
        truth: the figures that must be found.
        found: the same figures of the loaded tables.
        masked: file's stem to (headers that may be its key, headers that may be its time); those masked too.
    """

    name: str
    make: Callable[[], Simulated]
    write: Callable[[Simulated, Path], object]
    truth: Callable[[Simulated], Figures]
    found: Callable[[Callable[[str], pa.Table]], Figures]
    masked: Mapping[str, tuple[frozenset[str], frozenset[str]]]


def run() -> list[Row]:
    """Measure every vendor, with headers and without."""
    rows, keys, times, of = [_large(), *(_demo(kind) for kind in DEMOS)], 0, 0, 0
    wrong: list[str] = []
    for vendor in VENDORS:
        simulated = vendor.make()
        with tempfile.TemporaryDirectory(prefix="tradewind-bench-") as folder:
            rows.append(_with_headers(vendor, simulated, Path(folder)))
        with tempfile.TemporaryDirectory(prefix="tradewind-bench-") as folder:
            for stem, key, when in _without(vendor, simulated, Path(folder)):
                of, keys, times = of + 1, keys + key, times + when
                wrong += [f"{stem}: {what}" for what, right in (("key", key), ("time", when)) if not right]
    rows.append(
        {"what": f"headers masked, columns shuffled: {of} files", "figure": f"{keys} keys and {times} times right",
         "target": f"{of} and {of}", "reached": keys == times == of, "note": "; ".join(wrong)}
    )  # fmt: skip
    return rows


def _large() -> Row:
    """A million customers, simulated in a process of its own so that its memory is its own."""
    code = (
        "import resource, time; from tradewind.simulate.shop import simulate_shop; "
        "from tradewind.simulate.world import *; began = time.perf_counter(); "
        "made = simulate_shop(World(shop=ShopSettings(customers=1_000_000)), 1); "
        "print(time.perf_counter() - began, made.tables['orders'].num_rows, "
        "resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, time.process_time())"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    seconds, orders, peak = float(out[0]), int(out[1]), float(out[2])
    return {"what": f"1,000,000 customers simulated, {orders:,} orders", "figure": f"{seconds:.0f} s, {peak:.1f} GiB",
            "target": "well under 60 s", "reached": seconds < 45,
            "note": f"{float(out[3]):.0f} processor seconds"}  # fmt: skip


def _demo(kind: str) -> Row:
    """A simulated demo from nothing to its report."""
    with tempfile.TemporaryDirectory(prefix="tradewind-bench-") as folder:
        command = [sys.executable, "-m", "tradewind.cli.main", "demo", kind, folder]
        began, before = time.perf_counter(), os.times()
        done = subprocess.run(command, capture_output=True, text=True)
        seconds, after = time.perf_counter() - began, os.times()
    processor = after.children_user + after.children_system - before.children_user - before.children_system
    return {"what": f"`tradewind demo {kind}`", "figure": f"{seconds:.0f} s", "target": "< 60 s",
            "reached": done.returncode == 0 and seconds < 60, "note": f"{processor:.0f} processor seconds"}  # fmt: skip


def _with_headers(vendor: Vendor, simulated: Simulated, root: Path) -> Row:
    vendor.write(simulated, root / "data")
    started = time.perf_counter()
    world = simulated.world
    answers = {"currency": world.currency, "timezone": world.timezone}
    init(root / "shop", [str(root / "data")], lambda q: answers.get(q.key, q.options[0]), environ={})
    began = time.perf_counter()
    workspace = open_workspace(root / "shop", lambda: AFTER, {})
    rejected = sum(result.counts.rejected for result in load_tables(workspace))
    seconds = time.perf_counter() - began

    def current(name: str) -> pa.Table:
        table = workspace.table(name)
        return table.filter(pc.is_null(table["valid_to"]))

    truth, found = vendor.truth(simulated), vendor.found(current)
    told = ", ".join(f"{found[what]:,.2f} {what}".replace(".00 ", " ") for what in truth)
    off = [f"{what} {found[what]:,.2f} instead of {truth[what]:,.2f}" for what in truth if found[what] != truth[what]]
    note = f"init {began - started:.1f} s, loaded again {seconds:.1f} s, {rejected} rows rejected"
    reached = not off and not rejected
    return {"what": vendor.name, "figure": told, "target": "the truth, to the cent", "reached": reached,
            "note": "; ".join([*off, note])}  # fmt: skip


def _without(vendor: Vendor, simulated: Simulated, root: Path) -> list[tuple[str, bool, bool]]:
    """Each masked file: whether its key and its time are found."""
    if not vendor.masked:
        return []
    vendor.write(simulated, root / "data")
    real: dict[str, str] = {}
    files: dict[str, str] = {}
    for place, path in enumerate(sorted((root / "data").iterdir())):
        files[f"t{place}"] = path.stem
        real |= _mask(path, root / "data" / f"t{place}.csv", place)
    try:
        made = init(root / "shop", [str(root / "data")], None, environ={})
    except TradewindError:
        return [(f"{vendor.name} {stem}", False, False) for stem in vendor.masked]
    return [(f"{vendor.name} {stem}", *_right(made, name, real, vendor.masked[stem]))
            for name, stem in files.items() if stem in vendor.masked]  # fmt: skip


def _right(
    made: Initiated, name: str, real: Mapping[str, str], wanted: tuple[frozenset[str], frozenset[str]]
) -> tuple[bool, bool]:
    mine = [table for table in made.proposal.tables if table.from_.endswith(f".{name}")]
    keys, times = set(), set()
    for table in mine:
        contract = CONTRACT[table.table]
        for guess in table.guesses:
            header = real.get(guess.expression.strip('"'), "")
            keys |= {header} if guess.column in contract.key[:1] else set()
            times |= {header} if guess.column == contract.time else set()
    return bool(keys & wanted[0]), bool(times & wanted[1])


def _mask(path: Path, target: Path, place: int) -> dict[str, str]:
    """Write a file again without its headers' meaning and order; return which masked column was which."""
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = list(csv.reader(file))
    order = list(range(len(header)))
    random.Random(place).shuffle(order)
    names = [f"c{place}_{number:02d}" for number in range(len(order))]
    with target.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([names, *([row[column] for column in order] for row in rows)])
    path.unlink()
    return {name: header[column] for name, column in zip(names, order, strict=True)}


def _totals(*names: str) -> Callable[[Simulated], Figures]:
    def truth(simulated: Simulated) -> Figures:
        totals = {row["what"]: row["value"] for row in simulated.truth["totals"].to_pylist()}
        return {name.replace("_", " "): totals[name] for name in names}

    return truth


def _sum(column: pa.ChunkedArray) -> Decimal:
    return Decimal(pc.sum(column).as_py() or 0)


def _orders(current: Callable[[str], pa.Table]) -> Figures:
    orders = current("orders")
    return {"orders": Decimal(orders.num_rows), "revenue": _sum(orders["amount"])}


def _shop(current: Callable[[str], pa.Table]) -> Figures:
    return {"customers": Decimal(current("customers").num_rows), **_orders(current)}


def _subscriptions(current: Callable[[str], pa.Table]) -> Figures:
    subscriptions = current("subscriptions")
    running = subscriptions.filter(pc.is_null(subscriptions["ended_at"]))
    counts = {"subscriptions": Decimal(subscriptions.num_rows), "running": Decimal(running.num_rows)}
    return {**counts, "monthly": _sum(running["monthly_amount"]), **_orders(current)}


def _deals(current: Callable[[str], pa.Table]) -> Figures:
    leads, deals = current("leads"), current("deals")
    won = deals.filter(deals["won"])
    counts = {"leads": leads.num_rows, "converted": len(pc.drop_null(leads["converted_at"])),
              "deals": deals.num_rows, "won": won.num_rows}  # fmt: skip
    return {**{what: Decimal(count) for what, count in counts.items()}, "won amount": _sum(won["amount"])}


def _known_people(simulated: Simulated) -> Figures:
    sent = pc.sum(pc.equal(simulated.tables["touches"]["kind"], "sent")).as_py()
    return {"customers": Decimal(simulated.tables["customers"].num_rows), "mails sent": Decimal(sent)}


def _mailed(current: Callable[[str], pa.Table]) -> Figures:
    sent = Decimal(int(pc.sum(current("campaigns")["recipients"]).as_py()))
    return {"customers": Decimal(current("customers").num_rows), "mails sent": sent}


def _klaviyo(shop: Simulated, folder: Path) -> None:
    write_klaviyo_profiles(shop, folder)
    write_klaviyo_campaigns(shop, folder)


def _mailchimp(shop: Simulated, folder: Path) -> None:
    write_mailchimp_audience(shop, folder)
    write_mailchimp_report(shop, folder)


def _one(key: str, when: str) -> tuple[frozenset[str], frozenset[str]]:
    return frozenset(key.split("|")), frozenset(when.split("|")) - {""}


def _make_shop() -> Simulated:
    return simulate_shop(SHOP, 11)


def _make_sales() -> Simulated:
    return simulate_sales(SALES, 11)


_SHOP_TOTALS = _totals("customers", "orders", "revenue")
_DEAL_TOTALS = _totals("leads", "converted", "deals", "won", "won_amount")

VENDORS = (
    Vendor("Shopify orders", _make_shop, write_shopify_orders, _SHOP_TOTALS, _shop,
           {"orders_export_1": _one("Name|Id", "Created at|Paid at")}),
    Vendor("WooCommerce orders", _make_shop, write_woocommerce_orders, _SHOP_TOTALS, _shop,
           {"orders-export": _one("order_id|order_number", "date")}),
    Vendor("Stripe payments", _make_shop, write_stripe_charges, _SHOP_TOTALS, _shop,
           {"payments": _one("id", "Created (UTC)")}),
    Vendor("Stripe subscriptions and payments", lambda: simulate_subscriptions(BUSINESS, 11),
           write_stripe_subscriptions, _totals("subscriptions", "running", "monthly", "orders", "revenue"),
           _subscriptions, {"subscriptions": _one("Customer ID|id", "Created (UTC)|Start (UTC)|Trial Start (UTC)"),
                            "payments": _one("id", "Created (UTC)")}),
    Vendor("Google Analytics 4 events", _make_shop, write_ga4_events, lambda simulated: _ga4(simulated), _orders, {}),
    Vendor("Klaviyo profiles and campaigns", _make_shop, _klaviyo, _known_people, _mailed, {}),
    Vendor("Mailchimp audience and report", _make_shop, _mailchimp, _known_people, _mailed, {}),
    Vendor("HubSpot contacts, companies, deals", _make_sales, write_hubspot, _DEAL_TOTALS, _deals,
           {"hubspot-contacts": _one("Record ID", "Create Date|Became a Lead Date"),
            "hubspot-deals": _one("Record ID", "Create Date")}),
    Vendor("Salesforce leads, opportunities, stages", _make_sales, write_salesforce, _DEAL_TOTALS, _deals, {}),
    Vendor("Zendesk tickets", _make_shop, write_zendesk_tickets,
           lambda simulated: {"tickets": Decimal(simulated.tables["texts"].num_rows)},
           lambda current: {"tickets": Decimal(current("texts").num_rows)}, {"tickets": _one("Id", "Created at")}),
)  # fmt: skip


def _ga4(simulated: Simulated) -> Figures:
    """Google counts a refund as an event of its own."""
    truth = _totals("orders", "revenue")(simulated)
    refunds = sum(1 for amount in simulated.truth["orders"]["refunded"].to_pylist() if amount)
    return {"orders": truth["orders"] + refunds, "revenue": truth["revenue"]}


if __name__ == "__main__":
    for line in run():
        print(line)
