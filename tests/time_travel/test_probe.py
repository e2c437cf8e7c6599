"""The time-travel probe: rewriting what was not known moves nothing, and a feature that leaks is caught."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from random_shops import AS_OF_TODAY, CUTOFFS, ZONE, Shop, catalog
from sqlglot import exp

from tradewind.core.errors import LeakError
from tradewind.core.feature import Feature
from tradewind.core.time import Cutoff, Horizon, days
from tradewind.core.use_case import Economics, UseCase
from tradewind.features import as_of
from tradewind.features.catalog import Catalog, CatalogTable, with_starts
from tradewind.features.feature_set import Derivation, FeatureSet, Group
from tradewind.features.labels import parse_label_sql
from tradewind.features.probe import probe_time_travel, rewrite_future
from tradewind.features.training import build_features, build_training_table, find_eligible, fit_features
from tradewind.store.duckdb_engine import DuckDBEngine
from tradewind.store.engines import Engine
from tradewind.store.postgres_engine import PostgresEngine

LAPSE = UseCase(
    "lapse", "", "", "", "classification", "customer_id", Horizon(days(30)), "", Economics("", ""),
    settings={"active_within": days(180)},
)  # fmt: skip
LABEL = parse_label_sql(
    """-- name: eligible
    SELECT customer_id FROM orders WHERE happened_at >= :active_within_ago GROUP BY customer_id
    -- name: outcome
    SELECT eligible.customer_id, CASE WHEN COUNT(orders.order_id) = 0 THEN 1.0 ELSE 0.0 END AS outcome
    FROM eligible LEFT JOIN orders ON orders.customer_id = eligible.customer_id
        AND orders.happened_at >= :cutoff AND orders.happened_at < :horizon_end
    GROUP BY eligible.customer_id
    -- name: value
    SELECT customer_id, SUM(amount_base) AS value FROM orders GROUP BY customer_id"""
)
AT = Cutoff(CUTOFFS[2], ZONE)


@pytest.fixture(scope="module", params=["duckdb", "postgres"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    root = tmp_path_factory.mktemp("workspace")
    if request.param == "duckdb":
        with DuckDBEngine(root) as duckdb:
            yield duckdb
    else:
        with PostgresEngine(root, request.getfixturevalue("postgres_url")) as postgres:
            yield postgres


def load(engine: Engine, tables: Mapping[str, pa.Table]) -> Catalog:
    for name, data in tables.items():
        engine.load_table(name, data)
    return with_starts(engine, catalog(tables))


def features_of(engine: Engine, extra: tuple[Group, ...] = ()) -> object:
    """A computation of everything as of the cutoff: who is eligible, vocabulary, features."""

    def compute(tables: Mapping[str, pa.Table]) -> dict[str, object]:
        known = load(engine, tables)
        fitted = fit_features(engine, known, "customer_id", AT, extra)
        find_eligible(engine, known, LAPSE, LABEL, {}, [AT])
        table = build_features(engine, known, fitted, "lapse", [AT])
        results: dict[str, object] = {"eligible": table.entity_id.tolist(), "features": fitted}
        results |= {feature.name: table.column(feature.name) for feature in table.number_features}
        return results | {name: values.tolist() for name, values in table.categories.items()}

    return compute


@pytest.mark.parametrize("seed", [1])
def test_no_default_feature_moves(engine: Engine, seed: int) -> None:
    shop = Shop(seed, customers=8, size=120)
    probe_time_travel(features_of(engine), shop.tables, AT, np.random.default_rng(seed), AS_OF_TODAY, rounds=2)


def test_no_label_moves_with_what_came_after_the_origin(engine: Engine) -> None:
    cutoffs = [Cutoff(date(2021, 2, 1), ZONE), Cutoff(date(2021, 3, 1), ZONE)]
    shop = Shop(3, customers=8, size=150)

    def compute(tables: Mapping[str, pa.Table]) -> dict[str, object]:
        known = load(engine, tables)
        fitted = fit_features(engine, known, "customer_id", cutoffs[0])
        table = build_training_table(engine, known, LAPSE, LABEL, fitted, cutoffs, [AT])
        return {"label": table.label, "value": table.value, "numbers": table.features.numbers, "set": fitted}

    assert np.isfinite(compute(shop.tables)["label"]).any()
    probe_time_travel(compute, shop.tables, AT, np.random.default_rng(3), AS_OF_TODAY, rounds=2)


LEAKS = {
    "a fact after the cutoff": ("orders", "COUNT(*)", {"happened_at", "known_at"}),
    "a late row": ("orders", "COUNT(*)", {"known_at"}),
    "an outdated version": ("orders", "CAST(SUM(amount) AS DOUBLE)", {"valid_to"}),
    "a column revealed later": ("subscriptions", "COUNT(ended_at)", {"masks"}),
    "a column as of today": ("customers", "COUNT(*) FILTER (WHERE mood IN ('good', 'bad'))", {"today"}),
}


@pytest.mark.parametrize("kind", list(LEAKS))
def test_a_leaky_feature_is_caught(kind: str, tmp_path_factory: pytest.TempPathFactory, monkeypatch) -> None:
    """Each guard of the as-of view is taken away in turn: the probe must notice every time."""
    table, value, without = LEAKS[kind]
    real = as_of.visible_rows

    def careless(
        stored: CatalogTable, sight: as_of.Sight = "cutoff", only: exp.Expression | None = None, *_: object
    ) -> exp.Select:
        if "today" in without:
            stored = replace(stored, as_of_today=frozenset())
        select = real(stored, sight, only)
        if "masks" in without:
            select = select.select(*(exp.column(name) for name in stored.columns), append=False)
        conditions = select.args["where"].this.flatten()
        kept = [part for part in conditions if not {c.name for c in part.find_all(exp.Column)} & without]
        return select.where(*kept, append=False)

    select = f"SELECT customer_id, {value} AS value FROM {table} GROUP BY customer_id"
    feature = Feature("leaky", "", "count", "test", "test")
    group = Group("leaky", select, (Derivation(feature, "count", ("value",)),))
    shop = Shop(4, customers=8, size=120)
    with DuckDBEngine(tmp_path_factory.mktemp("workspace")) as engine:

        def compute(tables: Mapping[str, pa.Table]) -> dict[str, object]:
            known = load(engine, tables)
            find_eligible(engine, known, LAPSE, LABEL, {}, [AT])
            monkeypatch.setattr(as_of, "visible_rows", careless)
            try:
                return {
                    "leaky": build_features(engine, known, FeatureSet("customer_id", (group,)), "lapse", [AT]).numbers
                }
            finally:
                monkeypatch.undo()

        with pytest.raises(LeakError, match="leaky"):
            probe_time_travel(compute, shop.tables, AT, np.random.default_rng(5), AS_OF_TODAY, rounds=4)


def test_the_future_is_really_rewritten_and_the_past_is_not() -> None:
    tables = Shop(6, customers=8, size=120).tables
    other = rewrite_future(tables, AT, np.random.default_rng(0), AS_OF_TODAY)
    for name in ("orders", "touches", "events"):

        def known(data: pa.Table) -> list[str]:
            rows = data.drop_columns(["valid_to"]).to_pylist()
            return sorted(str(row) for row in rows if row["known_at"] < AT.at and row["happened_at"] < AT.at)

        assert known(tables[name]) == known(other[name])
        assert sorted(map(str, tables[name].to_pylist())) != sorted(map(str, other[name].to_pylist()))
