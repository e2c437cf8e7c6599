"""What every deployable model must pass, on the same small world."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from tradewind.core.errors import FormatError, ModelError
from tradewind.core.feature import Feature, FeatureTable, TrainingTable
from tradewind.models.calibrate import Calibrator, fit_amount_calibrator, fit_probability_calibrator
from tradewind.models.candidates import DEPLOYABLE
from tradewind.models.deployed import Deployed
from tradewind.models.design import apply_design
from tradewind.models.files import FORMAT, load_model, save_model
from tradewind.models.fitting import Learner
from tradewind.models.interval import fit_interval
from tradewind.models.usual import fit_usual

CUTOFF, LATER = date(2024, 1, 1), date(2024, 2, 1)
FEATURES = (
    Feature("days_since_last_order", "days since the last order", "days", "orders", "recency"),
    Feature("orders_count_30d", "orders in the last 30 days", "count", "orders", "frequency"),
    Feature("spend_90d", "amount spent in the last 90 days", "money", "orders", "spend"),
    Feature("always_empty", "never filled", "number", "orders", "empty"),
    Feature("plan_name", "plan", "category", "customers", "attribute", kind="category"),
)


def small_world(n: int, seed: int) -> FeatureTable:
    rng = np.random.default_rng(seed)
    numbers = np.column_stack(
        [rng.exponential(20, n).round(), rng.poisson(3, n), rng.lognormal(4, 1, n), np.full(n, np.nan)]
    ).astype(np.float32)
    numbers[rng.random(n) < 0.1, 2] = np.nan
    plan = rng.choice(np.array(["basic", "gold", None], dtype=object), n, p=[0.6, 0.3, 0.1])
    entity = np.array([f"c{i}" for i in range(n)], dtype=object)
    return FeatureTable(entity, np.full(n, np.datetime64(CUTOFF)), FEATURES, numbers, {"plan_name": plan})


def outcome_of(features: FeatureTable, task: str, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    margin = 0.05 * features.numbers[:, 0] - 0.3 * features.numbers[:, 1] + (features.categories["plan_name"] == "gold")
    if task == "classification":
        return (rng.random(len(features)) < 1 / (1 + np.exp(-margin))).astype(float)
    return np.where(rng.random(len(features)) < 0.3, 0.0, np.exp(3 - 0.4 * margin + rng.normal(0, 0.3, len(features))))


def fit(name: str, task: str, seed: int = 7, weight: np.ndarray | None = None, n: int = 600) -> Deployed:
    features = small_world(n, 1)
    label = outcome_of(features, task, 2)
    weight = np.ones(n) if weight is None else weight
    table = TrainingTable(features, {LATER: label}, {}, np.zeros(n), {}, weight)
    candidate = DEPLOYABLE[name]
    predictor = Learner(table, task, LATER, seed, 1).fit(candidate, candidate.settings[0])
    fresh = small_world(n, 3)
    raw, came, ones = predictor.mean(fresh), outcome_of(fresh, task, 4), np.ones(n)
    if task == "classification":
        calibrator = fit_probability_calibrator(raw, came, ones)
    else:
        calibrator = fit_amount_calibrator(raw, came, ones, fresh.cutoff)
    interval = fit_interval(calibrator.apply(raw), came, ones, task)
    return Deployed(predictor, calibrator, interval, fit_usual(features, weight))


MODELS = [(name, task) for name, candidate in DEPLOYABLE.items() for task in candidate.tasks]
every_model = pytest.mark.parametrize(("name", "task"), MODELS)


@pytest.fixture(scope="module")
def fitted() -> dict[tuple[str, str], Deployed]:
    return {(name, task): fit(name, task) for name, task in MODELS}


@every_model
def test_saved_and_loaded_it_scores_the_same_to_the_bit(name, task, fitted, tmp_path: Path) -> None:
    deployed, fresh = fitted[name, task], small_world(300, 5)
    version = save_model(tmp_path / "m", deployed, {"use_case": "lapse", "rows": 600})
    loaded, card = load_model(tmp_path / "m")
    for mine, theirs in zip(deployed.score(fresh), loaded.score(fresh), strict=True):
        assert mine.tobytes() == theirs.tobytes()
    assert deployed.contributions(fresh).tobytes() == loaded.contributions(fresh).tobytes()
    assert loaded.usual == deployed.usual
    assert (card["version"], card["use_case"], card["algorithm"], card["format"]) == (version, "lapse", name, FORMAT)


@every_model
def test_contributions_sum_to_the_margin(name, task, fitted) -> None:
    deployed, fresh = fitted[name, task], small_world(300, 5)
    margin = deployed.explainable.margin(apply_design(deployed.predictor.design, fresh))
    assert np.allclose(deployed.contributions(fresh).sum(axis=1), margin, rtol=1e-9, atol=1e-9)
    assert np.ptp(margin) > 0, "a model that learned nothing proves nothing"


@every_model
def test_it_learned_what_there_was_to_learn(name, task, fitted) -> None:
    fresh = small_world(2000, 6)
    mean, came = fitted[name, task].mean(fresh), outcome_of(fresh, task, 7)
    assert np.corrcoef(mean, came)[0, 1] > 0.3
    assert abs(mean.mean() / came.mean() - 1) < 0.15


@every_model
def test_strange_values_are_scored_and_stay_finite(name, task, fitted) -> None:
    strange = small_world(6, 8)
    strange.numbers[0] = np.nan
    strange.numbers[1] = np.inf
    strange.numbers[2] = -np.inf
    strange.numbers[3] = 3e38
    plans = strange.categories["plan_name"]
    plans[:] = ["never seen", None, "", "gold", float("nan"), 7]
    mean, low, high = fitted[name, task].score(strange)
    assert np.isfinite(mean).all()
    assert ((low <= mean) & (mean <= high)).all()
    if task == "classification":
        assert ((mean > 0) & (mean < 1) & (low >= 0) & (high <= 1)).all()
    assert np.isfinite(fitted[name, task].contributions(strange)).all()


@every_model
def test_one_row_and_no_row_and_any_order_give_the_same_scores(name, task, fitted) -> None:
    deployed, fresh = fitted[name, task], small_world(50, 9)
    mean = deployed.mean(fresh)
    order = np.random.default_rng(0).permutation(50)
    assert np.allclose(deployed.mean(fresh.rows(order)), mean[order], rtol=1e-12)
    assert np.allclose(deployed.mean(fresh.rows(np.array([17]))), mean[17], rtol=1e-12)
    assert deployed.mean(fresh.rows(np.array([], dtype=np.intp))).shape == (0,)


@every_model
def test_columns_are_found_by_name_and_absent_ones_are_named(name, task, fitted) -> None:
    deployed, fresh = fitted[name, task], small_world(50, 9)
    turned = replace(fresh, features=(*FEATURES[:4][::-1], FEATURES[4]), numbers=fresh.numbers[:, ::-1])
    assert np.array_equal(deployed.mean(turned), deployed.mean(fresh))
    without = replace(fresh, features=(FEATURES[0], *FEATURES[2:]), numbers=fresh.numbers[:, [0, 2, 3]])
    with pytest.raises(ModelError, match=r"lacks 1 .*orders in the last 30 days"):
        deployed.mean(without)


@every_model
def test_the_same_seed_gives_the_same_model(name, task, fitted) -> None:
    fresh = small_world(100, 10)
    assert np.array_equal(fit(name, task).mean(fresh), fitted[name, task].mean(fresh))


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_a_row_of_weight_two_counts_as_two_rows(task) -> None:
    """Exact for the linear model only: trees draw rows at random or tell equal splits apart by the order of rows."""
    features = small_world(400, 1)
    label, weight = outcome_of(features, task, 2), np.where(np.arange(400) < 100, 2.0, 1.0)
    doubled = np.r_[np.arange(400), np.arange(100)]
    candidate = DEPLOYABLE["linear"]
    once = TrainingTable(features, {LATER: label}, {}, np.zeros(400), {}, weight)
    twice = TrainingTable(features.rows(doubled), {LATER: label[doubled]}, {}, np.zeros(500), {}, np.ones(500))
    means = [Learner(t, task, LATER, 1, 1).fit(candidate, {"strength": 0.01}).mean(features) for t in (once, twice)]
    assert np.allclose(*means, rtol=0.02)


@every_model
def test_rows_of_no_weight_teach_nothing(name, task) -> None:
    n = 600
    weight = np.ones(n)
    half = small_world(n, 1).numbers[:, 0] > 20  # those long without an order are not counted
    weight[half] = 1e-9
    deployed = fit(name, task, weight=weight)
    plain = fit(name, task)
    features = small_world(n, 1)
    label = outcome_of(features, task, 2)
    wrong = [abs(d.predictor.mean(features)[~half].mean() - label[~half].mean()) for d in (deployed, plain)]
    assert wrong[0] < max(2 * wrong[1], 0.1 * label[~half].mean())


@pytest.mark.parametrize("file", ["model.txt", "design.json", "calibrator.json", "interval.json", "card.json"])
def test_damaged_files_are_refused_in_plain_words(fitted, tmp_path: Path, file: str) -> None:
    save_model(tmp_path / "m", fitted["boosting", "classification"], {})
    path = tmp_path / "m" / file
    path.write_text(path.read_text()[: path.stat().st_size // 2])
    with pytest.raises(ModelError, match="damaged"):
        load_model(tmp_path / "m")
    path.unlink()
    with pytest.raises(ModelError, match=r"damaged|no saved model"):
        load_model(tmp_path / "m")


def test_a_folder_without_a_model_another_format_and_a_path_outside_are_refused(fitted, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no saved model here"):
        load_model(tmp_path)
    save_model(tmp_path / "m", fitted["linear", "classification"], {})
    path = tmp_path / "m" / "card.json"
    card = json.loads(path.read_text())
    path.write_text(json.dumps({**card, "format": FORMAT + 1}))
    with pytest.raises(FormatError, match=f"format {FORMAT + 1}"):
        load_model(tmp_path / "m")
    path.write_text(json.dumps({**card, "files": {**card["files"], "../secret": "0"}}))
    with pytest.raises(ModelError, match="outside the folder"):
        load_model(tmp_path / "m")
    path.write_text("[1, 2]")
    with pytest.raises(ModelError, match="damaged"):
        load_model(tmp_path / "m")


def test_trees_that_point_outside_themselves_are_never_given_to_the_reader(fitted, tmp_path: Path) -> None:
    from tradewind.models.trees import check_text

    text = fitted["boosting", "classification"].explainable.text
    check_text(text)
    for old, new in (
        ("split_feature=", "split_feature=99 "),
        ("left_child=", "left_child=77 "),
        ("num_leaves=", "num_leaves=9"),
    ):
        with pytest.raises(ModelError, match="damaged"):
            check_text(text.replace(old, new, 1))
    with pytest.raises(ModelError):
        check_text("")


def test_a_curve_that_falls_is_no_calibration() -> None:
    good = Calibrator("isotonic", 1.0, 0.0, (0.0, 1.0), (0.2, 0.4)).to_json()
    assert Calibrator.from_json(good).value == (0.2, 0.4)
    for bad in ({"value": [0.4, 0.2]}, {"slope": -1.0}, {"kind": "magic"}, {"at": [0.0]}):
        with pytest.raises(ModelError):
            Calibrator.from_json({**good, **bad})


def test_the_card_keeps_what_it_was_given_and_no_number_is_nan(fitted, tmp_path: Path) -> None:
    save_model(tmp_path / "m", fitted["tree", "regression"], {"metrics": {"auc": {"value": 0.8}}, "format": 99})
    card = load_model(tmp_path / "m")[1]
    assert card["metrics"] == {"auc": {"value": 0.8}}
    assert card["format"] == FORMAT
    with pytest.raises(ValueError):
        save_model(tmp_path / "n", fitted["tree", "regression"], {"auc": math.nan})
