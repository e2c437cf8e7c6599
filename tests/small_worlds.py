"""Small simulated businesses as workspaces over Parquet: a sales team, and one that lives on subscriptions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tradewind.core.contract import CONTRACT
from tradewind.simulate.sales import simulate_sales
from tradewind.simulate.subscriptions import simulate_subscriptions
from tradewind.simulate.world import SalesSettings, SubscriptionSettings, World

START = date(2023, 1, 1)
DAYS = 480
NOW = datetime(2023, 1, 1) + timedelta(days=DAYS, hours=6)

WORKSPACE = """
[workspace]
name = "{name}"
currency = "EUR"
timezone = "{zone}"
margin = 0.8
threads = 1
{more}
[sources.made]
path = "data/*.parquet"
timezone = "UTC"
"""

SALES = World(START, DAYS, sales=SalesSettings(leads=1000, accounts=250, sellers=4))
SUBSCRIPTIONS = World(START, DAYS, subscriptions=SubscriptionSettings(accounts=220, logins=2.0, tickets=0.15))


def write_small_sales(folder: Path, config: str = "", seed: int = 3, world: World = SALES) -> Path:
    """Write the sales team's tables and config into a folder and return it; `config` is added to the latter."""
    tables = simulate_sales(world, seed).tables
    return write_workspace(folder, "Small Team", tables, config, stable={"leads": ("title",), "deals": ("amount",)})


def write_small_subscriptions(folder: Path, config: str = "", seed: int = 3, world: World = SUBSCRIPTIONS) -> Path:
    """Write the subscription business's tables and config into a folder and return it; see `write_small_sales`."""
    tables = simulate_subscriptions(world, seed).tables
    stable = {"customers": ("country", "account_id"), "subscriptions": ("plan", "monthly_amount")}
    return write_workspace(folder, "Small Business", tables, config, 'first_orders = "complete"', stable=stable)


def write_comings_and_goings(folder: Path, config: str = "", seed: int = 5) -> Path:
    """Write two hundred customers' subscriptions, of whom many leave and some come back; see `write_small_sales`."""
    rng, rows = np.random.default_rng(seed), []
    for number in range(200):
        began = NOW - timedelta(days=DAYS - float(rng.uniform(0, 300)))
        ended = began + timedelta(days=float(rng.exponential(90)))
        again = ended + timedelta(days=float(rng.exponential(90)))
        rows += [(f"C{number:03d}", began, ended), *[(f"C{number:03d}", again, None)] * int(rng.random() < 0.6)]
    rows = [(who, began, ended if ended is None or ended < NOW else None) for who, began, ended in rows if began < NOW]
    columns = {name: [row[at] for row in rows] for at, name in enumerate(("customer_id", "started_at", "ended_at"))}
    starts = {
        "customer_id": columns["customer_id"],
        "happened_at": columns["started_at"],
        "name": ["welcome"] * len(rows),
    }
    tables = {"subscriptions": pa.table(columns), "events": pa.table(starts)}
    return write_workspace(folder, "Comings and Goings", tables, config)


def write_workspace(
    folder: Path,
    name: str,
    tables: Mapping[str, pa.Table],
    config: str = "",
    more: str = "",
    zone: str = "Europe/Berlin",
    stable: Mapping[str, Sequence[str]] | None = None,
) -> Path:
    """Write contract tables as Parquet, and a config that maps every column to itself; empty columns are left out.

    Args:
        folder: where.
        name: of the workspace.
        tables: contract tables by name; a column `known_at` says when rows became known.
        config: added at the end.
        more: added to `[workspace]`.
        zone: of the workspace; times in the tables are UTC.
        stable: table to the columns of which today's value may be used for the past.
    """
    (folder / "data").mkdir(parents=True, exist_ok=True)
    text = WORKSPACE.format(name=name, zone=zone, more=more)
    for table, rows in tables.items():
        pq.write_table(rows, folder / "data" / f"{table}.parquet")
        filled = [column for column in rows.column_names if rows[column].null_count < len(rows)]
        text += f'\n[tables.{table}]\nfrom = "made.{table}"\n'
        text += "".join(f"""{column} = '"{column}"'\n""" for column in filled)
        if CONTRACT[table].kind == "fact" and CONTRACT[table].time and "known_at" not in filled:
            text += 'known_after = "0 days"\n'
        text += f"stable = {list(stable[table])}\n" if stable and table in stable else ""
    (folder / "tradewind.toml").write_text(text + config, encoding="utf-8")
    return folder
