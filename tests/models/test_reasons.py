"""Ten thousand reasons that a shop owner can read, no two of one person alike."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from tradewind.core.feature import PRESENT_STAGE, Feature, FeatureTable
from tradewind.models.calibrate import Calibrator
from tradewind.models.deployed import Deployed, Predictor
from tradewind.models.design import apply_design, fit_design
from tradewind.models.drivers import bootstrap_refits, global_drivers
from tradewind.models.interval import Interval
from tradewind.models.linear import fit_linear
from tradewind.models.reason_words import Speaker
from tradewind.models.reasons import _Values, explain
from tradewind.models.trees import fit_trees
from tradewind.models.usual import ALIKE, Usual, fit_usual

FEATURES = (
    Feature("days_since_last_order", "days since the last order", "days", "orders", "recency"),
    Feature("usual_gap", "usual days between orders", "days", "orders", "rhythm"),
    Feature("silence_to_gap", "days since the last order compared with the usual gap", "ratio", "orders", "silence"),
    Feature("orders_count_30d", "orders in the last 30 days", "count", "orders", "frequency"),
    Feature("orders_count_90d", "orders in the last 90 days", "count", "orders", "frequency"),
    Feature("spend_90d", "amount spent in the last 90 days", "money", "orders", "spend"),
    Feature(
        "spend_trend", "amount spent in the last 30 days compared with the 30 days before", "ratio", "orders", "trend"
    ),
    Feature("discount_share", "share of orders with a discount", "share", "orders", "discount", "you can influence"),
    Feature("named_1_30d", 'actions "coupon redeemed" in the last 30 days', "count", "events", "web action"),
    Feature("score_x", "a number of_theirs", "number", "customers", "attribute"),
    Feature("home_ownership", "home ownership", "category", "customers", "attribute2", kind="category"),
)
MODEL_WORDS = re.compile(
    r"shap|feature|model|log.?odds|logit|margin|coefficient|contribution|probabilit|predict|regress|weight|variable|"
    r"\bnan\b|\binf\b|none|null|float|_|\{|\}|e[+-]\d\d",
    re.IGNORECASE,
)


def people(n: int, seed: int) -> FeatureTable:
    rng = np.random.default_rng(seed)
    gap = rng.integers(1, 40, n).astype(float)
    since = np.round(rng.exponential(gap))
    count = rng.poisson(30 / gap)
    quarter = count + rng.poisson(60 / gap)
    spend = quarter * rng.lognormal(3, 0.5, n)
    numbers = np.column_stack(
        [since, gap, since / gap, count, quarter, spend, rng.lognormal(0, 1, n), rng.beta(2, 2, n),
         rng.poisson(0.5, n), rng.normal(size=n) * 1e4]
    ).astype(np.float32)  # fmt: skip
    numbers[rng.random(numbers.shape) < 0.03] = np.nan
    home = rng.choice(np.array(["Home_owner", "renter", None, "Under_35"], dtype=object), n)
    entity = np.array([str(i) for i in range(n)], dtype=object)
    return FeatureTable(entity, np.full(n, np.datetime64("2024-01-01")), FEATURES, numbers, {"home_ownership": home})


def outcome(features: FeatureTable, seed: int = 1) -> np.ndarray:
    x = np.nan_to_num(features.numbers.astype(float))
    margin = (
        0.05 * x[:, 0]
        - 0.2 * x[:, 3]
        - 0.002 * x[:, 5]
        + x[:, 7]
        + 0.5 * (features.categories["home_ownership"] == "renter")
    )
    return (np.random.default_rng(seed).random(len(x)) < 1 / (1 + np.exp(-margin))).astype(float)


def deployed(kind: str = "trees", n: int = 2000, seed: int = 0) -> Deployed:
    features, ones = people(n, seed), np.ones(n)
    design = fit_design(features, ones, "linear" if kind == "linear" else "trees")
    matrix, y = apply_design(design, features), outcome(features)
    model = (
        fit_linear(matrix, y, ones, "logit")
        if kind == "linear"
        else fit_trees(matrix, y, ones, "logit", "boosting", {}, 1, 1)
    )
    return Deployed(
        Predictor("classification", design, model), Calibrator("identity"), Interval(), fit_usual(features, ones)
    )


@pytest.fixture(scope="module")
def trees() -> Deployed:
    return deployed()


@pytest.mark.parametrize("kind", ["trees", "linear"])
def test_ten_thousand_reasons_are_plain_and_no_two_of_one_person_alike(kind) -> None:
    model, told = deployed(kind), 0
    features = people(4000, 5)
    alike = {frozenset(pair) for pair in model.usual.alike}
    families = {name: feature.family for feature in FEATURES for name in [feature.name]}
    for reasons in explain(model, features, "EUR"):
        assert len(reasons) <= 3
        assert len({reason.family for reason in reasons}) == len(reasons)
        strengths = [abs(reason.contribution) for reason in reasons]
        assert strengths == sorted(strengths, reverse=True)
        for reason in reasons:
            told += 1
            assert not MODEL_WORDS.search(reason.text), reason.text
            assert not any(name in reason.text for name in families if "_" in name)
            assert reason.direction == ("raises" if reason.contribution > 0 else "lowers")
            assert reason.influence == ("you can influence" if reason.family == "discount" else "signal only")
    assert told >= (10_000 if kind == "trees" else 8_000)
    assert frozenset({"orders_count_30d", "orders_count_90d"}) in alike


def test_no_reason_repeats_what_a_stronger_one_of_another_family_said(trees: Deployed) -> None:
    """Silence repeats recency by its words; spend repeats orders by its correlation: one of each pair at most."""
    told = explain(trees, people(1500, 6))
    assert any("recency" in {reason.family for reason in reasons} for reasons in told)
    assert not any({"recency", "silence"} <= {reason.family for reason in reasons} for reasons in told)
    assert not any(len({reason.text for reason in reasons}) < len(reasons) for reasons in told)
    assert frozenset({"orders_count_90d", "spend_90d"}) in {frozenset(pair) for pair in trees.usual.alike}
    spoken = [[r for r in reasons if r.family in ("frequency", "spend") and "90 days" in r.text] for reasons in told]
    assert max(len(texts) for texts in spoken) == 1


def words(feature: Feature, value: float | str | None, middle: float | str | None, **own: float) -> str:
    usual = Usual({} if middle is None else {feature.name: middle})
    sentences = {"since": "days since the last order", "gap": "usual days between orders"}
    return Speaker(usual, "USD", FEATURES).say(feature, value, {sentences[name]: v for name, v in own.items()})


def test_reasons_read_as_one_would_say_them() -> None:
    by_name = {feature.name: feature for feature in FEATURES}
    recency, silence = by_name["days_since_last_order"], by_name["silence_to_gap"]
    assert words(recency, 41.0, 5.0, since=41, gap=6) == "no order for 41 days; usually every 6"
    assert words(silence, 6.8, 0.9, since=41, gap=6) == "no order for 41 days; usually every 6"
    assert words(recency, 3.0, 5.0, since=3, gap=1) == "no order for 3 days; usually every day"
    assert words(recency, 1.0, 5.0, since=1, gap=9) == "ordered yesterday; usually every 9"
    assert words(recency, 64.0, 6.0, since=64, gap=199) == "no order for 64 days; others for 6"
    assert words(recency, 41.0, 5.0, since=41) == "no order for 41 days; others for 5"
    assert words(by_name["usual_gap"], 2.0, 6.0, gap=2) == "orders every 2 days; others every 6"
    orders = by_name["orders_count_30d"]
    assert words(orders, 2.0, 6.0) == "2 orders in the last 30 days; usually 6"
    assert words(orders, 0.0, 6.0) == "no orders in the last 30 days; usually 6"
    assert words(orders, 1.0, 6.0) == "orders in the last 30 days: 1; usually 6"
    assert words(orders, 6.0, 6.0) == "orders in the last 30 days: 6, as usual"
    assert words(by_name["spend_90d"], 1234.0, 315.4) == "amount spent in the last 90 days: $1,234; usually $315"
    assert words(by_name["discount_share"], 0.123, 0.0) == "share of orders with a discount: 12 %; usually 0 %"
    assert words(by_name["discount_share"], 0.004, 0.3) == "share of orders with a discount: under 1 %; usually 30 %"
    demo = Feature("days_since_activity_1", "days since the last demo", "days", "activities", "activity kinds")
    assert words(demo, 71.0, 19.0) == "71 days since the last demo; usually 19"
    assert words(demo, 1.0, 19.0) == "1 day since the last demo; usually 19"
    assert words(demo, 0.0, 19.0) == "days since the last demo: 0; usually 19"
    trend = by_name["spend_trend"]
    assert words(trend, 6.81, 0.9).endswith("the 30 days before: 6.8 times; usually 0.9 times")
    home = by_name["home_ownership"]
    assert words(home, "Home_owner", "renter") == "home ownership: Home owner; most often renter"
    assert words(home, None, "renter") == "home ownership: not known"
    assert words(by_name["score_x"], -12345.6, None) == "a number of theirs: −12,345.6"


def test_the_parts_of_a_family_are_summed_and_the_strongest_member_speaks() -> None:
    model = deployed("linear")
    features = people(50, 7)
    parts = model.contributions(features)
    both = [at for at, feature in enumerate(FEATURES) if feature.family == "frequency"]
    for row, reasons in enumerate(explain(model, features, most=11)):
        for reason in reasons:
            if reason.family == "frequency":
                assert reason.contribution == pytest.approx(parts[row, both].sum())


def test_nobody_and_a_model_that_says_the_same_to_all_have_no_reasons(trees: Deployed) -> None:
    assert explain(trees, people(5, 1).rows(np.array([], dtype=np.intp))) == []
    model = deployed("linear")
    flat = replace(model.predictor.model, coefficients=np.zeros_like(model.predictor.model.coefficients))
    none = replace(model, predictor=replace(model.predictor, model=flat))
    assert explain(none, people(3, 1)) == [(), (), ()]


def test_correlated_features_are_found_by_rank() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=3000)
    numbers = np.column_stack([x, np.exp(2 * x), -x + rng.normal(size=3000) * 0.3, rng.normal(size=3000)])
    table = people(3000, 0)
    features = tuple(Feature(n, n, "number", "t", n) for n in "abcd")
    table = FeatureTable(table.entity_id, table.cutoff, features, numbers.astype(np.float32))
    usual = fit_usual(table, np.ones(3000))
    assert {frozenset(pair) for pair in usual.alike} == {frozenset(p) for p in (("a", "b"), ("a", "c"), ("b", "c"))}
    assert ALIKE == 0.7
    assert usual.middle["a"] == pytest.approx(0, abs=0.1)


def test_drivers_name_direction_share_and_stability(trees: Deployed) -> None:
    features, rng = people(1500, 8), np.random.default_rng(0)
    rows = {row["family"]: row for row in global_drivers(trees, features, rng, most=5).to_pylist()}
    assert len(rows) <= 5
    assert sum(row["importance"] for row in rows.values()) <= 1 + 1e-9
    assert all(0 <= row["stability"] <= 1 for row in rows.values())
    lead = next(iter(rows.values()))
    assert lead["stability"] == 1
    expected = {
        "frequency": "more lowers it",
        "spend": "more lowers it",
        "discount": "more raises it",
        "recency": "more raises it",
    }
    shown = {family: row["direction"] for family, row in rows.items() if family in expected}
    assert len(shown) >= 2
    assert shown == {family: expected[family] for family in shown}


def test_refits_on_resampled_customers_tell_luck_from_what_lasts() -> None:
    n = 800
    features, model = people(n, 0), deployed("linear", n)
    y = outcome(features)

    def refit(rows: np.ndarray, seed: int) -> Predictor:
        sample = features.rows(rows)
        design = fit_design(sample, np.ones(len(rows)), "linear")
        return Predictor(
            "classification", design, fit_linear(apply_design(design, sample), y[rows], np.ones(len(rows)), "logit")
        )

    rng = np.random.default_rng(1)
    refits = bootstrap_refits(refit, features.entity_id, rng, 10)
    table = global_drivers(model, features, rng, refits, most=3).to_pylist()
    assert table[0]["stability"] >= 0.9
    assert all(abs(row["stability"] * 10 - round(row["stability"] * 10)) < 1e-9 for row in table)


def test_the_stage_is_called_by_its_name() -> None:
    stage = Feature("stage_now", "present stage", "category", "deal_stages", "stage", kind="category")
    stay = Feature("days_in_stage", f"days in {PRESENT_STAGE}", "days", "deal_stages", "time in stage")
    stages = {"stage_now": np.array(["Price_talks", None], dtype=object)}
    days = np.array([[12.0], [3.0]], dtype=np.float32)
    table = FeatureTable(
        np.array(["a", "b"], dtype=object), np.full(2, np.datetime64("2024-01-01")), (stage, stay), days, stages
    )
    values = _Values((stay,), table, Usual({}))
    assert values.named(words(stay, 12.0, 9.0), 0) == "12 days in Price talks; usually 9"
    assert values.named(words(stay, 3.0, 9.0), 1) == "3 days in its present stage; usually 9"
