"""A workspace of many customers whose answers are made up: what lists need of one, without learning anything."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

CONFIG = """
[workspace]
name = "Many customers"
currency = "EUR"
timezone = "UTC"
memory_limit = "1GB"

[sources.made]
path = "data/*.parquet"
timezone = "UTC"

[tables.orders]
from = "made.orders"
order_id = "order_id"
customer_id = "customer_id"
happened_at = "happened_at"
amount = "amount"

[use_cases.lapse]
[use_cases.next_spend]
[use_cases.lifetime_value]
"""

_CUSTOMERS = """
SELECT 'C' || i AS customer_id, TIMESTAMP '2020-01-01' + to_days(CAST(i % 1500 AS INTEGER)) AS created_at,
  'p' || i || '@example' || (i % 977) || '.test' AS email, '+4930' || (1000000 + i) AS phone,
  'first' || (hash(i) % 5000) || ' last' || (hash(i * 7) % 20000) AS name,
  ['DE', 'AT', 'CH', 'FR'][1 + i % 4] AS country, 'A' || (i // 5) AS account_id,
  'Owner ' || (i % 40) AS owner, 'segment ' || (hash(i * 3) % 12) AS segment,
  TIMESTAMP '2020-01-01' AS known_at, CAST(NULL AS TIMESTAMP) AS valid_to, TIMESTAMP '2020-01-01' AS first_seen_at
FROM range({customers}) t(i)
"""
_ACCOUNTS = """
SELECT 'A' || i AS account_id, 'Company ' || i || ' GmbH' AS name, TIMESTAMP '2020-01-01' AS known_at,
  CAST(NULL AS TIMESTAMP) AS valid_to, TIMESTAMP '2020-01-01' AS first_seen_at
FROM range({customers} // 5) t(i)
"""
_ORDERS = """
SELECT CAST(i AS VARCHAR) AS order_id, 'C' || (hash(i) % {customers}) AS customer_id,
  TIMESTAMP '2022-01-01' + to_seconds(CAST(i * 20 AS BIGINT)) AS happened_at,
  CAST(5 + hash(i * 5) % 200 AS DECIMAL(18,4)) AS amount,
  CAST(TIMESTAMP '2022-01-01' + to_seconds(CAST(i * 20 AS BIGINT)) AS DATE) AS happened_on,
  CAST(5 + hash(i * 5) % 200 AS DECIMAL(18,4)) AS amount_base,
  TIMESTAMP '2022-01-01' + to_seconds(CAST(i * 20 AS BIGINT)) AS known_at, CAST(NULL AS TIMESTAMP) AS valid_to,
  TIMESTAMP '2022-01-01' AS first_seen_at
FROM range({customers} * 3) t(i)
"""
_SCORES = """
SELECT 'C' || i AS customer_id, (hash(i * {seed}) % 1000000) / 1000000.0 * {most} AS mean, 0.1 AS low, 0.9 AS high,
  (hash(i) % 50000) / 100.0 AS value, (hash(i) % 50000) / 1000.0 - 10 AS expected_gain,
  hash(i) % 3 = 0 AS worth_contacting,
  'no order for ' || (i % 90) || ' days; usually every ' || (i % 13) AS reason_1, 'can be acted on' AS influence_1,
  'spent ' || (i % 100) || ' in 100 less than before' AS reason_2, 'signal only' AS influence_2,
  'few products' AS reason_3, 'signal only' AS influence_3, DATE '2024-01-01' AS cutoff, 'made-up' AS model_version
FROM range({customers}) t(i) ORDER BY mean DESC
"""


def write_million(root: Path, customers: int) -> Path:
    """Write the workspace, published, and return its folder."""
    import duckdb

    import tradewind as tw
    from tradewind.store.manifest import publish
    from tradewind.store.tables import write_table

    root.mkdir(parents=True)
    (root / "tradewind.toml").write_text(CONFIG, encoding="utf-8")
    made = {"customers": _CUSTOMERS, "accounts": _ACCOUNTS, "orders": _ORDERS}
    for seed, (name, most) in enumerate({"lapse": 1, "next_spend": 500, "lifetime_value": 5000}.items(), 2):
        made[f"scores_{name}"] = _SCORES.replace("{seed}", str(seed)).replace("{most}", str(most))
    workspace = tw.open(root, clock=lambda: datetime(2024, 1, 1))
    changes = {}
    with duckdb.connect() as con:
        con.execute("SET enable_progress_bar = false")
        con.execute("SET memory_limit = '2GB'")
        for name, sql in made.items():
            rows = con.sql(sql.format(customers=customers)).to_arrow_table()
            changes[name] = write_table(root, name, rows, "happened_at" if name == "orders" else None)
    with workspace.lock("bench"):
        publish(root, workspace.manifest(), changes, workspace.clock)
    workspace.close()
    return root
