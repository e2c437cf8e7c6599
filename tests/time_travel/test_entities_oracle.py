"""Default features of leads, deals and companies equal the slow oracle's exactly, and no future moves them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa
import pytest
from random_business import AS_OF_TODAY, Business
from random_shops import CUTOFFS, ZONE, catalog
from slow_entities import TABLES, SlowEntity, owner_of, stage_order
from slow_features import known_rows, top_words

from tradewind.core.entities import ENTITIES
from tradewind.core.feature import FeatureTable
from tradewind.core.time import Cutoff, Horizon, days
from tradewind.core.use_case import Economics, UseCase
from tradewind.features.catalog import Catalog, with_starts
from tradewind.features.feature_set import FeatureSet
from tradewind.features.labels import parse_label_sql
from tradewind.features.probe import probe_time_travel
from tradewind.features.training import build_features, find_eligible, fit_features
from tradewind.store.duckdb_engine import DuckDBEngine
from tradewind.store.engines import Engine
from tradewind.store.postgres_engine import PostgresEngine

DAYS = (CUTOFFS[0], CUTOFFS[3])
AT = [Cutoff(day, ZONE) for day in DAYS]
ENGINES = ("duckdb", "postgres")


@pytest.fixture(scope="module")
def engines(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Engine]]:
    root = tmp_path_factory.mktemp("workspace")
    with DuckDBEngine(root) as duckdb, PostgresEngine(root, postgres_url) as postgres:
        yield {"duckdb": duckdb, "postgres": postgres}


def compute(
    engine: Engine, tables: Mapping[str, pa.Table], entity: str, at: list[Cutoff] = AT
) -> tuple[Catalog, FeatureSet, FeatureTable]:
    for name, data in tables.items():
        engine.load_table(name, data)
    known = with_starts(engine, catalog(tables, AS_OF_TODAY))
    fitted = fit_features(engine, known, entity, at[0], maximum=400)
    question = UseCase("all", "", "", "", "classification", entity, Horizon(days(30)), "", Economics("", ""))
    everybody = parse_label_sql(
        f"-- name: eligible\nSELECT {entity} FROM {ENTITIES[entity].table}\n-- name: outcome\n"
        f"SELECT {entity}, 1.0 AS outcome FROM eligible"
    )
    find_eligible(engine, known, question, everybody, {}, at)
    return known, fitted, build_features(engine, known, fitted, "all", at)


def frequent_words(business: Business, entity: str) -> dict[str, list[str]]:
    known = {name: known_rows(name, rows, DAYS[0]) for name, rows in business.rows.items()}
    words = {"deal_stages": stage_order(business.rows["deal_stages"], DAYS[0])}
    for name, table, column, size in (
        ("events", "events", "name", 6), ("touches", "touches", "channel", 3),
        ("activities", "activities", "kind", 5), ("outcomes", "activities", "outcome", 3),
        ("subscriptions", "subscriptions", "plan", 8),
    ):  # fmt: skip
        seen = [row[column] for row in known[table] if owner_of(known, row, entity) is not None]
        words[name] = top_words({word: seen.count(word) for word in {*seen} - {None}}, size)
    return words


def require_equal(business: Business, entity: str, fitted: FeatureSet, table: FeatureTable, known: Catalog) -> None:
    assert known.history_start is not None
    history = (DAYS[0] - known.history_start).days
    windows = [window for window in (7, 30, 90, 180, 365) if window <= history]
    words = frequent_words(business, entity)
    slow = {day: SlowEntity(business.rows, day, windows, words, entity) for day in DAYS}
    assert len(table) > 0
    for row, (one, day) in enumerate(zip(table.entity_id, table.cutoff.tolist(), strict=True)):
        expected = slow[day].features(one)
        assert set(expected) == {feature.name for feature in fitted.features}
        for position, feature in enumerate(table.number_features):
            found, wanted = table.numbers[row, position], np.float32(expected[feature.name])
            assert found == wanted or (math.isnan(found) and math.isnan(wanted)), (one, day, feature.name)
        for name, values in table.categories.items():
            assert values[row] == expected[name], (one, day, name)


@pytest.mark.parametrize("entity", TABLES)
def test_both_engines_equal_the_slow_loops(engines: dict[str, Engine], entity: str) -> None:
    for seed, size, names in ((1, 60, ENGINES), (2, 8, ("duckdb",))):
        business = Business(seed, size=size)
        for name in names:
            known, fitted, table = compute(engines[name], business.tables, entity)
            require_equal(business, entity, fitted, table, known)


ADDED_UP = (
    "activities_count", "events_count", "touches_count", "touch_clicks", "texts_count", "orders_count", "spend",
    "subscriptions_running", "subscriptions_ever", "monthly_amount", "payments_failed", "trials_running",
    "inbound_count",
)  # fmt: skip


def test_a_company_is_the_sum_of_its_people(engines: dict[str, Engine]) -> None:
    business = Business(7, customers=8, size=80)
    for rows in business.rows.values():
        for row in rows:  # nothing but its people says whose a row is
            if "customer_id" in row:
                row.update({name: None for name in ("lead_id", "deal_id", "account_id") if name in row})
    business.rows["customers"] = Business(7, customers=8, size=80).rows["customers"]
    at = AT[1:]
    _, _, people = compute(engines["duckdb"], business.tables, "customer_id", at)
    _, _, companies = compute(engines["duckdb"], business.tables, "account_id", at)
    names = [f.name for f in companies.number_features if f.name.startswith(ADDED_UP) and "trend" not in f.name]
    assert len(names) > 25
    checked = 0
    for place, (one, day) in enumerate(zip(companies.entity_id, companies.cutoff.tolist(), strict=True)):
        members = known_rows("customers", business.rows["customers"], day)
        of = [row["customer_id"] for row in members if row["account_id"] == one]
        its = np.isin(people.entity_id, of) & (people.cutoff == np.datetime64(day))
        checked += its.sum()
        for name in names:
            total = people.column(name)[its].astype(np.float64).sum()
            assert companies.column(name)[place] == pytest.approx(total, rel=1e-6), (one, day, name)
    assert checked > 5


@pytest.mark.parametrize("entity", TABLES)
def test_no_future_moves_them(engines: dict[str, Engine], entity: str) -> None:
    def moved(tables: Mapping[str, pa.Table]) -> dict[str, object]:
        _, fitted, table = compute(engines["duckdb"], tables, entity, [AT[1]])
        results: dict[str, object] = {"who": table.entity_id.tolist(), "features": fitted}
        results |= {feature.name: table.column(feature.name) for feature in table.number_features}
        return results | {name: values.tolist() for name, values in table.categories.items()}

    probe_time_travel(moved, Business(5, size=60).tables, AT[1], np.random.default_rng(6), AS_OF_TODAY, rounds=1)
