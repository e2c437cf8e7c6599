"""Slices: a planted weakness is found, noise rarely is, and few rows are told to be too few."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from tradewind.models.evaluation.result import Rows
from tradewind.models.evaluation.slices import MOST_VALUES, slice_table
from tradewind.stats.ranking import auc


def rare(label: np.ndarray) -> int:
    return int(min(label.sum(), len(label) - label.sum()))


def table(rows: Rows, attributes: dict[str, np.ndarray], seed: int = 0) -> pa.Table:
    return slice_table(rows, attributes, {"auc": auc}, rare, "of the rarer outcome", np.random.default_rng(seed), 150)


def world(rng: np.random.Generator, blind: np.ndarray) -> Rows:
    n = len(blind)
    x = rng.normal(size=n)
    label = (rng.random(n) < 1 / (1 + np.exp(-2 * x))).astype(float)
    predicted = 1 / (1 + np.exp(-2 * np.where(blind, rng.normal(size=n), x)))
    return Rows(label, predicted, np.arange(n).astype(str).astype(object), np.ones(n))


def test_a_planted_weakness_is_found() -> None:
    rng = np.random.default_rng(0)
    region = rng.choice(np.array(["north", "south", "west"], dtype=object), 1_500)
    found = table(world(rng, region == "west"), {"region": region}).to_pylist()
    by_value = {row["value"]: row for row in found}
    assert by_value["west"]["different"] is True
    assert by_value["west"]["high"] < by_value["north"]["low"]
    assert by_value["west"]["reason"] == ""


def test_noise_is_rarely_called_different() -> None:
    rng, alarms = np.random.default_rng(1), []
    for seed in range(20):
        noise = {name: rng.choice(np.array(["a", "b", "c"], dtype=object), 600) for name in ("one", "two")}
        found = table(world(rng, np.zeros(600, dtype=bool)), noise, seed)
        alarms.append(any(found["different"].to_pylist()))
    # The chance of any false alarm in a table of pure noise is held near 1 in 20.
    assert sum(alarms) <= 5


def test_too_few_are_told_so() -> None:
    rng = np.random.default_rng(2)
    kind = np.array(["usual"] * 480 + ["rare"] * 20, dtype=object)
    found = {row["value"]: row for row in table(world(rng, np.zeros(500, dtype=bool)), {"kind": kind}).to_pylist()}
    assert found["rare"]["reason"].startswith("too few to tell: 20 rows")
    assert (found["rare"]["metric_value"], found["rare"]["different"]) == (None, None)
    assert found["usual"]["reason"] == "too few others to compare with"


def test_unknown_is_a_value_and_a_constant_attribute_is_none() -> None:
    rng = np.random.default_rng(3)
    rows = world(rng, np.zeros(400, dtype=bool))
    some = np.where(rng.random(400) < 0.5, None, "known").astype(object)
    assert set(table(rows, {"some": some})["value"].to_pylist()) == {"known", "unknown"}
    empty = table(rows, {"same": np.full(400, "x", dtype=object)})
    assert empty.num_rows == 0
    assert "different" in empty.column_names


@pytest.mark.parametrize("values", [400, 4_000])
def test_many_values_are_cut_to_the_largest(values: int) -> None:
    rng = np.random.default_rng(4)
    many = np.array([f"city {number}" for number in rng.zipf(1.5, values) % 5_000], dtype=object)
    found = table(world(rng, np.zeros(values, dtype=bool)), {"city": many})
    assert found.num_rows <= MOST_VALUES


def test_numbers_are_cut_into_quarters() -> None:
    rng = np.random.default_rng(5)
    rows = world(rng, np.zeros(800, dtype=bool))
    age = np.where(np.arange(800) < 80, None, rng.integers(18, 90, 800)).astype(object)
    found = table(rows, {"age": age}).to_pydict()
    assert len(found["value"]) == 5
    assert "unknown" in found["value"]
    assert sum(found["n"]) == 800
    few = rng.integers(1, 4, 800).astype(object)
    assert set(table(rows, {"children": few})["value"].to_pylist()) == {"1", "2", "3"}


def test_no_attributes_give_an_empty_table() -> None:
    assert table(world(np.random.default_rng(6), np.zeros(60, dtype=bool)), {}).num_rows == 0
