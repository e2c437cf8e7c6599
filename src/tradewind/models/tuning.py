"""Tuning: other settings than the defaults, searched inside the training rows, taken only where clearly better."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradewind.core.errors import ModelError
from tradewind.core.feature import FeatureTable
from tradewind.core.finding import Number, missing
from tradewind.core.time import Clock
from tradewind.models.budget import Budget
from tradewind.models.candidates import Candidate, Settings, require_extra
from tradewind.models.choose import calibrate, log_losses, out_of_time_score
from tradewind.models.fitting import Learner, rarer_outcomes
from tradewind.models.small import FEW

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Place:
    """Rows to learn from and rows to predict, inside the training rows: an inner fold or an earlier origin.

    Args:
        learner: fits on the former.
        asked: (m) features of the latter.
        outcome: (m,) what came.
        weight: (m,) sampling weights.
    """

    learner: Learner
    asked: FeatureTable
    outcome: Array
    weight: Array


@dataclass(frozen=True)
class Tuning:
    """What tuning one kind of model brought.

    Args:
        name: the candidate.
        settings: the best found; the defaults where none was found.
        gain: how much smaller the loss of a held-out row is than with the defaults, in mean, with its paired 95 %
            interval; log-loss for classes, absolute error for amounts.
        taken: whether the whole interval is above zero.
        trials: settings tried.
    """

    name: str
    settings: Settings
    gain: Number
    taken: bool
    trials: int

    @property
    def said(self) -> str:
        """One plain sentence."""
        name = self.name.replace("_", " ")
        if self.gain.value is None:
            return f"No better settings were looked for ({name}): {self.gain.reason}."
        gain = f"{self.gain.value:.4f}, between {self.gain.low:.4f} and {self.gain.high:.4f}"
        if self.taken:
            return f"Of {self.trials} settings tried for {name} the best are taken: they lower the loss by {gain}."
        return f"{self.trials} settings were tried for {name}; none is clearly better ({gain}): the usual ones stay."


def tune_candidates(
    candidates: Sequence[Candidate], places: Sequence[Place], seed: int, clock: Clock, searches: int = 1
) -> tuple[tuple[Candidate, ...], tuple[Tuning, ...]]:
    """Search better settings for every candidate that carries a budget and has a search space.

    Settings are judged by predictions at all places but the last; the best are then compared with the defaults on the
    last, which the search did not see. Where they are clearly better there, they come first among the candidate's
    settings.

    Args:
        candidates: what will be tried.
        places: inner folds or earlier origins; the rows predicted at the last must not be learned from at the others.
        seed: of the search.
        clock: the present instant.
        searches: how many such searches share the budget's time.
    Returns:
        The candidates, and what tuning each brought.
    Raises:
        ModelError: optuna is not installed.
    """
    tunable = [each for each in candidates if each.budget is not None and each.name in SPACES and each.deployable]
    if not tunable:
        return tuple(candidates), ()
    if len(places) < 2 or _few(places[-1]):
        nothing = missing("there are too few rows to hold out")
        return tuple(candidates), tuple(Tuning(each.name, each.settings[0], nothing, False, 0) for each in tunable)
    before, held_out = places[:-1], places[-1]
    found: dict[str, Tuning] = {}
    for each in tunable:
        assert each.budget is not None
        found[each.name] = _tune(each, before, held_out, each.budget.share(len(tunable) * searches), seed, clock)
    better = {name: tuning.settings for name, tuning in found.items() if tuning.taken}
    made = tuple(
        replace(each, settings=(better[each.name], *each.settings)) if each.name in better else each
        for each in candidates
    )
    return made, tuple(found.values())


def _few(place: Place) -> bool:
    return place.learner.task == "classification" and rarer_outcomes(place.outcome, place.weight) < FEW


def _tune(
    candidate: Candidate, places: Sequence[Place], held_out: Place, budget: Budget, seed: int, clock: Clock
) -> Tuning:
    optuna = require_extra("optuna", "tuning")
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed, n_startup_trials=8))
    began, tried = clock(), 0
    best, least = candidate.settings[0], _score(candidate, candidate.settings[0], places)
    while budget.trials is None or tried < budget.trials:
        if budget.seconds is not None and (clock() - began).total_seconds() >= budget.seconds:
            break
        trial = study.ask()
        settings = SPACES[candidate.name](trial)
        try:
            score = _score(candidate, settings, places)
        except ModelError:
            study.tell(trial, state=optuna.trial.TrialState.FAIL)
        else:
            study.tell(trial, score)
            if score < least:
                best, least = settings, score
        tried += 1
    gain = _gain(candidate, best, places, held_out)
    return Tuning(candidate.name, best, gain, gain.low is not None and gain.low > 0, tried)


def _predicted(candidate: Candidate, settings: Settings, places: Sequence[Place]) -> Array:
    return np.concatenate([place.learner.fit(candidate, settings).mean(place.asked) for place in places])


def _together(places: Sequence[Place]) -> tuple[Array, Array, NDArray[np.datetime64]]:
    """Return outcomes, weights and places of all rows."""
    at = np.repeat(np.arange(len(places)), [len(place.outcome) for place in places]).astype("datetime64[D]")
    outcome, weight = (np.concatenate([getattr(p, name) for p in places]) for name in ("outcome", "weight"))
    return outcome, weight, at


def _score(candidate: Candidate, settings: Settings, places: Sequence[Place]) -> float:
    outcome, weight, at = _together(places)
    task = places[0].learner.task
    return out_of_time_score(task, _predicted(candidate, settings, places), outcome, weight, at)


def _gain(candidate: Candidate, settings: Settings, places: Sequence[Place], held_out: Place) -> Number:
    """Return the mean paired difference in loss on the held-out rows: default minus tuned, normal 95 % interval."""
    if settings == candidate.settings[0]:
        return Number(0.0, 0.0, 0.0)
    default, tuned = (_losses(candidate, each, places, held_out) for each in (candidate.settings[0], settings))
    weight = held_out.weight / held_out.weight.sum()
    difference = default - tuned
    mean = float(weight @ difference)
    error = float(np.sqrt((weight**2) @ (difference - mean) ** 2))
    return Number(mean, mean - 1.96 * error, mean + 1.96 * error)


def _losses(candidate: Candidate, settings: Settings, places: Sequence[Place], held_out: Place) -> Array:
    """Return (m,) losses of the held-out rows, corrected by what was seen at the other places."""
    outcome, weight, at = _together(places)
    task = held_out.learner.task
    calibrator = calibrate(task, _predicted(candidate, settings, places), outcome, weight, at)
    mean = calibrator.apply(held_out.learner.fit(candidate, settings).mean(held_out.asked))
    return log_losses(mean, held_out.outcome) if task == "classification" else np.abs(mean - held_out.outcome)


def _linear(trial: Any) -> Settings:
    return {
        "strength": trial.suggest_float("strength", 1e-4, 0.3, log=True),
        "l1_share": trial.suggest_float("l1_share", 0.01, 1.0),
    }


def _boosting(trial: Any) -> Settings:
    return {
        "num_iterations": trial.suggest_int("num_iterations", 100, 800, step=50),
        "learning_rate": trial.suggest_float("learning_rate", 0.01, 0.1, log=True),
        "num_leaves": trial.suggest_int("num_leaves", 3, 48, log=True),
        "min_data_in_leaf": trial.suggest_int("min_data_in_leaf", 5, 200, log=True),
        "lambda_l2": trial.suggest_float("lambda_l2", 0.1, 100.0, log=True),
        "feature_fraction": trial.suggest_float("feature_fraction", 0.2, 1.0),
    }


def _forest(trial: Any) -> Settings:
    return {
        "num_leaves": trial.suggest_int("num_leaves", 8, 128, log=True),
        "max_depth": trial.suggest_int("max_depth", 3, 12),
        "min_data_in_leaf": trial.suggest_int("min_data_in_leaf", 5, 100, log=True),
        "feature_fraction": trial.suggest_float("feature_fraction", 0.2, 1.0),
    }


SPACES: Mapping[str, Callable[[Any], Settings]] = {"linear": _linear, "boosting": _boosting, "forest": _forest}
"""Candidate to the settings that are searched; the argument is an optuna trial."""
