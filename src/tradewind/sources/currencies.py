"""Which rate turns a currency into the workspace's on a day: stated, the other way round, or by way of a third one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

RATE_DAYS = 7
"""How many days an exchange rate serves: rates are not published on weekends and holidays."""


def fill_known_rates(con: duckdb.DuckDBPyConnection, rates: pa.Table | None, currency: str) -> None:
    """Create the tables `base` (the workspace's code) and `known` (code, day, oldest, rate: base units for one).

    A code that has stated rates uses those alone; one that has none uses stated rates the other way round; one that has
    neither goes by way of the third currency with the most days. `oldest` is the day of the older of two rates.

    Args:
        con: the engine.
        rates: the stored table `rates`, or None.
        currency: the workspace's currency.
    """
    con.execute("CREATE TEMP TABLE base AS SELECT $base AS code", {"base": currency})
    con.execute("CREATE TEMP TABLE known (code VARCHAR, day DATE, oldest DATE, rate DOUBLE)")
    if rates is None:
        return
    con.register("rates", rates)
    con.execute(
        "CREATE TEMP TABLE stated AS SELECT from_currency AS one, to_currency AS other, day, rate FROM rates "
        "WHERE valid_to IS NULL AND rate > 0 AND from_currency <> to_currency"
    )
    con.execute(
        "CREATE TEMP TABLE pairs AS SELECT * FROM stated UNION ALL "
        "SELECT other, one, day, 1 / rate FROM stated s "
        "WHERE NOT EXISTS (SELECT 1 FROM stated d WHERE d.one = s.other AND d.other = s.one)"
    )
    con.execute("INSERT INTO known SELECT one, day, day, rate FROM pairs WHERE other = (SELECT code FROM base)")
    con.execute(
        "CREATE TEMP TABLE through AS SELECT p.one, p.other, p.day, least(p.day, k.day) AS oldest, "
        "p.rate * k.rate AS rate FROM pairs p ASOF JOIN known k ON p.other = k.code AND p.day >= k.day "
        f"WHERE p.one <> (SELECT code FROM base) AND p.one NOT IN (SELECT code FROM known) "
        f"AND p.day - k.day <= {RATE_DAYS}"
    )
    con.execute(
        "INSERT INTO known SELECT one, day, oldest, rate FROM through SEMI JOIN (SELECT one, other FROM "
        "(SELECT one, other, count(*) AS days FROM through GROUP BY ALL) "
        "QUALIFY row_number() OVER (PARTITION BY one ORDER BY days DESC, other) = 1) USING (one, other)"
    )


CONVERTED = (
    "SELECT CASE WHEN s.currency IS NULL OR s.currency = (SELECT code FROM base) THEN s.amount "
    f"WHEN s.day - k.oldest <= {RATE_DAYS} THEN TRY_CAST(CAST(s.amount AS DOUBLE) * k.rate AS DECIMAL(18,4)) END "
    "AS amount_base FROM slim s ASOF LEFT JOIN known k ON s.currency = k.code AND s.day >= k.day ORDER BY s.place"
)
"""Amounts of `slim` (place, amount, currency, day) at the last rate not after their day; NULL where it is too old."""
