"""How long the demo takes as a whole process, and how quickly Tradewind starts."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

Row = dict[str, object]


def run() -> list[Row]:
    """Measure the demo once and each start eleven times."""
    tradewind = str(Path(sys.executable).with_name("tradewind"))
    rows = [_demo(tradewind)]
    for what, command in (
        ("import tradewind", [sys.executable, "-c", "import tradewind"]),
        ("tradewind --help", [tradewind, "--help"]),
    ):
        times = [_wall(command) for _ in range(11)]
        middle = statistics.median(times)
        rows.append({"what": what, "figure": f"{middle:.2f} s ({min(times):.2f} to {max(times):.2f})",
                     "target": "< 0.5 s", "reached": middle < 0.5, "note": "median of 11 processes"})  # fmt: skip
    return rows


def _demo(tradewind: str) -> Row:
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        process = subprocess.Popen([tradewind, "demo", f"{folder}/demo"], stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        size = (Path(folder) / "demo" / "reports" / "latest.html").stat().st_size / 1e6
    peak = usage.ru_maxrss / 2**20
    return {
        "what": "tradewind demo, all six questions",
        "figure": f"{wall:.0f} s wall, {usage.ru_utime + usage.ru_stime:.0f} s of processor, {peak:.2f} GiB peak",
        "target": "< 120 s, < 3 GiB",
        "reached": status == 0 and wall < 120 and peak < 3,
        "note": f"report {size:.1f} MB",
    }


def _wall(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - began
