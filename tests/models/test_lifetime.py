"""Lifetime models: orders become summaries, units do not matter, models round-trip, forecasts agree with slow truth."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradewind.core.errors import NotAnswerable
from tradewind.core.time import Horizon, days, weeks
from tradewind.models.lifetime import (
    BetaGeometric,
    ParetoNbd,
    card_numbers,
    compare_holdout,
    count_purchases,
    count_weeks,
    draw_purchases,
    expected_next_order_days,
    expected_value,
    fit_bg_nbd,
    fit_gamma_gamma,
    fit_pareto_nbd,
    fit_purchases,
    fit_spend,
    load_model,
    naive_purchases,
    new_customers,
    save_model,
    summarise_orders,
    summary_from_arrays,
    track_weeks,
)
from tradewind.models.lifetime.groups import group_customers
from tradewind.models.lifetime.simulate import simulate_bg_nbd, simulate_pareto_nbd, simulate_spend
from tradewind.models.lifetime.summary import LifetimeSummary, weeks_observed

END = date(2024, 3, 1)


@pytest.fixture(scope="module")
def shop() -> LifetimeSummary:
    """900 customers with whole-day lives and amounts."""
    rng = np.random.default_rng(11)
    lives = simulate_bg_nbd((0.5, 30, 0.8, 2.5), rng.integers(20, 280, 900).astype(float), 90, rng, unit_days=1.0)
    s = lives.summary
    amount, _ = simulate_spend((6.0, 4.0, 15.0), s.frequency, rng)
    recency = np.ceil(s.recency_days) / 7
    return summary_from_arrays(s.frequency, recency, s.age_days / 7, amount, entity_id=np.arange(900) + 5000)


@pytest.fixture(scope="module", params=["bg_nbd", "pareto_nbd"])
def model(request: pytest.FixtureRequest, shop: LifetimeSummary) -> BetaGeometric | ParetoNbd:
    return fit_purchases(shop, request.param)[0]


# -- orders to summaries ---------------------------------------------------------------------------------------------

order_rows = st.lists(
    st.tuples(st.sampled_from("abcd"), st.integers(0, 40), st.sampled_from([-20.0, -5.0, 0.0, 5.0, 12.5, np.nan])),
    min_size=1,
    max_size=40,
)


def _slow_summary(rows: list[tuple[str, int, float]], end_day: int) -> dict[str, tuple[int, int, int, int, float]]:
    """frequency, recency, age, amounts known, mean amount: by plain loops over each customer's days."""
    found = {}
    for who in {name for name, day, _ in rows if day < end_day}:
        by_day: dict[int, list[float]] = {}
        for name, day, amount in rows:
            if name == who and day < end_day:
                by_day.setdefault(day, []).append(amount)
        nets = {d: sum(a for a in paid if a == a) for d, paid in by_day.items()}
        unknown = {d for d, paid in by_day.items() if any(a != a for a in paid)}
        bought = sorted(d for d, paid in by_day.items() if d in unknown or nets[d] > 0 or not any(a < 0 for a in paid))
        if not bought:
            continue
        first, last = bought[0], bought[-1]
        known = [d for d in bought[1:] if d not in unknown]
        spend = sum(net for d, net in nets.items() if d > first and d not in unknown)
        mean = spend / len(known) if known else float("nan")
        found[who] = (len(bought) - 1, last - first, end_day - 1 - first, len(known), mean)
    return found


@settings(max_examples=150, deadline=None)
@given(rows=order_rows, end_day=st.integers(5, 41))
def test_summary_equals_plain_loops_and_does_not_see_the_future(
    rows: list[tuple[str, int, float]], end_day: int
) -> None:
    names = np.array([r[0] for r in rows], dtype=object)
    start = date(2024, 1, 1)
    times = np.datetime64(start) + np.array([r[1] for r in rows])
    amounts = np.array([r[2] for r in rows])
    end = start + timedelta(days=end_day)
    truth = _slow_summary(rows, end_day)
    if not truth:
        with pytest.raises(NotAnswerable):
            summarise_orders(names, times, amounts, end, first_order_known=True)
        return
    s = summarise_orders(names, times, amounts, end, first_order_known=True)
    assert set(s.entity_id.tolist()) == set(truth)
    for i, who in enumerate(s.entity_id.tolist()):
        x, recency, age, known, mean = truth[who]
        assert (s.frequency[i], s.recency_days[i], s.age_days[i], s.amount_count[i]) == (x, recency, age, known)
        assert s.mean_amount[i] == pytest.approx(mean, nan_ok=True)


def test_hours_do_not_matter_and_same_day_orders_are_one_purchase() -> None:
    times = np.array(["2024-01-01T08:00", "2024-01-01T23:59", "2024-01-05T00:01"], dtype="datetime64[m]")
    s = summarise_orders(np.array(["a"] * 3), times, np.array([5.0, 6.0, 7.0]), END, first_order_known=True)
    assert (s.frequency[0], s.recency_days[0], s.age_days[0], s.mean_amount[0]) == (1, 4, 59, 7.0)


def test_history_that_starts_mid_life_is_refused_unless_first_orders_are_known() -> None:
    who = np.array(["old", "old", "new", "new", "unknown"], dtype=object)
    times = np.array(["2024-01-02", "2024-01-20", "2024-01-10", "2024-02-01", "2024-01-03"], dtype="datetime64[D]")
    with pytest.raises(NotAnswerable, match="starts mid-life"):
        summarise_orders(who, times, None, END, first_order_known=False)
    ever = np.array(["2022-05-01", "2022-05-01", "2024-01-10", "2024-01-10", "NaT"], dtype="datetime64[D]")
    s = summarise_orders(who, times, None, END, first_order_known=False, first_order_at=ever)
    assert s.entity_id.tolist() == ["new"]
    assert s.left_out == {"began before these data": 2}
    trusting = summarise_orders(who, times, None, END, first_order_known=True, first_order_at=ever)
    assert set(trusting.entity_id.tolist()) == {"new", "unknown"}
    with pytest.raises(NotAnswerable, match="no customer's life"):
        summarise_orders(who[:2], times[:2], None, END, first_order_known=False, first_order_at=ever[:2])


def test_later_purchases_and_weeks_are_counted_as_the_summary_counts() -> None:
    who = np.array(["a", "a", "a", "b", "a", "c"], dtype=object)
    day = ["2024-02-09", "2024-02-23", "2024-02-29", "2024-02-20", "2024-03-07", "2024-03-02"]
    times, paid = np.array(day, dtype="datetime64[D]"), np.full(6, 3.0)
    s = summarise_orders(who, times, paid, END, first_order_known=True)
    assert dict(zip(s.entity_id.tolist(), s.age_days.tolist(), strict=True)) == {"a": 20.0, "b": 9.0}
    assert weeks_observed(s) == 3
    later = count_purchases(s, who, times, paid, END, Horizon(days(7)))
    assert dict(zip(s.entity_id.tolist(), later.tolist(), strict=True)) == {"a": 1, "b": 0}
    # Weeks end on 02-15, 02-22, 02-29 and 03-07; customer c is not in the summary.
    assert count_weeks(s, who, times, paid, END, Horizon(weeks(1))).tolist() == [0, 0, 2, 3]
    assert count_weeks(s, who, times, paid, END)[-1] == s.frequency.sum()


# -- grouping and units ----------------------------------------------------------------------------------------------


def test_groups_stand_for_all_customers_however_they_are_found(shop: LifetimeSummary) -> None:
    packed = group_customers(shop)
    shifted = replace(shop, age_days=shop.age_days + 0.25)  # no whole days: grouped by sorting
    general = group_customers(shifted)
    assert packed.customers == general.customers == len(shop)
    assert packed.purchases == general.purchases == shop.frequency.sum()
    assert len(packed.x) == len(general.x) < len(shop)
    seen = {*zip(shop.frequency, shop.recency_days, shop.age_days, strict=True)}
    scale = packed.scale_days
    assert seen == {
        (x, round(tx), round(t)) for x, tx, t in zip(packed.x, packed.tx * scale, packed.t * scale, strict=True)
    }
    assert np.allclose(packed.t_levels[packed.t_index], packed.t)
    assert np.allclose(general.t_levels[general.tx_index], general.tx)
    assert np.array_equal(packed.x_levels[packed.x_index], packed.x)


@pytest.mark.parametrize("fit", [fit_bg_nbd, fit_pareto_nbd])
@pytest.mark.parametrize("unit_days", [1.0, 30.4375, 1 / 24])
def test_any_unit_of_time_gives_the_same_answer(shop: LifetimeSummary, fit: object, unit_days: float) -> None:
    other = summary_from_arrays(
        shop.frequency, shop.recency_days / unit_days, shop.age_days / unit_days, unit_days=unit_days
    )
    weekly, told = fit(shop), fit(other)  # type: ignore[operator]
    ratio = np.array(told.parameters) / np.array(weekly.parameters)
    times = [name in ("alpha", "beta") for name in weekly.estimate.names]
    times[3] = times[3] and isinstance(weekly, ParetoNbd)
    assert np.allclose(ratio, np.where(times, 7.0 / unit_days, 1.0), rtol=1e-6)
    horizon = Horizon(days(100))
    expected = weekly.expected_purchases(shop, horizon, 0.1)
    assert np.allclose(told.expected_purchases(other, horizon, 0.1), expected, rtol=1e-8)
    assert np.allclose(told.probability_alive(other), weekly.probability_alive(shop), rtol=1e-6)
    assert np.allclose(told.estimate.covariance, weekly.estimate.covariance, rtol=1e-4, atol=1e-9)
    shift = shop.frequency.sum() * np.log(7.0 / unit_days)
    assert weekly.estimate.log_likelihood - told.estimate.log_likelihood == pytest.approx(shift, rel=1e-9)


def test_any_currency_gives_the_same_spend_model(shop: LifetimeSummary) -> None:
    cents = replace(shop, mean_amount=shop.mean_amount * 100)
    one, other = fit_gamma_gamma(shop), fit_gamma_gamma(cents)
    assert np.allclose(np.array(other.parameters) / one.parameters, [1, 1, 100], rtol=1e-6)
    assert np.allclose(other.expected_amount(cents), one.expected_amount(shop) * 100, rtol=1e-6)


# -- forecasts -------------------------------------------------------------------------------------------------------


def test_expected_purchases_equal_a_fine_sum_with_and_without_discount(
    shop: LifetimeSummary, model: BetaGeometric | ParetoNbd
) -> None:
    some = shop.rows(np.array([0, 3, 50, 200, 899]))
    step = 0.02
    grid = np.arange(step / 2, 365, step)
    rate = model.rate_given_alive(
        some.frequency[:, None].astype(float), some.age_days[:, None], np.broadcast_to(grid, (5, len(grid)))
    )
    alive = model.probability_alive(some)
    for annual in (0.0, 0.1, 3.0):
        slow = alive * (rate * (1 + annual) ** (-grid / 365.25)).sum(axis=1) * step
        fast = model.expected_purchases(some, Horizon(days(365)), annual)
        assert np.allclose(fast, slow, rtol=1e-6)
    assert np.all(model.expected_purchases(some, Horizon(days(0))) == 0)


def test_expected_purchases_equal_the_mean_of_drawn_futures(
    shop: LifetimeSummary, model: BetaGeometric | ParetoNbd
) -> None:
    rng = np.random.default_rng(12)
    alive = model.probability_alive(shop)
    exposure = np.full((1, 6), 30.0)
    drawn = np.mean(
        [model.draw_counts(shop.frequency, shop.age_days, alive, exposure, rng).sum(axis=0) for _ in range(300)], axis=0
    )
    for k in (1, 3, 6):
        assert drawn[k - 1] == pytest.approx(model.expected_purchases(shop, Horizon(days(30 * k))).sum(), rel=0.015)


def test_a_customer_at_the_start_is_alive_and_probabilities_stay_probabilities(
    shop: LifetimeSummary, model: BetaGeometric | ParetoNbd
) -> None:
    alive = model.probability_alive(shop)
    assert np.all((alive > 0) & (alive <= 1))
    assert model.probability_alive(new_customers())[0] == 1
    silent = summary_from_arrays([400], [10.0], [500.0])  # bought 400 times in 10 weeks, then not for 490
    assert 0 <= model.probability_alive(silent)[0] < 1e-6
    assert model.expected_purchases(silent, Horizon(days(365)))[0] < 1e-3


def test_next_order_says_when_and_whether(shop: LifetimeSummary, model: BetaGeometric | ParetoNbd) -> None:
    table = expected_next_order_days(model, shop)
    again = table["p_order_again"].to_numpy()
    assert np.all(again <= model.probability_alive(shop) + 1e-12)
    median = np.array(table["median_days"].to_pylist(), dtype=float)
    told = ~np.isnan(median)
    assert np.all(table["reason"].is_null().to_numpy(zero_copy_only=False) == told)
    assert np.all(np.array(table["low_days"].to_pylist(), dtype=float)[told] < median[told])
    # Drawn: given that a frequent customer is alive, half of the orders to come arrive by the median.
    busy = int(np.argmax(np.where(told, shop.frequency, -1)))
    x, age = np.full(40_000, shop.frequency[busy]), np.full(40_000, shop.age_days[busy])
    exposure = np.array([[median[busy], 3e4]])
    counts = model.draw_counts(x, age, np.ones(40_000), exposure, np.random.default_rng(13))
    assert np.mean(counts[:, 0] > 0) / np.mean(counts[:, 1] > 0) == pytest.approx(0.5, abs=0.02)
    late = expected_next_order_days(model, summary_from_arrays([0], [0.0], [3000.0]))
    assert late["median_days"][0].as_py() is None
    assert "ten years" in late["reason"][0].as_py()


def test_value_is_purchases_times_spend_times_margin_and_repeats_itself(
    shop: LifetimeSummary, model: BetaGeometric | ParetoNbd
) -> None:
    spend, check = fit_spend(shop)
    assert check.status == "pass"
    horizon = Horizon(days(180))
    groups = np.where(shop.frequency > 0, "back", "once")

    def value(margin: float | None, rate: float, seed: int = 1) -> object:
        rng = np.random.default_rng(seed)
        return expected_value(model, spend, shop, horizon, rate, margin, rng, draws=60, segments=groups)

    plain, half, late = value(None, 0.0), value(0.5, 0.0), value(None, 0.2)
    expected = model.expected_purchases(shop, horizon) * spend.expected_amount(shop)
    assert np.allclose(plain.mean, expected, rtol=1e-12)  # type: ignore[attr-defined]
    assert np.allclose(half.mean, expected / 2, rtol=1e-12)  # type: ignore[attr-defined]
    assert np.all(late.mean < plain.mean)  # type: ignore[attr-defined]
    table = plain.to_arrow()  # type: ignore[attr-defined]
    assert table.column_names[:4] == ["entity_id", "mean", "low", "high"]
    assert table["entity_id"].to_pylist() == shop.entity_id.tolist()
    low, mean, high = (table[name].to_numpy() for name in ("low", "mean", "high"))
    assert np.all((low <= mean) & (mean <= high))
    total, parts = plain.total, plain.segments  # type: ignore[attr-defined]
    assert total.value == pytest.approx(expected.sum())
    assert total.value == pytest.approx(parts["back"].value + parts["once"].value)
    assert total.low < total.value < total.high
    assert value(None, 0.0).to_arrow().equals(table)  # type: ignore[attr-defined]


def test_returns_lower_what_a_customer_is_worth_but_never_below_nothing(shop: LifetimeSummary) -> None:
    spend = fit_gamma_gamma(shop)
    cases = summary_from_arrays([2, 2, 2, 0], [5.0, 5.0, 5.0, 0.0], [9.0] * 4, [5.0, 0.0, -8.0, np.nan])
    amount = spend.expected_amount(cases)
    assert amount[0] > amount[1] == amount[2] > 0
    p, q, gamma = spend.parameters
    assert amount[3] == pytest.approx(p * gamma / (q - 1))


def test_comparison_and_tracking_are_reproducible_tables(
    shop: LifetimeSummary, model: BetaGeometric | ParetoNbd
) -> None:
    horizon = Horizon(weeks(8))
    later = draw_purchases(model, shop, horizon, np.random.default_rng(3), 1)[:, 0]
    one, two = (compare_holdout(model, shop, later, horizon, np.random.default_rng(4)) for _ in range(2))
    assert one == two
    assert one.actual == later.sum()
    naive = naive_purchases(shop, horizon)
    assert one.naive_bias.value == pytest.approx(naive.sum() / later.sum() - 1)
    nothing = compare_holdout(model, shop, np.zeros(len(shop), dtype=np.int64), horizon, np.random.default_rng(4))
    assert nothing.bias.value is None
    assert "too few" in nothing.bias.reason
    past = weeks_observed(shop)
    actual = np.arange(past + 8)
    table = track_weeks(model, shop, actual, np.random.default_rng(5))
    assert table.column_names == ["week", "actual", "predicted", "low", "high", "holdout"]
    assert table["holdout"].to_pylist() == [False] * past + [True] * 8
    expected = shop.frequency.sum() + model.expected_purchases(shop, horizon).sum()
    assert table["predicted"][-1].as_py() == pytest.approx(expected, rel=1e-6)
    predicted = table["predicted"].to_numpy()
    assert np.all(np.diff(predicted[:past]) >= 0)
    assert np.all(np.diff(predicted[past:]) > 0)
    assert np.all(table["low"].to_numpy() <= predicted)


# -- saving ----------------------------------------------------------------------------------------------------------


def test_saved_and_loaded_models_give_identical_scores(
    shop: LifetimeSummary, model: BetaGeometric | ParetoNbd, tmp_path: Path
) -> None:
    spend = fit_gamma_gamma(shop)
    save_model(model, tmp_path / "purchases.json")
    save_model(spend, tmp_path / "spend.json")
    again, spend_again = load_model(tmp_path / "purchases.json"), load_model(tmp_path / "spend.json")
    assert again == model
    assert spend_again == spend
    horizon = Horizon(days(60))
    assert np.array_equal(again.expected_purchases(shop, horizon), model.expected_purchases(shop, horizon))  # type: ignore[union-attr]
    drawn = [draw_purchases(m, shop, horizon, np.random.default_rng(1), 3) for m in (model, again)]  # type: ignore[arg-type]
    assert np.array_equal(*drawn)
    numbers = card_numbers(model)
    assert {"r", "alpha", "log_likelihood", "gradient_norm", "customers"} <= set(numbers)
    assert numbers["r"].low is not None
    assert "correlation" in card_numbers(spend)


def test_a_leaned_fit_says_so_and_agrees_where_the_customers_decide(shop: LifetimeSummary) -> None:
    firm, check = fit_purchases(shop)
    assert (check.status, firm.estimate.leaned) == ("pass", False)
    leaned = fit_bg_nbd(shop, lean=True)
    assert leaned.estimate.leaned
    horizon = Horizon(days(90))
    assert leaned.expected_purchases(shop, horizon).sum() == pytest.approx(
        firm.expected_purchases(shop, horizon).sum(), rel=0.02
    )
    assert leaned.estimate.log_likelihood <= firm.estimate.log_likelihood


def test_pareto_customers_fit_better_with_pareto() -> None:
    rng = np.random.default_rng(21)
    lives = simulate_pareto_nbd((1.0, 8.0, 1.2, 12.0), rng.integers(30, 60, 4000).astype(float), 10, rng)
    bg, pareto = fit_bg_nbd(lives.summary), fit_pareto_nbd(lives.summary)
    assert pareto.estimate.log_likelihood > bg.estimate.log_likelihood + 2
