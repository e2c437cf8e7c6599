"""Both engines give equal values of equal types: what a SELECT may hold is what this proves by running it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tradewind.core.errors import StoreError
from tradewind.store.duckdb_engine import DuckDBEngine
from tradewind.store.engines import Engine, check_query, parse_query
from tradewind.store.expressions import AGGREGATES, SHARED_FUNCTIONS
from tradewind.store.postgres_engine import PostgresEngine
from tradewind.store.tables import write_table

ORDERS = pa.table(
    {
        "order_id": ["1", "2", "3", "4", "5", "6"],
        "customer_id": ["b", "a", "B", "ä", None, "a"],
        "note": ["", "50%", 'say "hi", twice\nand a line', "%(x)s", None, " z "],
        "happened_at": pa.array(
            [
                datetime(2017, 1, 31, 23, 59, 59, 999999),
                datetime(2017, 2, 1),
                datetime(2016, 12, 31, 5),
                None,
                datetime(2020, 2, 29, 12, 30),
                datetime(1969, 7, 20, 20, 17, 40, 500000),
            ],
            pa.timestamp("us"),
        ),
        "happened_on": pa.array(
            [date(2017, 1, 31), date(2017, 2, 1), date(2016, 12, 31), None, date(2020, 2, 29), date(1969, 7, 20)]
        ),
        "amount": pa.array(
            [Decimal(t) if t else None for t in ("1.5", "-2.25", "0.0001", "99999999999999.9999", None, "3")],
            pa.decimal128(18, 4),
        ),
        "pieces": pa.array([1, 2, None, 4, -5, 6], pa.int16()),
        "score": [0.1, 1e300, -1e-300, 2.5, None, 1 / 3],
        "open": [True, False, None, True, False, True],
    }
)


@pytest.fixture(scope="module")
def engines(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Engine, Engine]]:
    """DuckDB and Postgres with the same table: read from the workspace's files, and handed over in memory."""
    root = tmp_path_factory.mktemp("workspace")
    entry = write_table(root, "orders", ORDERS, "happened_at")
    with DuckDBEngine(root) as duckdb, PostgresEngine(root, postgres_url) as postgres:
        for engine in (duckdb, postgres):
            engine.load_table("orders", entry)
            engine.load_table("copied", ORDERS)
        yield duckdb, postgres


def fetch_both(engines: tuple[Engine, Engine], sql: str, **parameters: object) -> pa.Table:
    """Return what both engines agree on."""
    query = parse_query(sql, "test")
    duckdb, postgres = (engine.fetch(query, parameters) for engine in engines)
    assert duckdb.schema == postgres.schema
    assert duckdb.to_pylist() == postgres.to_pylist()
    return duckdb


def test_every_type_comes_back_as_one_type_on_both(engines: tuple[Engine, Engine]) -> None:
    rows = fetch_both(engines, "SELECT * FROM orders ORDER BY order_id")
    assert {field.name: str(field.type) for field in rows.schema} == {
        "order_id": "string",
        "customer_id": "string",
        "note": "string",
        "happened_at": "timestamp[us]",
        "happened_on": "date32[day]",
        "amount": "decimal128(38, 4)",
        "pieces": "int64",
        "score": "double",
        "open": "bool",
    }
    assert rows.to_pylist() == ORDERS.to_pylist()


def test_one_select_for_many_values_gives_the_rows_of_each(engines: tuple[Engine, Engine]) -> None:
    select = parse_query("SELECT CAST(:number AS BIGINT) * 2 AS twice", "test")
    for engine in engines:
        found = engine.fetch_each(select, [{"number": 1, "unused": 9}, {"number": 4}])
        assert [rows.to_pylist() for rows in found] == [[{"twice": 2}], [{"twice": 8}]]
        assert engine.fetch_each(select, []) == []


def test_a_table_handed_over_in_memory_equals_the_one_in_files(engines: tuple[Engine, Engine]) -> None:
    assert fetch_both(engines, "SELECT * FROM copied ORDER BY order_id").to_pylist() == ORDERS.to_pylist()


FUNCTIONS = {
    "Abs": "abs(amount)",
    "Ceil": "ceil(amount)",
    "Coalesce": "coalesce(amount, 0)",
    "ConcatWs": "concat_ws('-', note, customer_id)",
    "DateTrunc": "date_trunc('month', happened_on)",
    "Exp": "exp(pieces)",
    "Floor": "floor(amount)",
    "Greatest": "greatest(pieces, 3)",
    "Least": "least(pieces, 3)",
    "Left": "left(note, 2)",
    "Length": "length(note)",
    "Ln": "ln(abs(pieces))",
    "Lower": "lower(customer_id)",
    "Nullif": "nullif(pieces, 2)",
    "Pow": "power(pieces, 2)",
    "Replace": "replace(note, '%', 'x')",
    "Right": "right(note, 2)",
    "Round": "round(amount, 2)",
    "Sign": "sign(amount)",
    "SplitPart": "split_part(note, ',', 1)",
    "Sqrt": "sqrt(abs(pieces))",
    "StartsWith": "starts_with(note, '5')",
    "StrPosition": "strpos(note, 'a')",
    "Substring": "substring(note, 2, 3)",
    "TimestampTrunc": "date_trunc('hour', happened_at)",
    "Trim": "trim(note)",
    "Trunc": "trunc(amount)",
    "Upper": "upper(note)",
    "Year": "year(happened_at)",
    "Month": "month(happened_at)",
    "Day": "day(happened_on)",
    "Quarter": "quarter(happened_on)",
    "Hour": "hour(happened_at)",
    "Minute": "minute(happened_at)",
    "DateDiff": "date_diff('day', happened_at, happened_on)",
}


def test_every_listed_function_has_a_case_here() -> None:
    assert set(FUNCTIONS) == SHARED_FUNCTIONS


@pytest.mark.parametrize("call", FUNCTIONS.values(), ids=FUNCTIONS.keys())
def test_functions_on_the_list_agree(engines: tuple[Engine, Engine], call: str) -> None:
    sql = f"SELECT order_id, {call} AS value FROM orders ORDER BY order_id"
    check_query(parse_query(sql, "test"), {"orders"})
    query = parse_query(sql, "test")
    duckdb, postgres = (engine.fetch(query) for engine in engines)
    assert duckdb.schema == postgres.schema
    for left, right in zip(duckdb["value"].to_pylist(), postgres["value"].to_pylist(), strict=True):
        assert left == right or (isinstance(left, float) and math.isclose(left, right, rel_tol=1e-14))


WINDOWS = {
    "Avg": "avg(pieces)",
    "Count": "count(DISTINCT customer_id)",
    "Max": "max(customer_id)",
    "Min": "min(customer_id)",
    "Sum": "sum(amount)",
    "RowNumber": "max(n)",
    "Rank": "max(r)",
    "DenseRank": "max(d)",
    "Lag": "max(before)",
    "Lead": "max(after)",
}


@pytest.mark.parametrize("aggregate", sorted(AGGREGATES))
def test_aggregates_and_windows_on_the_list_agree(engines: tuple[Engine, Engine], aggregate: str) -> None:
    over = "OVER (PARTITION BY open ORDER BY happened_at, order_id)"
    sql = f"""
        WITH numbered AS (
            SELECT *, row_number() {over} AS n, rank() {over} AS r, dense_rank() {over} AS d,
                lag(customer_id) {over} AS before, lead(happened_at) {over} AS after
            FROM orders
        )
        SELECT open, {WINDOWS[aggregate]} AS value, count(*) AS rows FROM numbered GROUP BY open ORDER BY open
    """
    check_query(parse_query(sql, "test"), {"orders"})
    assert fetch_both(engines, sql).num_rows == 3


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT customer_id FROM orders ORDER BY customer_id",
        "SELECT customer_id FROM orders ORDER BY customer_id DESC",
        "SELECT min(customer_id) AS low, max(customer_id) AS high FROM orders WHERE customer_id < 'b'",
        "SELECT sum(pieces) AS a, sum(CASE WHEN pieces > 99 THEN amount ELSE 0 END) AS b, count(*) AS c FROM orders",
        "SELECT amount * pieces AS product, amount + 1 AS more FROM orders WHERE amount < 1000 ORDER BY order_id",
        "SELECT amount * amount AS square, sum(amount) OVER () AS total FROM orders WHERE amount < 1000 ORDER BY 1",
        "SELECT CAST(happened_at AS DATE) AS day, CAST(amount AS VARCHAR) AS text FROM orders ORDER BY order_id",
        "SELECT order_id FROM orders WHERE note LIKE '%\\%%' ESCAPE '\\' OR note LIKE '50%' ORDER BY 1",
        "SELECT order_id, pieces % 2 AS odd FROM orders WHERE pieces IS NOT NULL ORDER BY 1",
        "SELECT order_id FROM orders WHERE open IS DISTINCT FROM TRUE ORDER BY 1",
        "SELECT order_id, happened_at - INTERVAL '30 days' AS before FROM orders ORDER BY 1",
        "SELECT NULL AS nothing, order_id || '-' || note AS joined FROM orders ORDER BY order_id",
        "SELECT count(*) FILTER (WHERE open) AS open, max(happened_on) AS last FROM orders WHERE FALSE",
        "SELECT order_id FROM orders UNION ALL SELECT customer_id FROM copied ORDER BY 1",
        "SELECT order_id FROM orders EXCEPT SELECT '1' ORDER BY 1",
        "SELECT o.order_id, c.score FROM orders o LEFT JOIN copied c USING (customer_id) ORDER BY 1, 2",
        'SELECT order_id AS "Order No", amount AS "100%" FROM orders ORDER BY order_id LIMIT 2',
        "SELECT order_id FROM orders WHERE EXISTS (SELECT 1 FROM copied c WHERE c.pieces > orders.pieces) ORDER BY 1",
    ],
)
def test_what_the_dialects_say_differently_agrees(engines: tuple[Engine, Engine], sql: str) -> None:
    assert fetch_both(engines, sql).num_columns >= 1


SUBTLE = [
    "upper(note || 'äéß')",
    "lower('ÄÉ' || note)",
    "round(score * 5)",
    "round(pieces + 0.5)",
    "round(CAST(pieces AS DOUBLE) / 2)",
    "pieces / (pieces - 2)",
    "amount / 0",
    "pieces // 0",
    "pieces // 4",
    "pieces % (pieces - 2)",
    "concat(note, '-', open)",
    "concat_ws('-', note, open, pieces)",
    "CAST(open AS VARCHAR)",
    "CAST(CASE WHEN score < 1000 THEN score END AS BIGINT)",
    "CAST(amount AS BIGINT)",
    "extract(second FROM happened_at)",
    "extract(dow FROM happened_at)",
    "extract(isodow FROM happened_at)",
    "extract(week FROM happened_at)",
    "extract(doy FROM happened_at)",
    "extract(epoch FROM happened_at)",
    "date_diff('day', happened_at, TIMESTAMP '2018-01-01')",
    "happened_on - DATE '2017-01-01'",
    "happened_at + INTERVAL 1 MONTH",
    "date_trunc('week', happened_at)",
    "greatest(pieces, amount)",
    "CASE WHEN open THEN pieces ELSE 0.5 END",
    "coalesce(pieces, score)",
    "avg(amount) OVER ()",
    "sum(CAST(open AS INT)) OVER ()",
    "split_part(note, 'x', 9)",
    "left(note, -1)",
    "trim(note || chr)",
    "note ILIKE '%SAY%'",
]


@pytest.mark.parametrize("call", SUBTLE)
def test_what_engines_are_known_to_do_differently_agrees(engines: tuple[Engine, Engine], call: str) -> None:
    source = "(SELECT *, '\t' AS chr FROM orders WHERE amount < 1000 OR amount IS NULL) AS part"
    query = parse_query(f"SELECT order_id, {call} AS value FROM {source} ORDER BY order_id", "test")
    check_query(query, {"orders"})
    duckdb, postgres = (engine.fetch(query) for engine in engines)
    assert duckdb.schema == postgres.schema
    for left, right in zip(duckdb["value"].to_pylist(), postgres["value"].to_pylist(), strict=True):
        assert left == right or (isinstance(left, float) and math.isclose(left, right, rel_tol=1e-14))


def test_dividing_by_zero_is_no_value_and_no_failure(engines: tuple[Engine, Engine]) -> None:
    rows = fetch_both(engines, "SELECT 1 / 0 AS a, 1 // 0 AS b, 1 % 0 AS c, 1.5 / (pieces - pieces) AS d FROM orders")
    assert {value for row in rows.to_pylist() for value in row.values()} == {None}


def test_text_is_matched_and_sorted_by_its_bytes_also_after_a_function(engines: tuple[Engine, Engine]) -> None:
    sql = "SELECT lower(customer_id) AS who, count(*) AS n FROM orders GROUP BY 1 ORDER BY lower(customer_id)"
    assert fetch_both(engines, sql)["who"].to_pylist() == ["a", "b", "ä", None]
    fetch_both(
        engines, "SELECT a.order_id FROM orders a JOIN copied b ON upper(a.customer_id) = b.customer_id ORDER BY 1"
    )


@pytest.mark.parametrize(
    "value",
    [
        1,
        -1,
        0.1,
        1e-300,
        Decimal("1.5000"),
        "it's 50% \\ %(x)s $1 :y",
        True,
        date(2017, 1, 31),
        datetime(2017, 1, 31, 1, 2, 3, 4),
    ],
    ids=repr,
)
def test_bound_values_arrive_as_they_are(engines: tuple[Engine, Engine], value: object) -> None:
    rows = fetch_both(engines, "SELECT :value AS value, order_id FROM orders WHERE :value IS NOT NULL", value=value)
    assert rows["value"].to_pylist() == [value] * 6


def test_parameters_that_are_not_used_are_ignored_and_missing_ones_are_named(engines: tuple[Engine, Engine]) -> None:
    assert fetch_both(engines, "SELECT count(*) AS n FROM orders", unused=1)["n"].to_pylist() == [6]
    for engine in engines:
        with pytest.raises(StoreError, match="cutoff"):
            engine.fetch(parse_query("SELECT :cutoff AS c", "test"), {})


def test_a_step_leaves_a_table_that_the_next_one_reads_and_may_replace(engines: tuple[Engine, Engine]) -> None:
    for engine in engines:
        engine.create("step", parse_query("SELECT order_id, sum(pieces) AS n FROM orders GROUP BY 1", "test"))
        engine.create("step", parse_query("SELECT order_id, n + :more AS n FROM step", "test"), {"more": 1})
        assert "step" in engine.tables()
    rows = fetch_both(engines, "SELECT * FROM step ORDER BY order_id")
    assert rows["n"].to_pylist() == [2, 3, None, 5, -4, 7]
    for engine in engines:
        engine.drop("step")
        assert "step" not in engine.tables()


def test_a_table_of_no_rows_keeps_its_types(engines: tuple[Engine, Engine]) -> None:
    for engine in engines:
        engine.load_table("nothing", ORDERS.slice(0, 0))
    assert fetch_both(engines, "SELECT * FROM nothing").num_rows == 0
    assert fetch_both(engines, "SELECT sum(amount) AS s, count(*) AS n FROM nothing").to_pylist() == [
        {"s": None, "n": 0}
    ]


@pytest.mark.parametrize(
    "sql", ["SELECT missing FROM orders", "SELECT * FROM nowhere", "SELECT [1, 2] AS list", "SELECT 'a' + 1 AS x"]
)
def test_a_wrong_step_is_refused_with_the_engines_reason(engines: tuple[Engine, Engine], sql: str) -> None:
    for engine in engines:
        with pytest.raises(StoreError):
            engine.fetch(parse_query(sql, "test"))
        assert engine.fetch(parse_query("SELECT 1 AS one", "test")).to_pylist() == [{"one": 1}]


def test_a_server_that_does_not_answer_is_told_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be used") as caught:
        PostgresEngine(tmp_path, "postgresql://shop:hunter2@127.0.0.1:1/none")
    assert "hunter2" not in str(caught.value)


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(texts, st.none() | st.integers(-(10**6), 10**6), st.none() | st.floats(allow_nan=False)), max_size=20
    )
)
def test_random_rows_survive_both_engines(
    engines: tuple[Engine, Engine], rows: list[tuple[str, int | None, float | None]]
) -> None:
    data = pa.table(
        {
            "t": pa.array([row[0] for row in rows], pa.string()),
            "i": pa.array([row[1] for row in rows], pa.int64()),
            "f": pa.array([row[2] for row in rows], pa.float64()),
        }
    )
    for engine in engines:
        engine.load_table("random", data)
    fetch_both(engines, "SELECT t, i, f, count(*) AS n FROM random GROUP BY t, i, f ORDER BY t, i, f")
    fetch_both(engines, "SELECT t, sum(i) AS s, min(f) AS low, max(t) AS high FROM random GROUP BY t ORDER BY t DESC")
