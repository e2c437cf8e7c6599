"""The rewriting: placeholders are bound, tables become views of what was known, everything else is refused."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from tradewind.core.errors import ConfigError, NotAnswerable, TradewindError, UnsafeExpression
from tradewind.core.time import Cutoff, days
from tradewind.features.as_of import at_cutoffs, bound_value, parse_select, view_as_of
from tradewind.features.catalog import Catalog, catalog_table

SPRING = Cutoff(date(2021, 3, 15), "America/New_York")


def rows(engine, shop: Catalog, sql: str, *cutoffs: date, **settings: int) -> list[tuple]:
    view = view_as_of(parse_select(sql, "test"), shop, "test")
    spans = {name: days(count) for name, count in settings.items()}
    statement = at_cutoffs(view, [Cutoff(day) for day in cutoffs], spans, where="test")
    return sorted(tuple(row.values()) for row in engine.fetch(*statement).to_pylist())


def test_a_cutoff_shows_what_was_known_and_had_happened(engine, shop: Catalog) -> None:
    sql = "SELECT customer_id, COUNT(*) AS n FROM orders GROUP BY customer_id"
    march, may = date(2021, 3, 1), date(2021, 5, 1)
    assert rows(engine, shop, sql, march, may) == [
        (march, "ann", 2), (march, "bob", 1), (march, "cat", 1),
        (may, "ann", 3), (may, "bob", 2), (may, "cat", 1),
    ]  # fmt: skip


def test_windows_are_bound_per_cutoff(engine, shop: Catalog) -> None:
    sql = "SELECT customer_id, COUNT(*) AS n FROM orders WHERE happened_at >= :recent_ago GROUP BY customer_id"
    day = date(2021, 3, 11)
    assert rows(engine, shop, sql, day, recent=1) == [(day, "ann", 1)]
    assert rows(engine, shop, sql.replace("recent", "days_35"), day) == [(day, "ann", 2), (day, "bob", 1)]


def test_days_are_calendar_days_where_clocks_change() -> None:
    assert bound_value("cutoff", SPRING, {}) == datetime(2021, 3, 15, 4)
    assert bound_value("days_1_ago", SPRING, {}) == datetime(2021, 3, 14, 5)  # that day had 23 hours
    assert bound_value("days_1_ago_day", SPRING, {}) == date(2021, 3, 14)


def test_names_defined_by_the_query_itself_stay(engine, shop: Catalog) -> None:
    sql = """WITH recent AS (SELECT * FROM orders), big AS (SELECT * FROM recent WHERE amount > 8)
        SELECT customer_id, (SELECT COUNT(*) FROM big) AS n FROM recent WHERE customer_id = 'cat'"""
    assert rows(engine, shop, sql, date(2021, 3, 1)) == [(date(2021, 3, 1), "cat", 2)]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT customer_id FROM read_csv('secret.csv')",
        "SELECT customer_id FROM 'secret.parquet'",
        "SELECT customer_id FROM scores_lapse",
        "SELECT customer_id FROM main.orders",
        "SELECT customer_id FROM orders TABLESAMPLE 10%",
        "SELECT customer_id FROM orders AS o(a, b)",
        "SELECT customer_id, mode(amount) FROM orders",
        "WITH orders AS (SELECT * FROM orders) SELECT customer_id FROM orders",
        "WITH scores_lapse AS (SELECT * FROM scores_lapse) SELECT customer_id FROM scores_lapse",
        "SELECT customer_id FROM (WITH scores_lapse AS (SELECT 1 AS a) SELECT * FROM scores_lapse), scores_lapse",
        "WITH a AS (SELECT * FROM scores_lapse), scores_lapse AS (SELECT 1 AS x) SELECT * FROM a",
        "DELETE FROM orders",
        "SELECT 1; SELECT 2",
        "",
        "SELEC customer_id FROM orders",
    ],
)
def test_anything_else_is_refused(shop: Catalog, sql: str) -> None:
    with pytest.raises(UnsafeExpression):
        view_as_of(parse_select(sql, "features.x"), shop, "features.x")


def test_a_missing_contract_table_says_what_to_map(shop: Catalog) -> None:
    with pytest.raises(NotAnswerable, match=r"map \[tables\.events\]"):
        view_as_of(parse_select("SELECT customer_id FROM events", "x"), shop, "x")


def test_unknown_placeholders_and_no_cutoffs_are_told(shop: Catalog) -> None:
    view = view_as_of(parse_select("SELECT customer_id FROM orders WHERE happened_at < :horizon_end", "x"), shop, "x")
    with pytest.raises(ConfigError, match=":horizon_end"):
        at_cutoffs(view, [SPRING], where="x")
    with pytest.raises(ConfigError, match="no cutoff"):
        at_cutoffs(view, [], where="x")


def test_columns_as_of_today_cannot_be_read_unless_called_stable(engine, shop: Catalog) -> None:
    day = date(2021, 3, 1)
    assert rows(engine, shop, "SELECT customer_id, city FROM customers WHERE customer_id = 'ann'", day) == [
        (day, "ann", "Ulm")
    ]
    for sql in ("SELECT customer_id, mood FROM customers", "SELECT customer_id, status FROM orders"):
        with pytest.raises(TradewindError):
            rows(engine, shop, sql, day)


def test_a_column_whose_revealing_time_is_not_mapped_is_hidden() -> None:
    columns = [("deal_id", "VARCHAR"), ("won", "BOOLEAN"), ("stage", "VARCHAR"), ("created_at", "TIMESTAMP")]
    assert not catalog_table("deals", columns).has("won")
    assert catalog_table("deals", [*columns, ("closed_at", "TIMESTAMP")]).has("won")
