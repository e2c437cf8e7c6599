"""The rolling origin: learns, chooses and calibrates only on what was known, tests once, and says what it left out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np
import pytest

from tradewind.core.errors import ConfigError, LeakError, ModelError, NotAnswerable
from tradewind.core.feature import Feature, FeatureTable, TrainingTable
from tradewind.models.candidates import AUTO, Candidate, choose_candidates
from tradewind.models.choose import out_of_time_score
from tradewind.models.drivers import resampled_refits
from tradewind.models.files import load_model, save_model
from tradewind.models.fitting import rarer_outcomes
from tradewind.models.protocol import Trial, fit_deployed, run_protocol

DAYS = [date(2024, 1, 1) + timedelta(days=30 * month) for month in range(7)]
TEST, TODAY = DAYS[-1], DAYS[-1] + timedelta(days=30)
QUICK = choose_candidates(["linear", "tree"])


def still() -> datetime:
    return datetime(2025, 1, 1)


def ticking(seconds: float) -> Callable[[], datetime]:
    """A clock on which every look costs time."""
    looks = iter(range(1_000_000))
    return lambda: datetime(2025, 1, 1) + timedelta(seconds=seconds * next(looks))


def world(task: str = "classification", people: int = 300, seed: int = 0) -> TrainingTable:
    rng = np.random.default_rng(seed)
    n = people * len(DAYS)
    entity = np.tile(np.array([f"c{i}" for i in range(people)], dtype=object), len(DAYS))
    cutoff = np.repeat(np.array(DAYS, dtype="datetime64[D]"), people)
    numbers = rng.normal(size=(n, 4)).astype(np.float32)
    plan = rng.choice(np.array(["basic", "gold", None], dtype=object), n)
    features = (
        *(Feature(f"n{i}", f"number {i}", "number", "t", f"f{i}") for i in range(4)),
        Feature("plan", "plan", "category", "t", "plan", kind="category"),
    )
    margin = 1.5 * numbers[:, 0] - numbers[:, 1] - 0.5
    if task == "classification":
        label = (rng.random(n) < 1 / (1 + np.exp(-margin))).astype(float)
    else:
        label = np.where(rng.random(n) < 0.3, 0.0, np.exp(3 + 0.5 * margin + rng.normal(0, 0.3, n)))
    labels = {
        day: np.where(cutoff + np.timedelta64(30, "D") <= np.datetime64(day), label, np.nan) for day in (*DAYS, TODAY)
    }
    table = FeatureTable(entity, cutoff, features, numbers, {"plan": plan})
    return TrainingTable(table, labels, {}, np.ones(n), {}, np.ones(n))


def run(table: TrainingTable, task: str = "classification", candidates=QUICK, **changed) -> Trial:
    given = {"rng_seed": 1, "time_limit": 60.0, "clock": still, "num_threads": 1} | changed
    return run_protocol(table, task, TEST, candidates, **given)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def trial() -> Trial:
    return run(world())


def test_every_prediction_is_of_its_own_time(trial: Trial) -> None:
    table = world()
    assert trial.origins == tuple(DAYS[3:6])
    assert set(table.features.cutoff[trial.earlier_rows].astype(object)) == set(DAYS[3:6])
    assert set(table.features.cutoff[trial.test_rows].astype(object)) == {TEST}
    assert trial.training_rows == 300 * 6
    assert np.array_equal(trial.earlier_label, table.label[trial.earlier_rows])
    assert np.array_equal(trial.test_label, table.label[trial.test_rows])
    assert trial.training_positives == int(table.label[table.features.cutoff < np.datetime64(TEST)].sum())


def test_it_finds_what_there_is_and_the_linear_model_wins_a_linear_world(trial: Trial) -> None:
    assert trial.chosen == "linear"
    high = trial.test_mean > np.median(trial.test_mean)
    assert trial.test_label[high].mean() > trial.test_label[~high].mean() + 0.3
    assert trial.test_mean.mean() == pytest.approx(trial.test_label.mean(), abs=0.06)
    assert set(trial.others) == {"tree"}
    scores = {(a.name, str(a.settings)): a.score for a in trial.attempts}
    assert min(scores.values()) == scores[trial.chosen, str(trial.settings)]


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_nothing_known_later_changes_a_prediction(task: str) -> None:
    """The probe: outcomes and features from the test cutoff on are made absurd; what was said before must not move."""
    table = world(task)
    before = run(table, task)
    late = table.features.cutoff >= np.datetime64(TEST)
    unknown = np.isnan(table.labels[TEST])
    assert np.array_equal(late, unknown)
    numbers = table.features.numbers.copy()
    numbers[late] = 1e6
    labels = {day: label.copy() for day, label in table.labels.items()}
    labels[TODAY][unknown] = 1 - labels[TODAY][unknown] if task == "classification" else 9e6
    after = run(replace(table, features=replace(table.features, numbers=numbers), labels=labels), task)
    assert after.chosen == before.chosen
    assert after.earlier_mean.tobytes() == before.earlier_mean.tobytes()
    assert after.calibrator == before.calibrator
    same = table.features.rows(before.test_rows)
    assert after.predictor.mean(same).tobytes() == before.predictor.mean(same).tobytes()


def test_an_earlier_origin_does_not_see_what_came_between() -> None:
    table = world()
    before = run(table)
    last = DAYS[5]
    labels = {
        day: np.where(table.features.cutoff == np.datetime64(DAYS[4]), 1.0, label) if day > last else label
        for day, label in table.labels.items()
    }  # at the origin DAYS[5] the outcomes of DAYS[4] were known as they were; only later were they rewritten
    labels = {day: np.where(np.isnan(table.labels[day]), np.nan, label) for day, label in labels.items()}
    after = run(replace(table, labels=labels))
    here = table.features.cutoff[before.earlier_rows] == np.datetime64(last)
    if (after.chosen, after.settings) == (before.chosen, before.settings):
        assert after.earlier_raw[here].tobytes() == before.earlier_raw[here].tobytes()
    names = {(a.name, str(a.settings)) for a in before.attempts}
    assert names == {(a.name, str(a.settings)) for a in after.attempts}


def test_the_same_seed_gives_the_same_trial(trial: Trial) -> None:
    again = run(world())
    assert again.test_mean.tobytes() == trial.test_mean.tobytes()
    assert again.said == trial.said


def test_copies_of_rows_and_early_outcomes_are_leaks() -> None:
    table = world(people=60)
    doubled = np.r_[np.arange(len(table)), np.arange(5)]
    copied = TrainingTable(
        table.features.rows(doubled), {day: label[doubled] for day, label in table.labels.items()}, {},
        table.value[doubled], {}, table.weight[doubled],
    )  # fmt: skip
    with pytest.raises(LeakError, match=r"more than once at one cutoff .*5 such rows"):
        run(copied)
    early = {**table.labels, TEST: table.label}
    with pytest.raises(LeakError, match="before their time"):
        run(replace(table, labels=early))


def shortened(table: TrainingTable, keep: np.ndarray) -> TrainingTable:
    rows = np.flatnonzero(keep)
    labels = {day: label[rows] for day, label in table.labels.items()}
    return TrainingTable(table.features.rows(rows), labels, {}, table.value[rows], {}, table.weight[rows])


def relabelled(table: TrainingTable, value: float) -> TrainingTable:
    return replace(table, labels={day: np.where(np.isnan(v), v, value) for day, v in table.labels.items()})


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_what_cannot_be_learned_is_said_in_plain_words(task: str) -> None:
    table = world(task)
    nobody = shortened(table, np.zeros(len(table), dtype=bool))
    with pytest.raises(NotAnswerable, match="no customer's outcome was known"):
        run(nobody, task)
    with pytest.raises(NotAnswerable, match="too few customers"):
        run(shortened(table, table.features.entity_id == "c1"), task)
    with pytest.raises(NotAnswerable, match="nothing tells people apart"):
        run(relabelled(table, 1.0), task)
    with pytest.raises(NotAnswerable, match="no customer's outcome was known"):
        run(shortened(table, table.features.cutoff == np.datetime64(TEST)), task)
    with pytest.raises(NotAnswerable, match="is known yet"):
        run(shortened(table, table.features.cutoff < np.datetime64(TEST)), task)
    with pytest.raises(ModelError, match="labels as known at the test cutoff"):
        run(replace(table, labels={TODAY: table.label}), task)


def test_strange_outcomes_and_weights_are_refused() -> None:
    table = world()
    with pytest.raises(ModelError, match="not what was asked for"):
        run(relabelled(table, 3.0))
    with pytest.raises(ModelError, match="negative"):
        run(replace(table, weight=-table.weight))


def test_few_positives_still_give_an_answer_close_to_the_base_rate() -> None:
    table = world(people=400)
    rng = np.random.default_rng(3)
    rare = (rng.random(len(table)) < 0.008).astype(float)
    labels = {day: np.where(np.isnan(v), v, rare) for day, v in table.labels.items()}
    trial = run(replace(table, labels=labels))
    assert trial.calibrator.kind in ("identity", "platt")
    assert trial.test_mean.mean() == pytest.approx(rare.mean(), abs=0.01)
    assert trial.test_mean.max() < 0.2


def test_a_handful_of_outcomes_is_answered_by_the_cautious_model_with_wide_intervals() -> None:
    table = world(people=40)
    rare = np.zeros(len(table))
    rare[np.random.default_rng(3).choice(200, 5, replace=False)] = 1.0
    labels = {day: np.where(np.isnan(v), v, rare) for day, v in table.labels.items()}
    trial = run(replace(table, labels=labels))
    assert trial.chosen == "bayesian"
    assert any("could not be used to choose the model" in text for text in trial.said)
    deployed, _ = fit_deployed(replace(table, labels=labels), trial, QUICK, 1, 1)
    mean, low, high = deployed.score(table.features)
    assert mean.mean() == pytest.approx(6 / 282, abs=0.01)
    assert ((low <= mean) & (mean <= high)).all()
    assert (high - low).min() > 0.01
    one = {day: np.where(np.isnan(v), v, np.arange(len(v)) == 3) for day, v in table.labels.items()}
    with pytest.raises(NotAnswerable, match="at least 2 cases each way"):
        run(replace(table, labels=one))


def test_a_short_history_is_used_without_choosing_and_says_so() -> None:
    table = shortened(world(), world().features.cutoff >= np.datetime64(DAYS[5]))
    trial = run(table)
    assert (trial.chosen, trial.origins, len(trial.earlier_rows)) == ("bayesian", (), 0)
    assert trial.calibrator.kind == "identity"
    assert any("Only 0 earlier days" in text for text in trial.said)
    deployed, newest = fit_deployed(table, trial, QUICK, 1, 1)
    assert newest == TEST
    assert np.isfinite(deployed.mean(table.features)).all()


def test_time_runs_out_and_the_first_model_finishes_and_the_rest_is_named() -> None:
    trial = run(world(), candidates=choose_candidates("auto"), time_limit=1.0, clock=ticking(0.5))
    assert trial.chosen == "linear"
    untried = {a.name for a in trial.attempts if a.score is None}
    assert untried >= {"boosting", "forest"}
    assert any("no time to try boosting" in text for text in trial.said)
    assert trial.others == {}


def test_the_deployed_model_learns_through_the_newest_cutoff_and_is_saved(trial: Trial, tmp_path) -> None:
    table = world()
    deployed, newest = fit_deployed(table, trial, QUICK, 1, 1)
    assert newest == TEST
    mean, low, high = deployed.score(table.features)
    inside = [np.mean((table.label >= lo) & (table.label <= hi)) for lo, hi in ((low, high),)]
    assert inside[0] < 1
    assert ((low < mean) & (mean < high)).mean() > 0.9
    save_model(tmp_path / "m", deployed, {})
    assert load_model(tmp_path / "m")[0].mean(table.features).tobytes() == mean.tobytes()


def test_the_model_is_learned_again_from_resampled_customers(trial: Trial) -> None:
    refits = resampled_refits(world(), trial, QUICK, np.random.default_rng(0), 3, 1)
    strengths = [refit.model.coefficients for refit in refits]  # type: ignore[attr-defined]
    assert len(refits) == 3
    assert not np.array_equal(strengths[0][:2], strengths[1][:2])
    assert all(strength[0] > 0 > strength[1] for strength in strengths)


def test_amounts_have_the_right_total_and_eighty_percent_intervals() -> None:
    table = world("regression", people=600)
    candidates = choose_candidates(["boosting", "linear"])
    trial = run(table, "regression", candidates)
    assert trial.test_mean.sum() == pytest.approx(trial.test_label.sum(), rel=0.06)
    assert np.abs(trial.test_mean - trial.test_label).mean() < np.abs(trial.test_label - trial.test_label.mean()).mean()
    deployed, _ = fit_deployed(table, trial, candidates, 1, 1)
    fresh = world("regression", people=600, seed=9)
    _, low, high = deployed.score(fresh.features)
    # Three in ten spend nothing, so an interval from zero holds the lowest tenth as well.
    assert 0.78 < np.mean((fresh.label >= low) & (fresh.label <= high)) < 0.92


def test_returns_below_zero_are_learned_and_the_total_stays_right() -> None:
    table = world("regression")
    rng = np.random.default_rng(4)
    returned = rng.random(len(table)) < 0.3
    labels = {day: np.where(returned, -v, v) for day, v in table.labels.items()}
    trial = run(replace(table, labels=labels), "regression")
    assert trial.predictor.model.link == "identity"
    assert trial.test_mean.sum() == pytest.approx(trial.test_label.sum(), abs=0.15 * np.abs(trial.test_label).sum())


def test_every_model_that_is_only_compared_runs_beside_the_others_and_is_never_chosen() -> None:
    table = world(people=80)
    names = ["naive_bayes", "polynomial", "nearest_neighbours", "random_forest", "xgboost", "neural_network", "svm"]
    candidates = choose_candidates(["linear", *names])
    trial = run(table, candidates=candidates)
    assert trial.chosen == "linear"
    assert set(trial.others) == {"bayesian", *names}, "the cautious model comes by itself below 500 outcomes"
    for name, mean in trial.others.items():
        assert ((mean > 0) & (mean < 1)).all(), name
        assert np.corrcoef(mean, trial.test_label)[0, 1] > 0.2, name


def test_estimators_of_the_callers_own_are_compared_and_a_broken_one_ends_nothing() -> None:
    from sklearn.linear_model import Ridge
    from sklearn.tree import DecisionTreeRegressor

    class Broken:
        def fit(self, X, y):
            raise RuntimeError("no")

        def predict(self, X):
            return X[:, 0]

    own = {"mine": Ridge(), "shallow": DecisionTreeRegressor(max_depth=2), "broken": Broken()}
    trial = run(world("regression", people=80), "regression", choose_candidates(["linear"], own))
    assert set(trial.others) == {"mine", "shallow"}
    assert any("broken could not be fitted" in text for text in trial.said)
    with pytest.raises(ModelError, match="only compared"):
        _ = replace(trial.predictor, model=_peer(trial)).explainable


def _peer(trial: Trial):
    from tradewind.models.peers import PeerModel

    return PeerModel("mine", "identity", None)


def test_a_cap_on_rows_is_said() -> None:
    table = world(people=100)
    capped = replace(choose_candidates(["nearest_neighbours"])[-1], most_rows=150)
    trial = run(table, candidates=(*QUICK, capped))
    assert any("learned from a random 150 of" in text for text in trial.said)


def test_unknown_names_are_told_together_with_a_hint() -> None:
    with pytest.raises(ConfigError) as caught:
        choose_candidates(["boostin", "linear", "magic"])
    assert len(caught.value.problems) == 2
    assert 'did you mean "boosting"?' in str(caught.value)
    assert [c.name for c in choose_candidates("auto")] == list(AUTO)
    assert {c.name for c in choose_candidates(["svm"])} == {*AUTO, "svm"}


def test_a_missing_extra_is_named(monkeypatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "xgboost", None)
    trial = run(world(people=60), candidates=choose_candidates(["linear", "xgboost"]))
    assert any('pip install "tradewind[xgboost]"' in text for text in trial.said)


def test_weights_enter_choice_and_fit() -> None:
    """Half of the people follow the opposite rule; with no weight they must not be heard."""
    table = world(people=400)
    against = np.array([int(name[1:]) % 2 == 0 for name in table.features.entity_id])
    labels = {day: np.where(against & ~np.isnan(v), 1 - v, v) for day, v in table.labels.items()}
    weighted = replace(table, labels=labels, weight=np.where(against, 1e-6, 1.0))
    trial = run(weighted)
    heard = ~against[trial.test_rows]
    assert np.corrcoef(trial.test_mean[heard], trial.test_label[heard])[0, 1] > 0.4


def test_the_score_is_the_log_loss_after_calibration_on_the_other_origins() -> None:
    rng = np.random.default_rng(0)
    truth = rng.uniform(0.05, 0.95, 9000)
    y = (rng.random(9000) < truth).astype(float)
    origin = np.repeat(np.array(DAYS[:3], dtype="datetime64[D]"), 3000)
    best = -np.mean(y * np.log(truth) + (1 - y) * np.log(1 - truth))
    crooked = truth**3
    assert out_of_time_score("classification", crooked, y, np.ones(9000), origin) == pytest.approx(best, abs=0.02)
    assert out_of_time_score("regression", y + 1e-9, y, np.ones(9000), origin) == pytest.approx(0, abs=0.01)


def test_a_candidate_that_is_not_deployable_alone_is_refused() -> None:
    only: tuple[Candidate, ...] = (choose_candidates(["svm"])[-1],)
    with pytest.raises(ModelError, match="none of the models named can be deployed"):
        run(world(people=60), candidates=only)


def test_one_outcome_seen_from_several_cutoffs_counts_once() -> None:
    outcome, weight = np.array([1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0]), np.ones(7)
    entity = np.array(["a", "a", "b", "c", "d", "e", "e"], dtype=object)
    assert rarer_outcomes(outcome, weight) == 3
    assert rarer_outcomes(outcome, weight, entity) == 2
    assert rarer_outcomes(outcome, np.r_[np.zeros(2), np.ones(5)], entity) == 1
