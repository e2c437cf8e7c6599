"""Questions in business words: understood as they are said back, and answered as plain loops answer them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from random_questions import questions
from random_worlds import CUTOFF, KEYS, KNOWN_BY, ZONE, World
from slow_questions import answer

from tradewind.core.time import Cutoff, Horizon, days
from tradewind.core.use_case import Economics, UseCase
from tradewind.features.compute import eligible_step_rows, find_eligible
from tradewind.features.labels import outcome_at, parse_label_sql, value_at
from tradewind.features.questions.compile import compile_question
from tradewind.features.questions.needs import columns_of, tables_of
from tradewind.features.questions.parse import parse_question
from tradewind.features.questions.said import say_what, say_who, say_worth
from tradewind.features.questions.tree import Asked
from tradewind.store.duckdb_engine import DuckDBEngine
from tradewind.store.engines import Engine
from tradewind.store.postgres_engine import PostgresEngine

MEMBERS = ("customers", "deals", "leads")
SETTINGS = {"deadline": None, "suppress_health_check": [HealthCheck.function_scoped_fixture], "derandomize": True}
SETTINGS["phases"] = (Phase.explicit, Phase.generate)  # shrinking a whole world takes minutes


@pytest.fixture(scope="module")
def duckdb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with DuckDBEngine(tmp_path_factory.mktemp("workspace")) as engine:
        yield engine


@pytest.fixture(scope="module")
def postgres(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with PostgresEngine(tmp_path_factory.mktemp("workspace"), postgres_url) as engine:
        yield engine


def said(asked: Asked) -> tuple[str, str, str, str]:
    """The question as it is told back."""
    worth = "" if asked.worth is None else say_worth(asked.worth)
    return say_who(asked), say_what(asked), f"{asked.within} days", worth


def computed(engine: Engine, world: World, asked: Asked) -> dict[str, tuple[float, float | None]]:
    """Answers of the compiled statements on an engine."""
    catalog, key, cutoff = world.catalog, KEYS[asked.entity], Cutoff(CUTOFF, ZONE)
    label = parse_label_sql(compile_question(asked, MEMBERS))
    horizon = Horizon(days(asked.within))
    case = UseCase("own", "", "", "", "classification", key, horizon, "", Economics("", ""))
    find_eligible(engine, catalog, case, label, {}, [cutoff])
    eligible = eligible_step_rows(key, "eligible_own")
    who = engine.fetch(eligible, {"cutoff_day": CUTOFF}).column(key).to_pylist()
    known_by = Cutoff(KNOWN_BY, ZONE)
    outcome = engine.fetch(*outcome_at(label, catalog, key, eligible, [cutoff], {}, horizon, known_by))
    outcomes = dict(zip(outcome.column(key).to_pylist(), outcome.column("outcome").to_pylist(), strict=True))
    value = value_at(label, catalog, key, eligible, [cutoff], {})
    values: dict[str, float | None] = {}
    if value is not None:
        rows = engine.fetch(*value)
        values = dict(zip(rows.column(key).to_pylist(), rows.column("value").to_pylist(), strict=True))
        assert len(values) == rows.num_rows, "two values for one entity"
    assert set(outcomes) == set(who)
    return {name: (outcomes[name], values.get(name)) for name in sorted(who)}


def require_equal(engine: Engine, seed: int, several: list[Asked]) -> None:
    world = World(seed)
    for name, data in world.tables.items():
        engine.load_table(name, data)
    for asked in several:
        assert computed(engine, world, asked) == answer(asked, world.rows), said(asked)


@settings(max_examples=40, **SETTINGS)
@given(asked=questions())
def test_what_is_told_back_is_understood_as_the_same(asked: Asked) -> None:
    assert parse_question(*said(asked), "questions.own") == asked
    catalog = World(0, size=1).catalog
    assert set(tables_of(asked, MEMBERS)) <= set(catalog.tables)
    assert [place for place in columns_of(asked, MEMBERS) if not catalog.has(*place.split("."))] == []


@settings(max_examples=4, **SETTINGS)
@given(seed=st.integers(0, 10**6), several=st.lists(questions(), min_size=6, max_size=6))
def test_duckdb_answers_as_the_slow_loops(duckdb: Engine, seed: int, several: list[Asked]) -> None:
    require_equal(duckdb, seed, several)


@settings(max_examples=1, **SETTINGS)
@given(seed=st.integers(0, 10**6), several=st.lists(questions(), min_size=6, max_size=6))
def test_postgres_answers_as_the_slow_loops(postgres: Engine, seed: int, several: list[Asked]) -> None:
    require_equal(postgres, seed, several)
