"""As-of features: our builder beside one hand-written DuckDB statement, and beside featuretools on a size it can do.

Every contestant runs in a child process of its own, so that its peak memory is its own. All compute the same 15
aggregates of the same events at the same 6 cutoffs. `measure` returns rows; `bench/run.py` prints them.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

CUTOFFS = tuple(date(2024, month, 1) for month in (7, 8, 9, 10, 11, 12))
WINDOWS = (30, 90)
MEMORY, THREADS = "5GB", 2
LARGE, SMALL = (20_000_000, 1_000_000), (400_000, 100_000)
"""(events, customers): the large one for SQL, the small one for featuretools."""

AGGREGATES = """COUNT(*) AS n_all, CAST(SUM(value) AS DECIMAL(38, 4)) AS sum_all, MIN(value) AS min_all,
    MAX(value) AS max_all, COUNT(value) AS valued_all, MIN(happened_at) AS first_at, MAX(happened_at) AS last_at"""
FILTERED = """COUNT(*) FILTER (WHERE {in}) AS n_{w}, CAST(SUM(value) FILTER (WHERE {in}) AS DECIMAL(38, 4)) AS sum_{w},
    MIN(value) FILTER (WHERE {in}) AS min_{w}, MAX(value) FILTER (WHERE {in}) AS max_{w}"""


def aggregates(start: str) -> str:
    """The 15 aggregates; `start` is how a window's first instant is written."""
    parts = [FILTERED.replace("{in}", f"happened_at >= {start.format(w=w)}").replace("{w}", str(w)) for w in WINDOWS]
    return ", ".join([AGGREGATES, *parts])


def measure(
    peer: str | None = None, large: tuple[int, int] = LARGE, small: tuple[int, int] = SMALL
) -> list[dict[str, Any]]:
    """Run all contestants and return one row each.

    Args:
        peer: path of a Python interpreter that has featuretools; left out when None.
        large: events and customers for the hand-written statement.
        small: events and customers for featuretools.
    Returns:
        rows with what, events, customers, cutoffs, seconds, cpu_seconds (of the whole process, with imports and
        checking), peak_gib, rows and checksum; the checksums of one size agree, or the figures mean nothing.
    """
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for size, contestants in ((large, ("ours", "hand-written")), (small, ("ours", "featuretools"))):
            events = Path(folder) / f"events_{size[0]}" / "tables" / "events.parquet"
            events.parent.mkdir(parents=True)
            _child(sys.executable, "generate", events, *size)
            for contestant in contestants:
                if contestant == "featuretools" and peer is None:
                    continue
                python = str(peer) if contestant == "featuretools" else sys.executable
                found = _child(python, contestant, events)
                rows.append(
                    {"what": contestant, "events": size[0], "customers": size[1], "cutoffs": len(CUTOFFS), **found}
                )
    return rows


def _child(python: str, contestant: str, events: Path, *size: int) -> dict[str, Any]:
    command = [python, __file__, contestant, str(events), *map(str, size)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{contestant} failed: {done.stderr[-2000:]}")
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def generate(events: Path, count: str, customers: str) -> dict[str, Any]:
    """Write events spread evenly over 2024, the same for every run."""
    import duckdb

    at = "TIMESTAMP '2024-01-01' + to_seconds((hash(i + 7) % 31536000)::BIGINT)"
    duckdb.execute(f"""COPY (
        SELECT (hash(i) % {int(customers)})::VARCHAR AS customer_id, {at} AS happened_at, 'view' AS name,
            ((hash(i + 13) % 100000) / 100.0)::DECIMAL(18, 4) AS value, ({at})::DATE AS happened_on,
            hour({at})::SMALLINT AS happened_hour, {at} AS known_at, NULL::TIMESTAMP AS valid_to, {at} AS first_seen_at
        FROM range({int(count)}) t(i)) TO '{events}' (FORMAT parquet, COMPRESSION zstd)""")
    if int(count) <= SMALL[0]:  # the peer's environment reads CSV without further packages
        columns = "customer_id, happened_at, value"
        duckdb.execute(f"COPY (SELECT {columns} FROM '{events}') TO '{events.with_suffix('.csv')}' (FORMAT csv)")
    return {}


def ours(events: Path) -> dict[str, Any]:
    """Our builder on our engine, statement building included."""
    import pyarrow.parquet as pq
    from sqlglot import parse_one

    from tradewind.core.time import Cutoff
    from tradewind.features.catalog import catalog_of
    from tradewind.features.feature_set import Group
    from tradewind.features.training import group_at
    from tradewind.store.duckdb_engine import DuckDBEngine
    from tradewind.store.manifest import FileEntry, TableEntry
    from tradewind.store.tables import sql_type

    root = events.parent.parent
    columns = tuple((field.name, sql_type("events", field)) for field in pq.read_schema(events))
    rows = pq.read_metadata(events).num_rows
    entry = TableEntry("events", (FileEntry("tables/events.parquet", rows, "all"),), columns, rows)
    with DuckDBEngine(root, MEMORY, THREADS) as engine:
        engine.load_table("events", entry)
        began = time.perf_counter()
        select = f"SELECT customer_id, {aggregates(':days_{w}_ago')} FROM events GROUP BY customer_id"
        catalog = catalog_of({"events": entry}, "UTC")
        cutoffs = [Cutoff(day) for day in CUTOFFS]
        statement = group_at(Group("events", select, ()), catalog, "customer_id", None, cutoffs)
        engine.create("events_bench", *statement)
        seconds = time.perf_counter() - began
        found = engine.fetch(parse_one(CHECKSUM.format(table="events_bench"), read="duckdb"), {}).to_pylist()[0]
    return _answer(seconds, found["n"], found["total"])


CHECKSUM = "SELECT COUNT(*) AS n, CAST(SUM(n_30 + n_90 + n_all) AS BIGINT) AS total FROM {table}"


def hand_written(events: Path) -> dict[str, Any]:
    """One statement as a good analyst would write it, in its fastest form: UNION ALL over the cutoffs."""
    import duckdb

    connection = duckdb.connect()
    connection.execute(f"SET threads = {THREADS}; SET memory_limit = '{MEMORY}'")
    connection.execute(f"SET temp_directory = '{events.parent}/spill'; SET preserve_insertion_order = false")
    parts = []
    for day in CUTOFFS:
        at = f"TIMESTAMP '{day}'"
        parts.append(f"""SELECT DATE '{day}' AS cutoff, customer_id, {aggregates(f"{at} - INTERVAL {{w}} DAY")}
            FROM '{events}' WHERE happened_at < {at} AND known_at < {at} AND (valid_to IS NULL OR valid_to >= {at})
            GROUP BY customer_id""")
    began = time.perf_counter()
    connection.execute("CREATE TABLE result AS " + " UNION ALL ".join(parts))
    seconds = time.perf_counter() - began
    n, total = connection.execute(CHECKSUM.format(table="result")).fetchall()[0]
    return _answer(seconds, n, total)


def featuretools(events: Path) -> dict[str, Any]:
    """The same aggregates by deep feature synthesis with cutoff times: once for all time, once per window."""
    import featuretools as ft
    import pandas as pd

    frame = pd.read_csv(events.with_suffix(".csv"), parse_dates=["happened_at"])
    frame["event_id"] = range(len(frame))
    began = time.perf_counter()
    data = ft.EntitySet("shop")
    data.add_dataframe(dataframe_name="events", dataframe=frame, index="event_id", time_index="happened_at")
    data.normalize_dataframe("events", "customers", "customer_id", make_time_index=True)
    data.add_last_time_indexes()
    first = frame.groupby("customer_id")["happened_at"].min()
    asked = pd.concat(
        pd.DataFrame({"customer_id": first.index[first < pd.Timestamp(day)], "time": pd.Timestamp(day)})
        for day in CUTOFFS
    )
    tables = []
    for window in (None, *WINDOWS):
        primitives = ["count", "sum", "min", "max", *(["last", "first"] if window is None else [])]
        matrix, _ = ft.dfs(
            entityset=data,
            target_dataframe_name="customers",
            cutoff_time=asked,
            cutoff_time_in_index=True,
            training_window=None if window is None else f"{window} days",
            include_cutoff_time=False,
            agg_primitives=primitives,
            trans_primitives=[],
            max_depth=1,
        )
        tables.append(matrix)
    seconds = time.perf_counter() - began
    total = sum(int(table["COUNT(events)"].fillna(0).sum()) for table in tables)
    return _answer(seconds, len(tables[0]), total)


def _answer(seconds: float, rows: int, checksum: int) -> dict[str, Any]:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "seconds": round(seconds, 3),
        "cpu_seconds": round(used.ru_utime + used.ru_stime, 1),
        "peak_gib": round(used.ru_maxrss / 2**20, 2),
        "rows": int(rows),
        "checksum": int(checksum),
    }


CONTESTANTS = {"generate": generate, "ours": ours, "hand-written": hand_written, "featuretools": featuretools}

if __name__ == "__main__":
    if len(sys.argv) > 2:
        print(json.dumps(CONTESTANTS[sys.argv[1]](Path(sys.argv[2]), *sys.argv[3:])))
    else:
        for row in measure(sys.argv[1] if len(sys.argv) > 1 else None):
            print(row)
