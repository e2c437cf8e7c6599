"""Bad input to the lifetime models: every door answers with words, never with a number or a traceback."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from tradewind.core.errors import ContractError, FormatError, ModelError, NotAnswerable, TradewindError
from tradewind.core.time import Horizon, days
from tradewind.models.lifetime import (
    compare_holdout,
    count_purchases,
    expected_value,
    fit_bg_nbd,
    fit_gamma_gamma,
    fit_pareto_nbd,
    fit_purchases,
    fit_spend,
    load_model,
    save_model,
    summarise_orders,
    summary_from_arrays,
    track_weeks,
)
from tradewind.models.lifetime.fit import maximise
from tradewind.models.lifetime.simulate import simulate_bg_nbd, simulate_spend
from tradewind.models.lifetime.summary import LifetimeSummary

END = date(2024, 3, 1)
FITS = [fit_bg_nbd, fit_pareto_nbd]


@pytest.fixture(scope="module")
def shop() -> LifetimeSummary:
    rng = np.random.default_rng(1)
    lives = simulate_bg_nbd((0.5, 4.0, 0.8, 2.5), np.full(600, 40.0), 10, rng)
    s = lives.summary
    amount, _ = simulate_spend((6.0, 4.0, 15.0), s.frequency, rng)
    return summary_from_arrays(s.frequency, s.recency_days / 7, s.age_days / 7, amount)


@pytest.mark.parametrize(
    ("x", "tx", "t", "words"),
    [
        ([-1, 2], [0.0, 1.0], [3.0, 3.0], "negative"),
        ([1, 2], [4.0, 1.0], [3.0, 3.0], "longer than age"),
        ([1, 2], [np.nan, 1.0], [3.0, 3.0], "missing or infinite"),
        ([1, 2], [1.0, 1.0], [3.0, np.inf], "missing or infinite"),
        ([0, 2], [1.0, 1.0], [3.0, 3.0], "without repeat purchase"),
        ([1, 2], [0.0, 1.0], [3.0, 3.0], "without repeat purchase"),
        ([1, 2], [1.0], [3.0, 3.0], "length"),
        ([1, 2], [-1.0, 1.0], [3.0, 3.0], "recency is negative"),
        ([1.5, 2], [1.0, 1.0], [3.0, 3.0], "whole numbers"),
        ([np.nan, 2], [1.0, 1.0], [3.0, 3.0], "whole numbers"),
        (["one", "two"], [1.0, 1.0], [3.0, 3.0], "must be numbers"),
    ],
)
def test_impossible_summaries_are_refused_with_the_reason(x: list, tx: list, t: list, words: str) -> None:
    with pytest.raises(ContractError, match=words):
        summary_from_arrays(x, tx, t)


def test_all_problems_of_a_summary_are_told_together() -> None:
    with pytest.raises(ContractError) as caught:
        summary_from_arrays([-1, 0], [5.0, 1.0], [3.0, 3.0])
    assert len(caught.value.problems) >= 3


@pytest.mark.parametrize("unit", [0.0, -7.0, float("nan"), float("inf")])
def test_a_unit_of_time_must_be_positive(unit: float) -> None:
    with pytest.raises(ContractError, match="unit of time"):
        summary_from_arrays([1], [1.0], [2.0], unit_days=unit)


def test_infinite_amounts_are_refused() -> None:
    with pytest.raises(ContractError, match="infinite"):
        summary_from_arrays([1], [1.0], [2.0], [np.inf])


@pytest.mark.parametrize("fit", [*FITS, fit_purchases])
@pytest.mark.parametrize(
    ("x", "tx", "t", "words"),
    [
        ([], [], [], "no customer"),
        ([3], [2.0], [5.0], "one customer"),
        ([0, 0, 0], [0.0, 0.0, 0.0], [1.0, 2.0, 3.0], "second time"),
        ([0, 0, 0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0], "any time"),
        ([2] * 9, [3.0] * 9, [5.0] * 9, "all customers are the same"),
    ],
)
def test_customers_who_teach_nothing_are_refused_with_the_reason(
    fit: object, x: list, tx: list, t: list, words: str
) -> None:
    with pytest.raises(ModelError, match=words) as caught:
        fit(summary_from_arrays(np.array(x, dtype=int), tx, t))  # type: ignore[operator]
    problem = caught.value.problems[0]
    assert problem.expected
    assert problem.do
    assert "customers" in problem.found


@pytest.mark.parametrize("fit", FITS)
def test_a_flat_likelihood_is_refused_with_parameters_gradient_and_curvature(fit: object) -> None:
    """Everybody buys every week to the end: nobody differs in leaving, because nobody leaves."""
    rng = np.random.default_rng(2)
    age = rng.integers(20, 40, 300).astype(float)
    x = rng.poisson(age * rng.gamma(2.0, 0.5, 300))
    flat = summary_from_arrays(x, np.where(x > 0, age - 0.1, 0.0), age)
    with pytest.raises(ModelError, match="do not determine") as caught:
        fit(flat)  # type: ignore[operator]
    found = caught.value.problems[0].found
    assert "gradient" in found
    assert "curvature" in found
    assert "300 customers" in found
    model, check = fit_purchases(flat, "bg_nbd" if fit is fit_bg_nbd else "pareto_nbd")
    assert check.status == "warn"
    assert "leaned on" in check.what
    assert model.estimate.leaned
    assert np.all(model.probability_alive(flat)[x > 0] > 0.9)


@pytest.mark.parametrize(
    "objective",
    [
        lambda theta: (float("nan"), np.full(2, np.nan)),
        lambda theta: (float(np.sum(np.abs(theta - 1) ** 1.5)), 1.5 * np.abs(theta - 1) ** 0.5 * np.sign(theta - 1)),
    ],
    ids=["not a number", "no top"],
)
def test_a_climb_that_ends_nowhere_says_where_it_ended(objective: object) -> None:
    with np.errstate(all="ignore"), pytest.raises(ModelError) as caught:
        maximise(objective, np.zeros(2), ("p", "q"), 10, "a model")  # type: ignore[arg-type]
    assert "gradient" in caught.value.problems[0].found
    assert "p " in caught.value.problems[0].found


def test_few_customers_get_an_answer_with_a_wide_interval() -> None:
    rng = np.random.default_rng(3)
    lives = simulate_bg_nbd((0.5, 4.0, 0.8, 2.5), np.full(25, 40.0), 10, rng)
    model, _ = fit_purchases(lives.summary)
    number = model.estimate.numbers()["a"]
    assert number.low is not None
    assert number.high is not None
    assert number.high / number.low > 10


def test_huge_and_tiny_numbers_do_not_break_the_likelihood() -> None:
    rng = np.random.default_rng(4)
    lives = simulate_bg_nbd((0.5, 4.0, 0.8, 2.5), np.full(600, 40.0), 10, rng)
    s = lives.summary
    x = np.append(s.frequency, [5000, 20_000])
    tx, t = np.append(s.recency_days, [279.0, 280.0]), np.append(s.age_days, [280.0, 280.0])
    for model in (fit_purchases(summary_from_arrays(x, tx / 7, t / 7), name)[0] for name in ("bg_nbd", "pareto_nbd")):  # type: ignore[arg-type]
        expected = model.expected_purchases(summary_from_arrays(x, tx / 7, t / 7), Horizon(days(3650)))
        assert np.all(np.isfinite(expected))
        assert np.all(expected >= 0)


@pytest.mark.parametrize(
    ("mean", "words"),
    [
        ([np.nan] * 4, "too few customers with amounts"),
        ([5.0] * 4, "do not differ"),
        ([-5.0, 0.0, -1.0, np.nan], "too few customers with amounts"),
        ([7.0, np.nan, np.nan, np.nan], "too few customers with amounts"),
    ],
)
@pytest.mark.parametrize("fit", [fit_gamma_gamma, fit_spend])
def test_amounts_that_teach_nothing_are_refused(fit: object, mean: list, words: str) -> None:
    with pytest.raises(ModelError, match=words):
        fit(summary_from_arrays([1, 2, 3, 4], [1.0] * 4, [2.0] * 4, mean))  # type: ignore[operator]


def test_amounts_without_a_finite_average_are_not_answerable(shop: LifetimeSummary) -> None:
    model = fit_gamma_gamma(shop).with_parameters((6.0, 0.9, 15.0))
    with pytest.raises(NotAnswerable, match="no finite average"):
        model.expected_amount(shop)


def test_independence_is_unknown_not_passed_when_it_cannot_be_seen() -> None:
    same = summary_from_arrays([2] * 50, [1.0] * 50, [5.0] * 50, np.random.default_rng(0).gamma(4.0, size=50))
    assert fit_spend(same)[0].check_independence().status == "unknown"


def test_orders_that_do_not_fit_are_refused() -> None:
    who, when = np.array(["a", "b"]), np.array(["2024-01-01", "2024-01-02"], dtype="datetime64[D]")
    with pytest.raises(ContractError, match="calendar days"):
        summarise_orders(who, np.array([1, 2]), None, END, first_order_known=True)  # type: ignore[arg-type]
    with pytest.raises(ContractError, match="one time per order"):
        summarise_orders(who, when[:1], None, END, first_order_known=True)
    with pytest.raises(ContractError, match="one amount per order"):
        summarise_orders(who, when, [1.0], END, first_order_known=True)
    with pytest.raises(ContractError, match="has no time"):
        summarise_orders(who, np.array(["2024-01-01", "NaT"], dtype="datetime64[D]"), None, END, first_order_known=True)
    with pytest.raises(ContractError, match="belongs to nobody"):
        summarise_orders(np.array(["a", None], dtype=object), when, None, END, first_order_known=True)
    with pytest.raises(ContractError, match="infinite"):
        summarise_orders(who, when, [1.0, np.inf], END, first_order_known=True)
    with pytest.raises(NotAnswerable, match="no order before"):
        summarise_orders(who, when, None, date(2023, 1, 1), first_order_known=True)
    with pytest.raises(NotAnswerable, match="no order before"):
        summarise_orders(who[:0], when[:0], None, END, first_order_known=True)
    with pytest.raises(NotAnswerable, match="no customer's life"):
        summarise_orders(who, when, [-5.0, -1.0], END, first_order_known=True)
    summary = summarise_orders(who, when, None, END, first_order_known=True)
    assert count_purchases(summary, who[:0], when[:0], None, END, Horizon(days(30))).tolist() == [0, 0]


@pytest.mark.parametrize(
    "change",
    [
        {"margin": 0.0},
        {"margin": 1.5},
        {"margin": float("nan")},
        {"annual_discount_rate": -0.1},
        {"annual_discount_rate": float("nan")},
        {"level": 1.0},
        {"draws": 3},
        {"segments": np.array(["a"])},
    ],
)
def test_impossible_settings_of_a_value_are_refused(shop: LifetimeSummary, change: dict) -> None:
    model, spend = fit_bg_nbd(shop), fit_gamma_gamma(shop)
    given = {"annual_discount_rate": 0.1, "margin": 0.3, "draws": 20} | change
    with pytest.raises(ContractError):
        expected_value(model, spend, shop, Horizon(days(30)), rng=np.random.default_rng(0), **given)


def test_holdout_and_weeks_that_do_not_fit_are_refused(shop: LifetimeSummary) -> None:
    model, rng = fit_bg_nbd(shop), np.random.default_rng(0)
    with pytest.raises(ContractError, match="one count per customer"):
        compare_holdout(model, shop, np.array([1, 2]), Horizon(days(30)), rng)
    with pytest.raises(ContractError, match="one figure per week"):
        track_weeks(model, shop, np.array([1, 2]), rng)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"format": 2}, FormatError),
        ({"model": "os.system"}, ModelError),
        ({"parameters": {"r": 1.0}}, ModelError),
        ({"parameters": {"r": -1.0, "alpha": 1.0, "a": 1.0, "b": 1.0}}, ModelError),
        ({"parameters": {"r": "x", "alpha": 1.0, "a": 1.0, "b": 1.0}}, ModelError),
        ({"log_covariance": [[1.0]]}, ModelError),
        ({"log_covariance": [[-1.0, 0, 0, 0]] + [[0.0] * 4] * 3}, ModelError),
        ({"unit_days": 0}, ModelError),
        ({"customers": None}, ModelError),
    ],
)
def test_damaged_model_files_are_refused(
    shop: LifetimeSummary, tmp_path: Path, change: dict, error: type[TradewindError]
) -> None:
    path = tmp_path / "model.json"
    save_model(fit_bg_nbd(shop), path)
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(error):
        load_model(path)


@pytest.mark.parametrize("text", ["", "{", "[]", "\x00\x01", "null"])
def test_files_that_are_no_models_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "model.json"
    path.write_text(text)
    with pytest.raises(ModelError):
        load_model(path)
    with pytest.raises(ModelError, match="cannot be read"):
        load_model(tmp_path / "absent.json")
