"""Default features equal the slow oracle's exactly, on every engine that runs here."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from random_shops import CUTOFFS, ZONE, Shop, catalog
from slow_features import Slow, known_rows, top_words

from tradewind.core.feature import FeatureTable
from tradewind.core.time import Cutoff, Horizon, days
from tradewind.core.use_case import Economics, UseCase
from tradewind.features.catalog import Catalog, with_starts
from tradewind.features.feature_set import FeatureSet
from tradewind.features.labels import parse_label_sql
from tradewind.features.training import build_features, find_eligible, fit_features
from tradewind.store.duckdb_engine import DuckDBEngine
from tradewind.store.engines import Engine
from tradewind.store.postgres_engine import PostgresEngine

EVERYBODY = parse_label_sql(
    """-- name: eligible
    SELECT customer_id FROM customers UNION SELECT customer_id FROM orders
    -- name: outcome
    SELECT customer_id, 1.0 AS outcome FROM eligible"""
)
LAPSE = UseCase(
    "lapse", "", "", "", "classification", "customer_id", Horizon(days(30)), "", Economics("", ""),
    settings={"active_within": days(90)},
)  # fmt: skip
AT = [Cutoff(day, ZONE) for day in CUTOFFS]


@pytest.fixture(scope="module")
def duckdb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with DuckDBEngine(tmp_path_factory.mktemp("workspace")) as engine:
        yield engine


@pytest.fixture(scope="module")
def postgres(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with PostgresEngine(tmp_path_factory.mktemp("workspace"), postgres_url) as engine:
        yield engine


def compute(engine: Engine, shop: Shop) -> tuple[Catalog, FeatureSet, FeatureTable]:
    tables = shop.tables
    for name, data in tables.items():
        engine.load_table(name, data)
    known = with_starts(engine, catalog(tables))
    feature_set = fit_features(engine, known, "customer_id", AT[0])
    find_eligible(engine, known, LAPSE, EVERYBODY, {}, AT)
    return known, feature_set, build_features(engine, known, feature_set, "lapse", AT)


def frequent_words(shop: Shop) -> dict[str, list[str]]:
    known = {name: known_rows(name, rows, CUTOFFS[0]) for name, rows in shop.rows.items()}
    words = {}
    for kind, size in (("category", 3), ("brand", 1)):
        kinds = {row["product_id"]: row[kind] for row in known["products"]}
        spent: dict = {}
        for row in known["order_lines"]:
            word = kinds.get(row["product_id"])
            if word is not None and None not in (row["amount_base"], row["customer_id"]):
                spent[word] = spent.get(word, 0) + row["amount_base"]
        words[kind] = top_words(spent, size)
    for table, column, size in (("events", "name", 6), ("touches", "channel", 3), ("subscriptions", "plan", 8)):
        seen = [row[column] for row in known[table] if row["customer_id"] is not None]
        words[table] = top_words({word: seen.count(word) for word in {*seen} - {None}}, size)
    return words


def require_equal(shop: Shop, known: Catalog, feature_set: FeatureSet, table: FeatureTable) -> None:
    history = (CUTOFFS[0] - known.history_start).days
    windows = [window for window in (7, 30, 90, 180, 365) if window <= history]
    words = frequent_words(shop)
    slow = {day: Slow(shop.rows, day, windows, words) for day in CUTOFFS}
    assert len(table) > 0
    for row, (entity, day) in enumerate(zip(table.entity_id, table.cutoff.tolist(), strict=True)):
        expected = slow[day].features(entity)
        assert set(expected) == {feature.name for feature in feature_set.features}
        for position, feature in enumerate(table.number_features):
            found, wanted = table.numbers[row, position], np.float32(expected[feature.name])
            assert found == wanted or (math.isnan(found) and math.isnan(wanted)), (entity, day, feature.name)
        for name, values in table.categories.items():
            assert values[row] == expected[name], (entity, day, name)


def require_everybody(shop: Shop, table: FeatureTable) -> None:
    expected = []
    for day in CUTOFFS:
        rows = known_rows("customers", shop.rows["customers"], day) + known_rows("orders", shop.rows["orders"], day)
        expected += [(day, name) for name in sorted({row["customer_id"] for row in rows} - {None})]
    assert list(zip(table.cutoff.tolist(), table.entity_id, strict=True)) == expected


SETTINGS = {"deadline": None, "suppress_health_check": [HealthCheck.function_scoped_fixture], "derandomize": True}


@settings(max_examples=5, **SETTINGS)
@given(seed=st.integers(0, 10**6), size=st.integers(1, 60))
def test_duckdb_equals_the_slow_loops(duckdb: Engine, seed: int, size: int) -> None:
    shop = Shop(seed, size=size)
    known, feature_set, table = compute(duckdb, shop)
    require_everybody(shop, table)
    require_equal(shop, known, feature_set, table)


@settings(max_examples=3, **SETTINGS)
@given(seed=st.integers(0, 10**6))
def test_postgres_equals_the_slow_loops(postgres: Engine, seed: int) -> None:
    shop = Shop(seed)
    known, feature_set, table = compute(postgres, shop)
    require_everybody(shop, table)
    require_equal(shop, known, feature_set, table)


def test_both_engines_agree_to_the_bit(duckdb: Engine, postgres: Engine) -> None:
    shop = Shop(7, customers=12, size=150)
    _, one_set, one = compute(duckdb, shop)
    _, other_set, other = compute(postgres, shop)
    assert one_set == other_set
    assert one.entity_id.tolist() == other.entity_id.tolist()
    np.testing.assert_array_equal(one.numbers.view(np.uint32), other.numbers.view(np.uint32))


def test_one_customer_alone_has_the_bits_it_has_in_the_batch(duckdb: Engine) -> None:
    shop = Shop(11, customers=15, size=200)
    known, feature_set, batch = compute(duckdb, shop)
    for customer in ("c0", "c14"):
        alone = parse_label_sql(
            f"""-- name: eligible
            SELECT customer_id FROM customers WHERE customer_id = '{customer}'
            UNION SELECT customer_id FROM orders WHERE customer_id = '{customer}'
            -- name: outcome
            SELECT customer_id, 1.0 AS outcome FROM eligible"""
        )
        find_eligible(duckdb, known, LAPSE, alone, {}, AT)
        table = build_features(duckdb, known, feature_set, "lapse", AT)
        expected = batch.rows(batch.entity_id == customer)
        assert 0 < len(table) == len(expected)
        np.testing.assert_array_equal(table.numbers.view(np.uint32), expected.numbers.view(np.uint32))
