"""Evaluation of amounts: figures, paired gaps and tables."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from sklearn import metrics

from tradewind.core.errors import ModelError
from tradewind.models.evaluation.regression import evaluate_regression
from tradewind.models.evaluation.result import Evaluation

N = 700


def world() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    x = rng.normal(size=N)
    expected = 30 * np.exp(0.8 * x)
    actual = rng.gamma(1.0, expected) * (rng.random(N) < 0.7)
    return {"actual": actual, "predicted": 0.7 * expected, "rule": expected * np.exp(rng.normal(size=N)) * 0.7}


def evaluate(data: dict[str, np.ndarray], **changes: object) -> Evaluation:
    settings: dict[str, object] = {
        "weight": None,
        "baselines": {"as in the last 90 days": data["rule"]},
        "rng": np.random.default_rng(1),
        "unit": "USD",
        "resamples": 200,
    }
    entity = np.arange(len(data["actual"])).astype(str)
    return evaluate_regression(data["actual"], data["predicted"], entity, **(settings | changes))


def test_figures_are_those_of_scikit_learn_and_scipy() -> None:
    data, result = world(), evaluate(world())
    numbers = result.numbers
    assert numbers["mae"].value == pytest.approx(metrics.mean_absolute_error(data["actual"], data["predicted"]))
    assert numbers["r2"].value == pytest.approx(metrics.r2_score(data["actual"], data["predicted"]))
    assert numbers["spearman"].value == pytest.approx(stats.spearmanr(data["actual"], data["predicted"]).statistic)
    assert numbers["total_bias"].value == pytest.approx(data["predicted"].sum() / data["actual"].sum() - 1)
    assert numbers["mae"].unit == numbers["baseline_gap"].unit == "USD"
    assert numbers["baseline_gap"].value == pytest.approx(
        metrics.mean_absolute_error(data["actual"], data["rule"]) - numbers["mae"].value
    )
    assert result.better
    for name, number in numbers.items():
        assert name == "rows" or number.low <= number.value <= number.high, name


def test_tables_agree_with_the_numbers() -> None:
    result = evaluate(world())
    deciles = result.tables["deciles"].to_pydict()
    assert np.average(deciles["actual"], weights=deciles["n"]) == pytest.approx(result.numbers["mean_actual"].value)
    assert np.average(deciles["predicted"], weights=deciles["n"]) == pytest.approx(
        result.numbers["mean_predicted"].value
    )
    assert result.tables["gain"]["share_found"][10].as_py() == pytest.approx(result.numbers["capture_10"].value)
    assert result.tables["rules"]["gap"][0].as_py() == result.numbers["baseline_gap"].value


def test_a_rule_is_compared_where_it_has_an_amount() -> None:
    data = world()
    known = np.arange(N) % 2 == 0
    result = evaluate(data | {"rule": np.where(known, data["rule"], np.nan)})
    expected = metrics.mean_absolute_error(data["actual"][known], data["rule"][known])
    ours = metrics.mean_absolute_error(data["actual"][known], data["predicted"][known])
    assert result.numbers["baseline_mae"].value == pytest.approx(expected)
    assert result.numbers["baseline_gap"].value == pytest.approx(expected - ours)
    never = evaluate(data | {"rule": np.full(N, np.nan)})
    assert never.numbers["baseline_mae"].reason == "the rule has no amount for these rows"
    assert not never.distinguishable


def test_what_cannot_be_computed_has_a_reason() -> None:
    nothing = evaluate(world() | {"actual": np.zeros(N)})
    assert nothing.numbers["mae"].value is not None
    assert nothing.numbers["total_bias"].reason == "the amounts add up to nothing"
    assert nothing.numbers["r2"].reason == "the amounts do not vary"
    empty = evaluate({name: values[:0] for name, values in world().items()})
    assert empty.numbers["mae"].reason == "there are no rows with weight to evaluate"
    average = evaluate(world(), baselines={"average": np.full(N, 20.0)})
    assert "does not vary" in average.numbers["baseline_spearman"].reason
    assert evaluate(world(), baselines={}).numbers["baseline_gap"].reason == "there is no rule to compare with"


def test_negative_amounts_are_amounts() -> None:
    data = world()
    data["actual"][:5] = -10.0
    assert evaluate(data).numbers["mae"].value is not None


def test_infinities_are_refused() -> None:
    data = world()
    with pytest.raises(ModelError, match="outcomes are not known"):
        evaluate(data | {"actual": np.r_[np.inf, data["actual"][1:]]})
    with pytest.raises(ModelError, match="infinities"):
        evaluate(data | {"rule": np.r_[np.inf, data["rule"][1:]]})
