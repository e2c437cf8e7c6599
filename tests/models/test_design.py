"""The design matrix: fitted on training rows only, safe with holes, infinities and ten thousand categories."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradewind.core.errors import ModelError
from tradewind.core.feature import Feature, FeatureTable
from tradewind.models.design import MOST_LEVELS, Design, apply_design, fit_design


def table_of(numbers: np.ndarray, **categories: object) -> FeatureTable:
    numbers = np.asarray(numbers, dtype=np.float32)
    numbers = numbers[:, None] if numbers.ndim == 1 else numbers
    features = [Feature(f"n{i}", f"number {i}", "number", "t", f"f{i}") for i in range(numbers.shape[1])]
    features += [Feature(name, name, "category", "t", name, kind="category") for name in categories]
    made = {}
    for name, values in categories.items():
        made[name] = np.empty(len(numbers), dtype=object)
        made[name][:] = list(values)  # type: ignore[call-overload]
    entity = np.array([str(i) for i in range(len(numbers))], dtype=object)
    return FeatureTable(entity, np.full(len(numbers), np.datetime64("2024-01-01")), tuple(features), numbers, made)


@pytest.mark.parametrize("kind", ["trees", "linear"])
def test_ten_thousand_categories_make_few_columns_and_unseen_ones_are_other(kind) -> None:
    rng = np.random.default_rng(0)
    words = np.where(rng.random(30_000) < 0.5, "big", [f"rare_{i}" for i in rng.integers(0, 10_000, 30_000)])
    table = table_of(rng.normal(size=30_000), word=words)
    design = fit_design(table, np.ones(30_000), kind)
    forms = [column.form for column in design.columns if column.feature == 1]
    assert forms.count("level") <= MOST_LEVELS
    assert forms.count("other") == 1
    unseen = apply_design(design, table_of(np.zeros(2), word=["never seen", "rare_1"]))
    assert np.array_equal(unseen[0], unseen[1])
    assert not np.array_equal(unseen[0], apply_design(design, table_of(np.zeros(1), word=["big"]))[0])


def test_linear_columns_have_mean_zero_and_deviation_one_on_weighted_training_rows() -> None:
    rng = np.random.default_rng(1)
    numbers = np.column_stack([rng.normal(5, 2, 500), rng.exponential(50, 500), rng.normal(size=500)])
    numbers[rng.random(500) < 0.2, 2] = np.nan
    table, weight = table_of(numbers, word=rng.choice(["a", "b", "c"], 500)), rng.uniform(0.5, 3, 500)
    design = fit_design(table, weight, "linear")
    matrix = apply_design(design, table)
    inside = np.abs(matrix).max(axis=0) < 5  # a clipped column is off by what was clipped
    assert inside.sum() >= 5
    assert np.allclose(np.average(matrix[:, inside], axis=0, weights=weight), 0, atol=1e-9)
    assert np.allclose(np.average(matrix[:, inside] ** 2, axis=0, weights=weight), 1, atol=1e-9)
    assert [column.log for column in design.columns[:2]] == [False, True]


def test_filling_and_scaling_come_from_training_rows_only() -> None:
    train = table_of(np.array([1.0, 2.0, 3.0, np.nan, 2.0]))
    design = fit_design(train, np.ones(5), "linear")
    alone = apply_design(design, table_of(np.array([np.nan])))
    beside = apply_design(design, table_of(np.array([np.nan, 1e6, -1e6])))
    assert np.array_equal(alone[0], beside[0])
    assert beside[1:, 0] == pytest.approx([5.0, -5.0])


@pytest.mark.parametrize("kind", ["trees", "linear"])
def test_empty_and_constant_features_are_left_out_and_named(kind) -> None:
    numbers = np.column_stack([np.arange(10.0), np.full(10, np.nan), np.full(10, 3.0), np.full(10, np.inf)])
    design = fit_design(table_of(numbers, word=["same"] * 10), np.ones(10), kind)
    assert {column.feature for column in design.columns} == {0}
    assert [text.split(":")[0] for text in design.dropped] == ["number 1", "number 2", "number 3", "word"]
    assert all("always" in text for text in design.dropped)
    without = replace(table_of(numbers[:, :1]), features=(design.features[0],))
    assert apply_design(design, without).shape == (10, 1), "a feature that is not used need not be there"


def test_nothing_to_learn_from_is_said() -> None:
    with pytest.raises(ModelError, match="not one row"):
        fit_design(table_of(np.zeros((0, 2))), np.ones(0), "trees")
    with pytest.raises(ModelError, match="no feature has two different values"):
        fit_design(table_of(np.ones((5, 2))), np.ones(5), "linear")


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.floats(width=32, allow_nan=True, allow_infinity=True),
            st.one_of(st.none(), st.sampled_from(["a", "b", "_x_", ""]), st.text(max_size=3)),
        ),
        min_size=2,
        max_size=40,
    ),
    st.sampled_from(["trees", "linear"]),
)
def test_any_values_give_a_matrix_that_survives_json(rows, kind) -> None:
    table = table_of(np.array([number for number, _ in rows]), word=[word for _, word in rows])
    try:
        design = fit_design(table, np.ones(len(rows)), kind)
    except ModelError:
        return
    matrix = apply_design(design, table)
    assert not np.isinf(matrix).any()
    assert kind == "trees" or np.isfinite(matrix).all()
    again = Design.from_json(json.loads(json.dumps(design.to_json(), allow_nan=False)))
    assert again == design
    assert apply_design(again, table).tobytes() == matrix.tobytes()


def test_a_damaged_design_is_refused() -> None:
    good = fit_design(table_of(np.arange(5.0)), np.ones(5), "trees").to_json()
    with pytest.raises(ModelError, match="no design"):
        Design.from_json({"kind": "trees"})
    with pytest.raises(ModelError, match="damaged"):
        Design.from_json({**good, "columns": [{"feature": 9, "form": "value"}]})
    with pytest.raises(ModelError, match="damaged"):
        Design.from_json({**good, "kind": "magic"})
