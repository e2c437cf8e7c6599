"""Evaluation of probabilities: figures, paired gaps, money and tables, and what cannot be said is not said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from sklearn import metrics

from tradewind.core.errors import ModelError
from tradewind.core.finding import Number
from tradewind.core.use_case import Economics
from tradewind.models.evaluation.classification import evaluate_classification
from tradewind.models.evaluation.profit import break_even_share, choose_contacts, profit_curve
from tradewind.models.evaluation.result import Evaluation, backtest_rows

ECONOMICS = Economics("a customer who stays", "margin over the horizon", contact_cost=0.5, success_share=0.1)
N = 900


def world(seed: int = 0, rows: int = N) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=rows)
    truth = 1 / (1 + np.exp(1 - 1.5 * x))
    return {
        "label": (rng.random(rows) < truth).astype(float),
        "predicted": truth,
        "entity_id": np.arange(rows).astype(str).astype(object),
        "rule": np.round(x + 2 * rng.normal(size=rows)),
        "value": rng.gamma(2, 10, rows),
        "segment": rng.choice(np.array(["north", "south", None], dtype=object), rows),
    }


def evaluate(data: dict[str, np.ndarray], **changes: object) -> Evaluation:
    settings: dict[str, object] = {
        "weight": None,
        "baselines": {"longest away first": data["rule"]},
        "value": data["value"],
        "economics": ECONOMICS,
        "rng": np.random.default_rng(1),
        "currency": "USD",
        "resamples": 200,
    }
    return evaluate_classification(data["label"], data["predicted"], data["entity_id"], **(settings | changes))


@pytest.fixture(scope="module")
def evaluation() -> Evaluation:
    data = world()
    return evaluate(data, slices={"region": data["segment"]})


def test_figures_are_those_of_scikit_learn_with_an_interval_around_each(evaluation: Evaluation) -> None:
    data, numbers = world(), evaluation.numbers
    assert numbers["auc"].value == pytest.approx(metrics.roc_auc_score(data["label"], data["predicted"]))
    assert numbers["baseline_auc"].value == pytest.approx(metrics.roc_auc_score(data["label"], data["rule"]))
    assert numbers["brier"].value == pytest.approx(metrics.brier_score_loss(data["label"], data["predicted"]))
    assert numbers["calibration_gap"].value == pytest.approx(np.mean(data["predicted"] - data["label"]))
    assert numbers["average_precision"].value == pytest.approx(
        metrics.average_precision_score(data["label"], data["predicted"])
    )
    without_interval = {
        "rows",
        "positives",
        "ece",
        "ece_band_high",
        "threshold",
        "contacted_share",
        "profit_best_share",
    }
    for name, number in numbers.items():
        assert number.value is not None, name
        if name not in without_interval:
            assert number.low <= number.value <= number.high, name


def test_the_promised_names_are_there(evaluation: Evaluation) -> None:
    promised = """auc average_precision log_loss brier calibration_slope calibration_intercept ece ece_band_high lift_10
        capture_10 precision recall f1 true_positives false_positives false_negatives true_negatives baseline_auc
        baseline_gap break_even_share profit_best_share"""
    assert set(promised.split()) <= set(evaluation.numbers)


def test_a_good_model_is_told_from_a_weak_rule_and_not_from_itself() -> None:
    data = world()
    assert evaluate(data).distinguishable
    assert evaluate(data).better
    same = evaluate(data, baselines={"itself": data["predicted"]})
    assert (same.distinguishable, same.better) == (False, False)
    worse = evaluate(data | {"predicted": 1 - data["predicted"]})
    assert (worse.distinguishable, worse.better) == (True, False)


def test_equal_scores_are_called_different_one_time_in_twenty() -> None:
    rng, called = np.random.default_rng(3), []
    for _ in range(40):
        label = (rng.random(250) < 0.3).astype(float)
        first, second = (label + rng.normal(size=(2, 250)))[:]
        probability = 1 / (1 + np.exp(-first))
        result = evaluate(
            {
                "label": label,
                "predicted": probability,
                "entity_id": np.arange(250),
                "rule": second,
                "value": np.ones(250),
            },
            rng=rng,
        )
        called.append(result.distinguishable)
    assert np.mean(called) <= 0.175


def test_order_of_rows_does_not_matter() -> None:
    data = world()
    turned = {name: values[::-1] for name, values in data.items()}
    first, second = evaluate(data).numbers, evaluate(turned).numbers
    for name in first:
        assert second[name].value == pytest.approx(first[name].value), name


def test_the_confusion_table_adds_up_to_all_rows(evaluation: Evaluation) -> None:
    cells = ("true_positives", "false_positives", "false_negatives", "true_negatives")
    numbers = evaluation.numbers
    assert sum(numbers[cell].value for cell in cells) == N
    contacted = numbers["true_positives"].value + numbers["false_positives"].value
    assert contacted / N == pytest.approx(numbers["contacted_share"].value)


def test_tables_have_their_columns_and_agree_with_the_numbers(evaluation: Evaluation) -> None:
    columns = {
        "gain": ["share_contacted", "share_found", "low", "high", "rule_share_found"],
        "calibration": ["band", "n", "predicted", "observed", "low", "high"],
        "profit": ["share_contacted", "profit", "low", "high", "rule_profit", "expected_cost"],
        "deciles": ["decile", "n", "predicted", "actual", "low", "high"],
        "slices": ["attribute", "value", "n", "metric", "metric_value", "low", "high", "different", "reason"],
        "rules": ["rule", "metric", "value", "low", "high", "gap", "gap_low", "gap_high"],
    }
    assert {role: table.column_names for role, table in evaluation.tables.items()} == columns
    gain = evaluation.tables["gain"].to_pydict()
    assert (gain["share_found"][0], gain["share_found"][-1]) == (0.0, pytest.approx(1.0))
    assert gain["share_found"][10] == pytest.approx(evaluation.numbers["capture_10"].value)
    deciles = evaluation.tables["deciles"].to_pydict()
    assert sum(deciles["n"]) == N
    assert deciles["predicted"] == sorted(deciles["predicted"], reverse=True)
    assert evaluation.tables["profit"]["expected_cost"][-1].as_py() == pytest.approx(0.5 * N)


def test_break_even_by_hand() -> None:
    # The first two of four are contacted for 0.50 each; one of them would have left and is worth 20: 1.00 / 20.
    label, value, score = [1, 0, 1, 0], [20.0, 90.0, 50.0, 10.0], [0.9, 0.8, 0.3, 0.1]
    assert break_even_share(label, value, score, np.ones(4), ECONOMICS, 0.5) == pytest.approx(0.05)
    # At that success share the profit of contacting them is zero.
    even = Economics("", "", contact_cost=0.5, success_share=0.05)
    assert profit_curve(label, value, score, np.ones(4), even, [0.5])[0] == pytest.approx(0.0)
    assert profit_curve(label, value, score, np.ones(4), ECONOMICS, [0.5, 1.0]) == pytest.approx([1.0, 5.0])


def test_how_many_to_contact_is_chosen_without_the_outcomes() -> None:
    # Expected gain of a contact: 0.1 · p · 20 − 0.5, so it pays down to p = 0.25; the tie at 0.3 goes together.
    predicted = np.array([0.9, 0.5, 0.3, 0.3, 0.2, 0.1])
    contacts = choose_contacts(predicted, np.full(6, 20.0), np.ones(6), ECONOMICS, is_profit=True)
    assert (contacts.rule, contacts.threshold) == ("profit-best", 0.3)
    assert contacts.share == pytest.approx(4 / 6)
    nothing = choose_contacts(predicted, np.full(6, 1.0), np.ones(6), ECONOMICS, is_profit=True)
    assert (nothing.rule, nothing.profit_best_share, nothing.threshold) == ("top 10 %", 0.0, 0.9)


def test_revenue_is_never_called_profit() -> None:
    result = evaluate(world(), is_profit=False)
    for name in ("break_even_share", "profit_best_share", "profit", "profit_gap"):
        assert "revenue, not profit" in result.numbers[name].reason
    assert "profit" not in result.tables
    assert result.numbers["contacted_share"].value == pytest.approx(0.1)


@pytest.mark.parametrize(("outcome", "words"), [(0.0, "nobody of 900"), (1.0, "everybody of 900")])
def test_one_class_gives_reasons_and_not_numbers(outcome: float, words: str) -> None:
    result = evaluate(world() | {"label": np.full(N, outcome)})
    for name in ("auc", "baseline_gap", "calibration_slope"):
        assert words in result.numbers[name].reason
    assert result.numbers["brier"].value is not None
    assert not result.distinguishable


def test_no_rows_and_no_weight_give_reasons() -> None:
    empty = evaluate({name: values[:0] for name, values in world().items()})
    assert empty.numbers["auc"].reason == "there are no rows with weight to evaluate"
    weightless = evaluate(world(), weight=np.zeros(N))
    assert weightless.numbers["brier"].reason == "there are no rows with weight to evaluate"
    assert weightless.numbers["ece"].reason


def test_one_row_and_one_entity_do_not_break() -> None:
    one = evaluate({name: values[:1] for name, values in world().items()})
    assert one.numbers["auc"].reason
    same = evaluate(world() | {"entity_id": np.full(N, "a", dtype=object)})
    assert same.numbers["auc"].value is not None
    assert same.numbers["auc"].low is None
    assert not same.distinguishable


def test_no_rule_means_no_gap() -> None:
    result = evaluate(world(), baselines={})
    assert result.numbers["baseline_gap"].reason == "there is no rule to compare with"
    assert result.tables["rules"].num_rows == 0
    assert not result.better


def test_a_perfect_ranking_of_few_is_not_certain() -> None:
    data = world(rows=60)
    label = np.r_[np.ones(4), np.zeros(56)]
    result = evaluate(data | {"label": label, "predicted": np.where(label > 0, 0.9, 0.1)})
    assert result.numbers["auc"].value == 1.0
    assert result.numbers["auc"].low < 0.85
    assert result.numbers["recall"].low < 0.6


def test_weights_count_like_repeated_rows() -> None:
    data = world(rows=300)
    times = np.random.default_rng(5).integers(1, 4, 300)
    weighted = evaluate(data, weight=times.astype(float)).numbers
    again = evaluate({name: np.repeat(values, times) for name, values in data.items()}).numbers
    for name in ("auc", "average_precision", "log_loss", "calibration_slope", "lift_10", "profit", "break_even_share"):
        assert weighted[name].value == pytest.approx(again[name].value), name


def test_all_problems_of_the_rows_are_told_together() -> None:
    data = world(rows=10)
    broken = data | {
        "label": np.r_[np.nan, 2.0, data["label"][2:]],
        "predicted": np.r_[1.5, np.inf, data["predicted"][2:]],
    }
    with pytest.raises(ModelError) as caught:
        evaluate(broken)
    said = str(caught.value)
    for words in ("outcomes are not known", "neither 0 nor 1", "not numbers", "not probabilities"):
        assert words in said
    with pytest.raises(ModelError, match="differ in length"):
        evaluate(data | {"entity_id": data["entity_id"][:3]})
    with pytest.raises(ModelError, match="weights are negative"):
        evaluate(data, weight=-np.ones(10))


def test_money_rules_and_attributes_must_fit_the_rows() -> None:
    data = world(rows=10)
    with pytest.raises(ModelError) as caught:
        evaluate(data, value=np.full(10, np.inf), baselines={"short": [1.0]}, slices={"region": data["segment"][:2]})
    assert [problem.where for problem in caught.value.problems] == [
        "evaluation, value",
        "evaluation, short",
        "evaluation, region",
    ]


def test_backtest_rows_stand_beneath_each_other(evaluation: Evaluation) -> None:
    table = backtest_rows({date(2017, 11, 1): evaluation, date(2017, 10, 1): evaluation}, ["auc", "brier"])
    assert table.column_names == ["cutoff", "metric", "value", "low", "high", "baseline"]
    assert table["cutoff"].to_pylist() == [date(2017, 10, 1)] * 2 + [date(2017, 11, 1)] * 2
    assert table["baseline"].to_pylist() == [evaluation.numbers["baseline_auc"].value, None] * 2
    assert backtest_rows({}, ["auc"]).num_rows == 0


def test_an_order_that_may_be_random_beats_no_rule(evaluation: Evaluation) -> None:
    gap = Number(0.2, 0.1, 0.3)
    assert replace(evaluation, numbers={"baseline_gap": gap, "auc": Number(0.7, 0.55, 0.8)}).better
    assert not replace(evaluation, numbers={"baseline_gap": gap, "auc": Number(0.7, 0.45, 0.8)}).better
