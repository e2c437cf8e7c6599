"""Two commands for each real set: `init --yes`, then `run` with the config untouched; and init on five million rows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from propose import FILES, masked

Row = dict[str, Any]

LARGE = 5_000_000
SECONDS, GIB = 60, 4


def run(data: Path) -> list[Row]:
    """Measure every set, with its headers (init and run) and without (init), and the large file.

    Args:
        data: folder of the shared sets.
    """
    rows = []
    for name, patterns in FILES.items():
        with tempfile.TemporaryDirectory() as folder:
            rows.append(_init_and_run(name, data / _place(patterns[0]), Path(folder)))
            rows.append(_masked_init(name, data, Path(folder)))
    with tempfile.TemporaryDirectory() as folder:
        rows.append(_large(Path(folder)))
    return rows


def _place(pattern: str) -> str:
    """The folder of a pattern, or the file where it is one."""
    return pattern if "*" not in pattern else str(Path(pattern).parent)


def _init_and_run(name: str, place: Path, folder: Path) -> Row:
    said, seconds, _ = _type("init", folder / "shop", "--from", place, "--yes", "--json")
    what = f"{name}: init, then run untouched"
    if said.returncode:
        return _row(what, "init failed", False, said.stderr or said.stdout)
    before = (folder / "shop" / "tradewind.toml").read_bytes()
    told, more, _ = _type("run", "--workspace", folder / "shop", "--json")
    try:
        findings = json.loads(told.stdout)
    except ValueError:
        return _row(what, "run failed", False, told.stderr[-300:])
    if not isinstance(findings, list):
        return _row(what, "run failed", False, str(findings)[:300])
    states = Counter(str(finding["status"]) for finding in findings)
    answered = sum(count for state, count in states.items() if state not in ("failed", "not answerable"))
    untouched = before == (folder / "shop" / "tradewind.toml").read_bytes()
    figure = f"{answered} of {len(findings)} questions answered, {seconds:.0f} s + {more:.0f} s"
    note = ", ".join(f"{finding['name']}: {finding['status']}" for finding in findings)
    worked = told.returncode == 0 and bool(findings) and not states["failed"] and untouched
    return _row(what, figure, worked, note)


def _masked_init(name: str, data: Path, folder: Path) -> Row:
    profiles, _ = masked(data, name, 1)
    (folder / "masked").mkdir()
    for profile in profiles:
        pq.write_table(profile.data, folder / "masked" / f"{profile.short}.parquet")
    said, seconds, _ = _type("init", folder / "hidden", "--from", folder / "masked", "--yes", "--json")
    what = f"{name}: init with masked headers"
    if said.returncode:
        return _row(what, "init failed", False, said.stderr or said.stdout)
    told = json.loads(said.stdout)
    tables = ", ".join(table["table"] for table in told["tables"])
    taken_back = [line for line in told["undecided"] if "cannot be used as such" in line]
    return _row(what, f"{tables} loaded, {seconds:.0f} s", not taken_back, "; ".join(taken_back))


def _large(folder: Path) -> Row:
    import duckdb

    path = folder / "orders.csv"
    duckdb.sql(
        "COPY (SELECT i AS order_id, 'C' || (hash(i * 7) % 400000) AS customer_id, "
        "strftime(TIMESTAMP '2022-01-01' + INTERVAL (i * 18) SECOND, '%Y-%m-%d %H:%M:%S') AS ordered_at, "
        "round((hash(i) % 20000) / 100.0, 2) AS total, round((hash(i + 3) % 500) / 100.0, 2) AS shipping, "
        "['web', 'store', 'app'][1 + (hash(i * 3) % 3)::INT] AS channel, "
        "['paid', 'refunded'][1 + (hash(i * 5) % 30 = 0)::INT] AS status, 'S' || (hash(i * 11) % 50) AS store_id, "
        f"'EUR' AS currency, (hash(i * 13) % 9) + 1 AS items FROM range({LARGE}) AS t(i)) TO '{path}' (HEADER)"
    )
    said, seconds, init_peak = _type("init", folder / "big", "--from", path, "--yes", "--json")
    told, more, check_peak = _type("check", "--workspace", folder / "big", "--json")
    peak, total = max(init_peak, check_peak), seconds + more
    figure = f"{seconds:.0f} s + {more:.0f} s, {peak:.1f} GiB"
    done = said.returncode == 0 and told.returncode in (0, 1)
    row = _row(f"init + check on {LARGE:,} rows of CSV", figure, done and total < SECONDS and peak < GIB,
               "" if done else (said.stderr or told.stderr)[-300:])  # fmt: skip
    return {**row, "target": f"< {SECONDS} s, < {GIB} GiB"}


def _type(*words: object) -> tuple[subprocess.CompletedProcess[str], float, float]:
    """Type a command; return what it said, its seconds, and the most memory it held, in GiB."""
    import resource

    command = [sys.executable, "-m", "tradewind.cli.main", *map(str, words)]
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ)
    out, err = process.communicate()
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
    done = subprocess.CompletedProcess(command, process.returncode, out, err)
    return done, time.monotonic() - began, peak


def _row(what: str, figure: str, reached: bool, note: str) -> Row:
    clean = " ".join(note.replace("|", "/").split())
    return {"what": what, "figure": figure, "target": "works", "reached": reached, "note": clean[:300]}


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    for each in run(Path(sys.argv[1])):
        print(each["reached"], each["what"], each["figure"], each["note"], flush=True)
