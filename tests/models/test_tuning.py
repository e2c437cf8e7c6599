"""Tuning: on noise the defaults stay, clearly bad ones are replaced, a budget of trials gives the same again."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest
from made_people import people, still
from test_protocol import TEST, world

from tradewind.core.errors import ConfigError, ModelError
from tradewind.models.budget import Budget, parse_budget
from tradewind.models.candidates import DEPLOYABLE, Candidate
from tradewind.models.labelled import cross_validate
from tradewind.models.protocol import run_protocol

pytest.importorskip("optuna")

EIGHT = Budget(trials=8)
BAD = {"strength": 1.0}
"""So strong a penalty that no coefficient is left."""


def linear(settings: dict[str, object], budget: Budget = EIGHT) -> tuple[Candidate, ...]:
    return (replace(DEPLOYABLE["linear"], settings=(settings,), budget=budget),)


def ticking(seconds: float) -> Callable[[], datetime]:
    looks = iter(range(1_000_000))
    return lambda: datetime(2025, 1, 1) + timedelta(seconds=seconds * next(looks))


def test_clearly_bad_defaults_are_replaced_and_the_gain_is_told_with_its_interval() -> None:
    table = people(1200, 1)
    trial = cross_validate(table, linear(BAD), 1, 60, still, folds=3, num_threads=1)
    assert len(trial.tunings) == 3
    assert all(tuning.taken and (tuning.gain.low or 0) > 0.1 for tuning in trial.tunings)
    assert all(tuning.settings["strength"] < 0.5 for tuning in trial.tunings)
    assert trial.repeats == 1
    assert any("the best are taken" in text for text in trial.said)


def test_on_noise_the_defaults_stay() -> None:
    trial = cross_validate(people(1200, 2, noise=True), linear({"strength": 0.3}), 1, 60, still, num_threads=1)
    assert len(trial.tunings) == 5
    assert not any(tuning.taken for tuning in trial.tunings)
    assert any("the usual ones stay" in text for text in trial.said)


def test_the_same_trials_give_the_same_and_time_ends_the_search() -> None:
    table = people(700, 3)
    twice = [cross_validate(table, linear(BAD, Budget(trials=4)), 1, 60, still, folds=2) for _ in range(2)]
    assert twice[0].tunings == twice[1].tunings
    assert np.array_equal(twice[0].mean, twice[1].mean)
    hurried = cross_validate(table, linear(BAD, Budget(seconds=20)), 1, 60, ticking(1.0), folds=2)
    assert {tuning.trials for tuning in hurried.tunings} == {9}


def test_boosting_and_forest_are_searched_within_what_they_understand() -> None:
    both = tuple(replace(DEPLOYABLE[name], budget=Budget(trials=2)) for name in ("boosting", "forest"))
    trial = cross_validate(people(600, 4), both, 1, 60, still, folds=2, num_threads=1)
    assert {(tuning.name, tuning.trials) for tuning in trial.tunings} == {("boosting", 2), ("forest", 2)}


def test_a_rolling_origin_tunes_on_the_earlier_origins_and_judges_on_the_last() -> None:
    trial = run_protocol(world(), "classification", TEST, linear(BAD), 1, 60.0, still, num_threads=1)
    (tuning,) = trial.tunings
    assert tuning.taken
    assert trial.settings == tuning.settings
    assert tuning.said in trial.said
    few = run_protocol(world(), "classification", TEST, linear(BAD), 1, 60.0, still, origins=1, num_threads=1)
    assert few.tunings[0].trials == 0
    assert any("too few rows to hold out" in text for text in few.said)


def test_a_budget_is_read_as_people_write_it() -> None:
    assert parse_budget("60 seconds") == Budget(seconds=60)
    assert parse_budget(" 2 Minutes ") == Budget(seconds=120)
    assert parse_budget("1 trial") == Budget(trials=1)
    assert Budget(seconds=60, trials=9).share(3) == Budget(seconds=20, trials=9)
    for text in ("", "0 trials", "60", "an hour", "-1 seconds", "1e9 seconds"):
        with pytest.raises(ConfigError, match="no budget"):
            parse_budget(text)


def test_without_optuna_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(ModelError, match="tradewind\\[tuning\\]"):
        cross_validate(people(700), linear(BAD), 1, 60, still, folds=2)
