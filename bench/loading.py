"""`init` and `check` on five million rows of CSV, as whole processes: seconds and peak memory; next week's file after.

Run alone: python bench/loading.py ROWS FOLDER keeps the files for a look.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

ROWS = 5_000_000
BLOCK = 500_000
SECONDS, GIB = 60.0, 4.0
_COLUMNS = ("order_id", "customer_id", "ordered_at", "status", "currency", "total", "discount", "shipping",
            "sales_channel", "country", "note")  # fmt: skip


@dataclass(frozen=True)
class Spent:
    """What a process took: seconds on the clock, seconds of the processors, peak memory in GiB, exit status."""

    seconds: float
    processor: float
    gib: float
    status: int


def run(rows: int = ROWS) -> list[dict[str, Any]]:
    """Write the export, run the two commands, then load an overlapping export of the same size."""
    with tempfile.TemporaryDirectory(prefix="tradewind-bench-") as folder:
        return measure(rows, Path(folder))


def measure(rows: int, folder: Path) -> list[dict[str, Any]]:
    """Run everything in a folder that stays."""
    exports, shop = folder / "exports", folder / "shop"
    exports.mkdir(parents=True, exist_ok=True)
    file = exports / "orders.csv"
    write_orders(file, rows, 0)
    size = file.stat().st_size / 1e6
    first = spend("init", str(shop), "--from", str(exports), "--yes")
    then = spend("check", "--workspace", str(shop))
    write_orders(file, rows, rows // 50)
    week = spend("check", "--workspace", str(shop))
    what = f"{rows:,} rows, {len(_COLUMNS)} columns, {size:,.0f} MB of CSV"
    return [
        _row(f"init + check on {what}", (first, then), SECONDS),
        _row("check of next week's file: 98 % of it overlaps", (week,), None),
    ]


def _row(what: str, spent: tuple[Spent, ...], most: float | None) -> dict[str, Any]:
    seconds, peak = sum(each.seconds for each in spent), max(each.gib for each in spent)
    parts = " + ".join(f"{each.seconds:.1f}" for each in spent)
    processor = sum(each.processor for each in spent)
    # 1 says that a check fails: data of the past do not reach up to today.
    done = all(each.status in (0, 1) for each in spent)
    return {
        "what": what,
        "figure": f"{parts} s, {peak:.2f} GiB at the peak",
        "target": f"< {most or SECONDS:.0f} s, < {GIB:.0f} GiB",
        "reached": done and seconds < (most or SECONDS) and peak < GIB,
        "note": f"{processor:.0f} s of processors" + ("" if done else "; A COMMAND FAILED"),
    }


def spend(*command: str) -> Spent:
    """Run a command of Tradewind and measure it."""
    started = time.monotonic()
    out = None if os.environ.get("BENCH_SHOW") else subprocess.DEVNULL
    process = subprocess.Popen([sys.executable, "-m", "tradewind.cli.main", *command], stdout=out, stderr=out)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    unit = 1024 if sys.platform == "linux" else 1
    return Spent(
        time.monotonic() - started, used.ru_utime + used.ru_stime, used.ru_maxrss * unit / 2**30, process.returncode
    )


def write_orders(path: Path, rows: int, skip: int) -> None:
    """Write a shop's orders, oldest first; `skip` leaves out the oldest and adds as many new ones.

    Row n holds the same whichever export it stands in, but every 200th is corrected in the second one.
    """
    start = np.datetime64("2023-01-02T00:00:00")
    with path.open("wb") as sink:
        for begin in range(skip, skip + rows, BLOCK):
            number = np.arange(begin, min(begin + BLOCK, skip + rows))
            mixed = _mixed(number)
            cents = 500 + mixed % 40_000
            if skip:
                cents = np.where(number % 200 == 3, cents + 100, cents)
            customer = _mixed(mixed) % max(rows // 12, 1)
            seconds = number * (2 * 365 * 86_400 / (rows * 1.02))
            table = pa.table(
                {
                    "order_id": _text("A-", number + 1_000_000),
                    "customer_id": pc.if_else(
                        pa.array(mixed % 20 == 0), pa.scalar(None, pa.string()), _text("C", customer)
                    ),
                    "ordered_at": pa.array((start + seconds.astype("m8[s]")).astype("M8[s]")).cast(pa.string()),
                    "status": pa.array(["paid", "shipped", "refunded"]).take(pa.array(mixed % 3)),
                    "currency": pa.array(["EUR"] * len(number)),
                    "total": _money(cents),
                    "discount": _money(np.where(mixed % 5 == 0, cents // 10, 0)),
                    "shipping": _money(np.where(mixed % 3 == 0, 499, 0)),
                    "sales_channel": pa.array(["web", "app", "store", "market"]).take(pa.array(mixed % 4)),
                    "country": pa.array(["DE", "AT", "CH", "FR", "NL"]).take(pa.array(mixed % 5)),
                    "note": pa.array(["", "leave at the door", "gift, no invoice"]).take(pa.array(mixed % 3)),
                }
            )
            options = arrow_csv.WriteOptions(include_header=begin == skip, quoting_style="needed")
            arrow_csv.write_csv(table, sink, options)


def _mixed(number: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """A number that looks random and is the same for the same row (Steele et al. 2014, SplitMix64)."""
    x = number.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((x ^ (x >> np.uint64(31))) >> np.uint64(33)).astype(np.int64)


def _text(prefix: str, number: np.ndarray[Any, Any]) -> pa.Array:
    return pc.binary_join_element_wise(prefix, pa.array(number).cast(pa.string()), "")


def _money(cents: np.ndarray[Any, Any]) -> pa.Array:
    whole, rest = pa.array(cents // 100).cast(pa.string()), pa.array(cents % 100).cast(pa.string())
    return pc.binary_join_element_wise(whole, pc.utf8_lpad(rest, 2, "0"), ".")


if __name__ == "__main__":
    for row in measure(int(sys.argv[1]), Path(sys.argv[2])):
        print(row)
