"""Learning from a labelled table: rows are tested where nothing was learned, copies stay together, ids are left out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from made_people import people, still

from tradewind.core.errors import LeakError, ModelError, NotAnswerable
from tradewind.core.feature import Feature
from tradewind.models.candidates import choose_candidates
from tradewind.models.files import load_model, save_model
from tradewind.models.labelled import LabelledTable, LabelledTrial, cross_validate, fit_labelled, time_ordered
from tradewind.models.reasons import explain
from tradewind.stats.ranking import auc

LINEAR = choose_candidates(["linear"])


def chosen_rows(table: LabelledTable, rows: np.ndarray) -> LabelledTable:
    features = table.features.rows(rows)
    fresh = np.array([f"r{i}" for i in range(len(rows))], dtype=object)
    return LabelledTable(replace(features, entity_id=fresh), table.outcome[rows])


def run(table: LabelledTable, candidates=LINEAR, **changed) -> LabelledTrial:
    given = {"rng_seed": 1, "time_limit": 60.0, "clock": still, "repeats": 2, "num_threads": 1} | changed
    return cross_validate(table, candidates, **given)  # type: ignore[arg-type]


def test_every_known_row_is_predicted_once_a_repeat_and_the_unknown_ones_are_left_to_scoring() -> None:
    table = people()
    table.outcome[:30] = np.nan
    trial = run(table)
    assert np.array_equal(trial.rows, np.arange(30, 400))
    assert trial.by_repeat.shape == (2, 370)
    assert np.allclose(trial.mean, trial.by_repeat.mean(axis=0))
    assert np.array_equal(trial.label, table.outcome[30:])
    assert set(trial.fold.ravel()) == set(range(5))
    assert auc(trial.label, trial.mean, np.ones(370)) > 0.75
    assert not np.array_equal(trial.fold[0], trial.fold[1])
    assert trial.training_rows == 370


def test_no_prediction_looks_at_its_own_outcome() -> None:
    """On noise nested predictions rank no better than chance, and turning one fold's outcomes leaves its scores."""
    trial = run(people(600, 3, noise=True), choose_candidates(["linear", "boosting", "blend"]), repeats=1)
    assert abs(float(auc(trial.label, trial.mean, np.ones(600))) - 0.5) < 0.09


def test_later_rows_are_predicted_from_earlier_ones() -> None:
    table = people()
    shuffled = np.random.default_rng(1).permutation(400)
    mixed = LabelledTable(table.features.rows(shuffled), table.outcome[shuffled], np.asarray(table.order)[shuffled])
    trial = time_ordered(mixed, LINEAR, 1, 60.0, still, num_threads=1)
    assert set(np.asarray(mixed.order)[trial.rows]) == set(range(160, 400))
    before = trial.mean[np.argsort(np.asarray(mixed.order)[trial.rows])][:80]
    turned = replace(mixed, outcome=np.where(np.asarray(mixed.order) >= 240, 1 - mixed.outcome, mixed.outcome))
    again = time_ordered(turned, LINEAR, 1, 60.0, still, num_threads=1)
    after = again.mean[np.argsort(np.asarray(turned.order)[again.rows])][:80]
    assert np.array_equal(before, after), "what came later must not reach an earlier prediction"
    with pytest.raises(ModelError, match="no order"):
        time_ordered(replace(table, order=None), LINEAR, 1, 60.0, still)
    with pytest.raises(NotAnswerable, match="too few different moments"):
        time_ordered(replace(table, order=np.zeros(400)), LINEAR, 1, 60.0, still)


def test_rows_multiplied_before_the_split_are_refused() -> None:
    table = people()
    rarer = np.flatnonzero(table.outcome == 1)
    drawn = np.random.default_rng(0).choice(rarer, 300)
    with pytest.raises(LeakError, match="same row stands in training and test"):
        run(chosen_rows(table, np.r_[np.arange(400), drawn]))
    counted = chosen_rows(table, np.r_[np.arange(400), drawn])
    numbered = np.column_stack([counted.features.numbers, np.arange(700)]).astype(np.float32)
    line = Feature("line", "line", "number", "customers", "line")
    features = (*counted.features.features[:3], line, counted.features.features[3])
    anew = replace(counted.features, features=features, numbers=numbered)
    with pytest.raises(LeakError, match="copied before the split"):
        run(replace(counted, features=anew))
    twice = np.r_[np.arange(400), 0]
    with pytest.raises(LeakError, match="keys occur more than once"):
        run(LabelledTable(table.features.rows(twice), table.outcome[twice]))


def test_rows_that_happen_to_be_alike_are_kept_together_and_said() -> None:
    table = people(500, 4)
    coarse = replace(table.features, numbers=np.round(table.features.numbers))
    trial = run(LabelledTable(coarse, table.outcome))
    assert any("like others in every column" in text for text in trial.said)
    keys = [tuple(row) for row in np.column_stack([coarse.numbers.astype(str), coarse.categories["plan"].astype(str)])]
    for key in set(keys):
        here = [i for i, one in enumerate(keys) if one == key]
        assert len(set(trial.fold[0, here])) == 1, "one row and its like stand in training and test"
    keys = np.array([f"k-{i}" for i in range(500)], dtype=object)
    own = Feature("key", "key", "category", "customers", "key", kind="category")
    keyed = replace(coarse, features=(*coarse.features, own), categories={**coarse.categories, "key": keys})
    assert not any("like others" in text for text in run(LabelledTable(keyed, table.outcome)).said)
    doubled = np.r_[np.arange(500), np.arange(500)]  # a file loaded twice: no balancing, so no accusation
    assert run(chosen_rows(table, doubled)).training_rows == 1000


def test_columns_that_only_number_rows_are_left_out_and_said() -> None:
    table = people()
    numbers = np.column_stack([table.features.numbers, np.arange(400), 15_600_000 + np.arange(400)[::-1] * 7])
    named = np.array([f"Ann {i}" for i in range(400)], dtype=object)
    features = (
        *table.features.features,
        Feature("line", "line", "number", "customers", "line"),
        Feature("code", "code", "number", "customers", "code"),
        Feature("name", "name", "category", "customers", "name", kind="category"),
    )
    wide = replace(
        table.features,
        features=features,
        numbers=numbers.astype(np.float32),
        categories={**table.features.categories, "name": named},
    )
    trial = run(replace(table, features=wide))
    assert trial.features == ("n0", "n1", "n2", "plan")
    assert sum("left out" in text for text in trial.said) == 3
    assert np.array_equal(trial.mean, run(table).mean)


def test_the_model_to_deploy_is_saved_loaded_and_explained(tmp_path: Path) -> None:
    table, candidates = people(), choose_candidates(["linear", "boosting", "blend"])
    trial = run(table, candidates, repeats=1)
    trial = replace(trial, chosen="blend", settings={"linear": {}, "boosting": {}, "share": 0.5})
    deployed = fit_labelled(table, trial, candidates, 1, 1)
    save_model(tmp_path / "m", deployed, {})
    loaded, card = load_model(tmp_path / "m")
    assert card["algorithm"] == "blend"
    assert np.array_equal(loaded.mean(table.features), deployed.mean(table.features))
    assert auc(table.outcome, deployed.mean(table.features), np.ones(400)) > 0.75
    assert all(explain(loaded, table.features.rows(np.arange(5))))


def test_a_blend_named_alone_is_fitted_by_itself() -> None:
    table = people(2600, 5)
    trial = run(table, choose_candidates(["blend"]), folds=2, repeats=1)
    assert trial.chosen == "blend"
    assert auc(trial.label, trial.mean, np.ones(2600)) > 0.8


def test_strange_outcomes_and_constant_ones_are_refused() -> None:
    table = people(50)
    with pytest.raises(ModelError, match="0 or 1"):
        run(replace(table, outcome=table.outcome * 2))
    with pytest.raises(NotAnswerable, match="always the same"):
        run(replace(table, outcome=np.zeros(50)))
