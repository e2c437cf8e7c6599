"""How long every detector takes on five million orders and the text they came from: seconds and peak memory."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

ROWS = 5_000_000
SECONDS, GIB = 15.0, 2.0

_ORDERS = """
COPY (
  SELECT CAST(1000000 + i AS VARCHAR) AS order_id, 'C' || CAST(hash(i) % 400000 AS VARCHAR) AS customer_id,
    TIMESTAMP '2021-01-01' + to_seconds(CAST(i * 25 AS BIGINT) + CAST(hash(i * 3) % 40000 AS BIGINT)) AS happened_at,
    CAST(exp(3 + 0.7 * sqrt(-2 * ln((hash(i * 7) % 1000000 + 1) / 1000001.0)) * cos(6.283185 * (hash(i * 11) % 1000000)
      / 1000000.0)) AS DECIMAL(18,4)) AS amount,
    'EUR' AS currency, CAST(hash(i * 13) % 5 AS DECIMAL(18,4)) AS discount,
    ['web', 'shop', 'phone'][1 + CAST(hash(i * 17) % 3 AS INTEGER)] AS channel,
    's' || CAST(hash(i * 19) % 200 AS VARCHAR) AS store_id, 'paid' AS status, CAST(NULL AS TIMESTAMP) AS valid_to,
    TIMESTAMP '2025-01-01' AS known_at, CAST(TIMESTAMP '2021-01-01' + to_seconds(CAST(i * 25 AS BIGINT)) AS DATE)
      AS happened_on, CAST(hash(i) % 24 AS SMALLINT) AS happened_hour
  FROM range({rows}) AS t(i)
) TO '{path}'
"""
_TEXT = """
COPY (
  SELECT order_id, customer_id, CAST(happened_at AS VARCHAR) AS happened_at, CAST(amount AS VARCHAR) AS amount,
    currency, CAST(discount AS VARCHAR) AS discount, channel, store_id, status, row_number() OVER () AS _row
  FROM '{orders}'
) TO '{path}'
"""


def run(rows: int = ROWS) -> list[dict[str, Any]]:
    """Write the tables, look at them in a process of its own, and return the row of the page."""
    import duckdb

    with tempfile.TemporaryDirectory(prefix="tradewind-bench-") as folder:
        orders, text = f"{folder}/orders.parquet", f"{folder}/text.parquet"
        with duckdb.connect() as con:
            con.execute("SET enable_progress_bar = false")
            con.execute(_ORDERS.format(rows=rows, path=orders))
            con.execute(_TEXT.format(orders=orders, path=text))
        here = [sys.executable, str(Path(__file__).resolve()), orders, text]
        seconds, processor, gib, found = subprocess.run(here, capture_output=True, text=True, check=True).stdout.split()
    return [
        {
            "what": f"every detector on {rows:,} orders of 9 columns and their text",
            "figure": f"{float(seconds):.1f} s, {float(gib):.2f} GiB at the peak",
            "target": f"< {SECONDS:.0f} s, < {GIB:.0f} GiB",
            "reached": float(seconds) < SECONDS and float(gib) < GIB,
            "note": f"{float(processor):.1f} s of processors; {found} found in good order",
        }
    ]


def look(orders: str, text: str) -> None:
    """Look once and print seconds, processor seconds, peak GiB and what was found."""
    import duckdb
    import pyarrow.parquet as pq

    from tradewind.checks.look import look_for_trouble
    from tradewind.checks.looked import Given

    raw = pq.read_table(text)
    with tempfile.TemporaryDirectory(prefix="tradewind-bench-") as scratch, duckdb.connect() as con:
        con.execute("SET memory_limit = '1500MB'")
        con.execute("SET temp_directory = $1", [scratch])
        con.execute("SET preserve_insertion_order = false")
        con.execute("SET enable_progress_bar = false")
        started, used = time.monotonic(), time.process_time()
        told = look_for_trouble(con, {"orders": Given([Path(orders)], lambda: raw)}, date(2025, 1, 1), "EUR")
        seconds, processor = time.monotonic() - started, time.process_time() - used
    print(seconds, processor, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, len(told))


if __name__ == "__main__":
    look(sys.argv[1], sys.argv[2])
