"""Columns filled in after the outcome are found by name and by data; strong and honest columns are left alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pytest

from tradewind.checks.filled_after import find_suspects
from tradewind.core.feature import Feature, FeatureTable

N = 2_000


def table_of(columns: Mapping[str, np.ndarray]) -> FeatureTable:
    features, numbers, categories = [], [], {}
    for name, values in columns.items():
        if values.dtype == object:
            features.append(Feature(name, name, "category", "t", name, kind="category"))
            categories[name] = values
        else:
            features.append(Feature(name, name, "number", "t", name))
            numbers.append(values.astype(np.float32))
    matrix = np.column_stack(numbers) if numbers else np.zeros((N, 0), np.float32)
    ids = np.arange(N).astype(str).astype(object)
    return FeatureTable(ids, np.full(N, np.datetime64("2024-01-01")), tuple(features), matrix, categories)


def world(seed: int = 1) -> tuple[np.random.Generator, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng, (rng.random(N) < 0.3).astype(float)


def words(values: np.ndarray, names: Mapping[float, str | None]) -> np.ndarray:
    return np.array([names[value] for value in values], dtype=object)


def found(columns: Mapping[str, np.ndarray], outcome: np.ndarray) -> dict[str, str]:
    return {s.column: s.reason for s in find_suspects(table_of(columns), outcome, np.random.default_rng(2))}


def refund(rng: np.random.Generator, y: np.ndarray) -> np.ndarray:
    return np.where((y == 1) & (rng.random(N) < 0.4), 12.0, np.nan)


def nearly_the_answer(rng: np.random.Generator, y: np.ndarray) -> np.ndarray:
    return np.where(rng.random(N) < 0.02, 1 - y, y)


def groups(rng: np.random.Generator, y: np.ndarray) -> np.ndarray:
    mixed = rng.random(N) < 0.5
    return words(np.where(mixed, 2, y), {0.0: "lost", 1.0: "paid", 2.0: "asked"})


def length_of_call(rng: np.random.Generator, y: np.ndarray) -> np.ndarray:
    return np.where(y == 1, 300, 20) + rng.exponential(200, N)


@pytest.mark.parametrize(
    ("make", "words_of_reason"),
    [
        (refund, "filled in only where it happened"),
        (nearly_the_answer, "nearly tells the outcome"),
        (groups, "nearly always go with the outcome"),
        (length_of_call, "lowest tenth"),
    ],
)
def test_data_give_a_column_away_whatever_it_is_called(
    make: Callable[[np.random.Generator, np.ndarray], np.ndarray], words_of_reason: str
) -> None:
    rng, y = world()
    reasons = found({"c7": make(rng, y), "c8": rng.normal(size=N)}, y)
    assert list(reasons) == ["c7"]
    assert words_of_reason in reasons["c7"]


def test_a_column_that_is_empty_while_the_answer_is_open() -> None:
    rng, y = world()
    y[rng.random(N) < 0.2] = np.nan
    closed = np.where(np.isnan(y), np.nan, rng.normal(size=N))
    assert "still open" in found({"c1": closed, "c2": rng.normal(size=N)}, y)["c1"]


@pytest.mark.parametrize(
    "name",
    [
        "last_activity",
        "last_notable_activity",
        "close_date",
        "churn_reason",
        "letzte_aktivitaet_kontakt",
        "lost_reason",
    ],
)
def test_names_of_what_came_last_are_enough(name: str) -> None:
    rng, y = world()
    assert name in found({name: rng.normal(size=N)}, y)


@pytest.mark.parametrize("name", ["lead_quality", "profile_score", "sales_notes", "tags", "lead_status", "bewertung"])
def test_judgements_count_where_they_are_often_empty(name: str) -> None:
    rng, y = world()
    always = rng.normal(size=N)
    assert found({name: always}, y) == {}
    assert name in found({name: np.where(rng.random(N) < 0.3, np.nan, always)}, y)


def test_honest_columns_are_left_alone_however_strong() -> None:
    rng, y = world()
    columns = {
        "age": 40 + 10 * y + rng.normal(0, 8, N),
        "credit_score": rng.normal(600, 50, N) - 30 * y,
        "products": np.where(rng.random(N) < 0.005, 4.0, rng.integers(1, 3, N)),
        "contract": words((rng.random(N) < 0.4 + 0.4 * y).astype(float), {0.0: "year", 1.0: "month"}),
        "previous_outcome": words((rng.random(N) < 0.1).astype(float), {0.0: None, 1.0: "success"}),
        "total_charges": np.where(rng.random(N) < 0.002, np.nan, rng.exponential(500, N)),
        "duration": rng.exponential(30, N),
        "balance": np.where(rng.random(N) < 0.4, 0.0, rng.normal(1000, 200, N)),
    }
    columns["products"][columns["products"] == 4] = 4
    y = np.where(columns["products"] == 4, 1.0, y)
    assert found(columns, y) == {}


def test_reasons_known_from_elsewhere_come_first_and_noise_raises_no_alarm() -> None:
    alarms = 0
    for seed in range(10):
        rng, y = world(seed)
        columns = {f"c{place}": rng.normal(size=N) for place in range(6)}
        columns |= {f"k{place}": rng.choice(["a", "b", "c", "d"], N).astype(object) for place in range(6)}
        alarms += len(find_suspects(table_of(columns), y, rng))
    assert alarms == 0
    stated = find_suspects(table_of({"c0": rng.normal(size=N)}), y, rng, {"c0": "the config says so"})
    assert [(each.column, each.reason) for each in stated] == [("c0", "the config says so")]


@pytest.mark.parametrize("outcome", [np.full(N, np.nan), np.ones(N), np.zeros(N)])
def test_without_two_outcomes_only_names_can_speak(outcome: np.ndarray) -> None:
    assert set(found({"last_activity": np.ones(N), "c1": np.arange(N, dtype=float)}, outcome)) == {"last_activity"}
