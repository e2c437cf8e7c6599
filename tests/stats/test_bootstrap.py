"""Intervals hold the truth at their stated rate, count entities and not rows, and say when they cannot be given."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from tradewind.stats.amounts import mae
from tradewind.stats.bootstrap import Draws, bca_interval, bootstrap_by_entity, rarer_class, resamples_for
from tradewind.stats.probability import weighted_mean
from tradewind.stats.ranking import Values, auc, average_precision, capture, rank


def coverage(simulate: Callable[[np.random.Generator], Draws], truth: float, times: int) -> float:
    rng = np.random.default_rng(20)
    numbers = [simulate(rng).number("figure") for _ in range(times)]
    return float(np.mean([number.low <= truth <= number.high for number in numbers]))


@pytest.mark.parametrize(("positives", "negatives", "area"), [(60, 140, 0.85), (10, 190, 0.9)])
def test_auc_intervals_hold_the_truth_even_with_ten_positives(positives: int, negatives: int, area: float) -> None:
    apart = stats.norm.ppf(area) * np.sqrt(2)  # the binormal model's exact AUC
    label = np.r_[np.ones(positives), np.zeros(negatives)]

    def simulate(rng: np.random.Generator) -> Draws:
        ranking = rank(rng.normal(apart * label))
        return bootstrap_by_entity(
            lambda weight: {"figure": auc(label, ranking, weight)},
            np.arange(len(label)),
            np.ones(len(label)),
            rng,
            resamples=400,
            effective=positives,
        )

    # 200 intervals at 95 %: outside [0.90, 0.99] by chance once in a thousand.
    assert 0.90 <= coverage(simulate, area, 200) <= 0.995


def test_mean_error_intervals_hold_the_truth_when_spend_is_skewed() -> None:
    def simulate(rng: np.random.Generator) -> Draws:
        actual = rng.gamma(0.5, 2.0, 300) * (rng.random(300) < 0.5)
        return bootstrap_by_entity(
            lambda weight: {"figure": mae(actual, np.zeros(300), weight)}, np.arange(300), np.ones(300), rng, 400
        )

    assert 0.90 <= coverage(simulate, 0.5, 200) <= 0.995


def test_rows_of_one_entity_count_once() -> None:
    # Ten copies of every entity's row: rows drawn one by one would give intervals √10 times too short.
    def simulate(rng: np.random.Generator) -> Draws:
        quantity = np.repeat(rng.normal(size=60), 10)
        return bootstrap_by_entity(
            lambda weight: {"figure": weighted_mean(quantity, weight)},
            np.repeat(np.arange(60), 10),
            np.ones(600),
            rng,
            300,
        )

    assert 0.90 <= coverage(simulate, 0.0, 200) <= 0.995


def test_sampling_weights_are_honoured() -> None:
    # A third of the small ones is kept and weighs three: the weighted mean is that of the whole.
    def simulate(rng: np.random.Generator) -> Draws:
        quantity = rng.exponential(1.0, 900)
        kept = (quantity > 1) | (rng.random(900) < 1 / 3)
        weight = np.where(quantity > 1, 1.0, 3.0)[kept]
        return bootstrap_by_entity(
            lambda draw: {"figure": weighted_mean(quantity[kept], draw)}, np.arange(kept.sum()), weight, rng, 300
        )

    assert 0.90 <= coverage(simulate, 1.0, 200) <= 0.995


def test_a_paired_difference_is_judged_more_sharply_than_two_intervals() -> None:
    rng = np.random.default_rng(5)
    label = (rng.random(800) < 0.3).astype(float)
    good = label + rng.normal(size=800)
    close = good + 0.35 * rng.normal(size=800)

    def statistics(weight: Values) -> dict[str, Values]:
        first, second = auc(label, good, weight), auc(label, close, weight)
        return {"first": first, "second": second, "gap": first - second}

    draws = bootstrap_by_entity(statistics, np.arange(800), np.ones(800), rng)
    first, second, gap = (draws.number(name) for name in ("first", "second", "gap"))
    assert second.high > first.low  # the intervals overlap
    assert gap.low > 0  # and yet the difference is certain
    assert draws.two_sided_p("gap") < 0.05


def test_bca_is_that_of_scipy() -> None:
    rng = np.random.default_rng(6)
    sample = rng.exponential(1.0, 120)
    scipy = stats.bootstrap((sample,), np.mean, n_resamples=20_000, method="BCa", rng=rng).confidence_interval
    draws = bootstrap_by_entity(
        lambda weight: {"figure": weighted_mean(sample, weight)}, np.arange(120), np.ones(120), rng, 20_000
    )
    plain = bca_interval(sample.mean(), draws.resampled["figure"], draws.jackknife["figure"], effective=10**9)
    np.testing.assert_allclose(plain, scipy, atol=0.01)
    widened = draws.number("figure")
    assert widened.low < plain[0]
    assert widened.high > plain[1]


def test_grouped_jackknife_gives_the_acceleration_of_the_full_one() -> None:
    rng = np.random.default_rng(7)
    sample = rng.exponential(1.0, 5_000)
    draws = bootstrap_by_entity(
        lambda weight: {"figure": weighted_mean(sample, weight)}, np.arange(5_000), np.ones(5_000), rng, 100
    )
    apart = draws.jackknife["figure"].mean() - draws.jackknife["figure"]
    grouped = np.sum(apart**3) / (6 * np.sum(apart**2) ** 1.5)
    assert len(apart) == 100
    assert grouped == pytest.approx(stats.skew(sample) / (6 * np.sqrt(5_000)), abs=0.008)


def test_the_same_generator_gives_the_same_interval() -> None:
    sample = np.arange(50.0)

    def interval(seed: int) -> object:
        return bootstrap_by_entity(
            lambda weight: {"figure": weighted_mean(sample, weight)},
            np.arange(50),
            np.ones(50),
            np.random.default_rng(seed),
            100,
        ).number("figure")

    assert interval(1) == interval(1)
    assert interval(1) != interval(2)


def test_one_entity_has_a_value_and_no_interval() -> None:
    draws = bootstrap_by_entity(
        lambda weight: {"figure": weighted_mean(np.array([1.0, 3.0]), weight)},
        ["a", "a"],
        np.ones(2),
        np.random.default_rng(0),
    )
    number = draws.number("figure", "USD")
    assert (number.value, number.low, number.high, number.unit) == (2.0, None, None, "USD")


def test_no_rows_give_the_reason() -> None:
    draws = bootstrap_by_entity(
        lambda weight: {"figure": weighted_mean(np.array([]), weight)}, [], np.array([]), np.random.default_rng(0)
    )
    assert draws.number("figure", reason="there are no rows").reason == "there are no rows"
    assert draws.number("figure").reason


def test_resamples_that_mostly_fail_give_no_interval() -> None:
    label, score = np.r_[1.0, np.zeros(30)], np.arange(31)
    draws = bootstrap_by_entity(
        lambda weight: {"figure": auc(label, score, weight)},
        np.arange(31),
        np.ones(31),
        np.random.default_rng(0),
        effective=rarer_class(label, np.arange(31), np.ones(31)),
    )
    number = draws.number("figure")
    assert number.value == 0
    assert number.low is None


def test_rarer_class_counts_entities_with_weight() -> None:
    assert rarer_class([1, 1, 1, 0, 0], ["a", "a", "b", "c", "d"], np.array([1.0, 1, 1, 1, 1])) == 2
    assert rarer_class([1, 1, 1, 0, 0], ["a", "a", "b", "c", "d"], np.array([1.0, 1, 0, 1, 1])) == 1
    assert rarer_class([1, 1], ["a", "b"], np.ones(2)) == 0


def test_curves_have_bands() -> None:
    rng = np.random.default_rng(8)
    label, score = rng.integers(0, 2, 300).astype(float), rng.random(300)
    draws = bootstrap_by_entity(
        lambda weight: {"gain": capture(label, score, weight, [0.0, 0.5, 1.0])}, np.arange(300), np.ones(300), rng, 200
    )
    low, high = draws.band("gain")
    assert (low[0], high[0], low[2], high[2]) == (0, 0, 1, 1)
    assert low[1] < draws.point["gain"][1] < high[1]


def test_resamples_fall_with_size_and_never_below_one_hundred() -> None:
    assert [resamples_for(rows) for rows in (0, 2_300, 20_000, 100_000, 10_000_000)] == [1000, 1000, 1000, 200, 100]


def test_memory_is_bounded_by_batches_of_weights() -> None:
    rows, seen = 100_000, []
    label, score = np.tile([0.0, 1.0], rows // 2), np.arange(rows)

    def statistics(weight: Values) -> dict[str, Values]:
        seen.append(weight.size)
        ranking = rank(score)
        return {"auc": auc(label, ranking, weight), "average_precision": average_precision(label, ranking, weight)}

    draws = bootstrap_by_entity(statistics, np.arange(rows), np.ones(rows), np.random.default_rng(0), 10)
    assert max(seen) <= 4_000_000
    assert len(draws.resampled["auc"]) == 10


def test_an_interval_never_leaves_its_own_figure_out() -> None:
    # The maximum is the standing example of a figure whose resamples all lie on one side.
    draws = np.random.default_rng(9).uniform(0, 0.9, 500)
    low, high = bca_interval(1.0, draws, draws[:100], effective=50)
    assert low < 0.1
    assert high == 1.0
